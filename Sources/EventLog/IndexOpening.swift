internal import Schema

/// An index that reflects the whole log, with its thread.
struct OpenedIndex {
    let index: IndexStore
    let indexer: DedicatedThread
    let epochs: [LogEpoch]
    /// The tree over all records.
    let frontier: MerkleFrontier
    /// When the last record was taken.
    let recordedAt: Instant
}

/// Opens the index of a log and brings it up to date.
struct IndexOpening {
    let path: String
    let logID: Identifier
    let mapSize: Int

    /// Opens it.
    ///
    /// - Throws: `index` where it is damaged, and can be removed and made anew; nothing of it is open then. `damaged`
    ///   with the position where a record of the log is not what was written.
    func open(
        _ storage: any LogStorage, last: Position, changes: EventLog.ChangesOfRecord
    ) throws(EventLogError) -> OpenedIndex {
        let index = try IndexStore(path: path, logID: logID, mapSize: mapSize)
        if index.applied > last { try index.discard() }
        var frontier = try index.frontier()
        let indexer = try DedicatedThread(named: "kith-index") { index.run() }
        do {
            let recordedAt = try catchUp(index, storage, last: last, frontier: &frontier, changes: changes)
            let own = try index.head(of: LogEpoch.stream)
            let epochs = try LogEpoch.all(in: storage, last: own.map { $0.kind == .log ? $0.last : .none } ?? .none)
            index.closeGroup(upTo: last, frontier: frontier, force: false)
            index.groupIsDurable()
            return OpenedIndex(
                index: index, indexer: indexer, epochs: epochs, frontier: frontier, recordedAt: recordedAt)
        } catch {
            index.stop()
            indexer.join()
            throw error
        }
    }

    /// Brings the index to the end of the log.
    ///
    /// - Returns: when the last record was taken.
    private func catchUp(
        _ index: IndexStore, _ storage: any LogStorage, last: Position, frontier: inout MerkleFrontier,
        changes: EventLog.ChangesOfRecord
    ) throws(EventLogError) -> Instant {
        var recordedAt = Instant.earliest
        guard last > .none else { return recordedAt }
        let applied = index.applied
        var tree = frontier
        // The last record is read in any case: its time is the floor for the next group.
        let from = min(applied.advanced(by: 1), last)
        var expected = from
        try storage.scan(from: from) { position, value throws(EventLogError) in
            guard position == expected else { throw .missing(expected, found: position) }
            expected = position.advanced(by: 1)
            let (header, leaf) = try EventLog.checked(value, at: position)
            let record = value.extracting(0..<(value.byteCount - RecordLayout.leafHashLength))
            recordedAt = header.recordedAt
            guard position > applied else { return true }
            tree.append(leaf)
            let subjects = (0..<Int(header.subjectCount)).map { header.subject($0, in: record) }
            try index.apply(
                header, streamID: header.streamID(in: record), subjects: subjects, changes: try changes(header, record))
            if index.pendingChanges >= IndexStore.flushThreshold {
                try index.waitUntilFlushed()
                index.handOver(upTo: position, frontier: tree)
            }
            return true
        }
        frontier = tree
        return recordedAt
    }
}
