internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// Puts the events of one body on the stage: encodes them, gives them their subjects, moves heads and states.
struct BodyStaging {
    let world: DecisionWorld
    let command: CheckedCommand
    /// The sealed parts of the body, and the slot that was taken for a subject that it makes.
    var parts: [SealedPart]
    let reservedSlot: Slot?
    /// Whether the body may be a correction, which may be older than the last fact of its stream.
    let retroactive: Bool
    let body: UInt16
    let reason: String
    let target: DecisionTarget
    let occurredAt: Instant
    let recordedAt: Instant
    let importNumber: StreamNumber
    let onBehalfOf: StreamNumber
    /// The first instant that is not closed; nil where nothing is closed, or where the facts are a timer's.
    var openSince: Instant?

    /// Part number of a sealed reason: no body has so many parts of its own.
    private static let reasonPart: UInt16 = 0xFFFE
    /// Numbers of the fields that the schema gives every event for what its command says beside its bodies.
    private static let reasonField = 15
    private static let sourceField = 30
    /// Events that one body may cause, and one command.
    private static let eventsPerBody = 1_000
    private static let eventsPerCommand = 10_000

    /// Stages what a decision causes and the fields that the body sets, and then all that follows from it by the
    /// policies.
    ///
    /// - Parameter fields: says what is to be set, once the decision's own events are staged.
    /// - Throws: what `stage` and `fields` throw; LIMIT_EXCEEDED where there are too many events.
    func stage(
        _ events: [NewEvent], fields: () throws(Refusal) -> FieldSetting.Event? = { () throws(Refusal) in nil }
    ) throws(Refusal) {
        var count = 0
        func append(_ event: NewEvent, in staging: BodyStaging) throws(Refusal) -> StoredEvent {
            guard count < Self.eventsPerBody, world.stage.events.count < Self.eventsPerCommand else {
                throw Refusal(.limitExceeded, "A body may cause 1,000 events and a command 10,000; send it in parts.")
            }
            defer { count += 1 }
            return try staging.stage(event, isFirst: count == 0)
        }
        var next = events
        for round in 0...PolicyRegistry.rounds {
            var facts: [StoredEvent] = []
            for event in next { facts.append(try append(event, in: self)) }
            if round == 0, let set = try fields() {
                let (event, staging) = try sealed(set, behind: events)
                facts.append(try append(event, in: staging))
            }
            guard !facts.isEmpty else { return }
            next = try PolicyRegistry.consequences(of: facts, PolicyContext(world: world))
        }
        guard next.isEmpty else { throw PolicyRegistry.endless }
    }

    /// The event that sets fields, and the staging that has its sealed part. It holds from the same time on as what the
    /// command itself did.
    private func sealed(
        _ fields: FieldSetting.Event, behind events: [NewEvent]
    ) throws(Refusal) -> (NewEvent, BodyStaging) {
        var staging = self
        var subject = fields.subject
        if let personal = fields.personal, let whose = subject {
            let number: StreamNumber = if case .number(let other) = whose.who { other } else { target.number }
            guard let slot = try world.slot(of: number) ?? reservedSlot else {
                throw Refusal(.internal, "The subject \(number) has no key.")
            }
            let part = UInt16(parts.count)
            let plaintext: [UInt8]
            do { plaintext = try PersonalData(.fieldsSet(personal)).encoded() } catch {
                throw Refusal(.internal, "The values of personal fields cannot be encoded.")
            }
            let bytes = try world.context.seal(plaintext, commandID: command.id, body: body, part: part, slot: slot)
            staging.parts.append(SealedPart(slot: slot, part: part, bytes: bytes, changes: []))
            subject?.part = Int(part)
        }
        var event = NewEvent.fact(.fieldsSet(fields.set), subjects: subject.map { [$0] } ?? [])
        event.occurredAt = events.last { $0.stream == .target }?.occurredAt
        return (event, staging)
    }

