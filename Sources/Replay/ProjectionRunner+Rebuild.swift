internal import EventLog
internal import FoundationEssentials
internal import Logging
package import Schema

extension ProjectionRunner {
    /// Makes the projection anew from the log, while it goes on answering, and puts the new rows in its place.
    ///
    /// Before that the rows are compared with the present ones at the same position. They replace them also where they
    /// differ, since they come from checked records; the difference is logged as an error. A parked projection has
    /// nothing to compare; if the event that parked it can be applied now, it goes on. A rebuild that fails or is
    /// cancelled leaves the present rows as they were.
    ///
    /// - Parameter progress: called every `progressMilliseconds`, and at the end with `done`.
    /// - Returns: the last progress.
    /// - Throws: `rebuildRunning`, `unfit`, `log`, `storage`, `cancelled`, `stopped`.
    package func rebuild(
        progress: @escaping @Sendable (RebuildProgress) async -> Void
    ) async throws(ReplayError) -> RebuildProgress {
        guard rows != nil else { throw .stoppedEngine }
        guard rebuildPosition == nil else {
            throw ReplayError(.rebuildRunning, "A rebuild of \(name) runs already. Wait for it, or cancel it.")
        }
        rebuildPosition = Position.none
        defer { rebuildPosition = nil }
        let number = directory.nextNumber()
        let path = directory.path(number)
        let worker = try RebuildWorker<P>(path: path, owner: owner, log: log, options: options)
        do throws(ReplayError) {
            let result = try await build(worker, progress)
            try adopt(number)
            await progress(result)
            return result
        } catch {
            await worker.abandon()
            // A leftover is removed at the next start at the latest.
            do { try StoreDirectory.remove(path) } catch {
                logger.warning(
                    "The store of a failed rebuild could not be removed.",
                    metadata: ["projection": "\(name)", "error": "\(error)"])
            }
            throw error
        }
    }

    private func build(
        _ worker: RebuildWorker<P>, _ progress: @Sendable (RebuildProgress) async -> Void
    ) async throws(ReplayError) -> RebuildProgress {
        let started = ContinuousClock.now
        var report = RebuildProgress()
        report.name = name
        try await catchUp(worker, &report, started, progress)
        try await compare(worker, &report)
        try await catchUp(worker, &report, started, progress)
        try await worker.close()
        report.seconds = (ContinuousClock.now - started) / .seconds(1)
        report.done = true
        return report
    }

    /// Folds to the end of the log, which moves meanwhile.
    private func catchUp(
        _ worker: RebuildWorker<P>, _ report: inout RebuildProgress, _ started: ContinuousClock.Instant,
        _ progress: @Sendable (RebuildProgress) async -> Void
    ) async throws(ReplayError) {
        var target = log.end.position
        while true {
            if Task.isCancelled { throw .cancelledTask }
            if isStopping { throw .stoppedEngine }
            let position = try await worker.fold(through: target, milliseconds: options.progressMilliseconds)
            rebuildPosition = position
            report.position = position.rawValue
            report.target = log.end.position.rawValue
            report.eventsPerSecond = Double(position.rawValue) / ((ContinuousClock.now - started) / .seconds(1))
            guard position >= target else {
                await progress(report)
                continue
            }
            // A short rest is folded when the rows are taken over.
            target = log.end.position
            if target.rawValue - position.rawValue <= UInt64(options.pageRecords) { return }
        }
    }

    /// Computes the digests of both stores at one position.
    private func compare(_ worker: RebuildWorker<P>, _ report: inout RebuildProgress) async throws(ReplayError) {
        guard isRunning, halt == nil, hasRows, rows?.damage == nil else { return }
        let position = Position(report.position)
        guard await waiters.wait(for: position, milliseconds: 60_000) == .reached, let rows else { return }
        let (at, previous) = try rows.beginDigest()
        _ = try await worker.fold(through: at)
        let digest = try await worker.digest()
        do throws(ReplayError) {
            report.previousDigest = Data(try await previous.result())
        } catch {
            // Of rows that are damaged nothing can be said but that it is time to replace them.
            guard error.isDamage else { throw error }
            return rows.note(error)
        }
        report.digest = Data(digest)
        guard report.digest != report.previousDigest else { return }
        logger.error(
            "A rebuilt projection differs from the one it replaces.",
            metadata: ["projection": "\(name)", "position": "\(at)"])
    }

    /// Whether there is anything to compare: not when the projection is built for the first time.
    private var hasRows: Bool { (rows?.applied.position ?? .none) > .none }
}
