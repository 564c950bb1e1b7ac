package import Schema
internal import SwiftProtobuf

extension DefinePriceBook: DomainCommand {
    package typealias Target = PriceBookAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.required(name, "name", maximum: ProductForm.nameBytes)
        if !currency.isEmpty { _ = try DocumentCurrency(currency, field: "currency") }
        try FormCheck.externalKeys(external)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: PriceBookState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .priceBook, field: "external")
        let code = currency.isEmpty ? try context.world.homeCurrency() : currency
        var defined = PriceBookDefined()
        defined.name = name
        defined.currency = try DocumentCurrency(code, field: "currency").code
        defined.external = external
        return [.fact(.priceBookDefined(defined))]
    }
}

extension SetPrice: DomainCommand {
    package typealias Target = PriceBookAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(priceBook, "price_book")
        try FormCheck.reference(product, "product")
        guard hasUnitPrice else { throw Refusal(.schemaInvalid, "The price is missing.", field: "unit_price") }
        try Amounts.check(unitPrice, field: "unit_price")
        guard !hasFrom || Instant(from) != nil else {
            throw Refusal(.schemaInvalid, "The time is not within the years 1 to 9999.", field: "from")
        }
        guard !hasTo || Instant(to) != nil else {
            throw Refusal(.schemaInvalid, "The time is not within the years 1 to 9999.", field: "to")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&priceBook, .priceBook)
        try visit(&product, .product)
    }

    package var commandTarget: CommandTarget { .existing(priceBook) }

    package func decide(
        _ state: PriceBookState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let product = try context.world.required(product, .product, field: "product")
        let price = try price(at: context.occurredAt)
        let known = state.prices[product.rawValue]?.prices ?? []
        if known.contains(where: { $0.covers(price) }) { return [] }
        // No two prices overlap, so one that ends an open price meets no other.
        let ended = known.first { $0.isEnded(by: price) }
        guard ended != nil || !known.contains(where: { $0.overlaps(price) }) else {
            throw Refusal(
                .priceOverlap, "The product has a price in this period. Choose one that does not overlap.",
                field: "from")
        }
        if !context.historic { try context.world.state(ProductAggregate.self, of: product)?.requireInSale() }
        var set = PriceSet()
        set.productNumber = product.rawValue
        set.unitPrice = unitPrice
        set.from = price.from
        if price.hasTo { set.to = price.to }
        if let ended { set.endedPosition = ended.position }
        return [.fact(.priceSet(set))]
    }

    /// The price with its period; it holds from now on where the command does not say from when.
    private func price(at now: Instant) throws(Refusal) -> ProductPrice {
        var price = ProductPrice()
        price.unitPrice = unitPrice
        price.from = (hasFrom ? Instant(from) ?? now : now).rawValue
        if hasTo, let end = Instant(to) { price.to = end.rawValue }
        guard !price.hasTo || price.from < price.to else {
            throw Refusal(.schemaInvalid, "The period ends before it begins.", field: "to")
        }
        return price
    }
}

extension ProductPrice {
    /// Whether both hold at some instant.
    fileprivate func overlaps(_ other: ProductPrice) -> Bool {
        (!other.hasTo || from < other.to) && (!hasTo || other.from < to)
    }

    /// Whether this price has no end and a later one begins, so that it ends there. A price that a state of an older
    /// version keeps without its position cannot be named by the event that would end it.
    fileprivate func isEnded(by later: ProductPrice) -> Bool { !hasTo && from < later.from && position > 0 }

    /// Whether the other one says nothing new: it is this price for the same period, or for the rest of an endless one.
    fileprivate func covers(_ other: ProductPrice) -> Bool {
        guard Amounts.isSame(unitPrice, other.unitPrice) else { return false }
        if !hasTo && !other.hasTo { return from <= other.from }
        return from == other.from && hasTo == other.hasTo && to == other.to
    }
}
