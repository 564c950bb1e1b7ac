package import Schema
package import SwiftProtobuf

/// One kind of aggregate: its state and how events change it.
///
/// The state is a message of `kith.store.v1`, so that it can be kept once a stream is long. `evolve` is a pure
/// function: no clock, no randomness, no I/O, and it never fails, whatever events an older version wrote.
package protocol Aggregate {
    /// What the deciders of this aggregate need to know of its past.
    associatedtype State: SwiftProtobuf.Message & Sendable

    /// The aggregate's number in the registry.
    static var kind: AggregateKind { get }

    /// The state after one more event of the stream.
    static func evolve(_ state: inout State, _ event: StoredEvent)
}

/// An event of the log as folds see it: what stands in the header, and the decoded payload.
package struct StoredEvent: Sendable {
    package var header: EventHeader
    package var payload: EventPayload.OneOf_Event

    package init(header: EventHeader, payload: EventPayload.OneOf_Event) {
        self.header = header
        self.payload = payload
    }

    package var position: Position { header.position }
    package var occurredAt: Instant { header.occurredAt }
}

/// Where a stream stands.
package struct StreamHead: Sendable, Hashable {
    package var id: Identifier
    package var number: StreamNumber
    package var kind: AggregateKind
    package var revision: Revision
    package var last: Position
    /// When the last *fact* of the stream occurred.
    package var lastFactAt: Instant

    package init(
        id: Identifier, number: StreamNumber, kind: AggregateKind, revision: Revision, last: Position,
        lastFactAt: Instant
    ) {
        self.id = id
        self.number = number
        self.kind = kind
        self.revision = revision
        self.last = last
        self.lastFactAt = lastFactAt
    }
}
