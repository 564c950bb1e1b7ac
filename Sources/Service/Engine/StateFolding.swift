internal import CRM
internal import EventLog
internal import Schema
internal import SwiftProtobuf

/// Folds the state of an aggregate from its stream's events.
struct StateFolding {
    let index: IndexStore
    /// Reads a record, durable or of the open group.
    let record: (Position, (RawSpan) throws(EventLogError) -> Void) throws(EventLogError) -> Bool

    /// A state is kept each time so many events have been added to its stream.
    static let storedEvery: UInt32 = 1_000

    /// The state of the stream that stands at `head`.
    func fold<A: Aggregate>(_ type: A.Type, _ number: StreamNumber, _ head: StreamHead) throws(EventLogError) -> (
        state: A.State, size: Int
    ) {
        var state = A.State()
        var size = StateCache.baseSize
        var from = Position.none
        if head.revision.rawValue >= Self.storedEvery, let stored = try index.storedState(of: number),
            stored.revision <= head.revision, let kept = try? A.State(serializedBytes: stored.bytes)
        {
            state = kept
            size += stored.bytes.count
            from = stored.last
        }
        for position in try positions(after: from, from: head.last).reversed() {
            let found = try record(position) { (record) throws(EventLogError) in
                let event = try StoredEvent(reading: record)
                size += Int(event.header.payloadLength)
                A.evolve(&state, event)
            }
            guard found else {
                throw EventLogError(.damaged, "There is no record at position \(position).", position: position)
            }
        }
        return (state, size)
    }

    /// The positions of a stream's events after `from`, newest first.
    private func positions(after from: Position, from last: Position) throws(EventLogError) -> [Position] {
        var positions: [Position] = []
        var position = last
        while position > from {
            positions.append(position)
            var previous = Position.none
            _ = try record(position) { (record) throws(EventLogError) in
                previous = try EventHeader.checked(record, at: position).previousInStream
            }
            position = previous
        }
        return positions
    }
}

extension StoredEvent {
    /// The event of a record.
    ///
    /// - Throws: `damaged` where it cannot be read.
    init(reading record: RawSpan) throws(EventLogError) {
        do throws(RecordError) {
            let header = try EventHeader(reading: record)
            self.init(
                header: header,
                payload: try EventPayload.decode(kind: header.kind, payload: record.extracting(header.payloadRange)))
        } catch { throw EventLogError(.damaged, error.message) }
    }
}

extension EventHeader {
    /// The header of a record.
    ///
    /// - Throws: `damaged` with the position where it cannot be read.
    static func checked(_ record: RawSpan, at position: Position) throws(EventLogError) -> EventHeader {
        do throws(RecordError) { return try EventHeader(reading: record) } catch {
            throw EventLogError(.damaged, error.message, position: position)
        }
    }
}
