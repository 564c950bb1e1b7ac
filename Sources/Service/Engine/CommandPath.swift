internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
internal import Schema
internal import SwiftProtobuf
internal import Synchronization

/// What came in with one request, checked: each command is decided on its own, in order.
struct SubmittedWork: Sendable {
    /// A refusal of the gateway takes its command's place.
    var commands: [Result<CheckedCommand, Refusal>]
    /// The command ids as they go into the answers, also of refused ones.
    var commandIDs: [String]
    var sink: any ReplySink
    var tag: UInt64

    /// Gives back the key slots that were taken ahead for the subjects of commands that will not be decided.
    func releaseSlots(to vault: KeyVault) {
        for case .success(let command) in commands {
            for body in command.bodies { body.prepared?.reservedSlot.map { vault.release($0) } }
        }
    }
}

/// The sequencer's side of the command path: decides what waits, appends it as one group, answers when it is durable.
///
/// Everything here runs on the writer's thread.
final class CommandPath {
    private let context: LogContext
    private let writer: LogWriter
    private let cache: StateCache
    private let world: DecisionWorld
    private let onPrincipalChange: @Sendable () -> Void
    /// Whether the open group changes a principal.
    private var principalsChanged = false

    init(context: LogContext, writer: LogWriter, cache: StateCache, onPrincipalChange: @escaping @Sendable () -> Void) {
        self.context = context
        self.writer = writer
        self.cache = cache
        self.onPrincipalChange = onPrincipalChange
        world = DecisionWorld(context: context, cache: cache, writer: writer)
    }

    /// Why the writer has stopped; nil while all is well.
    var failure: EventLogError? { writer.failure }

    /// Decides a group of work, makes it durable and answers it.
    func process(_ works: [SubmittedWork]) {
        var answers: [[PendingResult]] = []
        answers.reserveCapacity(works.count)
        do {
            try writer.begin()
        } catch {
            // Nothing of them was decided: what was taken ahead for new subjects goes back.
            for work in works { work.releaseSlots(to: context.vault) }
            return refuse(works, error)
        }
        do {
            for work in works { answers.append(decide(work)) }
            try writer.commit { size, root in
                // Only now: before it is durable, a change of rights is nobody's.
                if principalsChanged { onPrincipalChange() }
                principalsChanged = false
                deliver(
                    works,
                    answers.map { results in
                        results.map { $0.result(size: size, root: root, recordedAt: writer.recordedAt) }
                    })
            }
        } catch {
            refuse(works, error)
        }
    }

    private func refuse(_ works: [SubmittedWork], _ error: EventLogError) {
        let refusal = Self.stopped(error)
        deliver(works, works.map { work in work.commandIDs.map { CommandResult(refusal, commandID: $0) } })
    }

    /// What callers get once the writer has stopped: definite, and the same id may be sent again later.
    private static func stopped(_ error: EventLogError) -> Refusal {
        switch error.code {
        case .diskFull:
            Refusal(.diskFull, "Nothing can be appended: \(error.message) Make space, then restart the service.")
        default: Refusal(.readOnly, "The log takes no commands: \(error.message) Restart the service.")
        }
    }

    private func deliver(_ works: [SubmittedWork], _ results: [[CommandResult]]) {
        let reflects = Reflects.log(context.log)
        var order: [ObjectIdentifier] = []
        var replies: [ObjectIdentifier: (sink: any ReplySink, replies: [SubmitReply])] = [:]
        for (work, results) in zip(works, results) {
            let key = ObjectIdentifier(work.sink)
            if replies[key] == nil { order.append(key) }
            replies[key, default: (work.sink, [])].replies.append(
                SubmitReply(tag: work.tag, results: results, reflects: reflects))
        }
        for key in order { if let (sink, replies) = replies[key] { sink.deliver(replies) } }
    }

    private func decide(_ work: SubmittedWork) -> [PendingResult] {
        zip(work.commands, work.commandIDs).map { command, id in
            switch command {
            case .failure(let refusal): return PendingResult(commandID: id, outcome: .refused(refusal))
            case .success(let command):
                do throws(Refusal) {
                    return PendingResult(commandID: id, outcome: try decide(command))
                } catch {
                    return PendingResult(commandID: id, outcome: .refused(error))
                }
            }
        }
    }

