internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
internal import Logging
internal import Schema
internal import SwiftProtobuf
internal import Synchronization

/// What came in with one request, checked: each command is decided on its own, in order.
struct SubmittedWork: Sendable {
    /// A refusal of the gateway takes its command's place.
    var commands: [Result<CheckedCommand, Refusal>]
    /// The command ids as they go into the answers, also of refused ones.
    var commandIDs: [String]
    /// The commands as they came, for the journal of refusals; nil for what the service sends itself.
    var asked: AskedCommands?
    var sink: any ReplySink
    var tag: UInt64

    /// Gives back the key slots that were taken ahead for the subjects of commands that will not be decided.
    func releaseSlots(to vault: KeyVault) {
        for command in commands { Self.releaseSlots(of: command, to: vault) }
    }

    /// The same for one of them.
    static func releaseSlots(of command: Result<CheckedCommand, Refusal>, to vault: KeyVault) {
        guard case .success(let command) = command else { return }
        for body in command.bodies { body.prepared?.reservedSlot.map { vault.release($0) } }
    }
}

/// The sequencer's side of the command path: decides what waits, appends it as one group, answers when it is durable.
///
/// Everything here runs on the writer's thread.
final class CommandPath {
    private let context: LogContext
    private let writer: LogWriter
    private let world: DecisionWorld
    private let appending: CommandAppending
    private let scheduler: Scheduler
    private let journal: RefusalJournal
    private let keeper: BodyKeeper
    private let metrics: ServiceMetrics
    private let pulse: SequencerPulse
    private let isStopping: @Sendable () -> Bool
    private let onPrincipalChange: @Sendable () -> Void

    /// When to come back while the disk is full, in milliseconds: as often as space is looked for.
    private static let spaceHint: UInt32 = 1_000
    /// Events after which a group is closed while timers fire, so that nobody waits for all of them at once.
    private static let timerGroup = 1_000

    init(
        context: LogContext, writer: LogWriter, cache: StateCache, journal: RefusalJournal, keeper: BodyKeeper,
        metrics: ServiceMetrics, pulse: SequencerPulse, logger: Logger,
        isStopping: @escaping @Sendable () -> Bool, onPrincipalChange: @escaping @Sendable () -> Void
    ) {
        self.context = context
        self.writer = writer
        self.journal = journal
        self.keeper = keeper
        self.metrics = metrics
        self.pulse = pulse
        self.isStopping = isStopping
        self.onPrincipalChange = onPrincipalChange
        world = DecisionWorld(context: context, cache: cache, writer: writer)
        appending = CommandAppending(world: world, cache: cache)
        scheduler = Scheduler(world: world, appending: appending, logger: logger)
    }

    /// Why the writer has stopped; nil while all is well.
    var failure: EventLogError? { writer.failure }
    /// There was no space for the last group; commands are taken again as soon as there is.
    private var shortage: EventLogError?
    /// Why no commands are taken: for good, or while there is no space.
    var standstill: EventLogError? { failure ?? shortage }

    /// Decides a group of work, makes it durable and answers it. Before each command all timers fire that are due.
    ///
    /// - Parameters:
    ///   - works: what the group begins with.
    ///   - more: gives the next piece once those before it are decided; nil where the group is complete.
    func process(_ works: [SubmittedWork], more: () -> SubmittedWork? = { nil }) {
        var answers = works.map { WorkAnswers(work: $0) }
        do {
            try begin(urgent: works.contains { $0.commands.contains(where: \.redactsBodies) })
            var index = 0
            while index < answers.count {
                for (command, id) in zip(answers[index].work.commands, answers[index].work.commandIDs) {
                    if let shortage, !command.redactsBodies {
                        SubmittedWork.releaseSlots(of: command, to: context.vault)
                        answers[index].add(
                            PendingResult(commandID: id, outcome: .refused(stopped(shortage)), redacts: false))
                        continue
                    }
                    try fireDue(&answers)
                    answers[index].add(
                        PendingResult(commandID: id, outcome: outcome(command), redacts: command.redactsBodies))
                    if writer.isGroupLarge { try beginNext(&answers) }
                }
                index += 1
                if index == answers.count, let work = more() { answers.append(WorkAnswers(work: work)) }
            }
            // Nothing that is waited for: with commands, what is due fires before the next ones.
            if works.isEmpty { try fireDue(&answers) }
            try commit { size, root, failure in
                settle(&answers, size, root, failure)
            }
        } catch {
            if error.code == .diskFull, writer.failure == nil, writer.groupCount == 0 {
                // No group was begun: nothing of it has to be kept from becoming durable.
                shortage = error
            } else {
                // Also where only the index could not be read: what of the group is decided must not become durable
                // after it was refused.
                writer.stop(error)
            }
            let refusal = stopped(error)
            for index in answers.indices { answers[index].refuseRest(refusal, vault: context.vault) }
            deliver(&answers)
        }
    }

