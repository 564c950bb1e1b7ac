internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct OpportunityListTests {
    private func page(
        _ deals: DealSketch, asOf: Instant? = .day(100), _ populate: (inout OpportunitiesRequest) throws -> Void
    ) throws -> OpportunityPage {
        try Pipeline.opportunities(
            try .with(populate), of: OpportunityConditions(), asOf: asOf, now: .day(100),
            in: try deals.log.fold(Pipeline.self))
    }

    private func numbers(
        _ deals: DealSketch, _ populate: (inout OpportunitiesRequest) throws -> Void
    ) throws -> [UInt64] {
        try page(deals, populate).response.opportunities.map(\.number)
    }

    @Test func `open ones are listed where nothing is said`() throws {
        var deals = try DealSketch()
        let open = try deals.open(at: .day(95))
        let stalled = try deals.open(at: .day(1))
        let won = try deals.open()
        try deals.win(won, at: .day(50))
        let talk = try deals.open { $0.stage = "talk" }
        #expect(try numbers(deals) { _ in } == [open, stalled, talk].map(\.rawValue))
        #expect(try numbers(deals) { $0.statuses = [.won, .lost] } == [won.rawValue])
        #expect(try numbers(deals) { $0.stage = "talk" } == [talk.rawValue])
        #expect(try numbers(deals) { $0.stalled = true } == [stalled.rawValue])
        let response = try page(deals) { _ in }.response
        #expect(response.opportunities[0].id == LogSketch.id(of: open).description)
        #expect(Instant(response.asOf) == .day(100) && !response.definitions.isEmpty)
    }

    @Test func `lists come in the order that is asked for`() throws {
        var deals = try DealSketch()
        let first = try deals.open(at: .day(3)) {
            $0.closeDate = "2024-05-01"; $0.amount = .of(100)
        }
        let second = try deals.open(at: .day(2)) { $0.amount = nil }
        let third = try deals.open(at: .day(5)) {
            $0.closeDate = "2023-12-31"; $0.amount = .of(900)
        }
        let fourth = try deals.open(at: .day(1)) {
            $0.amount = .of(50, "CHF"); $0.isUnknown = true
        }
        func order(_ order: OpportunityOrder) throws -> [StreamNumber] {
            try numbers(deals) { $0.order = order }.map { StreamNumber($0) }
        }
        #expect(try order(.opened) == [first, second, third, fourth])
        #expect(try order(.closeDate) == [third, first, second, fourth])
        #expect(try order(.weighted) == [fourth, third, first, second])
        #expect(try order(.daysInStage) == [second, first, third, fourth])
    }

    @Test(arguments: [OpportunityOrder.opened, .closeDate, .weighted, .daysInStage])
    func `pages together are the list`(order: OpportunityOrder) throws {
        var random = SeededGenerator(seed: 7)
        var deals = try DealSketch()
        for _ in 0..<60 {
            try deals.open(at: .day(.random(in: 0...9, using: &random))) {
                $0.amount = Bool.random(using: &random) ? .of(.random(in: 0...5, using: &random) * 100) : nil
                $0.closeDate = Bool.random(using: &random) ? "2024-06-0\(Int.random(in: 1...4, using: &random))" : ""
            }
        }
        let all = try numbers(deals) { $0.order = order }
        #expect(all.count == 60)
        for limit in [1, 7, 59, 60] as [UInt32] {
            var paged: [UInt64] = []
            var cursor: [UInt8] = []
            repeat {
                let page = try page(deals) {
                    $0.order = order
                    $0.limit = limit
                    $0.cursor = Data(cursor)
                }
                paged += page.response.opportunities.map(\.number)
                cursor = page.cursor
            } while !cursor.isEmpty
            #expect(paged == all, "\(order), \(limit)")
        }
    }

    @Test func `a further page is told as of the instant of the first`() throws {
        var deals = try DealSketch()
        for _ in 0..<3 { try deals.open() }
        let store = try deals.log.fold(Pipeline.self)
        func page(_ request: OpportunitiesRequest, asOf: Instant? = nil, now: Instant) throws -> OpportunityPage {
            try Pipeline.opportunities(request, of: OpportunityConditions(), asOf: asOf, now: now, in: store)
        }
        var request = OpportunitiesRequest.with {
            $0.limit = 2; $0.order = .weighted
        }
        let first = try page(request, now: .day(50))
        request.cursor = Data(first.cursor)
        let second = try page(request, now: .day(60))
        #expect(Instant(second.response.asOf) == .day(50) && second.response.opportunities.count == 1)
        #expect(second.cursor.isEmpty)
        #expect(try page(request, asOf: .day(50), now: .day(60)).response == second.response)
        #expect(throws: ViewError.self) { try page(request, asOf: .day(51), now: .day(60)) }
        request.order = .closeDate
        #expect(throws: ViewError.self) { try page(request, now: .day(60)) }
        request.cursor = Data([1, 2, 3])
        #expect(throws: ViewError.self) { try page(request, now: .day(60)) }
        #expect(throws: ViewError.self) { try page(.with { $0.limit = 1_001 }, now: .day(60)) }
    }

    @Test func `a customer shows open opportunities first, newest first`() throws {
        var deals = try DealSketch()
        let party = try deals.log.begin(.party, .partyRegistered())
        let other = try deals.log.begin(.party, .partyRegistered())
        let open = try deals.open(at: .day(1)) { $0.party = party }
        let lost = try deals.open(at: .day(2)) { $0.party = party }
        try deals.lose(lost, at: .day(9))
        let later = try deals.open(at: .day(3)) { $0.party = party }
        let moved = try deals.open(at: .day(4)) { $0.party = party }
        try deals.log.append(
            moved, .opportunityChanged(.with { $0.head.partyNumber = other.rawValue }), at: .day(5))
        let store = try deals.log.fold(Customer360.self)
        func shown(_ party: StreamNumber, asOf: Instant = .day(100)) throws -> [UInt64] {
            try #require(try Customer360.view(of: party, asOf: asOf, in: store)).customer.opportunities.map(\.number)
        }
        #expect(try shown(party) == [later, open, lost].map(\.rawValue))
        #expect(try shown(other) == [moved.rawValue])
        #expect(try shown(party, asOf: .day(2)) == [lost, open].map(\.rawValue))
        let customer = try #require(try Customer360.view(of: party, asOf: .day(100), in: store)).customer
        #expect(customer.opportunities[2].status == .lost && customer.opportunities[0].stageLabel == "New")
        #expect(Instant(customer.knownSince) == .day(0))
    }

    @Test func `a customer shows a hundred opportunities at most`() throws {
        var deals = try DealSketch()
        let party = try deals.log.begin(.party, .partyRegistered())
        for index in 0..<150 {
            let deal = try deals.open { $0.party = party }
            if index >= 60 { try deals.lose(deal, at: .day(1)) }
        }
        let opportunities = try Customer360.opportunities(
            of: party, asOf: .day(9), in: try deals.log.fold(Customer360.self))
        #expect(opportunities.count == 100 && opportunities.prefix(60).allSatisfy { $0.status == .open })
        #expect(opportunities.dropFirst(60).allSatisfy { $0.status == .lost })
    }
}
