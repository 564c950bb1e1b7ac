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
            try put(ItemRow(.price(price)), .price, position, of: event, &row, &store)
        default: break
        }
    }
}

extension ItemRow {
    /// An item that needs neither a time nor personal data.
    init(_ content: OneOf_Item) {
        self.init()
        item = content
    }
}