    /// Begins a group.
    ///
    /// - Parameter urgent: also where there is only the space that is kept for an emergency.
    private func begin(urgent: Bool) throws(EventLogError) {
        do {
            try writer.begin()
            shortage = nil
        } catch {
            guard error.code == .diskFull else { throw error }
            shortage = error
            guard urgent else { throw error }
            try writer.begin(urgent: true)
        }
    }

    /// Makes durable what is decided, and begins the next group.
    private func beginNext(_ answers: inout [WorkAnswers]) throws(EventLogError) {
        try commit { size, root, failure in
            settle(&answers, size, root, failure)
        }
        try writer.begin(urgent: shortage != nil)
    }

    /// Fires what is due by the group's time, in as many groups as that takes.
    private func fireDue(_ answers: inout [WorkAnswers]) throws(EventLogError) {
        guard scheduler.mayBeDue(by: writer.recordedAt) else { return }
        while try !scheduler.fireDue(by: writer.recordedAt, most: Self.timerGroup) {
            try beginNext(&answers)
            // Nobody waits for what time does: it is done after the next start.
            if answers.isEmpty && isStopping() { return }
        }
    }

    /// What was decided has become durable: whoever has all his answers gets them.
    ///
    /// - Parameter failure: why the key of a redacted body could not be destroyed; whoever redacts one gets to know it.
    private func settle(_ answers: inout [WorkAnswers], _ size: UInt64, _ root: TreeHash, _ failure: Refusal?) {
        for index in answers.indices { answers[index].settle(size, root, writer.recordedAt, failure) }
        deliver(&answers)
    }

    private func commit(whenDurable: (UInt64, TreeHash, Refusal?) -> Void) throws(EventLogError) {
        let events = writer.groupCount
        let begun = ContinuousClock.now
        try writer.commit { size, root in
            if events > 0 { metrics.committed(events: events, in: .now - begun) }
            pulse.beat()
            // Only now: before it is durable, a change of rights is nobody's, and no key may be destroyed.
            if appending.takePrincipalsChanged() { onPrincipalChange() }
            whenDurable(size, root, keeper.follow(appending.takeBodyChanges()))
        }
    }

    /// What callers get once the writer has stopped, or while there is no space: definite, and the same id may be sent
    /// again later.
    private func stopped(_ error: EventLogError) -> Refusal {
        guard error.code == .diskFull else {
            return Refusal(.readOnly, "The log takes no commands: \(error.message) Restart the service.")
        }
        guard failure == nil else {
            return Refusal(.diskFull, "Nothing can be appended: \(error.message) Make space, then restart the service.")
        }
        var refusal = Refusal(.diskFull, error.message)
        refusal.detail.retryAfterMilliseconds = Self.spaceHint
        return refusal
    }

    /// Delivers the answers to each piece of work that has all of them, once.
    private func deliver(_ answers: inout [WorkAnswers]) {
        let reflects = Reflects.log(context.log)
        var order: [ObjectIdentifier] = []
        var replies: [ObjectIdentifier: (sink: any ReplySink, replies: [SubmitReply])] = [:]
        for index in answers.indices where answers[index].isReady {
            answers[index].isDelivered = true
            let answer = answers[index]
            metrics.answered(answer.settled)
            journal.record(answer.settled, of: answer.work.asked, position: context.log.end.position)
            let key = ObjectIdentifier(answer.work.sink)
            if replies[key] == nil { order.append(key) }
            replies[key, default: (answer.work.sink, [])].replies.append(
                SubmitReply(tag: answer.work.tag, results: answer.settled, reflects: reflects))
        }
        for key in order { if let (sink, replies) = replies[key] { sink.deliver(replies) } }
    }

    // MARK: One command

    private func outcome(_ command: Result<CheckedCommand, Refusal>) -> PendingResult.Outcome {
        switch command {
        case .failure(let refusal): return .refused(refusal)
        case .success(let command):
            do throws(Refusal) { return try decide(command) } catch { return .refused(error) }
        }
    }

    private func decide(_ command: CheckedCommand) throws(Refusal) -> PendingResult.Outcome {
        world.reservedSlots = command.bodies.compactMap { $0.prepared?.reservedSlot }
        var usedSlots = Set<Slot>()
        defer {
            for slot in world.reservedSlots where !usedSlots.contains(slot) { context.vault.release(slot) }
            world.stage = Stage()
        }
        if let first = try context.log.index.firstPosition(ofCommand: command.id) {
            // A key that could not be destroyed when the redaction was recorded is no longer there when this is answered.
            if command.redactsBodies { try keeper.settleForCaller() }
            return .replayed(try StoredAnswer(context: context, writer: writer, world: world)(command, first: first))
        }
        let bodies = try CommandDecision(world: world, command: command, recordedAt: writer.recordedAt)()
        guard !world.stage.isEmpty else { return .unchanged(bodies) }
        if command.dryRun { return .dryRun(world.stage.events.map { $0.receipt }, bodies) }
        let appended = try appending.append(command)
        usedSlots = Set(world.stage.slots.values)
        return .accepted(appended, bodies)
    }
}

