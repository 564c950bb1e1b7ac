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
/// Everything here runs on the writer's thread, but for what is done when a group on the line is durable.
final class CommandPath {
    private let context: LogContext
    private let writer: LogWriter
    private let world: DecisionWorld
    private let appending: CommandAppending
    private let scheduler: Scheduler
    private let delivery: AnswerDelivery
    private let pulse: SequencerPulse
    private let isStopping: @Sendable () -> Bool

    /// Events after which a group is closed while timers fire, so that nobody waits for all of them at once.
    private static let timerGroup = 1_000

    init(
        context: LogContext, writer: LogWriter, cache: StateCache, journal: RefusalJournal, keeper: BodyKeeper,
        metrics: ServiceMetrics, pulse: SequencerPulse, logger: Logger,
        isStopping: @escaping @Sendable () -> Bool, onPrincipalChange: @escaping @Sendable () -> Void
    ) {
        self.context = context
        self.writer = writer
        self.pulse = pulse
        self.isStopping = isStopping
        delivery = AnswerDelivery(
            context: context, journal: journal, keeper: keeper, metrics: metrics,
            onPrincipalChange: onPrincipalChange)
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
    ///   - overlaps: asked when everything is decided: whether to return while the group becomes durable and is answered.
    func process(
        _ works: [SubmittedWork], more: () -> SubmittedWork? = { nil }, overlaps: () -> Bool = { false }
    ) {
        var answers = works.map { WorkAnswers(work: $0) }
        do {
            try begin(urgent: works.contains { $0.commands.contains(where: \.redactsBodies) })
            var index = 0
            while index < answers.count {
                for (command, id) in zip(answers[index].work.commands, answers[index].work.commandIDs) {
                    if let shortage, !command.redactsBodies {
                        SubmittedWork.releaseSlots(of: command, to: context.vault)
                        answers[index].add(
                            PendingResult(
                                commandID: id, outcome: .refused(delivery.refusal(shortage, isFinal: failure != nil)),
                                redacts: false))
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
            if overlaps() { try handOver(answers) } else { try commit(&answers) }
        } catch {
            if error.code == .diskFull, writer.failure == nil, writer.groupCount == 0 {
                // No group was begun: nothing of it has to be kept from becoming durable.
                shortage = error
            } else {
                // Also where only the index could not be read: what of the group is decided must not become durable
                // after it was refused.
                writer.stop(error)
            }
            delivery.refuse(&answers, error, isFinal: failure != nil)
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
        try commit(&answers)
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

    /// Makes the group durable, and answers whoever has all his results then.
    private func commit(_ answers: inout [WorkAnswers]) throws(EventLogError) {
        let group = decidedGroup()
        try writer.commit { size, root in
            pulse.beat()
            delivery.settle(&answers, group, size, root)
        }
    }

    /// The same on the writer's line.
    private func handOver(_ answers: [WorkAnswers]) throws(EventLogError) {
        let group = decidedGroup()
        try writer.handOver(whenClosed: pulse.flushBegins) { [delivery, pulse] result in
            defer { pulse.flushEnds() }
            var answers = answers
            switch result {
            case .success(let (size, root)): delivery.settle(&answers, group, size, root)
            case .failure(let error): delivery.refuse(&answers, error, isFinal: true)
            }
        }
    }

    private func decidedGroup() -> DecidedGroup {
        DecidedGroup(
            events: writer.groupCount, begun: .now, recordedAt: writer.recordedAt,
            changesPrincipals: appending.takePrincipalsChanged(), bodies: appending.takeBodyChanges())
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

extension CheckedCommand {
    /// Whether a body of the command redacts an item of the content store.
    fileprivate var redactsBodies: Bool { bodies.contains { $0.command is RedactBody } }
}

extension Result<CheckedCommand, Refusal> {
    fileprivate var redactsBodies: Bool {
        if case .success(let command) = self { command.redactsBodies } else { false }
    }
}
