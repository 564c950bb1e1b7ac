package import CRM
package import Schema

extension ServiceBackend {
    /// Answers any query that has one answer: the one way in which every face asks.
    ///
    /// - Parameter connections: how many connections the face has, for the status.
    package func answerOnce(
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
