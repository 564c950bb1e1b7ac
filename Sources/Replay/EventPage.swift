internal import EventLog
internal import Schema
internal import Views

/// Some consecutive records of the log, decoded as far as somebody consumes them.
struct EventPage: Sendable {
    /// A record that should have been decoded and could not be.
    struct Unreadable: Sendable {
        var position: Position
        /// Nil where not even that can be read.
        var kind: EventKind?
        var reason: String
    }

    /// Position of the first record.
    var first: Position
    /// Position of the last record.
    var last: Position
    /// When the log took the last record.
    var recordedAt: Instant
    /// The events of the kinds that were asked for.
    var events: [ViewEvent] = []
    var unreadable: [Unreadable] = []

    /// The page without the records before `position`, which lies in it.
    func suffix(from position: Position) -> EventPage {
        guard position > first else { return self }
        var rest = self
        rest.first = position
        rest.events.removeAll { $0.header.position < position }
        rest.unreadable.removeAll { $0.position < position }
        return rest
    }
}

/// The set of event kinds that somebody consumes, in the form that is fastest to ask.
struct KindFilter: Sendable {
    private var wanted: [Bool] = []

    init(_ kinds: some Sequence<EventKind> = []) { insert(kinds) }

    mutating func insert(_ kinds: some Sequence<EventKind>) {
        for number in kinds.lazy.map(\.rawValue) {
            while wanted.count <= number { wanted.append(false) }
            wanted[number] = true
        }
    }

    func contains(_ kind: EventKind) -> Bool {
        let number = kind.rawValue
        return number < wanted.count && wanted[number]
    }

    /// Whether a record that cannot be read stops who consumes these kinds.
    func concerns(_ record: EventPage.Unreadable) -> Bool {
        guard let kind = record.kind else { return true }
        return contains(kind)
    }
}

/// Where a page ends.
struct PageLimits: Sendable {
    var records: Int
    var bytes: Int

    init(_ options: ReplayOptions) {
        records = options.pageRecords
        bytes = options.pageBytes
    }
}

extension EventPage {
    /// The page that begins at `position`, read without checking the hashes; nil at the end of the log.
    static func read(
        _ log: EventLog, from position: Position, through last: Position, kinds: KindFilter, limits: PageLimits
    ) throws(EventLogError) -> EventPage? {
        guard position <= last else { return nil }
        var builder = Builder(first: position, kinds: kinds, limits: limits)
        try log.scan(from: position) { at, record throws(EventLogError) in
            builder.add(at, record)
            return at < last && !builder.isFull
        }
        return builder.finish()
    }

    /// The same, with each record checked against its leaf hash.
    static func readChecked(
        _ log: EventLog, from position: Position, through last: Position, kinds: KindFilter, limits: PageLimits
    ) throws(EventLogError) -> EventPage? {
        guard position <= last else { return nil }
        var builder = Builder(first: position, kinds: kinds, limits: limits)
        try log.scanChecked(from: position) { header, record, _ throws(EventLogError) in
            builder.add(header, record)
            return header.position < last && !builder.isFull
        }
        return builder.finish()
    }

    /// Collects a page from the records of a scan, while its snapshot is held.
    private struct Builder {
        private var page: EventPage
        private let kinds: KindFilter
        private let limits: PageLimits
        private var recordCount = 0
        private var byteCount = 0

        init(first: Position, kinds: KindFilter, limits: PageLimits) {
            page = EventPage(first: first, last: first, recordedAt: .earliest)
            self.kinds = kinds
            self.limits = limits
        }

        var isFull: Bool { recordCount >= limits.records || byteCount >= limits.bytes }

        func finish() -> EventPage? { recordCount == 0 ? nil : page }

        mutating func add(_ position: Position, _ record: RawSpan) {
            count(position, record)
            guard let kind = EventHeader.kind(of: record) else {
                fail(position, nil, "The record is shorter than a header.")
                return
            }
            page.recordedAt = EventHeader.recordedAt(of: record)
            guard kinds.contains(kind) else { return }
            do {
                decode(try EventHeader(reading: record), record)
            } catch {
                fail(position, kind, error.message)
            }
        }

        mutating func add(_ header: EventHeader, _ record: RawSpan) {
            count(header.position, record)
            page.recordedAt = header.recordedAt
            if kinds.contains(header.kind) { decode(header, record) }
        }

        private mutating func decode(_ header: EventHeader, _ record: RawSpan) {
            do {
                let payload = try EventPayload.decode(
                    kind: header.kind, payload: record.extracting(header.payloadRange))
                var subjects: [SubjectEntry] = []
                if header.subjectCount > 0 {
                    subjects.reserveCapacity(Int(header.subjectCount))
                    for index in 0..<Int(header.subjectCount) { subjects.append(header.subject(index, in: record)) }
                }
                page.events.append(
                    ViewEvent(
                        header: header, payload: payload, streamID: header.streamID(in: record), subjects: subjects))
            } catch {
                fail(header.position, header.kind, error.message)
            }
        }

        private mutating func count(_ position: Position, _ record: RawSpan) {
            page.last = position
            recordCount += 1
            byteCount += record.byteCount
        }

        private mutating func fail(_ position: Position, _ kind: EventKind?, _ reason: String) {
            page.unreadable.append(Unreadable(position: position, kind: kind, reason: reason))
        }
    }
}

extension EventHeader {
    /// When the log took the record, without reading the rest of the header. The record must have a whole header.
    static func recordedAt(of record: RawSpan) -> Instant {
        // Little-endian at offset 16, as the header's layout says.
        let bits = record.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
        return Instant(microseconds: Int64(bitPattern: UInt64(littleEndian: bits)))
    }
}
