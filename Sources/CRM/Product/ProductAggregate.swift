package import Schema

/// A product: what is sold, with its variants and the products it goes with.
///
/// in sale → retired.
package enum ProductAggregate: Aggregate {
    package typealias State = ProductState

    package static var kind: AggregateKind { .product }

    package static func evolve(_ state: inout ProductState, _ event: StoredEvent) {
        switch event.payload {
        case .productDefined(let defined):
            state.sku = defined.sku
            state.detail = defined.detail
            if defined.hasSourceVersion { state.sourceVersions.note(defined.sourceVersion) }
        case .productChanged(let changed):
            state.sku = changed.sku
            state.detail = changed.detail
            if changed.hasSourceVersion { state.sourceVersions.note(changed.sourceVersion) }
        case .variantAdded(let variant): state.variants.append(variant)
        case .productRetired: state.retired = true
        case .productsRelated(let related): state.related.append(related)
        default: break
        }
    }
}

/// A price book: prices of products, each for a time.
package enum PriceBookAggregate: Aggregate {
    package typealias State = PriceBookState

    package static var kind: AggregateKind { .priceBook }

    package static func evolve(_ state: inout PriceBookState, _ event: StoredEvent) {
        switch event.payload {
        case .priceBookDefined(let defined):
            state.name = defined.name
            state.currency = defined.currency
        case .priceSet(let set):
            state.prices[set.productNumber, default: ProductPrices()].apply(set, at: event.position)
        default: break
        }
    }
}

extension ProductPrices {
    fileprivate mutating func apply(_ set: PriceSet, at position: Position) {
        if set.endedPosition > 0, let ended = prices.firstIndex(where: { $0.position == set.endedPosition }) {
            prices[ended].to = set.from
        }
        var price = ProductPrice()
        price.unitPrice = set.unitPrice
        price.from = set.from
        if set.hasTo { price.to = set.to }
        price.position = position.rawValue
        insert(price)
    }

    private mutating func insert(_ price: ProductPrice) {
        let place = prices.lastIndex { $0.from <= price.from }.map { $0 + 1 } ?? 0
        prices.insert(price, at: place)
    }
}

/// What events of products and price books do to the index.
package enum ProductEffects {
    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .productDefined(let defined):
            return defined.external.map { .link(.product, $0) } + claims(defined.sku, 1)
        case .productChanged(let changed):
            return changed.skuChanged ? claims(changed.skuBefore, -1) + claims(changed.sku, 1) : []
        case .variantAdded(let variant): return claims(variant.sku, 1)
        case .priceBookDefined(let defined): return defined.external.map { .link(.priceBook, $0) }
        default: return []
        }
    }

    private static func claims(_ sku: String, _ change: Int64) -> [IndexEffect] {
        sku.isEmpty ? [] : [.claim(.sku(sku), change)]
    }
}
