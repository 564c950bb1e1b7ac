package import Schema
internal import SwiftProtobuf

extension AddVariant: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(product, "product")
        try FormCheck.required(sku, "sku", maximum: ProductForm.skuBytes)
        try FormCheck.count(attributes.count, "attributes", maximum: ProductForm.attributes)
        var names: Set<String> = []
        for (index, attribute) in attributes.enumerated() {
            let path = "attributes[\(index)]"
            try FormCheck.required(attribute.name, "\(path).name", maximum: ProductForm.attributeNameBytes)
            try FormCheck.required(attribute.value, "\(path).value", maximum: ProductForm.attributeValueBytes)
            guard names.insert(attribute.name).inserted else {
                throw Refusal(.schemaInvalid, "The attribute stands twice.", field: "\(path).name")
            }
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&product, .product) }

    package var commandTarget: CommandTarget { .existing(product) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let variant = VariantAdded.with {
            $0.sku = sku
            $0.attributes = attributes
        }
        if state.variants.contains(where: { $0.sku.isIdentical(to: sku) && $0.attributes == attributes }) { return [] }
        try state.requireInSale()
        try context.world.requireFree(sku: sku)
        try FormCheck.count(state.variants.count + 1, "variants", maximum: ProductForm.variants)
        return [.fact(.variantAdded(variant))]
    }
}

extension RetireProduct: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(product, "product") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&product, .product) }

    package var commandTarget: CommandTarget { .existing(product) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [] : [.fact(.productRetired(ProductRetired()))]
    }
}

extension RelateProducts: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(product, "product")
        try FormCheck.reference(related, "related")
        try FormCheck.choice(relation, "relation", required: true)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&product, .product)
        try visit(&related, .product)
    }

    package var commandTarget: CommandTarget { .existing(product) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let other = try context.world.required(related, .product, field: "related")
        guard other != context.target else {
            throw Refusal(.cycle, "A product cannot be related to itself.", field: "related")
        }
        let isKnown = state.related.contains { $0.relatedNumber == other.rawValue && $0.relation == relation }
        guard !isKnown else { return [] }
        try state.requireInSale()
        try FormCheck.count(state.related.count + 1, "related", maximum: ProductForm.relations)
        let event = ProductsRelated.with {
            $0.relatedNumber = other.rawValue
            $0.relation = relation
        }
        return [.fact(.productsRelated(event))]
    }
}