    /// Stages one event.
    ///
    /// - Throws: OCCURRED_OUT_OF_ORDER, PERIOD_CLOSED, LIMIT_EXCEEDED where the record would be too long.
    private func stage(_ event: NewEvent, isFirst: Bool) throws(Refusal) -> StoredEvent {
        let (number, head, newID) = try place(event)
        var (kind, payload) = try encode(event.payload)
        let isFact = event.origin == .command
        let time = event.occurredAt ?? occurredAt
        if isFact, time.rawValue > recordedAt.rawValue + CommandDecision.greatestLead {
            throw Refusal(.futureOccurredAt, "A fact of the command lies more than five minutes ahead of the clock.")
        }
        if isFact {
            try ClosedPeriods.check(
                event.payload, on: head?.kind ?? target.kind, number, occurredAt: time, openSince: openSince, world)
        }
        if isFact, !retroactive, let head, time < head.lastFactAt {
            throw Refusal(
                .occurredOutOfOrder,
                "The fact is older than the last fact of its stream. Send facts in order, or a correction.",
                field: "occurred_at")
        }
        var subjects = try entries(event)
        if isFirst, !reason.isEmpty {
            if let subject = subjects.first {
                subjects.append(try sealedReason(like: subject))
            } else {
                payload.append(field: Self.reasonField, Array(reason.utf8))
            }
        }
        if world.stage.events.isEmpty, let source = command.source { payload.append(field: Self.sourceField, source) }
        let position = world.nextPosition
        let streamKind = head?.kind ?? target.kind
        let header = EventHeader(
            origin: isFact && importNumber != .none ? .import : event.origin, kind: kind, schemaVersion: 1,
            flags: flags(isFirstOfCommand: world.stage.events.isEmpty), position: position, recordedAt: recordedAt,
            occurredAt: time, stream: number, revision: Revision((head?.revision.rawValue ?? 0) + 1), commandIndex: 0,
            commandCount: 0, previousInStream: head?.last ?? .none, commandID: command.id,
            correlationID: command.correlationID, causation: event.causation, principal: command.principal,
            onBehalfOf: onBehalfOf, importNumber: importNumber, streamKind: streamKind,
            subjectCount: UInt8(truncatingIfNeeded: subjects.count),
            payloadLength: UInt16(truncatingIfNeeded: payload.count),
            body: body)
        let changes = try indexChanges(event, header)
        let staged = Stage.Event(
            stream: newID.map { .new(streamKind, $0) } ?? .existing(number), number: number, header: header,
            payload: payload, subjects: subjects, changes: changes)
        try checkLength(staged)
        let stored = StoredEvent(header: header, payload: event.payload)
        commit(staged, stored, head: head, newID: newID, isFact: isFact)
        return stored
    }

    private func place(_ event: NewEvent) throws(Refusal) -> (StreamNumber, StreamHead?, Identifier?) {
        switch event.stream {
        case .target:
            let head = try world.head(of: target.number)
            return (target.number, head, head == nil ? target.newID : nil)
        case .other(let number):
            guard let head = try world.head(of: number) else {
                throw Refusal(.internal, "A consequence names the stream \(number), which does not exist.")
            }
            return (number, head, nil)
        }
    }

    private func encode(_ payload: EventPayload.OneOf_Event) throws(Refusal) -> (EventKind, [UInt8]) {
        do { return try EventPayload.encode(payload) } catch { throw Refusal(.internal, error.message) }
    }

    private func flags(isFirstOfCommand: Bool) -> EventHeader.Flags {
        var flags: EventHeader.Flags = command.historic ? .historic : []
        if isFirstOfCommand { flags.insert(world.stage.sealsFingerprint ? .fingerprintSealed : .fingerprintOpen) }
        return flags
    }

    private func entries(_ event: NewEvent) throws(Refusal) -> [EventDraft.Subject] {
        var entries: [EventDraft.Subject] = []
        for subject in event.subjects {
            let number: StreamNumber = if case .number(let other) = subject.who { other } else { target.number }
            let part = subject.part.map { parts[$0] }
            var known = part?.slot
            if known == nil { known = try world.slot(of: number) ?? reservedSlot }
            guard let slot = known else {
                throw Refusal(.internal, "The subject \(number) has no key.")
            }
            entries.append(
                EventDraft.Subject(
                    subject: number, keySlot: slot.number, slotGeneration: slot.generation, body: body,
                    part: part?.part ?? 0, role: subject.role, sealed: part?.bytes ?? []))
        }
        return entries
    }

