internal import Logging
internal import Synchronization

extension ProjectionRunner {
    /// Begins to make rows anew of which some were found not to be what was written; those that are go on being read. A
    /// projection that is parked would come to the same event: that is for an operator.
    func mendWhereDamaged() {
        guard mending == nil, let reason = rows?.damage, rebuildPosition == nil, .now >= mendsAgainAt else { return }
        if case .event = halt { return }
        logger.error(
            "The store of a projection is damaged; it is made again from the log.",
            metadata: ["projection": "\(name)", "reason": "\(reason)"])
        // The loop waits for it at its end.
        mending = Task { await mend(reason) }
    }

    private func mend(_ reason: String) async {
        do {
            _ = try await rebuild { _ in }
            repair.withLock { $0 = reason }
        } catch {
            if error.code != .cancelled, error.code != .stopped {
                logger.error(
                    "The damaged store of a projection could not be made again.",
                    metadata: ["projection": "\(name)", "error": "\(error)"])
            }
            mendsAgainAt = .now + mendInterval
            mendInterval = min(mendInterval * 2, Self.longestMendInterval)
        }
        mending = nil
    }

    /// Between two attempts to make damaged rows anew at most.
    private static var longestMendInterval: Duration { .seconds(3_600) }
}
