internal import CRM
internal import Schema

extension KithService {
    func answerQuery(
        _ query: Request.OneOf_Request, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        switch query {
        case .recompute(let request): try await recompute(request, from: caller)
        case .pipeline(let request): try await pipeline(request, from: caller)
        case .opportunities(let request): try await opportunities(request, from: caller)
        case .loyalty(let request): try await loyalty(request, from: caller)
        case .programme(let request): try await programme(request, from: caller)
        case .targets(let request): try await targets(request, from: caller)
        case .tickets(let request): try await tickets(request, from: caller)
        case .serviceFigures(let request): try await serviceFigures(request, from: caller)
        case .ticketClocks(let request): try await ticketClocks(request, from: caller)
        case .refusals(let request): try await refusals(request, from: caller)
        case .putBody, .getBody: throw Self.unknown
        case .submit, .get, .list, .customer, .history, .status, .rebuild, .verify, .backup, .credit, .cancel:
            throw Self.unknown
        }
    }

    private static var unknown: Refusal {
        Refusal(.unknownCommand, "This version of the service does not answer the query.")
    }
}
