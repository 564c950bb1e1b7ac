internal import CRM
internal import EventLog
internal import Schema
internal import Synchronization

extension KithService {
    /// Computes every consequence anew and compares it with the log, away from the commands' threads. One at a time: it
    /// holds all streams in memory.
    ///
    /// - Throws: FORBIDDEN, NOT_YET; OVERLOADED while another one is computed; CANCELLED.
    func recompute(
        _ request: RecomputeRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.recompute)
        let end = context.log.end.position
        guard request.until <= end.rawValue else {
            throw Refusal(.notYet, "The log ends at position \(end).", field: "until")
        }
        let last = request.until == 0 ? end : Position(request.until)
        guard recomputing.begin() else {
            throw Refusal(.overloaded, "The log is being computed anew for somebody else. Ask again when that is done.")
        }
        defer { recomputing.end() }
        let begun = ContinuousClock.now
        let context = context
        let stop = StopFlag()
        let result = await withTaskCancellationHandler { () -> Result<RecomputeResponse, Refusal> in
            await BlockingWork.result { () throws(Refusal) -> RecomputeResponse in
                let replay = ConsequenceReplay(context: context)
                try replay.run(through: last, stop: stop)
                return replay.result
            }
        } onCancel: {
            stop.raise()
        }
        var response = try result.get()
        let duration = begun.duration(to: .now).components
        response.seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        return Answer(.recompute(response), reflects)
    }
}

/// Lets one caller in at a time; the others are turned away.
final class OneAtATime: Sendable {
    private let isBusy = Atomic(false)

    /// Whether nobody else was in.
    func begin() -> Bool { isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged }

    /// Lets the next one in.
    func end() { isBusy.store(false, ordering: .releasing) }
}

/// Tells work on another thread that nobody waits for it any more.
final class StopFlag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Lets the work end as soon as it looks.
    func raise() { raised.store(true, ordering: .relaxed) }
}
