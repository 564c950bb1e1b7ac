internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// A log in memory: gives events their places and keeps what would be sealed.
struct LogSketch {
    private(set) var events: [ViewEvent] = []
    /// What the sealed parts hold.
    private(set) var sealed: [SealedRef: PersonalData] = [:]
    private var heads: [StreamNumber: (kind: AggregateKind, revision: UInt32)] = [:]

    /// The position that the next event gets.
    var next: Position { Position(UInt64(events.count) + 1) }

    /// Appends the first event of a stream.
    @discardableResult
    mutating func begin(
        _ kind: AggregateKind, _ payload: EventPayload.OneOf_Event, at: Instant = .day(0),
        subjects: [(StreamNumber, SubjectRole)] = [], personal: PersonalData.OneOf_Data? = nil, parts: Int = 1,
        importNumber: StreamNumber = .none
    ) throws -> StreamNumber {
        let stream = StreamNumber(next.rawValue)
        heads[stream] = (kind, 0)
        let subjects = kind == .party ? [(stream, .self_)] : subjects
        try append(
            stream, payload, at: at, subjects: subjects, personal: personal, parts: parts, importNumber: importNumber)
        return stream
    }

    /// Appends an event of a stream that has begun. The personal part is sealed at the entries of the last subjects.
    ///
    /// - Parameter parts: at how many of them.
    mutating func append(
        _ stream: StreamNumber, _ payload: EventPayload.OneOf_Event, at: Instant = .day(0),
        subjects: [(StreamNumber, SubjectRole)] = [], personal: PersonalData.OneOf_Data? = nil, parts: Int = 1,
        importNumber: StreamNumber = .none
    ) throws {
        var head = try #require(heads[stream])
        head.revision += 1
        heads[stream] = head
        let subjects = subjects.isEmpty && head.kind == .party ? [(stream, .self_)] : subjects
        var entries = subjects.map { LogSketch.entry($0.0, $0.1, sealedLength: 0) }
        if let personal {
            let part = PersonalData.with { $0.data = personal }
            // What sealing adds to a part.
            let length = UInt16(try part.serializedData().count + 28)
            for index in entries.indices.suffix(parts) { entries[index].sealedLength = length }
            // The fingerprint of a command with personal data is sealed in an entry before those of its subjects.
            entries.insert(LogSketch.entry(entries[0].subject, .fingerprint, sealedLength: 60), at: 0)
            for index in entries.indices.suffix(parts) {
                let reference = SealedRef.with {
                    $0.position = next.rawValue
                    $0.entry = UInt32(index)
                }
                sealed[reference] = part
            }
        }
        let encoded = try EventPayload.encode(payload)
        var header = LogSketch.header(encoded.kind, stream, head.kind, Revision(head.revision), at: at)
        header.position = next
        header.importNumber = importNumber
        header.subjectCount = UInt8(entries.count)
        header.payloadLength = UInt16(encoded.payload.count)
        let id = head.revision == 1 ? LogSketch.id(of: stream) : nil
        events.append(ViewEvent(header: header, payload: payload, streamID: id, subjects: entries))
    }

    /// The UUID that a stream of the sketch has.
    static func id(of stream: StreamNumber) -> Identifier {
        .version7(milliseconds: 1_700_000_000_000 + stream.rawValue, randomHigh: 1, randomLow: stream.rawValue)
    }

    private static func entry(_ subject: StreamNumber, _ role: SubjectRole, sealedLength: UInt16) -> SubjectEntry {
        SubjectEntry(
            subject: subject, previous: .none, keySlot: 16, slotGeneration: 1, body: 0, part: 0,
            sealedLength: sealedLength, role: role)
    }

    private static func header(
        _ kind: EventKind, _ stream: StreamNumber, _ streamKind: AggregateKind, _ revision: Revision, at: Instant
    ) -> EventHeader {
        EventHeader(
            origin: .command, kind: kind, schemaVersion: 1, flags: [], position: .none, recordedAt: at, occurredAt: at,
            stream: stream, revision: revision, commandIndex: 0, commandCount: 1, previousInStream: .none,
            commandID: .zero, correlationID: .zero, causation: .none, principal: .none, onBehalfOf: .none,
            importNumber: .none, streamKind: streamKind, subjectCount: 0, payloadLength: 0, body: 0)
    }
}

extension LogSketch {
    /// The store of a projection after the events from `start` on, made in pages: as the engine does, every page meets
    /// a projection that remembers nothing.
    func fold<P: Projection>(
        _ projection: P.Type, page: Int = .max, onto store: MemoryStore? = nil, from start: Int = 0
    ) throws(ViewError) -> MemoryStore {
        var store = store ?? MemoryStore(for: projection)
        var index = start
        while index < events.count {
            let end = page < events.count - index ? index + page : events.count
            let instance = P()
            for event in events[index..<end] where P.kinds.contains(event.header.kind) {
                try instance.apply(event, to: &store)
            }
            index = end
        }
        return store
    }

    /// The record with the personal data that the sketch has sealed.
    func opened(_ record: SealedRecord) throws -> Record {
        var opened = record.record
        for field in record.sealed { opened.fill(field, with: try #require(sealed[field.reference])) }
        return opened
    }
}

extension Instant {
    /// Midnight UTC so many days after 2024-01-01, and so many seconds later.
    static func day(_ day: Int64, seconds: Int64 = 0) -> Instant {
        Instant(microseconds: (1_704_067_200 + day * 86_400 + seconds) * 1_000_000)
    }
}

/// A reproducible source of random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
