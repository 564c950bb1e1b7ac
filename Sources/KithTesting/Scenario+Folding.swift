internal import CRM
internal import Schema
internal import SwiftProtobuf

extension Scenario {
    /// Gives an event its place, folds it and indexes it.
    mutating func append(
        _ event: NewEvent, _ table: [(SubjectEntry, PersonalData?)], to number: StreamNumber,
        creating stream: NewStream?, flags: EventHeader.Flags, _ circumstances: Circumstances
    ) {
        let position = nextPosition
        guard let kind = stream?.kind ?? heads[number]?.kind else {
            preconditionFailure("an event goes to stream \(number), which does not exist")
        }
        let encoded = Scenario.encode(event.payload)
        let header = EventHeader(
            origin: event.origin, kind: encoded.kind, schemaVersion: 1, flags: flags, position: position,
            recordedAt: circumstances.recordedAt, occurredAt: event.occurredAt ?? circumstances.occurredAt,
            stream: number, revision: Revision((heads[number]?.revision.rawValue ?? 0) + 1), commandIndex: 0,
            commandCount: 1, previousInStream: heads[number]?.last ?? .none, commandID: .zero, correlationID: .zero,
            causation: event.causation, principal: circumstances.principal, onBehalfOf: .none, importNumber: .none,
            streamKind: kind, subjectCount: UInt8(truncatingIfNeeded: table.count),
            payloadLength: UInt16(truncatingIfNeeded: encoded.payload.count), body: 0)
        let recorded = ScenarioEvent(
            stored: StoredEvent(header: header, payload: event.payload), subjects: table.map(\.0),
            parts: table.map(\.1))
        move(recorded, creating: stream)
        Scenario.fold(recorded, &states, &index)
        events.append(recorded)
    }

    private mutating func move(_ event: ScenarioEvent, creating stream: NewStream?) {
        let header = event.stored.header
        if let stream {
            numbers[stream.id] = stream.number
            singletons[stream.kind] = stream.number
            heads[stream.number] = StreamHead(
                id: stream.id, number: stream.number, kind: stream.kind, revision: .none, last: .none,
                lastFactAt: header.occurredAt)
        }
        heads[header.stream]?.revision = header.revision
        heads[header.stream]?.last = header.position
        if header.origin == .command { heads[header.stream]?.lastFactAt = header.occurredAt }
    }

    /// Whether folding and indexing all events anew, out of their encoded payloads, gives what the commands left.
    package var isReproducible: Bool {
        var states: [StreamNumber: any Message] = [:]
        var index = ScenarioIndex()
        for event in events {
            var copy = event
            let encoded = Scenario.encode(event.stored.payload)
            guard let payload = try? EventPayload.decode(kind: encoded.kind, payload: encoded.payload.span.bytes) else {
                return false
            }
            copy.stored.payload = payload
            Scenario.fold(copy, &states, &index)
        }
        return index == self.index && states.count == self.states.count
            && states.allSatisfy { self.states[$0.key]?.isEqualTo(message: $0.value) ?? false }
    }

    private static func fold(
        _ event: ScenarioEvent, _ states: inout [StreamNumber: any Message], _ index: inout ScenarioIndex
    ) {
        let stream = event.stream
        let kind = event.stored.header.streamKind
        if let aggregate = AggregateRegistry.aggregate(of: kind) {
            states[stream] = evolved(aggregate, states[stream], event.stored)
        }
        let personal = event.personal.flatMap { AggregateRegistry.effects(of: $0, on: kind) }
        for effect in AggregateRegistry.effects(of: event.stored) + personal {
            index.apply(effect, of: stream)
        }
    }

    private static func evolved<A: Aggregate>(
        _ type: A.Type, _ state: (any Message)?, _ event: StoredEvent
    ) -> any Message {
        var state = state as? A.State ?? A.State()
        A.evolve(&state, event)
        return state
    }

    private static func encode(_ payload: EventPayload.OneOf_Event) -> (kind: EventKind, payload: [UInt8]) {
        do { return try EventPayload.encode(payload) } catch { preconditionFailure("\(error)") }
    }
}
