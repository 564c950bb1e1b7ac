internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// A page of the ticket queue.
    func tickets(
        _ request: TicketsRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        let principal = try access.principal(caller)
        try principal.require(.views)
        let conditions = try await conditions(request.filter)
        let cursor = EpochCursor(context.log)
        var request = request
        request.cursor = try cursor.opened(request.cursor)
        let asked = request
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let (page, standing) = try await read(TicketQueue.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try TicketQueue.tickets(asked, of: conditions, asOf: asOf, in: reader)
        }
        var response = TicketsResponse()
        response.tickets = try await open(page.tickets, for: principal)
        response.cursor = cursor.sealed(page.cursor)
        response.asOf = asOf.timestamp
        response.definitions = TicketQueue.definitions
        return Answer(.tickets(response), reflects(standing))
    }

    /// The figures of the service.
    func serviceFigures(
        _ request: ServiceFiguresRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let conditions = try await conditions(request.filter)
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let (figures, standing) = try await read(TicketQueue.self, atLeast: request.atLeast) {
            reader throws(ViewError) in
            try TicketQueue.figures(request, of: conditions, asOf: asOf, in: reader)
        }
        return Answer(.serviceFigures(figures), reflects(standing))
    }

    private func open(
        _ tickets: [SealedTicket], for principal: Principal
    ) async throws(Refusal) -> [TicketSummary] {
        guard principal.permissions.contains(.personal) else { return tickets.map(\.summary) }
        return try await BlockingWork.run { [context] () throws(Refusal) in
            try PersonalFilling(context: context).fill(tickets)
        }
    }

    private func conditions(_ filter: TicketFilter) async throws(Refusal) -> TicketConditions {
        var conditions = TicketConditions()
        if filter.hasQueue { conditions.queue = try await named(filter.queue, .queue, "filter.queue") }
        if filter.hasAssignee { conditions.agent = try await named(filter.assignee, .employee, "filter.assignee") }
        if filter.hasParty { conditions.party = try await named(filter.party, .party, "filter.party") }
        conditions.unassigned = filter.unassigned
        conditions.priorities = filter.priorities
        conditions.type = filter.type
        conditions.category = filter.category
        conditions.customerClass = filter.customerClass
        conditions.channel = filter.channel
        return conditions
    }
}
