internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema
internal import SwiftProtobuf
internal import Views

extension KithService {
    /// Loyalty accounts with their points.
    func loyalty(
        _ request: LoyaltyRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let scope = try await scope(request)
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let cursor = EpochCursor(context.log)
        var request = request
        request.cursor = try cursor.opened(request.cursor)
        let asked = request
        let (page, standing) = try await read(Loyalty.self, atLeast: request.atLeast) { reader throws(ViewError) in
            try Loyalty.accounts(scope, asked, asOf: asOf, in: reader)
        }
        guard let page else { throw Self.nothing }
        var response = page.response
        response.cursor = cursor.sealed(page.cursor)
        return Answer(.loyalty(response), reflects(standing))
    }

    /// A loyalty programme as a whole.
    func programme(
        _ request: ProgrammeRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<Response.OneOf_Response> {
        try access.principal(caller).require(.views)
        let named =
            try await request.hasProgramme
            ? self.named(request.programme, .loyaltyProgramme, "programme") : nil
        let asOf = try request.hasAsOf ? instant(request.asOf) : context.clock.now()
        let (response, standing) = try await read(Loyalty.self, atLeast: request.atLeast) { reader throws(ViewError) in
            let number: StreamNumber?
            if let named { number = named } else { number = try Loyalty.onlyProgramme(in: reader) }
            return try number.flatMap { number throws(ViewError) in
                try Loyalty.programme(number, request, asOf: asOf, in: reader)
            }
        }
        guard let response else { throw Self.nothing }
        return Answer(.programme(response), reflects(standing))
    }

    private func scope(_ request: LoyaltyRequest) async throws(Refusal) -> LoyaltyScope {
        switch request.scope {
        case .party(let party): return .member(try await named(party, .party, "party"))
        case .employee(let employee): return .member(try await named(employee, .employee, "employee"))
        case .account(let account): return .account(try await named(account, .loyaltyAccount, "account"))
        case .programme(let programme):
            return .programme(try await named(programme, .loyaltyProgramme, "programme"))
        case nil:
            throw Refusal(.schemaInvalid, "Name a party, an employee, an account or a programme.", field: "scope")
        }
    }
}
