internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct Customer360Tests {
    private func customer(_ log: LogSketch, _ party: StreamNumber, asOf: Instant = .day(100)) throws -> Customer {
        try #require(try Customer360.view(of: party, asOf: asOf, in: try log.fold(Customer360.self))).customer
    }

    /// A confirmed order with one line.
    @discardableResult
    private func order(
        _ log: inout LogSketch, _ party: StreamNumber, net: Int64, at: Instant, currency: String = "EUR",
        lines: [OrderLine]? = nil, confirmed: Bool = true
    ) throws -> StreamNumber {
        let subjects: [(StreamNumber, SubjectRole)] = party == .none ? [] : [(party, .customer)]
        let order = try log.begin(
            .order, .orderPlaced(party, lines ?? [.of(net: net)], currency: currency), at: at, subjects: subjects)
        if confirmed { try log.append(order, .orderConfirmed(.init()), at: at, subjects: subjects) }
        return order
    }

    @Test func `the figures of a history are those computed by hand`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), at: .day(5), personal: .partyRegistered(.init()))
        let pen = try log.begin(
            .product, .productDefined(category: "office/pens", cost: .of(15, scale: 1), costCurrency: "EUR"))
        let desk = try log.begin(.product, .productDefined(category: "furniture"))
        // Day 0: 3 pens for 10.00, and a desk for 200.05 that cost 120.00.
        let first = try order(
            &log, party, net: 0, at: .day(0),
            lines: [
                .of(1, product: pen, quantity: 3, net: 1_000),
                .of(2, product: desk, net: 20_005, cost: .of(120)),
            ])
        // Day 10, twice: 0.50 and 1.00 without cost 0; day 13 noon: nothing to pay; day 30: 4 pens for 12.00.
        try order(&log, party, net: 50, at: .day(10), lines: [.of(net: 50, cost: .of(0))])
        try order(&log, party, net: 100, at: .day(10), lines: [.of(net: 100, cost: .of(0))])
        try order(&log, party, net: 0, at: .day(13, seconds: 43_200), lines: [.of(net: 0, cost: .of(0))])
        try order(&log, party, net: 0, at: .day(30), lines: [.of(product: pen, quantity: 4, net: 1_200)])
        // Does not count: not confirmed.
        try order(&log, party, net: 9_999, at: .day(50), confirmed: false)
        // One pen of the first order comes back for 3.33.
        let goodsReturn = try log.begin(
            .return, .returnRegistered(party, order: first, [.of(orderLine: 1, net: 333)]), at: .day(12),
            subjects: [(party, .customer)])

        let customer = try customer(log, party, asOf: .day(40, seconds: 5))
        #expect(Instant(customer.knownSince) == .day(0))
        #expect(customer.lastChangedPosition == goodsReturn.rawValue)
        #expect(customer.party.kind == .party && customer.aliases.isEmpty)
        let history = try #require(customer.purchases.first)
        #expect(customer.purchases.count == 1 && history.currency == "EUR")
        #expect(history.orders == 5 && history.purchases == 4 && history.returns == 1)
        #expect(Instant(history.firstOrder) == .day(0) && Instant(history.lastOrder) == .day(30))
        #expect(history.daysSinceLastOrder == 10)
        #expect(history.gross == 22_355 && history.returned == 333 && history.net == 22_022)
        // 223.55 / 5 = 44.71
        #expect(history.averageOrderValue == 4_471)
        #expect(history.returnRate == 333.0 / 22_355.0)
        // Cost: 3 pens 4.50, desk 120.00, 4 pens 6.00, less one pen 1.50 = 129.00; 220.22 - 129.00 = 91.22.
        #expect(history.hasMargin && history.margin == 9_122)
        // Purchases on day 0, 10, 10, 30: 10, 0 and 20 days apart.
        #expect(history.meanIntervalDays == 10 && history.medianIntervalDays == 10)
        #expect(history.categories.map(\.category) == ["", "furniture", "office/pens"])
        #expect(history.categories.map(\.gross) == [150, 20_005, 2_200])
        #expect(history.categories.map(\.lines) == [3, 1, 2])
    }

    @Test func `the average order value is rounded half to even`() throws {
        for (nets, expected) in [([1, 2], 2), ([2, 3], 2), ([-1, -2], -2), ([1, 1, 2], 1)] as [([Int64], Int64)] {
            var log = LogSketch()
            let party = try log.begin(.party, .partyRegistered())
            for (day, net) in nets.enumerated() { try order(&log, party, net: net, at: .day(Int64(day))) }
            #expect(try customer(log, party).purchases[0].averageOrderValue == expected)
        }
    }

    @Test func `figures that nothing supports are absent`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        #expect(try customer(log, party).purchases.isEmpty)
        try log.begin(
            .return, .returnRegistered(party, [.of(net: 40)]), at: .day(3), subjects: [(party, .customer)])
        let returned = try customer(log, party).purchases[0]
        #expect(returned.returns == 1 && returned.net == -40)
        #expect(!returned.hasAverageOrderValue && !returned.hasReturnRate && !returned.hasMargin)
        #expect(!returned.hasFirstOrder && !returned.hasMeanIntervalDays)
        try order(&log, party, net: 100, at: .day(3))
        let bought = try customer(log, party).purchases[0]
        #expect(bought.hasAverageOrderValue && !bought.hasMeanIntervalDays && !bought.hasMedianIntervalDays)
        #expect(!bought.hasMargin, "the cost of the line is not known")
        #expect(try Customer360.view(of: StreamNumber(99), asOf: .day(0), in: try log.fold(Customer360.self)) == nil)
    }

    @Test func `a product's cost counts only in the currency of the order`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let product = try log.begin(.product, .productDefined(cost: .of(3), costCurrency: "USD"))
        try order(&log, party, net: 0, at: .day(0), lines: [.of(product: product, net: 1_000)])
        try order(&log, party, net: 0, at: .day(0), currency: "USD", lines: [.of(product: product, net: 1_000)])
        let purchases = try customer(log, party).purchases
        #expect(purchases.map(\.currency) == ["EUR", "USD"])
        #expect(!purchases[0].hasMargin && purchases[1].margin == 700)
    }

    @Test func `a currency without cents has none in its margin`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        try order(
            &log, party, net: 0, at: .day(0), currency: "JPY",
            lines: [.of(quantity: 3, net: 1_000, cost: .of(105, scale: 1))])
        // 3 * 10.5 = 31.5 → 32
        #expect(try customer(log, party).purchases[0].margin == 968)
    }

    @Test func `a correction moves an order to another party, time and amount`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), at: .day(1))
        let other = try log.begin(.party, .partyRegistered(), at: .day(1))
        let order = try order(&log, party, net: 500, at: .day(10))
        try log.append(
            order, .orderCorrected(other, [.of(net: 300)], before: party, placedAt: .day(-3)), at: .day(10),
            subjects: [(other, .customer), (party, .customer)])
        let corrected = log.next.rawValue - 1
        try log.append(
            order, .orderLinesAdded(.with { $0.lines = [.of(2, net: 1)] }), at: .day(10), subjects: [(other, .customer)]
        )
        let former = try customer(log, party)
        #expect(former.purchases.isEmpty && former.lastChangedPosition == corrected)
        let history = try customer(log, other).purchases[0]
        #expect(history.gross == 300 && history.orders == 1 && Instant(history.firstOrder) == .day(-3))
        #expect(history.categories[0].lines == 2)
        try log.append(order, .orderCancelled(.init()), at: .day(11), subjects: [(other, .customer)])
        #expect(try customer(log, other).purchases.isEmpty)
    }

    @Test func `an order without a party counts nowhere until a correction gives it one`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let order = try order(&log, .none, net: 500, at: .day(10))
        #expect(try customer(log, party).purchases.isEmpty)
        try log.append(
            order, .orderCorrected(party, [.of(net: 500)], before: StreamNumber.none), at: .day(10),
            subjects: [(party, .customer)])
        #expect(try customer(log, party).purchases[0].orders == 1)
    }

    @Test func `a corrected return replaces what it said before`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let sold = try order(&log, party, net: 0, at: .day(0), lines: [.of(quantity: 5, net: 5_000, cost: .of(6))])
        let goodsReturn = try log.begin(
            .return, .returnRegistered(party, order: sold, [.of(orderLine: 1, quantity: 2, net: 2_000)]), at: .day(2),
            subjects: [(party, .customer)])
        #expect(try customer(log, party).purchases[0].margin == 1_200)
        try log.append(
            goodsReturn, .returnCorrected(party, order: sold, [.of(orderLine: 1, quantity: 1, net: 900)]), at: .day(2),
            subjects: [(party, .customer)])
        let history = try customer(log, party).purchases[0]
        #expect(history.returned == 900 && history.returns == 1 && history.margin == 1_700)
    }

    @Test func `no kind of event of a party, an order or a return is skipped`() {
        let wanted = EventKind.allCases.filter {
            [1, 9].contains($0.rawValue / 100) || (11...99).contains($0.rawValue)
        }
        #expect(wanted.count > 20 && Customer360.kinds.isSuperset(of: wanted))
        #expect(Customer360.kinds.isSuperset(of: [.externalLinked, .externalUnlinked]))
        #expect(Customer360.kinds.isDisjoint(with: [.logOpened, .priceSet, .importStarted, .principalRegistered]))
    }

    @Test func `the view shows the party's own record, to be filled with personal data`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(contactPoints: 1), at: .day(4),
            personal: .partyRegistered(
                .with {
                    $0.name = .of("Ann"); $0.contactPoints = [.with { $0.value = "a@b.example" }]
                }))
        try log.append(party, .noteAdded(.init()), at: .day(2), personal: .noteAdded(.with { $0.text = "hi" }))
        try log.append(party, .tagged(.with { $0.tag = "vip" }), at: .day(6))
        let sealed = try #require(try Customer360.view(of: party, asOf: .day(9), in: try log.fold(Customer360.self)))
        let record = try log.opened(SealedRecord(record: sealed.customer.party, sealed: sealed.sealed, size: 0))
        #expect(record.party.name.display == "Ann" && record.notes.map(\.text) == ["hi"] && record.tags == ["vip"])
        #expect(record.party.contactPoints.map(\.personal.value) == ["a@b.example"])
        let directory = try #require(try Directory.record(party, in: try log.fold(Directory.self)))
        #expect(try log.opened(directory) == record)
        #expect(Instant(sealed.customer.knownSince) == .day(2))
    }

    @Test func `days since the last order are none where it lies ahead`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        try order(&log, party, net: 5, at: .day(10))
        #expect(try customer(log, party, asOf: .day(9)).purchases[0].daysSinceLastOrder == 0)
        #expect(try customer(log, party, asOf: .day(12, seconds: -1)).purchases[0].daysSinceLastOrder == 1)
        #expect(try customer(log, party, asOf: .latest).purchases[0].daysSinceLastOrder > 2_900_000)
    }
}
