internal import CRM
package import EventLog
internal import FoundationEssentials
internal import KeyVault
package import Logging
internal import Replay
package import Schema
internal import ServiceLifecycle
internal import Synchronization
internal import Views

/// The whole service behind its faces: log, vault, sequencer, projections.
///
/// It opens everything in `init`, so that what is wrong with the directory is said before a socket exists; `run`
/// lives until the graceful shutdown, which drains what was taken and leaves the derived stores caught up.
package final class KithService: ServiceBackend, ServiceLifecycle.Service {
    let context: LogContext
    let access: AccessControl
    let replay: ReplayEngine
    let signal = DurableSignal()
    let configuration: ServiceConfiguration
    let startedAt: Instant
    private let directory: LogDirectory
    private let gateway: Gateway
    private let queue: WorkQueue<SubmittedWork>
    private let sequencer: DedicatedThread
    private let failure: FailureReason
    let recomputing = OneAtATime()
    let backingUp = OneAtATime()
    let verifying = OneAtATime()
    /// The verification in the background; nil where it is switched off.
    let scrub: LogScrub?
    private let scrubber: DedicatedThread?
    private let examination: StoreExamination
    private let examiner: DedicatedThread
    let journal: RefusalJournal
    let keeper: BodyKeeper
    let readers: ReaderWatch
    /// Nil where no witness is kept.
    let witness: WitnessKeeper?
    /// The uploads of bodies that are under way.
    let uploads = OpenWork()
    let logger: Logger
    package let metrics = ServiceMetrics()
    let pulse = SequencerPulse()

    /// Bytes of decider states kept in memory, approximately.
    private static let cacheBytes = 128 << 20

    /// Opens the log of a directory, making it where there is none.
    ///
    /// - Throws: `EventLogError`, `VaultError`, `ReplayError` with what to do about it.
    package init(
        configuration: ServiceConfiguration, clock: any LogClock = SystemClock(),
        identifiers: any IdentifierSource = SystemIdentifierSource(), logger: Logger
    ) throws {
        self.configuration = configuration
        self.logger = logger
        startedAt = clock.now()
        let opened = try OpenedLog(configuration: configuration, clock: clock, identifiers: identifiers)
        for finding in opened.findings { logger.error("\(finding)") }
        directory = opened.directory
        if let doubt = opened.settledDoubt {
            logger.notice(
                "The end of the log was verified, because the last run stopped after a failure.",
                metadata: ["failure": "\(doubt)"])
        }
        context = opened.context
        if let reason = opened.context.log.indexRepair {
            logger.warning(
                "The index was discarded because it is damaged, and made again from the log.",
                metadata: ["reason": "\(reason)"])
        }
        let cache = StateCache(capacity: Self.cacheBytes)
        let access = AccessControl(context: opened.context)
        self.access = access
        gateway = Gateway(context: opened.context, cache: cache, access: access)
        replay = ReplayEngine(log: opened.context.log, viewsPath: opened.directory.viewsPath, logger: logger)
        try replay.add(Directory.self)
        try replay.add(Customer360.self)
        try replay.add(Pipeline.self)
        try replay.add(Loyalty.self)
        try replay.add(Targets.self)
        try replay.add(TicketQueue.self)
        let signal = self.signal
        opened.context.log.onDurable { signal.fire() }
        let journal = try RefusalJournal(
            path: opened.directory.refusalsPath, clock: clock,
            retention: RefusalJournal.Retention(days: configuration.refusalDays), logger: logger)
        self.journal = journal
        let queue = WorkQueue<SubmittedWork>(limits: configuration.queue)
        self.queue = queue
        let failure = FailureReason()
        self.failure = failure
        let keeper = BodyKeeper(context: opened.context, logger: logger)
        self.keeper = keeper
        let scrub =
            configuration.scrubMegabytesPerSecond > 0
            ? LogScrub(
                log: opened.context.log, clock: clock,
                bytesPerSecond: configuration.scrubMegabytesPerSecond * 1_000_000, logger: logger) : nil
        self.scrub = scrub
        let examination = StoreExamination(
            directory: opened.directory, index: opened.context.log.index, logger: logger)
        self.examination = examination
        readers = ReaderWatch(directory: opened.directory.path, logger: logger)
        witness = try opened.witness.map { witness in
            try WitnessKeeper(
                witness: witness, log: opened.context.log, required: configuration.requiresWitness, logger: logger)
        }
        let start = SequencerStart(
            directory: opened.directory, context: opened.context, cache: cache, access: access, journal: journal,
            keeper: keeper, metrics: metrics, pulse: pulse, logger: logger)
        sequencer = try DedicatedThread(named: "kith-sequencer") { start.run(queue: queue, failure: failure) }
        let firstStart = FirstStart(gateway: gateway, queue: queue)
        if opened.isNew { try firstStart.registerAdministrators() }
        if opened.isUnfinished {
            // Before the directory counts as a log: a start that is cut short here is made up for.
            if let pack = configuration.starterPack { try firstStart.apply(pack) }
            try opened.directory.finishFormat()
        }
        // What a crash left undone: a key of a redacted body above all.
        try keeper.settle()
        keeper.start()
        scrubber = try scrub.map { scrub in try DedicatedThread(named: "kith-scrub") { scrub.run() } }
        examiner = try DedicatedThread(named: "kith-examine") { examination.run() }
        readers.start()
        witness?.start()
    }

    /// Keeps the projections going until the graceful shutdown, then drains.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await replay.run()
        } onGracefulShutdown: { [replay] in
            replay.stop()
        }
        stop()
    }

    /// Takes no more commands, finishes what was taken, and closes the log.
    private func stop() {
        queue.close()
        sequencer.join()
        keeper.stop()
        scrub?.stop()
        scrubber?.join()
        examination.stop()
        examiner.join()
        readers.stop()
        witness?.stop()
        signal.close()
        journal.close()
        context.log.close()
    }

    /// Log id, position and directory, for the first line of the log.
    package var opening: Logger.Metadata {
        [
            "log_id": "\(context.log.id)", "position": "\(context.log.end.position)",
            "data_directory": "\(directory.path)",
        ]
    }

    package var reflects: Reflects { .log(context.log) }

    // MARK: Commands

    package func submit(
        _ commands: [Command], bytes: Int, from caller: CallerIdentity, to sink: any ReplySink, tag: UInt64
    ) {
        let asking = AskingCaller(identity: caller, principal: (try? access.principal(caller))?.number)
        var work = SubmittedWork(
            commands: [], commandIDs: [], asked: AskedCommands(commands: commands, caller: asking), sink: sink, tag: tag
        )
        work.commands.reserveCapacity(commands.count)
        for command in commands {
            let (id, result) = gateway.check(command, from: caller)
            work.commandIDs.append(id)
            work.commands.append(result)
        }
        guard !commands.isEmpty else { return sink.deliver([SubmitReply(tag: tag, results: [], reflects: reflects)]) }
        let size = WorkSize(commands: commands.count, bytes: bytes)
        switch queue.add(work, from: ObjectIdentifier(sink), size: size) {
        case .taken: break
        case .closed:
            turnAway(work, Refusal(.readOnly, "The service is stopping. Send the command again when it is back."))
        case .overloaded(let milliseconds):
            var refusal = Refusal(
                .overloaded, "More commands wait than the service takes. Come back after the time given.")
            refusal.detail.retryAfterMilliseconds = milliseconds
            turnAway(work, refusal)
        }
    }

    package var commandWindow: Int { queue.window.commands }

    /// Says no at once.
    private func turnAway(_ work: SubmittedWork, _ refusal: Refusal) {
        work.releaseSlots(to: context.vault)
        let results = work.commandIDs.map { CommandResult(refusal, commandID: $0) }
        metrics.answered(results)
        journal.record(results, of: work.asked, position: context.log.end.position)
        work.sink.deliver([SubmitReply(tag: work.tag, results: results, reflects: reflects)])
    }

    /// Lets the sequencer look at its clock again: for clocks that are moved by hand.
    package func clockMoved() { queue.wake() }

    /// Number of commands that wait, why the writer takes none, if it does not, and whether that is for want of space.
    var writerStatus: (waiting: Int, failure: String, isDiskFull: Bool) {
        let standstill = failure.error
        return (queue.waiting, standstill?.message ?? "", standstill?.code == .diskFull)
    }

    /// No more commands are taken.
    var isStopping: Bool { queue.isClosed }

    /// The parts of the data directory whose files are measured, and where they are.
    var stores: [(part: String, path: String)] {
        [("index", directory.indexPath), ("views", directory.viewsPath), ("refusals", directory.refusalsPath)]
    }

    /// Path of the data directory.
    var dataDirectory: String { directory.path }
}