    // MARK: One command

    private func decide(_ command: CheckedCommand) throws(Refusal) -> PendingResult.Outcome {
        world.reservedSlots = command.bodies.compactMap { $0.prepared?.reservedSlot }
        var usedSlots = Set<Slot>()
        defer {
            for slot in world.reservedSlots where !usedSlots.contains(slot) { context.vault.release(slot) }
            world.stage = Stage()
        }
        if let first = try known(command.id) {
            return .replayed(try StoredAnswer(context: context, writer: writer, world: world)(command, first: first))
        }
        let bodies = try CommandDecision(world: world, command: command, recordedAt: writer.recordedAt)()
        guard !world.stage.isEmpty else { return .unchanged(bodies) }
        if command.dryRun { return .dryRun(world.stage.events.map { $0.receipt }, bodies) }
        let drafts = try drafts(command)
        usedSlots = Set(world.stage.slots.values)
        return .accepted(try append(drafts), bodies)
    }

    private func known(_ id: Identifier) throws(Refusal) -> Position? {
        do { return try context.log.index.command(id) } catch { throw Refusal(error) }
    }

    private func append(_ drafts: [EventDraft]) throws(Refusal) -> [AppendedEvent] {
        do {
            var appended: [AppendedEvent] = []
            appended.reserveCapacity(drafts.count)
            for draft in drafts { appended.append(try writer.append(draft)) }
            for (stream, entry) in world.stage.states { cache.put(entry, stream) }
            world.keepLongStates()
            if world.stage.events.contains(where: { $0.header.streamKind == .principal }) { principalsChanged = true }
            return appended
        } catch { throw Refusal(error) }
    }

    /// The staged events as drafts: numbered within the command, the first with the fingerprint.
    private func drafts(_ command: CheckedCommand) throws(Refusal) -> [EventDraft] {
        let events = world.stage.events
        let fingerprint = try sealedFingerprint(command)
        var drafts: [EventDraft] = []
        drafts.reserveCapacity(events.count)
        for (index, event) in events.enumerated() {
            var draft = EventDraft(
                stream: event.stream, kind: event.header.kind, payload: event.payload, origin: event.header.origin,
                flags: event.header.flags, occurredAt: event.header.occurredAt, commandIndex: UInt16(index),
                commandCount: UInt16(events.count), body: event.header.body, commandID: command.id,
                correlationID: command.correlationID, causation: event.header.causation, principal: command.principal,
                onBehalfOf: event.header.onBehalfOf, importNumber: event.header.importNumber, subjects: event.subjects,
                fingerprint: [], changes: event.changes)
            if index == 0 {
                draft.flags.subtract([.fingerprintOpen, .fingerprintSealed])
                if let fingerprint {
                    draft.flags.insert(.fingerprintSealed)
                    draft.subjects.insert(fingerprint, at: 0)
                } else {
                    draft.flags.insert(.fingerprintOpen)
                    draft.fingerprint = command.fingerprint
                }
            }
            drafts.append(draft)
        }
        return drafts
    }

    /// Part number of a sealed fingerprint: no body has so many parts of its own.
    private static let fingerprintPart: UInt16 = 0xFFFF

    /// The fingerprint as the first entry of the first event, where the command holds personal data: sealed for the
    /// first subject that its events concern. Nil where it stands open.
    private func sealedFingerprint(_ command: CheckedCommand) throws(Refusal) -> EventDraft.Subject? {
        guard world.stage.sealsFingerprint else { return nil }
        let subjects = world.stage.events.lazy.flatMap(\.subjects)
        guard let like = subjects.first(where: { !$0.sealed.isEmpty }) ?? subjects.first else { return nil }
        var personal = PersonalData()
        personal.fingerprint = Data(command.fingerprint)
        let plaintext: [UInt8]
        do { plaintext = try personal.serializedBytes() } catch {
            throw Refusal(.internal, "The fingerprint cannot be encoded.")
        }
        var entry = like
        entry.part = Self.fingerprintPart
        entry.role = .fingerprint
        entry.sealed = try context.seal(
            plaintext, commandID: command.id, body: entry.body, part: Self.fingerprintPart,
            slot: Slot(number: entry.keySlot, generation: entry.slotGeneration))
        return entry
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
