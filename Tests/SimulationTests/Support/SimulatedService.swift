internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import KeyVault
internal import Logging
internal import Schema
internal import Synchronization

@testable import Service

/// One process of the service: the real log, gateway, sequencer, deciders and scheduler, put together as `KithService`
/// does, but without threads of their own that would make a run depend on more than its seed.
final class SimulatedService {
    let log: EventLog
    private(set) var path: CommandPath
    private let opened: OpenedLog
    private let machine: SimulatedMachine
    private let gateway: Gateway
    private let start: SequencerStart
    private let journal: RefusalJournal
    private let queue = WorkQueue<SubmittedWork>()
    private var line = LaggingLine()
    private var writer: LogWriter

    /// Commands of the first start, whose ids the service makes itself.
    static let firstStartKeys = ["first-start/0", "first-start/\(getuid())"]

    /// Who sends the commands: the administrator of the first start.
    private static let caller = CallerIdentity.uid(0)

    /// Starts the service.
    ///
    /// - Throws: `EventLogError` where the disk fails, or where the log is damaged.
    init(_ machine: SimulatedMachine) throws {
        self.machine = machine
        let source = machine.source
        let logger = Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() })
        opened = try OpenedLog(
            configuration: machine.configuration, clock: machine.clock, identifiers: source,
            openStorage: { _ in try SimulatedStorage(disk: machine.disk, bug: machine.bug) },
            randomBytes: { source.bytes($0) })
        log = opened.context.log
        let cache = StateCache(capacity: 1 << 20)
        let access = AccessControl(context: opened.context)
        gateway = Gateway(context: opened.context, cache: cache, access: access)
        do {
            journal = try RefusalJournal(
                path: machine.refusalsPath, clock: machine.clock, retention: RefusalJournal.Retention(days: 90),
                logger: logger)
        } catch {
            opened.context.log.close()
            throw error
        }
        start = SequencerStart(
            directory: opened.directory, context: opened.context, cache: cache, access: access, journal: journal,
            keeper: BodyKeeper(context: opened.context, logger: logger), metrics: ServiceMetrics(),
            pulse: SequencerPulse(), logger: logger)
        writer = log.makeWriter(clock: machine.clock, line: line)
        path = start.path(writer: writer, isStopping: { false })
        do { try begin() } catch {
            stop()
            throw error
        }
    }

    /// What a new log begins with, and what a start that was cut short has left undone.
    private func begin() throws {
        if log.end.position == .none { try start.openLog(writer) }
        if opened.isNew {
            let first = FirstStart(gateway: gateway, queue: queue)
            let failure = FirstStartFailure()
            // It waits for the sequencer, which is here.
            let thread = try DedicatedThread(named: "service") {
                do { try first.registerAdministrators() } catch { failure.note(error) }
            }
            if let works = queue.take() { path.process(works) }
            thread.join()
            try failure.rethrow()
        }
        if opened.isUnfinished { try opened.directory.finishFormat() }
    }

    /// Sends commands, one request for each of them.
    ///
    /// - Parameter groups: into how many groups they are divided; each is decided before the one before is durable.
    func send(_ commands: [Command], to sink: any ReplySink, groups: Int) {
        for part in commands.divided(groups) { decide(part, to: sink, overlaps: groups > 1) }
        line.drain()
    }

    private func decide(_ commands: some Sequence<Command>, to sink: any ReplySink, overlaps: Bool) {
        let works = commands.map { command in
            let asking = AskingCaller(identity: Self.caller, principal: nil)
            let (id, result) = gateway.check(command, from: Self.caller)
            return SubmittedWork(
                commands: [result], commandIDs: [id], asked: AskedCommands(commands: [command], caller: asking),
                sink: sink, tag: 0)
        }
        path.process(works, overlaps: { overlaps })
    }

    /// Lets time act.
    func fireTimers() { path.process([]) }

    /// The id that the service gives to a command of its own.
    func commandID(key: String) -> Identifier? {
        Identifier(bytes: opened.context.vault.commandID(idempotencyKey: Array(key.utf8)))
    }

    /// Why nothing is taken before a restart; nil while all is well.
    var failure: EventLogError? { path.failure }
    /// There is no space: commands are taken again as soon as there is.
    var isShortOfSpace: Bool { path.failure == nil && path.standstill != nil }

    /// Notes for the next start that the end of the log is to be verified, as the sequencer's loop does.
    func noteDoubt(_ failure: EventLogError) throws {
        guard failure.code != .clock, failure.code != .damaged else { return }
        try opened.directory.noteDoubt(failure.message)
    }

    /// The bug of a writer that does not stop when it must: it begins anew at the end that readers see.
    func goOnRegardless() {
        line = LaggingLine()
        writer = log.makeWriter(clock: machine.clock, line: line)
        path = start.path(writer: writer, isStopping: { false })
    }

    /// Stops as the daemon does: everything goes to the index.
    func stopOrderly() {
        do { try writer.flushIndex() } catch {
            // A process that is about to end has nobody to tell; the index is caught up at the next start.
        }
        stop()
    }

    /// Lets go of everything, as the end of the process does.
    func stop() {
        journal.close()
        log.close()
    }
}

/// Makes a group durable as late as possible: when the next one is complete, or nothing comes any more.
private final class LaggingLine: FlushLine {
    private struct State {
        var flush: (@Sendable () throws(EventLogError) -> Void)?
        var failure: EventLogError?
    }

    private let state = Mutex(State())

    var isBusy: Bool { state.withLock { $0.flush != nil } }
    var failure: EventLogError? { state.withLock { $0.failure } }

    func submit(_ flush: @escaping @Sendable () throws(EventLogError) -> Void) {
        state.withLock { $0.flush = flush }
    }

    func drain() {
        let flush = state.withLock { $0.flush }
        do throws(EventLogError) { try flush?() } catch { state.withLock { $0.failure = error } }
        state.withLock { $0.flush = nil }
    }
}

extension [Command] {
    /// So many parts of about the same size, in order.
    fileprivate func divided(_ parts: Int) -> [ArraySlice<Command>] {
        (0..<parts).map { self[(count * $0 / parts)..<(count * ($0 + 1) / parts)] }
    }
}

/// Why the first start did not succeed, from the thread that waits for it.
private final class FirstStartFailure: Sendable {
    private let reason = Mutex<String?>(nil)

    func note(_ error: any Error) { reason.withLock { $0 = "\(error)" } }

    func rethrow() throws {
        if let reason = reason.withLock({ $0 }) { throw EventLogError(.store, reason) }
    }
}
