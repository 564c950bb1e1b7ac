internal import EventLog
internal import FoundationEssentials
internal import Schema

/// Checks the log of a data directory without a service: reads, and changes nothing.
struct OfflineVerification {
    let directory: String

    /// Threads that read.
    private static let threads = 2

    /// Checks the log.
    ///
    /// - Parameter tell: called with the progress about four times a second, and at the end.
    /// - Throws: `Failure` where there is no log that can be read, and what `tell` throws.
    func run(_ request: VerifyRequest, _ tell: (VerifyProgress) throws -> Void) throws {
        let begun = ContinuousClock.now
        var told = begun
        var failure: (any Error)?
        do {
            guard let id = try LogDirectory.logID(in: directory) else {
                throw Failure.wrongUse("\(directory) is no data directory: it has no file FORMAT")
            }
            let storage = try LMDBLogStorage(reading: directory + "/log")
            let outcome = try verification(of: storage, id, request).run(threads: Self.threads) { outcome in
                guard told.duration(to: .now) >= .milliseconds(250) else { return true }
                told = .now
                do {
                    try tell(VerifyProgress(outcome, since: begun))
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
            try tell(VerifyProgress(last: outcome, since: begun))
        } catch let error as EventLogError {
            throw Failure.refused(error.message, code: "\(error.code)")
        }
    }

    private func verification(
        of storage: LMDBLogStorage, _ id: Identifier, _ request: VerifyRequest
    ) throws(EventLogError) -> LogVerification {
        // First the index: a service may go on, and then it reflects nothing beyond the end that is read after it.
        let index = try IndexSummary.read(path: directory + "/index", logID: id)
        var roots: [LogVerification.KnownRoot] = []
        if let root = TreeHash(bytes: Array(request.root)) {
            roots.append(LogVerification.KnownRoot(size: request.size, root: root, source: "The caller"))
        }
        return LogVerification(storage, through: try storage.lastPosition(), roots: roots, index: index)
    }
}
