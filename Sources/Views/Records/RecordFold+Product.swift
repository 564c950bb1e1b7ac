internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a product or a price book.
    func foldProduct(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let position = event.header.position.rawValue
        switch event.payload {
        case .productDefined(let defined):
            row.product.sku = defined.sku
            row.product.detail = defined.detail
            row.link(defined.external)
        case .productChanged(let changed):
            row.product.sku = changed.sku
            row.product.detail = changed.detail
        case .variantAdded(let added):
            var variant = VariantRecord()
            variant.sku = added.sku
            variant.attributes = added.attributes
            try put(ItemRow(.variant(variant)), .variant, position, of: event, &row, &store)
        case .productRetired: row.product.retired = true
        case .productsRelated(let related):
            var relation = RelatedProduct()
            relation.number = related.relatedNumber
            relation.relation = related.relation
            try put(ItemRow(.related(relation)), .related, position, of: event, &row, &store)
        case .priceBookDefined(let defined):
            row.priceBook.name = defined.name
            row.priceBook.currency = defined.currency
            row.link(defined.external)
        case .priceSet(var price):
            price.reason = ""
            price.clearSource()
            if price.endedPosition > 0 { try endPrice(by: price, of: event, &row, &store) }
            try put(ItemRow(.price(price)), .price, position, of: event, &row, &store)
        default: break
        }
    }

    /// Gives the price that had no end the one that a later price says.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where there is no such price.
    private func endPrice(
        by later: PriceSet, of event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = ItemKind.price.key(of: event.header.stream, later.endedPosition)
        guard let item = try store.row(ItemRow.self, tables.items, key), case .price(var ended)? = item.item else {
            throw ViewError(
                .eventUnfit,
                "The event at \(event.header.position) ends a price of position \(later.endedPosition), "
                    + "which is none of its price book.")
        }
        ended.to = later.from
        try put(ItemRow(.price(ended)), .price, later.endedPosition, entries: 0, of: event, &row, &store)
    }
}

extension ItemRow {
    /// An item that needs neither a time nor personal data.
    init(_ content: OneOf_Item) {
        self.init()
        item = content
    }
}
