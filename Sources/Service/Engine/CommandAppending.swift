internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// Appends what one command or timer put on the stage to the open group. Lives on the writer's thread.
final class CommandAppending {
    private let world: DecisionWorld
    private let cache: StateCache
    /// Whether the open group changes a principal.
    private var principalsChanged = false
    /// What the open group asks of the content store.
    private var bodyChanges: [BodyChange] = []

    init(world: DecisionWorld, cache: StateCache) {
        self.world = world
        self.cache = cache
    }

    /// Whether a principal was changed since this was asked last.
    func takePrincipalsChanged() -> Bool {
        defer { principalsChanged = false }
        return principalsChanged
    }

    /// What is to be done in the content store since this was asked last.
    func takeBodyChanges() -> [BodyChange] {
        defer { bodyChanges = [] }
        return bodyChanges
    }

    /// Appends the staged events.
    ///
    /// - Throws: INTERNAL, or what sealing the fingerprint throws: nothing is appended then; an error of the writer.
    func append(_ command: CheckedCommand) throws(Refusal) -> [AppendedEvent] {
        let drafts = try drafts(command)
        do {
            var appended: [AppendedEvent] = []
            appended.reserveCapacity(drafts.count)
            for draft in drafts { appended.append(try world.writer.append(draft)) }
            for (stream, entry) in world.stage.states { cache.put(entry, stream) }
            world.keepLongStates()
            if world.stage.events.contains(where: { $0.header.streamKind == .principal }) { principalsChanged = true }
            bodyChanges += world.stage.bodies
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
        do { plaintext = try personal.encoded() } catch {
            throw Refusal(.internal, "The fingerprint cannot be encoded.")
        }
        var entry = like
        entry.part = Self.fingerprintPart
        entry.role = .fingerprint
        entry.sealed = try world.context.seal(
            plaintext, commandID: command.id, body: entry.body, part: Self.fingerprintPart,
            slot: Slot(number: entry.keySlot, generation: entry.slotGeneration))
        return entry
    }
}
