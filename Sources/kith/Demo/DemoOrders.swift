internal import Schema

/// The orders and returns of demo data. An order is known by its party and its number among that party's orders.
struct DemoOrders: Sendable {
    private static let knownCostShare = 0.8

    let seed: UInt64
    let catalogue: DemoCatalogue

    static func key(_ party: Int, _ order: Int) -> ExternalKey {
        var key = ExternalKey()
        key.system = DemoParties.system
        key.key = "O-\(party + 1)-\(order)"
        return key
    }

    /// The command that places an order.
    func placing(_ party: Int, _ order: Int, _ culture: DemoCulture) -> PlaceOrder {
        var random = DemoGenerator(seed, 6, UInt64(party), UInt64(order))
        var place = PlaceOrder()
        place.external = [Self.key(party, order)]
        place.documentNumber = place.external[0].key
        place.party = DemoParties.reference(party)
        place.channel = random.pick(["web", "web", "app", "f2f", "phone"])
        place.country = culture.country
        place.currency = culture.currency
        place.reached = random.chance(0.92) ? .completed : random.chance(0.6) ? .confirmed : .placed
        let lines = 1 + min(random.below(4), random.below(6))
        for _ in 0..<lines { place.lines.append(line(culture, &random)) }
        return place
    }

    /// The command that brings a part of the first line of an order back.
    func returning(_ party: Int, _ order: Int, _ culture: DemoCulture) -> RegisterReturn {
        let placed = placing(party, order, culture)
        var key = ExternalKey()
        key.system = DemoParties.system
        key.key = "R-\(party + 1)-\(order)"
        var line = ReturnLineInput()
        line.orderLine = 1
        line.product = placed.lines[0].product
        line.quantity.unscaled = (placed.lines[0].quantity.unscaled + 1) / 2
        line.unitPrice = placed.lines[0].unitPrice
        var back = RegisterReturn()
        back.external = [key]
        back.documentNumber = key.key
        back.order.external = Self.key(party, order)
        back.lines = [line]
        return back
    }

    private func line(_ culture: DemoCulture, _ random: inout DemoGenerator) -> OrderLineInput {
        let product = catalogue.drawn(&random)
        var line = OrderLineInput()
        line.product.external = DemoCatalogue.key(product)
        line.quantity.unscaled = Int64(1 + min(random.below(3), random.below(12)))
        line.unitPrice = Self.decimal(catalogue.price(product) * culture.priceFactor, culture)
        if random.chance(Self.knownCostShare) {
            line.unitCost = Self.decimal(catalogue.cost(product) * culture.priceFactor, culture)
        }
        return line
    }

    /// So many minor units as a decimal number.
    private static func decimal(_ minorUnits: Int, _ culture: DemoCulture) -> DecimalValue {
        var value = DecimalValue()
        value.unscaled = Int64(minorUnits)
        value.scale = UInt32(CurrencyCode.shownDigits(culture.currency))
        return value
    }
}
