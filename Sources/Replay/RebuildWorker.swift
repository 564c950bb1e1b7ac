internal import EventLog
internal import LMDB
internal import Schema
internal import Views

/// Builds a fresh store of one projection from the log, on a thread of its own, while the live one goes on serving.
///
/// Nothing is synced until the end: a store whose building was interrupted is thrown away.
actor RebuildWorker<P: Projection> {
    private nonisolated let executor: ThreadExecutor
    private let log: EventLog
    private let options: ReplayOptions
    private let kinds = KindFilter(P.kinds)
    private var readAhead: (pages: PageReadAhead, last: Position)?
    /// Nil once closed.
    private var rows: ProjectionRows<P>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter path: where the store is built; what is there is removed.
    init(path: String, owner: StoreOwner, log: EventLog, options: ReplayOptions) throws(ReplayError) {
        self.log = log
        self.options = options
        try StoreDirectory.remove(path)
        try Self.requireSpace(log)
        rows = try ProjectionRows<P>.open(path: path, owner: owner, end: .none, sync: .none).rows
        executor = try ThreadExecutor()
    }

    /// Folds checked pages up to exactly `last`, which is durable, but not for longer than so many milliseconds.
    ///
    /// - Returns: how far the store is.
    /// - Throws: `log` where a record is not what was written, `unfit` where an event cannot be applied, `storage`.
    func fold(through last: Position, milliseconds: Int = .max) throws(ReplayError) -> Position {
        guard let rows else { throw .stoppedEngine }
        let deadline = milliseconds == .max ? nil : ContinuousClock.now + .milliseconds(milliseconds)
        while rows.applied.position < last {
            guard let page = try nextPage(rows.applied.position.advanced(by: 1), through: last) else { break }
            do { try rows.fold(page) } catch { throw ReplayError(error) }
            if rows.pendingBytes >= options.rebuildBytes {
                try Self.requireSpace(log)
                try rows.commit()
            }
            if let deadline, ContinuousClock.now >= deadline { break }
        }
        return rows.applied.position
    }

    /// SHA-256 over all rows.
    func digest() throws(ReplayError) -> [UInt8] {
        guard let rows else { throw .stoppedEngine }
        return try rows.digest()
    }

    /// Puts everything on stable storage and closes the store, so that the live projection can open it.
    func close() throws(ReplayError) {
        readAhead = nil
        try Self.requireSpace(log)
        try rows?.commit()
        try rows?.sync()
        rows = nil
    }

    /// Closes the store of a rebuild that came to nothing.
    func abandon() {
        readAhead = nil
        rows = nil
    }

    /// A rebuild is the first to give way where space runs out: the view that it would replace goes on serving.
    ///
    /// - Throws: `diskFull`.
    private static func requireSpace(_ log: EventLog) throws(ReplayError) {
        guard let space = log.space else { return }
        let isThere: Bool
        do { isThere = try space.admitsRebuild() } catch { throw ReplayError(error) }
        guard isThere else {
            throw ReplayError(
                .diskFull, "There is no space for a rebuild: what is left is for the log. Make space and try again.")
        }
    }

    private func nextPage(_ first: Position, through last: Position) throws(ReplayError) -> EventPage? {
        do {
            if let readAhead, readAhead.last <= last {
                if let page = try readAhead.pages.next() { return page }
            }
            readAhead = nil
            let limits = PageLimits(options)
            guard last.rawValue - first.rawValue > 4 * UInt64(options.pageRecords) else {
                return try EventPage.readChecked(log, from: first, through: last, kinds: kinds, limits: limits)
            }
            let pages = try PageReadAhead(log, from: first, through: last, kinds: kinds, limits: limits)
            readAhead = (pages, last)
            return try pages.next()
        } catch let error as EventLogError {
            throw ReplayError(error)
        } catch let error as ReplayError {
            throw error
        } catch {
            throw ReplayError(.log, "\(error)")
        }
    }
}
