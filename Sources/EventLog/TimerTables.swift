internal import LMDB
internal import Schema

/// The tables of timers and of the imports that hold them.
struct TimerTables: Sendable {
    /// Stream and key, to due instant and holder.
    let timers: Table
    /// Holder, due instant, stream and key, in the order in which timers fire; no values.
    let due: Table
    let imports: Table

    /// Opens the tables, or makes them.
    init(_ environment: Environment, exist: Bool) throws(LMDBError) {
        timers = try environment.openTable(named: "timers", flags: .checked, mustExist: exist)
        due = try environment.openTable(named: "due", flags: .checked, mustExist: exist)
        imports = try environment.openTable(named: "imports", flags: [.integerKey, .checked], mustExist: exist)
    }

    func clear(_ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for table in [timers, due, imports] { try transaction.clear(table) }
    }

    /// Writes what an overlay has of timers and imports.
    func write(_ overlay: IndexOverlay, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
        for (place, standing) in overlay.timers.sorted(by: { $0.key < $1.key }) {
            let key = TimerCodec.key(place)
            if let bytes = try transaction.getBytes(timers, key: key), let before = TimerCodec.standing(bytes) {
                if before == standing { continue }
                _ = try transaction.delete(due, key: TimerCodec.key(before, place))
            }
            if let standing {
                try transaction.put(timers, key: key, value: TimerCodec.value(standing))
                try transaction.put(due, key: TimerCodec.key(standing, place), value: [UInt8]())
            } else {
                _ = try transaction.delete(timers, key: key)
            }
        }
        for (number, standing) in overlay.imports.sorted(by: { $0.key < $1.key }) {
            try transaction.put(imports, key: number.rawValue, value: TimerCodec.value(standing))
        }
    }
}

/// Keys and values of the tables of timers.
enum TimerCodec {
    /// Bytes of a key of the table in the order of firing.
    static let dueKeyLength = 34

    static func key(_ place: TimerPlace) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(18)
        append(place, to: &bytes)
        return bytes
    }

    static func key(_ standing: TimerStanding, _ place: TimerPlace) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(dueKeyLength)
        IndexCodec.appendBigEndian(standing.holder.rawValue, to: &bytes)
        // The sign turned: earlier instants, also those before 1970, compare as smaller bytes.
        IndexCodec.appendBigEndian(
            UInt64(bitPattern: standing.due.rawValue) ^ UInt64(bitPattern: .min), to: &bytes)
        append(place, to: &bytes)
        return bytes
    }

    /// The smallest key of a holder's timers.
    static func firstKey(of holder: StreamNumber) -> [UInt8] {
        var bytes = [UInt8]()
        IndexCodec.appendBigEndian(holder.rawValue, to: &bytes)
        return bytes
    }

    /// Holder, due instant and place of a key in the order of firing.
    static func due(_ key: RawSpan) -> (standing: TimerStanding, place: TimerPlace)? {
        guard key.byteCount == dueKeyLength else { return nil }
        let due = UInt64(bigEndian: IndexCodec.raw(key, 8)) ^ UInt64(bitPattern: .min)
        let standing = TimerStanding(
            due: Instant(microseconds: Int64(bitPattern: due)),
            holder: StreamNumber(UInt64(bigEndian: IndexCodec.raw(key, 0))))
        let kind = unsafe UInt16(bigEndian: key.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt16.self))
        let place = TimerPlace(
            stream: StreamNumber(UInt64(bigEndian: IndexCodec.raw(key, 16))),
            key: TimerKey(kind: kind, item: UInt64(bigEndian: IndexCodec.raw(key, 26))))
        return (standing, place)
    }

    static func value(_ standing: TimerStanding) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.append(littleEndian: standing.holder.rawValue)
        bytes.append(littleEndian: standing.due.rawValue)
        return bytes
    }

    static func standing(_ bytes: [UInt8]) -> TimerStanding? {
        guard bytes.count == 16 else { return nil }
        let span = unsafe bytes.span.bytes
        return TimerStanding(
            due: Instant(microseconds: Int64(bitPattern: UInt64(littleEndian: IndexCodec.raw(span, 8)))),
            holder: StreamNumber(UInt64(littleEndian: IndexCodec.raw(span, 0))))
    }

    static func value(_ standing: ImportStanding) -> [UInt8] {
        var bytes = [UInt8]()
        bytes.append(littleEndian: standing.startedAt.rawValue)
        bytes.append(littleEndian: (standing.latest ?? .earliest).rawValue)
        bytes.append(standing.isClosed ? 1 : 0)
        return bytes
    }

    static func importStanding(_ span: RawSpan) -> ImportStanding? {
        guard span.byteCount == 17 else { return nil }
        let latest = Instant(microseconds: Int64(bitPattern: UInt64(littleEndian: IndexCodec.raw(span, 8))))
        return ImportStanding(
            startedAt: Instant(microseconds: Int64(bitPattern: UInt64(littleEndian: IndexCodec.raw(span, 0)))),
            latest: latest == .earliest ? nil : latest,
            isClosed: unsafe span.unsafeLoad(fromByteOffset: 16, as: UInt8.self) == 1)
    }

    private static func append(_ place: TimerPlace, to bytes: inout [UInt8]) {
        IndexCodec.appendBigEndian(place.stream.rawValue, to: &bytes)
        bytes.append(UInt8(truncatingIfNeeded: place.key.kind >> 8))
        bytes.append(UInt8(truncatingIfNeeded: place.key.kind))
        IndexCodec.appendBigEndian(place.key.item, to: &bytes)
    }
}
