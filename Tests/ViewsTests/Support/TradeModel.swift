internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Random trade, and what follows from it by adding up everything from the start: the oracle of customer 360.
struct TradeModel {
    struct Order {
        var party: StreamNumber
        var at: Instant
        var currency: String
        var status: OrderStatus
        var lines: [OrderLine]

        var total: Int64 { lines.reduce(0) { $0 + $1.net } }
        var counts: Bool { status == .confirmed || status == .completed }
    }

    struct Return {
        var party: StreamNumber
        var order: StreamNumber
        var currency: String
        var lines: [ReturnLine]
    }

    private(set) var log = LogSketch()
    private(set) var parties: [StreamNumber] = []
    private var products: [StreamNumber: (category: String, cost: Int64?)] = [:]
    private var orders: [StreamNumber: Order] = [:]
    private var returns: [StreamNumber: Return] = [:]
    private var random: SeededGenerator

    init(seed: UInt64, steps: Int) throws {
        random = SeededGenerator(seed: seed)
        for _ in 0..<3 { parties.append(try log.begin(.party, .partyRegistered())) }
        for index in 0..<4 {
            let category = ["a", "a/b", "c", ""][index]
            let cost: Int64? = pick(5) == 0 ? nil : Int64(pick(50))
            let product = try log.begin(
                .product,
                .productDefined(category: category, cost: cost.map { .of($0, scale: 1) }, costCurrency: "EUR"))
            products[product] = (category, cost)
        }
        for _ in 0..<steps { try step() }
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func one<C: Collection>(_ choices: C) -> C.Element? { choices.randomElement(using: &random) }

    private mutating func step() throws {
        switch pick(12) {
        case 0...3: try place()
        case 4...5: try confirm()
        case 6: try complete()
        case 7: try cancel()
        case 8: try correct()
        case 9, 10: try giveBack()
        default: try correctReturn()
        }
    }

    private func subjects(_ parties: StreamNumber...) -> [(StreamNumber, SubjectRole)] {
        Set(parties).subtracting([.none]).sorted().map { ($0, .customer) }
    }

    /// An order of the model: the same choice for the same seed, whatever the dictionary's order.
    private mutating func anyOrder(_ condition: (Order) -> Bool) -> StreamNumber? {
        one(orders.filter { condition($0.value) }.keys.sorted())
    }

    private mutating func party() -> StreamNumber { pick(6) == 0 ? .none : one(parties) ?? .none }

    private mutating func lines() -> [OrderLine] {
        let products = products.keys.sorted()
        return (0..<pick(5)).map { index in
            let product = pick(5) == 0 ? nil : one(products)
            let cost: DecimalValue? = pick(2) == 0 ? .of(Int64(pick(30)), scale: 1) : nil
            return .of(
                UInt32(index + 1), product: product ?? .none, quantity: Int64(pick(4) + 1),
                net: Int64(pick(1_000) - 100), cost: cost)
        }
    }

    private mutating func place() throws {
        let order = Order(
            party: party(), at: .day(Int64(pick(60)), seconds: Int64(pick(3) * 30_000)),
            currency: pick(4) == 0 ? "USD" : "EUR", status: .placed, lines: lines())
        let cut = order.lines.count > 2 ? 2 : order.lines.count
        let number = try log.begin(
            .order,
            .orderPlaced(
                order.party, Array(order.lines[..<cut]), currency: order.currency, lineCount: order.lines.count,
                net: order.total),
            at: order.at, subjects: subjects(order.party))
        orders[number] = order
        try addLines(order.lines[cut...], to: number, order.party)
    }

    private mutating func addLines(_ lines: ArraySlice<OrderLine>, to order: StreamNumber, _ party: StreamNumber) throws
    {
        for line in lines {
            try log.append(order, .orderLinesAdded(.with { $0.lines = [line] }), subjects: subjects(party))
        }
    }

    private mutating func confirm() throws {
        guard let number = anyOrder({ $0.status == .placed }), let party = orders[number]?.party else { return }
        orders[number]?.status = .confirmed
        try log.append(number, .orderConfirmed(.init()), subjects: subjects(party))
    }

    private mutating func complete() throws {
        guard let number = anyOrder({ $0.status == .confirmed }), let party = orders[number]?.party else { return }
        orders[number]?.status = .completed
        try log.append(number, .orderCompleted(.init()), subjects: subjects(party))
    }

    private mutating func cancel() throws {
        guard let number = anyOrder({ $0.status == .placed || $0.status == .confirmed }),
            let party = orders[number]?.party
        else { return }
        orders[number]?.status = .cancelled
        try log.append(number, .orderCancelled(.init()), subjects: subjects(party))
    }

    private mutating func correct() throws {
        guard let number = anyOrder({ $0.status != .cancelled }), var order = orders[number] else { return }
        let before = order.party
        order.party = party()
        order.lines = lines()
        order.currency = pick(4) == 0 ? "USD" : "EUR"
        let moves = pick(2) == 0
        if moves { order.at = .day(Int64(pick(60))) }
        orders[number] = order
        try log.append(
            number,
            .orderCorrected(
                order.party, order.lines, before: before, currency: order.currency, placedAt: moves ? order.at : nil),
            subjects: subjects(order.party, before))
    }

    private mutating func giveBack() throws {
        let orderNumber = pick(3) == 0 ? nil : anyOrder { $0.counts }
        let sold = orderNumber.flatMap { orders[$0] }
        let given = Return(
            party: sold?.party ?? party(), order: orderNumber ?? .none, currency: sold?.currency ?? "EUR",
            lines: returnLines(of: sold))
        let number = try log.begin(
            .return, .returnRegistered(given.party, order: given.order, given.lines, currency: given.currency),
            at: .day(Int64(pick(80))), subjects: subjects(given.party))
        returns[number] = given
    }

    private mutating func returnLines(of order: Order?) -> [ReturnLine] {
        (0..<(pick(2) + 1)).map { index in
            let sold = order.flatMap { one($0.lines) }
            return .of(
                UInt32(index + 1), orderLine: sold?.line ?? 0,
                product: sold.map { StreamNumber($0.productNumber) } ?? one(products.keys.sorted()) ?? .none,
                quantity: 1, net: Int64(pick(200)))
        }
    }

    private mutating func correctReturn() throws {
        guard let number = one(returns.keys.sorted()), var given = returns[number] else { return }
        let before = given.party
        given.party = party()
        given.lines = returnLines(of: orders[given.order])
        returns[number] = given
        try log.append(
            number, .returnCorrected(given.party, order: given.order, given.lines, currency: given.currency),
            subjects: subjects(given.party, before))
    }
}

// MARK: - The oracle

extension TradeModel {
    /// What the party bought and brought back, added up from every order and return.
    func histories(of party: StreamNumber, asOf: Instant) -> [PurchaseHistory] {
        ["EUR", "USD"].compactMap { currency in
            let bought = orders.values.filter { $0.party == party && $0.currency == currency && $0.counts }
            let returned = returns.values.filter { $0.party == party && $0.currency == currency }
            return bought.isEmpty && returned.isEmpty ? nil : history(currency, bought, returned, asOf)
        }
    }

