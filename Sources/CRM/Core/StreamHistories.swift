package import Schema
internal import SwiftProtobuf

/// Whole streams, for what is computed from everything that happened to one: it costs a look at the log for each event.
package protocol StreamHistories {
    /// The events of a stream, oldest first; none where there is no such stream.
    func events(of stream: StreamNumber) throws(Refusal) -> [StoredEvent]
    /// The present state of an aggregate; nil where there is none.
    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State?
}

extension StreamHistories {
    package func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        var state: A.State?
        for event in try events(of: number) where event.header.streamKind == A.kind {
            var folded = state ?? A.State()
            A.evolve(&folded, event)
            state = folded
        }
        return state
    }
}

/// The streams of a world, up to what it knows.
struct WorldHistories: StreamHistories {
    let world: any World

    func events(of stream: StreamNumber) throws(Refusal) -> [StoredEvent] {
        guard let head = try world.head(of: stream) else { return [] }
        var events: [StoredEvent] = []
        var position = head.last
        while position != .none, let event = try world.event(at: position) {
            events.append(event)
            position = event.header.previousInStream
        }
        return events.reversed()
    }

    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        try world.state(type, of: number)
    }
}
