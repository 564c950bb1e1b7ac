internal import Schema

/// The part of the index that is not yet in its environment: what the events since its applied position changed.
///
/// Values are absolute, so that applying an overlay twice does the same as once.
struct IndexOverlay: Sendable {
    var streams: [Identifier: StreamNumber] = [:]
    var heads: [StreamNumber: StreamEntry] = [:]
    var subjects: [StreamNumber: SubjectStanding] = [:]
    var commands: [Identifier: Position] = [:]
    /// None: the reference names nothing any more.
    var links: [IndexToken: StreamNumber] = [:]
    /// False: the stream has the value no more.
    var tokens: [IndexToken: [StreamNumber: Bool]] = [:]
    var claims: [[UInt8]: Int64] = [:]
    var states: [StreamNumber: StoredState] = [:]
    /// Nil: the timer is not set any more.
    var timers: [TimerPlace: TimerStanding?] = [:]
    var imports: [StreamNumber: ImportStanding] = [:]
    var tickets = TicketOverlay()
    /// Number of changes, for the bound on the overlay.
    var count = 0

    var isEmpty: Bool { count == 0 }
}

/// Keys and values of the index's tables, fixed width and big-endian where they are compared.
enum IndexCodec {
    static func key(_ identifier: Identifier) -> [UInt8] { identifier.bytes }

    static func key(_ token: IndexToken) -> [UInt8] { Identifier(high: token.high, low: token.low).bytes }

    static func key(_ token: IndexToken, _ stream: StreamNumber) -> [UInt8] {
        var key = key(token)
        appendBigEndian(stream.rawValue, to: &key)
        return key
    }

    static func stream(inTokenKey key: RawSpan) -> StreamNumber {
        StreamNumber(UInt64(bigEndian: unsafe key.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)))
    }

    static func value(_ number: UInt64) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.append(littleEndian: number)
        return bytes
    }

    static func value(_ entry: StreamEntry) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(48)
        bytes.append(littleEndian: entry.last.rawValue)
        bytes.append(littleEndian: entry.lastFactAt.rawValue)
        bytes.append(entry.id)
        bytes.append(littleEndian: entry.revision.rawValue)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: entry.kind.rawValue))
        bytes.append(littleEndian: entry.importNumber.rawValue)
        return bytes
    }

    static func streamEntry(_ span: RawSpan) -> StreamEntry? {
        guard span.byteCount == 48, let kind = AggregateKind(rawValue: Int(u32(span, 36))) else { return nil }
        return StreamEntry(
            id: Identifier(high: UInt64(bigEndian: raw(span, 16)), low: UInt64(bigEndian: raw(span, 24))),
            kind: kind, revision: Revision(u32(span, 32)),
            last: Position(UInt64(littleEndian: raw(span, 0))),
            lastFactAt: Instant(microseconds: Int64(bitPattern: UInt64(littleEndian: raw(span, 8)))),
            importNumber: StreamNumber(UInt64(littleEndian: raw(span, 40))))
    }

    static func value(_ standing: SubjectStanding) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(16)
        bytes.append(littleEndian: standing.last.rawValue)
        bytes.append(littleEndian: standing.keySlot)
        bytes.append(littleEndian: standing.slotGeneration)
        return bytes
    }

    static func subjectStanding(_ span: RawSpan) -> SubjectStanding? {
        guard span.byteCount == 16 else { return nil }
        return SubjectStanding(
            last: Position(UInt64(littleEndian: raw(span, 0))), keySlot: u32(span, 8), slotGeneration: u32(span, 12))
    }

    static func value(_ state: StoredState) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(12 + state.bytes.count)
        bytes.append(littleEndian: state.last.rawValue)
        bytes.append(littleEndian: state.revision.rawValue)
        bytes.append(contentsOf: state.bytes)
        return bytes
    }

    static func storedState(_ bytes: [UInt8]) -> StoredState? {
        guard bytes.count >= 12 else { return nil }
        let span = unsafe bytes.span.bytes
        return StoredState(
            revision: Revision(u32(span, 8)), last: Position(UInt64(littleEndian: raw(span, 0))),
            bytes: Array(bytes[12...]))
    }

    static func raw(_ span: RawSpan, _ offset: Int) -> UInt64 {
        unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    private static func u32(_ span: RawSpan, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    static func appendBigEndian(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
