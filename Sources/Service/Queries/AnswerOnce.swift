package import CRM
package import Schema

extension ServiceBackend {
    /// Answers any query that has one answer: the one way in which every face asks. The query has a turn from its first
    /// read to the end, so that what is read is not piled up before it is sent.
    ///
    /// - Parameter connections: how many connections the face has, for the status.
    package func answerOnce(
        _ query: Request.OneOf_Request, from caller: CallerIdentity, connections: Int
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        guard query.takesTurn else { return try await answered(query, from: caller, connections: connections) }
        let turns = query.isLong ? BlockingWork.longTurns : BlockingWork.turns
        return try await turns.run { () async throws(Refusal) in
            guard !Task.isCancelled else { throw Refusal(.cancelled, "The request was cancelled.") }
            return try await answered(query, from: caller, connections: connections)
        }
    }

    private func answered(
        _ query: Request.OneOf_Request, from caller: CallerIdentity, connections: Int
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        switch query {
        case .get(let request):
            let answer = try await get(request, from: caller)
            return Answer(.get(answer.value), answer.reflects)
        case .list(let request):
            let answer = try await list(request, from: caller)
            return Answer(.list(answer.value), answer.reflects)
        case .customer(let request):
            let answer = try await customer(request, from: caller)
            return Answer(.customer(answer.value), answer.reflects)
        case .status(let request):
            var answer = try await status(request, from: caller)
            answer.value.connections = UInt64(connections)
            return Answer(.status(answer.value), answer.reflects)
        default:
            return try await answer(query, from: caller)
        }
    }
}

extension Request.OneOf_Request {
    /// Rows beyond which a page is read among the long ones.
    private static var shortPage: UInt32 { 100 }

    /// Whether the query is one of those that take turns. The status must be had whatever else goes on, and a
    /// recomputation takes so long that a turn of its own would keep others from theirs.
    fileprivate var takesTurn: Bool {
        switch self {
        case .status, .recompute: false
        default: true
        }
    }

    /// Whether it asks for so much that others should not wait for it.
    fileprivate var isLong: Bool {
        let rows: UInt32 =
            switch self {
            case .list(let request): request.limit
            case .opportunities(let request): request.limit
            case .tickets(let request): request.limit
            case .targets(let request): request.limit
            case .refusals(let request): request.limit
            case .loyalty(let request): max(request.limit, request.lotLimit, request.movementLimit)
            case .ticketClocks(let request): request.intervalLimit
            case .customer(let request): request.timelineLimit
            default: 0
            }
        return rows > Self.shortPage
    }
}
