package import Schema

/// Appends events to the log, a group at a time. Owned by the sequencer's thread; nobody else may touch it.
///
/// Invariants:
/// - `frontier` covers every record of the groups so far, the open group included.
/// - The index knows every event up to the end of the open group; only durable ones reach its environment.
/// - At most one closed group is on its way to the disk, on the line; a group is handed there when the one before is done.
/// - After a failed flush nothing is appended any more, the open group included: `failure` stays until the log is opened
///   again.
/// - A full disk is known before a group is begun; then nothing has to be undone, and `failure` stays nil.
package final class LogWriter {
    private let log: EventLog
    private var clock: GroupClock
    private let line: (any FlushLine)?
    private var group: RecordGroup
    /// The group that was handed to the line last, as long as it may not be durable.
    private var flying: RecordGroup?
    private var frontier: MerkleFrontier
    private var record: [UInt8] = []
    private var held = false
    /// When the index's overlay was last handed over whatever its size.
    private var handedOverAt: Instant = .earliest
    /// Microseconds between two such times.
    private static let handOverInterval: Int64 = 1_000_000
    /// Time of the open group.
    package private(set) var recordedAt: Instant = .earliest
    /// What failed on this thread for good.
    private var ownFailure: EventLogError?
    /// Why nothing can be appended any more; nil while all is well.
    /// That a flush has failed says more than what this thread met.
    package var failure: EventLogError? { line?.failure ?? ownFailure }

    init(
        log: EventLog, clock: any LogClock, line: (any FlushLine)?, last: Position, lastRecordedAt: Instant,
        frontier: MerkleFrontier
    ) {
        self.log = log
        self.line = line
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
            if !log.storage.hasRoom(besides: flying?.bytes.count ?? 0) {
                try settle()
                try log.storage.makeRoom(urgent: urgent)
            }
            if log.index.isCrowded {
                try settle()
                try log.index.waitUntilFlushed()
                log.index.handOver(upTo: Position(group.first.rawValue - 1), frontier: frontier, force: true)
            }
            (recordedAt, held) = try clock.next()
        } catch {
            if error.code != .diskFull { ownFailure = error }
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
            ownFailure = error
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
        try settle()
        let closed = close()
        do {
            try log.makeDurable(closed, whenDurable)
        } catch {
            ownFailure = error
            throw error
        }
        return (closed.size, closed.root)
    }

    /// The same, while the next group can be begun: waits until the group before is durable, and returns.
    ///
    /// - Parameter whenClosed: called when the group before is done, and this one is on its way.
    /// - Parameter whenDone: called on another thread with size and root, or with why the flush failed: the writer is
    ///   poisoned then.
    /// - Throws: why the group before, or the writer, has failed: of this group nothing is written then, and `whenDone` is
    ///   not called.
    package func handOver(
        whenClosed: () -> Void = {},
        whenDone: @escaping @Sendable (Swift.Result<(size: UInt64, root: TreeHash), EventLogError>) -> Void
    ) throws(EventLogError) {
        guard let line else {
            whenClosed()
            try commit { size, root in whenDone(.success((size, root))) }
            return
        }
        try settle()
        let closed = close()
        flying = closed.group
        whenClosed()
        line.submit { [log] () throws(EventLogError) in
            do throws(EventLogError) {
                try log.makeDurable(closed) { size, root in whenDone(.success((size, root))) }
            } catch {
                whenDone(.failure(error))
                throw error
            }
        }
    }

    /// Waits until the group on the line is durable.
    ///
    /// - Throws: why nothing can be appended any more.
    private func settle() throws(EventLogError) {
        line?.drain()
        if let failure { throw failure }
        flying = nil
    }

    /// Ends the open group, and begins an empty one.
    private func close() -> ClosedGroup {
        let closed = ClosedGroup(
            group: group, size: frontier.size, root: frontier.root, recordedAt: recordedAt)
        guard group.count > 0 else { return closed }
        // Also a small overlay goes once in a while, so that little has to be caught up after a kill.
        let isDue = recordedAt.rawValue - handedOverAt.rawValue >= Self.handOverInterval
        if isDue { handedOverAt = recordedAt }
        log.index.closeGroup(upTo: closed.last, frontier: frontier, force: isDue)
        group = RecordGroup(first: group.next)
        return closed
    }

    /// Hands everything durable to the index's environment and waits until it is written. For a clean stop.
    package func flushIndex() throws(EventLogError) {
        guard failure == nil else { return }
        try settle()
        try log.index.waitUntilFlushed()
        log.index.handOver(upTo: Position(group.first.rawValue - 1), frontier: frontier, force: true)
        try log.index.waitUntilFlushed()
    }

    /// Appends nothing more: what should be known of the group cannot be read.
    package func stop(_ error: EventLogError) { ownFailure = ownFailure ?? error }

    /// Calls `body` with a record that is durable, on its way there or in the open group, without its leaf hash; nil where
    /// there is none.
    package func record<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        if position >= group.first { return try group.record(at: position, body) }
        if let flying, position >= flying.first { return try flying.record(at: position, body) }
        return try log.record(at: position, body)
    }
}

/// A group that is complete.
struct ClosedGroup: Sendable {
    let group: RecordGroup
    /// Size and root of the tree over the log up to its end.
    let size: UInt64
    let root: TreeHash
    let recordedAt: Instant

    /// Position of its last record.
    var last: Position { Position(group.next.rawValue - 1) }
}

extension EventLog {
    /// Puts a group on stable storage and lets readers see it.
    fileprivate func makeDurable(
        _ closed: ClosedGroup, _ whenDurable: (UInt64, TreeHash) -> Void
    ) throws(EventLogError) {
        guard closed.group.count > 0 else { return whenDurable(closed.size, closed.root) }
        try storage.append(closed.group)
        // Before readers see the new end: whoever sees it finds the links up to there.
        index.groupIsDurable()
        publish(closed.last, root: closed.root, recordedAt: closed.recordedAt)
        whenDurable(closed.size, closed.root)
        announce()
    }
}

extension RecordGroup {
    /// Calls `body` with one of its records, without its leaf hash; nil where it has none at the position.
    fileprivate func record<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        // The position may be anybody's: it need not fit an Int.
        guard let index = Int(exactly: position.rawValue - first.rawValue), index < count else { return nil }
        return try withValue(index) { value throws(EventLogError) in
            try body(value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength)))
        }
    }
}
