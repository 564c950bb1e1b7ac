internal import EventLog
internal import Schema
internal import Synchronization

/// Three records in memory, of which the second can be shown with a flipped bit.
final class DamagedStorage: LogStorage {
    let isDamaged = Atomic<Bool>(false)
    private let values: [[UInt8]]

    init() {
        values = (1...3).map { number in
            var record: [UInt8] = []
            EventHeader(
                origin: .command, kind: .partyRegistered, schemaVersion: 1, flags: [],
                position: Position(UInt64(number)),
                recordedAt: Instant(microseconds: 1), occurredAt: Instant(microseconds: 1),
                stream: StreamNumber(UInt64(number)), revision: Revision(1), commandIndex: 0, commandCount: 1,
                previousInStream: .none, commandID: Identifier(high: 0, low: UInt64(number)), correlationID: .zero,
                causation: .none, principal: .none, onBehalfOf: .none, importNumber: .none, streamKind: .party,
                subjectCount: 0, payloadLength: 0, body: 0
            ).write(to: &record)
            record.append(Identifier(high: 5, low: UInt64(number)))
            let leaf = TreeHash.leaf(record.span.bytes)
            leaf.append(to: &record)
            return record
        }
    }

    func append(_ group: RecordGroup) throws(EventLogError) {}

    func lastPosition() throws(EventLogError) -> Position { Position(UInt64(values.count)) }

    func scan(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        for number in position.rawValue...UInt64(values.count) {
            guard try body(Position(number), shown(number).span.bytes) else { return }
        }
    }

    func value<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        guard (1...UInt64(values.count)).contains(position.rawValue) else { return nil }
        return try body(shown(position.rawValue).span.bytes)
    }

    func size() throws(EventLogError) -> Int { 0 }

    private func shown(_ number: UInt64) -> [UInt8] {
        var value = values[Int(number) - 1]
        if number == 2, isDamaged.load(ordering: .relaxed) { value[130] ^= 1 }
        return value
    }
}
