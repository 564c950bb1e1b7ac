package import Schema
internal import Synchronization

/// The log of one directory: records in commit order, the derived index beside them, and the tree over them.
///
/// Reading is safe from any thread; appending goes through the one `LogWriter`.
package final class EventLog: Sendable {
    /// What the index needs to know of a record beside its header: made by whoever knows the domain.
    package typealias ChangesOfRecord =
        @Sendable (_ header: EventHeader, _ record: RawSpan) throws(EventLogError) -> [IndexChange]

    /// The end of the log as readers may see it.
    package struct DurableEnd: Sendable, Hashable {
        package var position: Position
        package var root: TreeHash
        package var recordedAt: Instant
    }

    /// The log's id: random, chosen when it was made.
    package let id: Identifier
    /// The epochs of the log in their order; the last one is the present one.
    package let epochs: [LogEpoch]
    package let index: IndexStore
    /// The volume that the log and what follows from it are on; nil where nobody looks after it.
    package let space: DiskSpace?
    let storage: any LogStorage
    private let durable: Mutex<DurableEnd>
    private let listeners = Mutex<[@Sendable () -> Void]>([])
    private let indexer: DedicatedThread
    private let firstDamage = Mutex<LogDamage?>(nil)
    /// The end of the log when it was opened.
    private let openedEnd: Position

    /// Opens a log and brings its index up to date.
    ///
    /// - Parameters:
    ///   - id: from the FORMAT file.
    ///   - space: the volume; nil where nobody looks after it.
    ///   - indexMapSize: bytes of the index's map, which grows by itself.
    ///   - changes: what each record does to the index; called for records that the index has not seen.
    /// - Throws: `damaged` with the position where a record is not what was written.
    package init(
        id: Identifier, storage: any LogStorage, indexPath: String, space: DiskSpace? = nil,
        indexMapSize: Int = 1 << 36, changes: ChangesOfRecord
    ) throws(EventLogError) {
        self.id = id
        self.space = space
        self.storage = storage
        let last = try storage.lastPosition()
        openedEnd = last
        let opening = IndexOpening(path: indexPath, logID: id, mapSize: indexMapSize)
        let opened: OpenedIndex
        if IndexStore.isCondemned(indexPath) {
            IndexStore.remove(indexPath)
            opened = try opening.open(storage, last: last, changes: changes)
            indexRepair = "The index was found damaged before the start."
        } else {
            do {
                opened = try opening.open(storage, last: last, changes: changes)
                indexRepair = nil
            } catch {
                guard error.code == .index else { throw error }
                IndexStore.remove(indexPath)
                opened = try opening.open(storage, last: last, changes: changes)
                indexRepair = error.message
            }
        }
        index = opened.index
        indexer = opened.indexer
        epochs = opened.epochs
        durable = Mutex(DurableEnd(position: last, root: opened.frontier.root, recordedAt: opened.recordedAt))
        openedFrontier = opened.frontier
    }

    /// Why the index was discarded and made anew when the log was opened; nil where it was not.
    package let indexRepair: String?

    /// The frontier over the records that there were when the log was opened.
    let openedFrontier: MerkleFrontier

    /// The writer. Call it once, and use it on one thread.
    ///
    /// - Parameter line: where groups are made durable while the next one is decided; nil: on the writer's own thread.
    package func makeWriter(clock: any LogClock, line: (any FlushLine)? = nil) -> LogWriter {
        // Nothing is on its way when a writer begins.
        index.groupIsDurable()
        let end = self.end
        return LogWriter(
            log: self, clock: clock, line: line, last: end.position, lastRecordedAt: end.recordedAt,
            frontier: openedFrontier)
    }

    /// Ends the indexer's thread. Nothing may be appended afterwards.
    package func close() {
        index.stop()
        indexer.join()
    }

    /// Which restore the log descends from; 1 for one that was never restored.
    package var epoch: UInt32 { epochs.last?.number ?? LogEpoch.first.number }

    /// The durable end of the log.
    package var end: DurableEnd { durable.withLock { $0 } }

    /// Calls `listener` after each group has become durable, on the thread on which it did; it must not block.
    package func onDurable(_ listener: @escaping @Sendable () -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    /// Lets readers see what has become durable.
    func publish(_ position: Position, root: TreeHash, recordedAt: Instant) {
        durable.withLock { $0 = DurableEnd(position: position, root: root, recordedAt: recordedAt) }
    }

    /// Wakes whoever follows the log.
    func announce() {
        for listener in listeners.withLock({ $0 }) { listener() }
    }

    /// Bytes of the log on disk.
    package func size() throws(EventLogError) -> Int { try storage.size() }

    /// The header and the leaf hash of a stored value, after checking that they belong to its record.
    package static func checked(
        _ value: RawSpan, at position: Position
    ) throws(EventLogError) -> (header: EventHeader, leaf: TreeHash) {
        guard value.byteCount > RecordLayout.leafHashLength else {
            throw .damage(.leafHash, at: position, "The record at position \(position) is cut off.")
        }
        let split = value.byteCount - RecordLayout.leafHashLength
        let record = value.extracting(0..<split)
        let stored = TreeHash(value.extracting(split..<value.byteCount))
        guard TreeHash.leaf(record) == stored else {
            throw .damage(
                .leafHash, at: position,
                "The record at position \(position) does not have the hash it was written with.")
        }
        let header: EventHeader
        do {
            header = try EventHeader(reading: record)
        } catch {
            throw .damage(
                .header, at: position, "The record at position \(position) cannot be read: \(error.message)")
        }
        guard header.position == position else {
            throw .damage(
                .misplacedRecord, at: position,
                "The record at position \(position) says it is at \(header.position).")
        }
        return (header, stored)
    }
}

// MARK: - Reading

extension EventLog {
    /// Calls `body` with a durable record, without its leaf hash, after checking it against that; nil for a position
    /// that the log does not have.
    ///
    /// - Throws: `damaged` with the position where it is not what was written, or gone.
    package func record<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        try checkedRecord(at: position) { (_, record, _) throws(EventLogError) in try body(record) }
    }

    /// The same for a record that `IndexStore.durableLast` or a link from there names: it is on stable storage, also
    /// where the log's end has not been moved behind it yet.
    package func linkedRecord<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        try value(at: position) { (_, record, _) throws(EventLogError) in try body(record) }
    }

    /// The same with header and leaf hash.
    package func checkedRecord<Result>(
        at position: Position, _ body: (EventHeader, RawSpan, TreeHash) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        guard position > .none, position <= end.position else { return nil }
        guard let result = try value(at: position, body) else {
            let error = EventLogError.damage(
                .missingRecord, at: position, "There is no record at position \(position).")
            note(error)
            throw error
        }
        return result
    }

    private func value<Result>(
        at position: Position, _ body: (EventHeader, RawSpan, TreeHash) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        do throws(EventLogError) {
            return try storage.value(at: position) { value throws(EventLogError) in
                let (header, leaf) = try Self.checked(value, at: position)
                return try body(header, value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength)), leaf)
            }
        } catch {
            throw noted(error.met(at: position))
        }
    }

    /// Calls `body` with the durable records from `position` on, checked, in order, until it returns false or the
    /// end is reached. Holds one snapshot: keep it short.
    ///
    /// - Throws: `damaged` with the position of the first record that is not what was written, or gone; `body` has been
    ///   called with those before it.
    package func scanChecked(
        from position: Position, _ body: (EventHeader, RawSpan, TreeHash) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        try scanValues(from: position) { at, value throws(EventLogError) in
            let (header, leaf) = try Self.checked(value, at: at)
            return try body(header, value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength)), leaf)
        }
    }

    /// The same without checking hashes: for live projections, which read what this process has just written
    /// (`isFresh`). The body gets the bytes of the record without its leaf hash.
    package func scan(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        try scanValues(from: position) { at, value throws(EventLogError) in
            guard value.byteCount > RecordLayout.leafHashLength else {
                throw .damage(.leafHash, at: at, "The record at position \(at) is cut off.")
            }
            return try body(at, value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength)))
        }
    }

    /// Whether the record was written by this process, and not found in the log when it was opened.
    package func isFresh(_ position: Position) -> Bool { position > openedEnd }

    /// Goes through the values from a position to the end; a position without one is damage.
    private func scanValues(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        let end = self.end.position
        guard position > .none, position <= end else { return }
        var expected = position
        var isStopped = false
        do throws(EventLogError) {
            try storage.scan(from: position) { at, value throws(EventLogError) in
                guard expected <= end else { return false }
                guard at == expected else { throw .missing(expected, found: at) }
                isStopped = !(try body(at, value))
                expected = at.advanced(by: 1)
                return !isStopped
            }
            guard isStopped || expected > end else { throw .missing(expected, found: nil) }
        } catch {
            throw noted(error.met(at: expected))
        }
    }
}

// MARK: - Damage

extension EventLog {
    /// The first damage that a reader met since the log was opened.
    package var damage: LogDamage? { firstDamage.withLock { $0 } }

    /// Remembers damage, of which the first position counts.
    package func note(_ damage: LogDamage) {
        if damage.kind == .index { index.condemn() }
        firstDamage.withLock { known in
            if known.map({ damage.position < $0.position }) ?? true { known = damage }
        }
    }

    private func noted(_ error: EventLogError) -> EventLogError {
        note(error)
        return error
    }

    private func note(_ error: EventLogError) {
        if let damage = error.damage { note(damage) }
    }
}
