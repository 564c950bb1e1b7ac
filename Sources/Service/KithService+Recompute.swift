internal import CRM
internal import EventLog
internal import Schema

extension KithService {
    /// Computes every consequence anew and compares it with the log, away from the commands' threads.
    func recompute(
        _ request: RecomputeRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.history)
        let end = context.log.end.position
        guard request.until <= end.rawValue else {
            throw Refusal(.notYet, "The log ends at position \(end).", field: "until")
        }
        let last = request.until == 0 ? end : Position(request.until)
        let begun = ContinuousClock.now
        let context = context
        var response = try await BlockingWork.run { () throws(Refusal) -> RecomputeResponse in
            let replay = ConsequenceReplay(context: context)
            try replay.run(through: last)
            return replay.result
        }
        let duration = begun.duration(to: .now).components
        response.seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
        return Answer(.recompute(response), reflects)
    }
}