    private func history(_ currency: String, _ bought: [Order], _ given: [Return], _ asOf: Instant) -> PurchaseHistory {
        var history = PurchaseHistory()
        history.currency = currency
        history.orders = UInt64(bought.count)
        history.returns = UInt64(given.count)
        history.gross = bought.reduce(0) { $0 + $1.total }
        history.returned = given.reduce(0) { $0 + $1.lines.reduce(0) { $0 + $1.net } }
        history.net = history.gross - history.returned
        if let first = bought.map(\.at).min(), let last = bought.map(\.at).max() {
            history.firstOrder = first.timestamp
            history.lastOrder = last.timestamp
            history.daysSinceLastOrder = UInt64(max(0, (asOf.rawValue - last.rawValue) / 86_400_000_000))
            let average = (Double(history.gross) / Double(bought.count)).rounded(.toNearestOrEven)
            history.averageOrderValue = Int64(average)
        }
        if history.gross != 0 { history.returnRate = Double(history.returned) / Double(history.gross) }
        if let cost = cost(bought, given, currency) { history.margin = history.net - cost }
        let purchases = bought.filter { $0.total > 0 }.map(\.at.rawValue).sorted()
        history.purchases = UInt64(purchases.count)
        if purchases.count > 1 {
            let gaps = zip(purchases.dropFirst(), purchases).map { Double($0 - $1) / 86_400e6 }.sorted()
            history.meanIntervalDays = gaps.reduce(0, +) / Double(gaps.count)
            history.medianIntervalDays = (gaps[(gaps.count - 1) / 2] + gaps[gaps.count / 2]) / 2
        }
        let lines = bought.flatMap(\.lines)
        let categories = Set(lines.map(category))
        history.categories = categories.sorted().map { path in
            let members = lines.filter { category($0) == path }
            return .with {
                $0.category = path
                $0.gross = members.reduce(0) { $0 + $1.net }
                $0.lines = UInt64(members.count)
            }
        }
        return history
    }

    private func category(_ line: OrderLine) -> String { products[StreamNumber(line.productNumber)]?.category ?? "" }

    /// Unit costs of the model have one decimal, so a line's is ten minor units times the quantity: nothing is rounded.
    private func cost(_ bought: [Order], _ given: [Return], _ currency: String) -> Int64? {
        func unit(_ own: DecimalValue?, _ product: UInt64) -> Int64? {
            if let own { return own.unscaled * 10 }
            return currency == "EUR" ? products[StreamNumber(product)]?.cost.map { $0 * 10 } : nil
        }
        var cost: Int64 = 0
        for line in bought.flatMap(\.lines) {
            guard let unit = unit(line.hasUnitCost ? line.unitCost : nil, line.productNumber) else { return nil }
            cost += unit * line.quantity.unscaled
        }
        for back in given {
            for line in back.lines {
                let sold = orders[back.order]?.lines.first { $0.line == line.orderLine }
                let own = sold.flatMap { $0.hasUnitCost ? $0.unitCost : nil }
                guard let unit = unit(own, sold?.productNumber ?? line.productNumber) else { return nil }
                cost -= unit * line.quantity.unscaled
            }
        }
        return cost
    }
}
