package import Schema

/// Appends events to the log, a group at a time. Owned by the sequencer's thread; nobody else may touch it.
///
/// Invariants:
/// - `frontier` covers every record of the groups so far, the open group included.
/// - The index knows every event up to the end of the open group; only durable ones are handed to its environment.
/// - After a failed flush nothing is appended any more: `failure` stays until the log is opened again.
/// - A full disk is known before a group is begun; then nothing has to be undone, and `failure` stays nil.
package final class LogWriter {
    private let log: EventLog
    private var clock: GroupClock
    private var group: RecordGroup
    private var frontier: MerkleFrontier
    private var record: [UInt8] = []
    private var held = false
    /// When the index's overlay was last handed over whatever its size.
    private var handedOverAt: Instant = .earliest
    /// Microseconds between two such times.
    private static let handOverInterval: Int64 = 1_000_000
    /// Time of the open group.
    package private(set) var recordedAt: Instant = .earliest
    /// Why nothing can be appended any more; nil while all is well.
    package private(set) var failure: EventLogError?

    init(log: EventLog, clock: any LogClock, last: Position, lastRecordedAt: Instant, frontier: MerkleFrontier) {
        self.log = log
        self.clock = GroupClock(clock: clock, last: lastRecordedAt)
        self.frontier = frontier
        group = RecordGroup(first: last.advanced(by: 1))
    }

    /// Position that the next event gets.
    package var nextPosition: Position { group.next }
    /// Number of events in the open group.
    package var groupCount: Int { group.count }
    /// Bytes in the open group.
    package var groupBytes: Int { group.bytes.count }

    /// Whether the open group should be closed before more is decided, so that it is sure to find room.
    package var isGroupLarge: Bool { group.bytes.count >= log.storage.groupLimit }

    /// Begins a group: sees to it that there is room for it, and reads the clock.
    ///
    /// - Parameter urgent: the group may have the room that is kept for when the disk is full.
    /// - Throws: `diskFull`: nothing has changed, and a later call may succeed. Anything else stays: the failure of
    ///   before, `clock`, or an error of the index or the device.
    package func begin(urgent: Bool = false) throws(EventLogError) {
        if let failure { throw failure }
        do {
            try log.storage.makeRoom(urgent: urgent)
            try log.index.waitForRoom()
            (recordedAt, held) = try clock.next()
        } catch {
            if error.code != .diskFull { failure = error }
            throw error
        }
    }

    /// Gives an event its place and adds it to the open group.
    ///
    /// - Throws: an error of the index, after which the writer is poisoned; `tooLarge` must have been excluded by
    ///   the caller through `EventDraft.recordLength`.
    package func append(_ draft: EventDraft) throws(EventLogError) -> AppendedEvent {
        precondition(
            draft.recordLength <= RecordLayout.maximumRecordLength, "the record is longer than the format allows")
        do {
            return try place(draft)
        } catch {
            failure = error
            throw error
        }
    }

    private func place(_ draft: EventDraft) throws(EventLogError) -> AppendedEvent {
        let position = group.next
        let header: EventHeader
        switch draft.stream {
        case .new(let kind, _):
            header = makeHeader(draft, position, StreamNumber(position.rawValue), kind, Revision(1), previous: .none)
        case .existing(let number):
            guard let head = try log.index.head(of: number) else {
                log.index.condemn()
                throw EventLogError(.index, "The index has no stream \(number). It is made anew at the next start.")
            }
            header = makeHeader(
                draft, position, number, head.kind, Revision(head.revision.rawValue + 1), previous: head.last)
        }
        var entries: [SubjectEntry] = []
        entries.reserveCapacity(draft.subjects.count)
        for subject in draft.subjects {
            entries.append(
                SubjectEntry(
                    subject: subject.subject, previous: try log.index.subject(subject.subject)?.last ?? .none,
                    keySlot: subject.keySlot, slotGeneration: subject.slotGeneration, body: subject.body,
                    part: subject.part, sealedLength: UInt16(subject.sealed.count), role: subject.role))
        }
        draft.encode(header: header, entries: entries, into: &record)
        let leaf = unsafe TreeHash.leaf(record.span.bytes)
        frontier.append(leaf)
        group.append(record: record, leaf: leaf)
        var streamID: Identifier?
        if case .new(_, let id) = draft.stream { streamID = id }
        try log.index.apply(header, streamID: streamID, subjects: entries, changes: draft.changes)
        return AppendedEvent(
            position: position, kind: draft.kind, stream: header.stream, revision: header.revision, leaf: leaf)
    }

    private func makeHeader(
        _ draft: EventDraft, _ position: Position, _ stream: StreamNumber, _ kind: AggregateKind, _ revision: Revision,
        previous: Position
    ) -> EventHeader {
        EventHeader(
            origin: draft.origin, kind: draft.kind, schemaVersion: EventDraft.schemaVersion,
            flags: held ? draft.flags.union(.clockHeld) : draft.flags, position: position, recordedAt: recordedAt,
            occurredAt: draft.occurredAt, stream: stream, revision: revision, commandIndex: draft.commandIndex,
            commandCount: draft.commandCount, previousInStream: previous, commandID: draft.commandID,
            correlationID: draft.correlationID, causation: draft.causation, principal: draft.principal,
            onBehalfOf: draft.onBehalfOf, importNumber: draft.importNumber, streamKind: kind,
            subjectCount: UInt8(draft.subjects.count), payloadLength: UInt16(draft.payload.count), body: draft.body)
    }

    /// Makes the open group durable and publishes it. Returns the tree's size and root over it.
    ///
    /// - Parameter whenDurable: called with size and root as soon as readers can see the group, before anybody is
    ///   woken to follow it: whoever waits for an answer comes first.
    /// - Throws: the flush's error; the writer is poisoned then, and nothing is known of the group's events.
    @discardableResult
    package func commit(
        whenDurable: (_ size: UInt64, _ root: TreeHash) -> Void = { _, _ in }
    ) throws(EventLogError) -> (size: UInt64, root: TreeHash) {
        if let failure { throw failure }
        let tree = (size: frontier.size, root: frontier.root)
        guard group.count > 0 else {
            whenDurable(tree.size, tree.root)
            return tree
        }
        do {
            try log.storage.append(group)
        } catch {
            failure = error
            throw error
        }
        let durable = Position(group.next.rawValue - 1)
        // Before readers see the new end: whoever sees it finds the links up to there.
        log.index.closeGroup()
        log.publish(durable, root: tree.root, recordedAt: recordedAt)
        whenDurable(tree.size, tree.root)
        log.announce()
        // Also a small overlay goes once in a while, so that little has to be caught up after a kill.
        let isDue = recordedAt.rawValue - handedOverAt.rawValue >= Self.handOverInterval
        log.index.handOver(upTo: durable, frontier: frontier, force: isDue)
        if isDue { handedOverAt = recordedAt }
        group = RecordGroup(first: group.next)
        return tree
    }

    /// Hands everything durable to the index's environment and waits until it is written. For a clean stop.
    package func flushIndex() throws(EventLogError) {
        guard failure == nil else { return }
        try log.index.waitUntilFlushed()
        log.index.handOver(upTo: Position(group.first.rawValue - 1), frontier: frontier, force: true)
        try log.index.waitUntilFlushed()
    }

    /// Appends nothing more: what should be known of the group cannot be read.
    package func stop(_ error: EventLogError) { failure = failure ?? error }

    /// Calls `body` with a record that is durable or in the open group, without its leaf hash; nil where there is none.
    package func record<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        guard position >= group.first else { return try log.record(at: position, body) }
        // The position may be anybody's: it need not fit an Int.
        guard let index = Int(exactly: position.rawValue - group.first.rawValue), index < group.count else {
            return nil
        }
        return try group.withValue(index) { value throws(EventLogError) in
            try body(value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength)))
        }
    }
}
