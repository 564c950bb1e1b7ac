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
        let cursor = EpochCursor(epoch: context.log.epoch)
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
        if filter.hasPipeline { conditions.pipeline = try await named(filter.pipeline, .pipeline, "pipeline") }
        if filter.hasParty { conditions.party = try await named(filter.party, .party, "party") }
        if filter.hasProduct { conditions.product = try await named(filter.product, .product, "product") }
        if filter.hasCompetitor {
            conditions.competitor = try await named(filter.competitor, .competitor, "competitor")
        }
        if filter.hasPartner { conditions.partner = try await named(filter.partner, .party, "partner") }
        if filter.hasOwner { conditions.owner = try await owner(filter.owner) }
        conditions.leadSource = filter.leadSource
        conditions.channel = filter.channel
        return conditions
    }

    private func owner(_ reference: OwnerReference) async throws(Refusal) -> Owner {
        var owner = Owner()
        switch reference.owner {
        case .employee(let employee):
            owner.employeeNumber = try await named(employee, .employee, "owner.employee").rawValue
        case .team(let team): owner.teamNumber = try await named(team, .team, "owner.team").rawValue
        case nil: throw Refusal(.schemaInvalid, "Name an employee or a team.", field: "filter.owner")
        }
        return owner
    }

    /// What a reference of the filter names.
    private func named(
        _ reference: Reference, _ kind: AggregateKind, _ field: String
    ) async throws(Refusal) -> StreamNumber {
        do throws(Refusal) { return try await resolve(reference, kind) } catch {
            var refusal = error
            refusal.detail.field = "filter.\(field)"
            throw refusal
        }
    }
}