/// Why the writer takes no commands; nil while it does.
final class FailureReason: Sendable {
    private let reason = Mutex<EventLogError?>(nil)

    var error: EventLogError? {
        get { reason.withLock { $0 } }
        set { reason.withLock { $0 = newValue } }
    }
}

/// What the sequencer's thread starts with.
struct SequencerStart: Sendable {
    let directory: LogDirectory
    let context: LogContext
    let cache: StateCache
    let access: AccessControl
    let journal: RefusalJournal
    let keeper: BodyKeeper
    let metrics: ServiceMetrics
    let pulse: SequencerPulse
    let logger: Logger

    /// The longest that the sequencer sleeps while a timer is set: the wall clock may be put forward.
    private static let longestWait = 60_000
    /// Milliseconds between two looks for space while the disk is full.
    private static let spaceInterval = 1_000

    /// The sequencer's loop: until the queue is closed and empty.
    func run(queue: WorkQueue<SubmittedWork>, failure: FailureReason) {
        let line = flushThread(queue)
        defer { line?.close() }
        let filler = keyFiller()
        defer { filler?.close() }
        let writer = context.log.makeWriter(clock: context.clock, line: line)
        if context.log.end.position == .none {
            // Nothing else may come first.
            do { try openLog(writer) } catch { writer.stop(error) }
        }
        let path = self.path(writer: writer) { queue.isClosed }
        var told = Told()
        while let works = queue.take(within: untilNextLook(path)) {
            pulse.beat()
            path.process(
                works, more: { queue.next { line?.isBusy ?? false } }, overlaps: { line != nil && !queue.isCalm })
            failure.error = path.standstill
            tell(path, &told)
            filler?.look()
            pulse.rest()
        }
        // Nobody is there to be woken by the last group.
        line?.drain()
        tell(path, &told)
        do { try writer.flushIndex() } catch { failure.error = error }
    }

