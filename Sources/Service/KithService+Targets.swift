internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// A page of targets, with what was reached of each.
    func targets(
        _ request: TargetsRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let owner = try await request.hasOwner ? named(request.owner, "owner") : nil
        let cursor = EpochCursor(context.log)
        var request = request
        request.cursor = try cursor.opened(request.cursor)
        let asked = request
        let asOf = try request.hasAsOf ? instant(request.asOf) : nil
        let now = context.clock.now()
        let (page, standing) = try await read(Targets.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Targets.page(asked, of: owner, asOf: asOf, now: now, in: reader)
        }
        var response = page.response
        response.cursor = cursor.sealed(page.cursor)
        return Answer(.targets(response), reflects(standing))
    }
}
