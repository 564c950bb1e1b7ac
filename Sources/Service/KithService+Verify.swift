internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema

extension KithService {
    /// Threads that a verification for a caller reads with.
    private static let verifyThreads = 2
    /// Time between two tellings of its progress.
    private static let verifyInterval = Duration.milliseconds(250)

    /// Checks the whole log against itself, against the root that was acknowledged last and against the index, away
    /// from the commands' threads. One at a time: it is meant to take what the machine gives.
    ///
    /// - Throws: FORBIDDEN, SCHEMA_INVALID, NOT_YET; OVERLOADED while another one runs; CANCELLED.
    func verifyLog(
        _ request: VerifyRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<VerifyProgress>) async -> Void
    ) async throws(Refusal) {
        try access.principal(caller).require(.verify)
        let roots = try knownRoots(request)
        guard verifying.begin() else {
            throw Refusal(.overloaded, "The log is being verified for somebody else. Ask again when that is done.")
        }
        defer { verifying.end() }
        let stop = StopFlag()
        let (steps, source) = AsyncStream.makeStream(of: VerifyProgress.self, bufferingPolicy: .bufferingNewest(1))
        let log = context.log
        let reflects = reflects
        async let telling: Void = {
            for await step in steps { await progress(Answer(step, reflects)) }
        }()
        let result = await withTaskCancellationHandler { () -> Result<VerifyProgress, Refusal> in
            await BlockingWork.result { () throws(Refusal) -> VerifyProgress in
                do throws(EventLogError) {
                    let begun = ContinuousClock.now
                    var told = begun
                    let outcome = try log.verification(roots: roots).run(threads: Self.verifyThreads) { outcome in
                        if told.duration(to: .now) >= Self.verifyInterval {
                            told = .now
                            source.yield(VerifyProgress(outcome, since: begun))
                        }
                        return !stop.isRaised
                    }
                    return VerifyProgress(last: outcome, since: begun)
                } catch { throw Refusal(error) }
            }
        } onCancel: {
            stop.raise()
        }
        source.finish()
        await telling
        let last = try result.get()
        guard !stop.isRaised else { throw Refusal(.cancelled, "The verification was cancelled.") }
        // A wrong root of the caller's says nothing about the log.
        if last.hasDamage, request.root.isEmpty || last.damage.kind != .root { log.note(last.damage) }
        await progress(Answer(last, self.reflects))
    }

    /// What was discarded when the service started, and made anew from the log.
    var repairs: [DerivedRepair] {
        let index = context.log.indexRepair.map { [(store: "index", reason: $0)] } ?? []
        return (index + replay.discarded).map { store, reason in
            var repair = DerivedRepair()
            repair.store = store
            repair.reason = reason
            repair.foundAt = startedAt.timestamp
            return repair
        }
    }

    private func knownRoots(_ request: VerifyRequest) throws(Refusal) -> [LogVerification.KnownRoot] {
        if request.size == 0, request.root.isEmpty { return [] }
        guard request.size > 0, let root = TreeHash(bytes: Array(request.root)) else {
            throw Refusal(.schemaInvalid, "A root has 32 bytes, and goes with the size of its tree.", field: "root")
        }
        guard request.size <= context.log.end.position.rawValue else {
            throw Refusal(.notYet, "The log ends at position \(context.log.end.position).", field: "size")
        }
        return [LogVerification.KnownRoot(size: request.size, root: root, source: "The caller")]
    }
}
