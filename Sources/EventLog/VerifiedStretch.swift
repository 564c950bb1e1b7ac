internal import Schema

/// Some consecutive records, each checked by itself: the work of one thread, which `RecordChain` joins to the rest.
struct VerifiedStretch: Sendable {
    /// What a record says about the records before it.
    struct Links: Sendable {
        var stream: StreamNumber
        var previous: Position
        var revision: UInt32
        var commandIndex: UInt16
        var commandCount: UInt16
        var commandID: Identifier
        var recordedAt: Instant
        /// Where its entries end in `subjects`.
        var subjectsEnd: Int
    }

    /// What an entry of a record says about the event before it that concerns the same subject.
    struct SubjectLink: Sendable {
        var subject: StreamNumber
        var previous: Position
    }

    /// Position of the first record.
    let first: Position
    /// The tree over these records alone.
    private(set) var frontier = MerkleFrontier()
    /// The leaf hashes, where somebody asked for the root within the stretch.
    private(set) var leaves: [TreeHash] = []
    private(set) var links: [Links] = []
    private(set) var subjects: [SubjectLink] = []
    /// Bytes of the records with their leaf hashes.
    private(set) var bytes = 0
    /// Why the stretch ends early.
    private(set) var failure: EventLogError?

    /// Reads and checks the records `first...last`. One snapshot is held in the meantime.
    init(_ storage: any LogStorage, first: Position, last: Position, keepsLeaves: Bool) {
        self.first = first
        links.reserveCapacity(Int(last.rawValue - first.rawValue) + 1)
        do throws(EventLogError) {
            try read(storage, through: last, keepsLeaves: keepsLeaves)
        } catch {
            failure = error.met(at: next)
        }
    }

    /// The position behind the last record that was found sound.
    private var next: Position { first.advanced(by: links.count) }

    private mutating func read(
        _ storage: any LogStorage, through last: Position, keepsLeaves: Bool
    ) throws(EventLogError) {
        try storage.scan(from: first) { position, value throws(EventLogError) in
            guard position == next else { throw .missing(next, found: position) }
            let (header, leaf) = try EventLog.checked(value, at: position)
            add(header, value)
            frontier.append(leaf)
            if keepsLeaves { leaves.append(leaf) }
            return position < last
        }
        guard next > last else { throw .missing(next, found: nil) }
    }

    private mutating func add(_ header: EventHeader, _ record: RawSpan) {
        for index in 0..<Int(header.subjectCount) {
            let entry = header.subject(index, in: record)
            subjects.append(SubjectLink(subject: entry.subject, previous: entry.previous))
        }
        links.append(
            Links(
                stream: header.stream, previous: header.previousInStream, revision: header.revision.rawValue,
                commandIndex: header.commandIndex, commandCount: header.commandCount, commandID: header.commandID,
                recordedAt: header.recordedAt, subjectsEnd: subjects.count))
        bytes += record.byteCount
    }
}

extension EventLogError {
    /// There is no record where one has to be.
    ///
    /// - Parameter found: the next record that there is; nil where the log ends.
    static func missing(_ position: Position, found: Position?) -> EventLogError {
        let rest = found.map { "the next one is at \($0)" } ?? "the file holds none behind it either"
        return .damage(.missingRecord, at: position, "There is no record at position \(position); \(rest).")
    }
}
