internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// The figures of the pipeline.
    func pipeline(
        _ request: PipelineRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let conditions = try await conditions(request.filter)
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let (summary, standing) = try await read(Pipeline.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Pipeline.summary(request, of: conditions, asOf: asOf, in: reader)
        }
        return Answer(.pipeline(summary), reflects(standing))
    }

    /// A page of opportunities.
    func opportunities(
        _ request: OpportunitiesRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let conditions = try await conditions(request.filter)
        let cursor = EpochCursor(context.log)
        var request = request
        request.cursor = try cursor.opened(request.cursor)
        let asked = request
        let asOf = try request.hasAsOf ? instant(request.asOf) : nil
        let now = context.clock.now()
        let (page, standing) = try await read(Pipeline.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Pipeline.opportunities(asked, of: conditions, asOf: asOf, now: now, in: reader)
        }
        var response = page.response
        response.cursor = cursor.sealed(page.cursor)
        return Answer(.opportunities(response), reflects(standing))
    }

    private func conditions(_ filter: OpportunityFilter) async throws(Refusal) -> OpportunityConditions {
        var conditions = OpportunityConditions()
        if filter.hasPipeline { conditions.pipeline = try await named(filter.pipeline, .pipeline, "filter.pipeline") }
        if filter.hasParty { conditions.party = try await named(filter.party, .party, "filter.party") }
        if filter.hasProduct { conditions.product = try await named(filter.product, .product, "filter.product") }
        if filter.hasCompetitor {
            conditions.competitor = try await named(filter.competitor, .competitor, "filter.competitor")
        }
        if filter.hasPartner { conditions.partner = try await named(filter.partner, .party, "filter.partner") }
        if filter.hasOwner { conditions.owner = try await named(filter.owner, "filter.owner") }
        conditions.leadSource = filter.leadSource
        conditions.channel = filter.channel
        return conditions
    }
}