    /// Where groups are made durable while the next one is decided; nil where the system gives no more threads: then the
    /// sequencer does it itself.
    private func flushThread(_ queue: WorkQueue<SubmittedWork>) -> FlushThread? {
        do throws(EventLogError) {
            // After a failure the sequencer has to say so, also where nothing is sent.
            return try FlushThread { failure in if failure == nil { queue.look() } else { queue.wake() } }
        } catch {
            logger.warning("Groups are not decided ahead.", metadata: ["reason": "\(error.message)"])
            return nil
        }
    }

    /// Who makes keys ahead; nil where the system gives no more threads: then whoever finds none makes some.
    private func keyFiller() -> KeyFiller? {
        do throws(EventLogError) { return try KeyFiller(vault: context.vault) } catch {
            logger.warning("Keys are not made ahead.", metadata: ["reason": "\(error.message)"])
            return nil
        }
    }

    /// What decides and appends, with this writer.
    func path(writer: LogWriter, isStopping: @escaping @Sendable () -> Bool) -> CommandPath {
        CommandPath(
            context: context, writer: writer, cache: cache, journal: journal, keeper: keeper, metrics: metrics,
            pulse: pulse, logger: logger, isStopping: isStopping,
            onPrincipalChange: { [access] in access.invalidate() })
    }

    /// Whether commands are taken.
    private enum Standing { case taking, full, stopped }

    private func standing(_ path: CommandPath) -> Standing {
        path.failure != nil ? .stopped : path.standstill != nil ? .full : .taking
    }

    /// What the operator has been told, and what the next start.
    private struct Told {
        var standing = Standing.taking
        var hasDoubt = false
    }

    /// Tells the operator when that has changed, and the next start that the log's end is to be verified, where more than
    /// the clock or a record that cannot be read made the writer stop.
    private func tell(_ path: CommandPath, _ told: inout Told) {
        let present = standing(path)
        let metadata: Logger.Metadata = ["reason": "\(path.standstill?.message ?? "")"]
        if present != told.standing {
            switch present {
            case .taking: logger.notice("The log takes commands again.")
            case .full: logger.error("The disk is full: commands are refused.", metadata: metadata)
            case .stopped: logger.critical("The log takes no commands before a restart.", metadata: metadata)
            }
        }
        told.standing = present
        guard !told.hasDoubt, let failure = path.failure, failure.code != .clock, failure.code != .damaged else {
            return
        }
        told.hasDoubt = true
        do { try directory.noteDoubt(failure.message) } catch {
            logger.error(
                "It could not be noted that the log is to be verified.", metadata: ["error": "\(error.message)"])
        }
    }

    /// Milliseconds until the sequencer has something to do by itself; nil where nothing is to be expected. After a
    /// failure nothing is done any more; while there is no space, it is looked for again and again.
    private func untilNextLook(_ path: CommandPath) -> Int? {
        guard path.failure == nil else { return nil }
        if path.standstill != nil { return Self.spaceInterval }
        let timer = untilNextTimer()
        guard context.log.space?.holdsBallast == false else { return timer }
        return min(timer ?? Self.spaceInterval, Self.spaceInterval)
    }

    /// Milliseconds until the next timer is due; nil where none is set.
    private func untilNextTimer() -> Int? {
        guard let due = context.log.index.earliestDue else { return nil }
        let now = context.clock.now()
        guard due > now else { return 0 }
        // Rounded up: not a moment too early.
        return Int(min((due.rawValue - now.rawValue) / 1_000 + 1, Int64(Self.longestWait)))
    }

    /// The first event of a new log.
    func openLog(_ writer: LogWriter) throws(EventLogError) {
        let id = context.log.id
        var opened = LogOpened()
        opened.logID = Data(id.bytes)
        opened.formatVersion = UInt32(RecordLayout.formatVersion)
        opened.epoch = context.log.epoch
        let encoded: (kind: EventKind, payload: [UInt8])
        do throws(RecordError) { encoded = try EventPayload.encode(.logOpened(opened)) } catch {
            throw EventLogError(.store, error.message)
        }
        try writer.begin()
        _ = try writer.append(
            EventDraft(
                stream: .new(.log, id), kind: encoded.kind, payload: encoded.payload, origin: .command,
                flags: .fingerprintOpen, occurredAt: writer.recordedAt, commandIndex: 0, commandCount: 1, body: 0,
                commandID: id, correlationID: .zero, causation: .none, principal: .none, onBehalfOf: .none,
                importNumber: .none, subjects: [], fingerprint: context.vault.fingerprint(encoded.payload), changes: [])
        )
        try writer.commit()
    }
}