    private func sealedReason(like subject: EventDraft.Subject) throws(Refusal) -> EventDraft.Subject {
        var personal = PersonalData()
        personal.reason.reason = reason
        let plaintext: [UInt8]
        do { plaintext = try personal.encoded() } catch {
            throw Refusal(.internal, "The reason cannot be encoded.")
        }
        var entry = subject
        entry.part = Self.reasonPart
        entry.sealed = try world.context.seal(
            plaintext, commandID: command.id, body: body, part: Self.reasonPart,
            slot: Slot(number: subject.keySlot, generation: subject.slotGeneration))
        return entry
    }

    /// What an event does to the index.
    ///
    /// - Throws: LIMIT_EXCEEDED where the index could not take a key.
    private func indexChanges(_ event: NewEvent, _ header: EventHeader) throws(Refusal) -> [IndexChange] {
        let effects = AggregateRegistry.effects(of: StoredEvent(header: header, payload: event.payload))
        for case .claim(let key, _) in effects { try key.checkLength() }
        var changes = world.context.changes(of: effects)
        for subject in event.subjects { if let part = subject.part { changes += parts[part].changes } }
        return changes + RecordChanges.singleton(header, vault: world.context.vault)
    }

    private func checkLength(_ event: Stage.Event) throws(Refusal) {
        // The fingerprint of the command's first event comes on top: 32 open bytes, or an entry of its own.
        let reserve = RecordLayout.subjectEntryLength + RecordLayout.fingerprintLength + 64
        var length = RecordLayout.headerLength + RecordLayout.streamIDLength + event.payload.count + reserve
        for subject in event.subjects { length += RecordLayout.subjectEntryLength + subject.sealed.count }
        guard length <= RecordLayout.maximumRecordLength, event.subjects.count < 255 else {
            throw Refusal(
                .limitExceeded,
                "An event would need \(length) bytes; 64 KiB is the limit. Send shorter texts or fewer items.")
        }
    }

    private func commit(
        _ staged: Stage.Event, _ stored: StoredEvent, head: StreamHead?, newID: Identifier?, isFact: Bool
    ) {
        let header = staged.header
        if let newID { world.stage.ids[newID] = staged.number }
        for subject in staged.subjects {
            world.stage.slots[subject.subject] = Slot(number: subject.keySlot, generation: subject.slotGeneration)
        }
        evolve(stored)
        world.stage.heads[staged.number] = StreamHead(
            id: newID ?? head?.id ?? .zero, number: staged.number, kind: header.streamKind, revision: header.revision,
            last: header.position,
            lastFactAt: isFact ? max(header.occurredAt, head?.lastFactAt ?? .earliest) : head?.lastFactAt ?? .earliest)
        world.stage.apply(staged.changes, stream: staged.number)
        world.stage.bodies += BodyChange.changes(of: stored)
        world.stage.events.append(staged)
    }

    /// Moves the state of the event's stream on, where it is in memory.
    private func evolve(_ event: StoredEvent) {
        guard let aggregate = AggregateRegistry.aggregate(of: event.header.streamKind) else { return }
        world.evolve(aggregate, event)
    }
}

extension DecisionWorld {
    /// The state of a stream after one more event, if the state before it is in memory or the stream begins.
    func evolve<A: Aggregate>(_ type: A.Type, _ event: StoredEvent) {
        let number = event.header.stream
        let before = Revision(event.header.revision.rawValue - 1)
        let known =
            stage.states[number].flatMap { $0.revision == before ? $0 : nil } ?? cache.entry(number, revision: before)
        var state: A.State
        if before == .none {
            state = A.State()
        } else if let known = known?.state as? A.State {
            state = known
        } else {
            return
        }
        A.evolve(&state, event)
        stage.states[number] = StateCache.Entry(
            revision: event.header.revision, state: state,
            size: (known?.size ?? StateCache.baseSize) + Int(event.header.payloadLength))
    }
}

extension [UInt8] {
    /// Adds a field of bytes, a text or a message to an encoded message. It comes behind the other fields: protobuf's
    /// decoders take fields in any order.
    fileprivate mutating func append(field: Int, _ content: [UInt8]) {
        append(varint: UInt64(field) << 3 | 2)
        append(varint: UInt64(content.count))
        append(contentsOf: content)
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
