package import CRM
package import Schema

extension KithService {
    func recompute(
        _ request: RecomputeRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        throw Refusal(.unknownCommand, "This version of the service does not answer the query.")
    }
}
