internal import Schema

/// Checks what binds records to each other, one record after the other, in bounded memory.
///
/// The last positions of some hundred thousand streams and subjects are remembered; where one is not, the record that a
/// link names is read instead. Neither finds two records that both follow the same one when they lie far apart: for
/// that, `LinkAccounts` balances all links of the log against the heads that the index holds.
struct RecordChain {
    /// Where a stream or a subject was seen last.
    private struct Seen {
        var number = StreamNumber.none
        var last = Position.none
        var revision: UInt32 = 0
    }

    /// A command of which some events are still to come.
    private struct OpenCommand {
        var id: Identifier
        var next: UInt16
        var count: UInt16
    }

    private let storage: any LogStorage
    private var streams: [Seen]
    private var subjects: [Seen]
    private var command: OpenCommand?
    private var recordedAt = Instant.earliest
    /// The links so far.
    private(set) var accounts = LinkAccounts()
    private(set) var streamCount: UInt64 = 0
    private(set) var commandCount: UInt64 = 0

    /// - Parameter remembered: how many streams, and how many subjects, are remembered; a power of two.
    init(_ storage: any LogStorage, remembered: Int = 1 << 18) {
        precondition(remembered > 0 && remembered & (remembered - 1) == 0, "a power of two")
        self.storage = storage
        streams = Array(repeating: Seen(), count: remembered)
        subjects = Array(repeating: Seen(), count: remembered)
    }

    /// Takes in the next record.
    ///
    /// - Throws: `damaged` with the kind and the position of the record.
    mutating func add(
        _ record: VerifiedStretch.Links, _ entries: ArraySlice<VerifiedStretch.SubjectLink>, at position: Position
    ) throws(EventLogError) {
        guard record.recordedAt >= recordedAt else {
            throw .damage(
                .time, at: position, "The record at position \(position) was taken before the one before it.")
        }
        recordedAt = record.recordedAt
        try checkCommand(record, at: position)
        try checkStream(record, at: position)
        for index in entries.indices {
            let entry = entries[index]
            // A record may concern a subject in several entries: they all name the same event before it.
            if let same = entries[..<index].first(where: { $0.subject == entry.subject }) {
                guard same.previous == entry.previous else { throw Self.wrongSubject(entry.subject, position) }
            } else {
                try checkSubject(entry, at: position)
            }
        }
    }

    /// Checks that the log does not end within a command.
    func finish(at end: Position) throws(EventLogError) {
        guard let command else { return }
        throw .damage(
            .command, at: end, "The log ends behind \(command.next) of the \(command.count) events of a command.")
    }

    // MARK: Commands

    private mutating func checkCommand(
        _ record: VerifiedStretch.Links, at position: Position
    ) throws(EventLogError) {
        let expected = command
        let isNext =
            if let expected {
                record.commandID == expected.id && record.commandIndex == expected.next
                    && record.commandCount == expected.count
            } else { record.commandIndex == 0 }
        guard isNext, record.commandIndex < record.commandCount else {
            let due =
                expected.map { "event \($0.next + 1) of \($0.count) of a command" } ?? "the first event of a command"
            throw .damage(
                .command, at: position,
                "The record at position \(position) is event \(record.commandIndex + 1) of \(record.commandCount); \(due) belongs there."
            )
        }
        if record.commandIndex == 0 { commandCount += 1 }
        let following = record.commandIndex + 1
        command =
            following < record.commandCount
            ? OpenCommand(id: record.commandID, next: following, count: record.commandCount) : nil
    }

    // MARK: Streams

    private mutating func checkStream(
        _ record: VerifiedStretch.Links, at position: Position
    ) throws(EventLogError) {
        guard try isNextOfStream(record, at: position) else {
            throw .damage(
                .streamLink, at: position,
                "The record at position \(position) is revision \(record.revision) of stream \(record.stream) and names position \(record.previous) before it, which is not the one before."
            )
        }
        if record.revision == 1 { streamCount += 1 }
        accounts.addStream(record.stream, at: position, previous: record.previous)
        let slot = slot(of: record.stream)
        streams[slot] = Seen(number: record.stream, last: position, revision: record.revision)
    }

    private func isNextOfStream(
        _ record: VerifiedStretch.Links, at position: Position
    ) throws(EventLogError) -> Bool {
        guard record.revision > 1 else {
            return record.revision == 1 && record.previous == .none && record.stream.rawValue == position.rawValue
        }
        guard record.previous < position, record.previous.rawValue >= record.stream.rawValue else { return false }
        let seen = streams[slot(of: record.stream)]
        if seen.number == record.stream {
            return seen.last == record.previous && seen.revision == record.revision - 1
        }
        return try isFound(at: record.previous) { header, _ in
            header.stream == record.stream && header.revision.rawValue == record.revision - 1
        }
    }

    // MARK: Subjects

    private mutating func checkSubject(
        _ entry: VerifiedStretch.SubjectLink, at position: Position
    ) throws(EventLogError) {
        let slot = slot(of: entry.subject)
        let seen = subjects[slot]
        let isNext: Bool
        if seen.number == entry.subject {
            isNext = seen.last == entry.previous
        } else if entry.previous == .none {
            isNext = true
        } else if entry.previous < position {
            isNext = try isFound(at: entry.previous) { header, record in
                for index in 0..<Int(header.subjectCount)
                where header.subject(index, in: record).subject == entry.subject { return true }
                return false
            }
        } else {
            isNext = false
        }
        guard isNext else { throw Self.wrongSubject(entry.subject, position) }
        accounts.addSubject(entry.subject, at: position, previous: entry.previous)
        subjects[slot] = Seen(number: entry.subject, last: position)
    }

    private static func wrongSubject(_ subject: StreamNumber, _ position: Position) -> EventLogError {
        .damage(
            .subjectLink, at: position,
            "The record at position \(position) does not name the event before it about subject \(subject).")
    }

    // MARK: What links lead to

    /// Whether the record at a position, which was found sound before, is one like that.
    private func isFound(
        at position: Position, _ test: (EventHeader, RawSpan) -> Bool
    ) throws(EventLogError) -> Bool {
        try storage.value(at: position) { value throws(EventLogError) in
            let record = value.extracting(0..<max(0, value.byteCount - RecordLayout.leafHashLength))
            do throws(RecordError) { return test(try EventHeader(reading: record), record) } catch { return false }
        } ?? false
    }

    private func slot(of number: StreamNumber) -> Int { Int(number.rawValue & UInt64(streams.count - 1)) }
}

/// All links of a log in two sums: what is seen is added, what a link leads back to is subtracted. What remains is the
/// sum over the last event of each stream and of each subject, whatever the order; so it can be compared with what the
/// index says, in constant memory. Numbers are mixed (splitmix64), so that two faults do not cancel each other out.
struct LinkAccounts: Hashable, Sendable {
    private var streams: UInt64 = 0
    private var subjects: UInt64 = 0

    /// A record of a stream, and the one before it.
    mutating func addStream(_ stream: StreamNumber, at position: Position, previous: Position) {
        streams &+= Self.mix(stream, position)
        if previous != .none { streams &-= Self.mix(stream, previous) }
    }

    /// A record about a subject, and the one before it.
    mutating func addSubject(_ subject: StreamNumber, at position: Position, previous: Position) {
        subjects &+= Self.mix(subject, position)
        if previous != .none { subjects &-= Self.mix(subject, previous) }
    }

    private static func mix(_ number: StreamNumber, _ position: Position) -> UInt64 {
        var value = number.rawValue &* 0x9E37_79B9_7F4A_7C15 &+ position.rawValue
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
