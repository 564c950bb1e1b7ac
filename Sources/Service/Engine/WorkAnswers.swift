internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
internal import Schema

/// The answers to one piece of work as its commands are decided and become durable.
struct WorkAnswers: Sendable {
    let work: SubmittedWork
    private(set) var settled: [CommandResult] = []
    private var pending: [PendingResult] = []
    var isDelivered = false
    /// Whether every command has its answer, and nobody got them yet.
    var isReady: Bool { !isDelivered && settled.count == work.commands.count }

    /// Whether a body of what is pending redacts an item of the content store.
    var redacts: Bool { pending.contains(where: \.redacts) }

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
struct PendingResult: Sendable {
    enum Outcome: Sendable {
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
    var receipt: EventReceipt {
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