/// The answers to one piece of work as its commands are decided and become durable.
private struct WorkAnswers {
    let work: SubmittedWork
    private(set) var settled: [CommandResult] = []
    private var pending: [PendingResult] = []
    var isDelivered = false
    /// Whether every command has its answer, and nobody got them yet.
    var isReady: Bool { !isDelivered && settled.count == work.commands.count }

    init(work: SubmittedWork) { self.work = work }

    mutating func add(_ result: PendingResult) { pending.append(result) }

    /// The group of what is pending has become durable.
    mutating func settle(_ size: UInt64, _ root: TreeHash, _ recordedAt: Instant, _ failure: Refusal?) {
        for result in pending {
            if result.redacts, let failure {
                settled.append(CommandResult(failure, commandID: result.commandID))
            } else {
                settled.append(result.result(size: size, root: root, recordedAt: recordedAt))
            }
        }
        pending = []
    }

    /// The writer has stopped: what was not settled is refused. Slots that were taken ahead for new subjects of
    /// commands that were not decided go back.
    mutating func refuseRest(_ refusal: Refusal, vault: KeyVault) {
        let decided = settled.count + pending.count
        for command in work.commands.dropFirst(decided) { SubmittedWork.releaseSlots(of: command, to: vault) }
        for id in work.commandIDs.dropFirst(settled.count) { settled.append(CommandResult(refusal, commandID: id)) }
        pending = []
    }
}

/// A result that waits for its group to become durable.
struct PendingResult {
    enum Outcome {
        case refused(Refusal)
        case unchanged([BodyResult])
        case accepted([AppendedEvent], [BodyResult])
        case dryRun([EventReceipt], [BodyResult])
        case replayed(Accepted)
    }

    var commandID: String
    var outcome: Outcome
    /// The command redacts bodies: it is done when their keys are destroyed.
    var redacts: Bool

    /// The result, once the tree has this size and root.
    func result(size: UInt64, root: TreeHash, recordedAt: Instant) -> CommandResult {
        var result = CommandResult()
        result.commandID = commandID
        switch outcome {
        case .refused(let refusal): return CommandResult(refusal, commandID: commandID)
        case .unchanged(let bodies): result.unchanged.bodies = bodies
        case .accepted(let events, let bodies):
            result.accepted = .make(events: events.map(EventReceipt.init), bodies, size, root, recordedAt)
        case .dryRun(let events, let bodies):
            result.accepted = .make(events: events, bodies, size, root, recordedAt)
            result.accepted.dryRun = true
        case .replayed(var accepted):
            accepted.replayed = true
            accepted.treeSize = size
            accepted.root = Data(root.bytes)
            result.accepted = accepted
        }
        return result
    }
}

extension CheckedCommand {
    /// Whether a body of the command redacts an item of the content store.
    fileprivate var redactsBodies: Bool { bodies.contains { $0.command is RedactBody } }
}

extension Result<CheckedCommand, Refusal> {
    fileprivate var redactsBodies: Bool {
        if case .success(let command) = self { command.redactsBodies } else { false }
    }
}

extension Accepted {
    fileprivate static func make(
        events: [EventReceipt], _ bodies: [BodyResult], _ size: UInt64, _ root: TreeHash, _ recordedAt: Instant
    ) -> Accepted {
        var accepted = Accepted()
        accepted.events = events
        accepted.bodies = bodies
        accepted.treeSize = size
        accepted.root = Data(root.bytes)
        accepted.recordedAt = recordedAt.timestamp
        return accepted
    }
}

extension EventReceipt {
    /// The receipt of an appended event.
    init(_ event: AppendedEvent) {
        self.init()
        position = event.position.rawValue
        kind = event.kind
        streamNumber = event.stream.rawValue
        revision = UInt64(event.revision.rawValue)
        leafHash = Data(event.leaf.bytes)
    }
}

extension Stage.Event {
    /// What the receipt would say, in a dry run: no record, so no leaf hash.
    fileprivate var receipt: EventReceipt {
        var receipt = EventReceipt()
        receipt.position = header.position.rawValue
        receipt.kind = header.kind
        receipt.streamNumber = number.rawValue
        receipt.revision = UInt64(header.revision.rawValue)
        return receipt
    }
}

extension CommandResult {
    /// The result of a refused command.
    init(_ refusal: Refusal, commandID: String) {
        self.init()
        self.commandID = commandID
        refused = refusal.detail
        refused.retryHelps = refusal.code.retryHelps
    }
}

extension Reflects {
    /// What an answer that comes straight from the log reflects.
    static func log(_ log: EventLog) -> Reflects {
        var reflects = Reflects()
        reflects.epoch = log.epoch
        reflects.position = log.end.position.rawValue
        reflects.state = .live
        return reflects
    }
}
