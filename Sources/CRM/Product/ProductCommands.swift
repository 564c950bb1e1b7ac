package import Schema
internal import SwiftProtobuf

extension DefineProduct: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try ProductForm.check(sku: sku, detail)
        try FormCheck.externalKeys(external)
        guard !sku.isEmpty || !detail.name.isEmpty || !external.isEmpty else {
            throw Refusal(
                .schemaInvalid, "The product has neither name nor stock keeping unit nor external key.", field: "detail"
            )
        }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try ProductDefinition(sku: sku, external: external, detail: detail, sourceVersion: nil).events(context)
    }
}

extension UpsertProduct: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try FormCheck.newIdentifier(id)
        try ProductForm.check(sku: sku, detail)
        try ProductForm.checkClear(clear, sku: sku, detail)
    }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: id) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let version = hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil
        guard let state else {
            return try ProductDefinition(sku: sku, external: [key], detail: detail, sourceVersion: version)
                .events(context)
        }
        try context.requireNewest(version, recorded: state.sourceVersions)
        return try ProductChange(sku: sku, detail: detail, clear: clear, sourceVersion: version)
            .events(of: state, context)
    }
}

extension ChangeProduct: DomainCommand {
    package typealias Target = ProductAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(product, "product")
        try ProductForm.check(sku: sku, detail)
        try ProductForm.checkClear(clear, sku: sku, detail)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&product, .product) }

    package var commandTarget: CommandTarget { .existing(product) }

    package func decide(
        _ state: ProductState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try ProductChange(sku: sku, detail: detail, clear: clear, sourceVersion: nil)
            .events(of: try Decided.state(state), context)
    }
}

/// The events of a new product.
private struct ProductDefinition {
    var sku: String
    var external: [ExternalKey]
    var detail: ProductDetail
    var sourceVersion: SourceVersion?

    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try context.world.requireFree(sku: sku)
        try context.requireFree(external, .product, field: "external")
        var defined = ProductDefined()
        defined.sku = sku
        defined.external = external
        defined.detail = try detail.pricing(context.world)
        if let sourceVersion { defined.sourceVersion = sourceVersion }
        return [.fact(.productDefined(defined))]
    }
}

/// The events of a product that should be otherwise: absent fields stay as they are.
private struct ProductChange {
    var sku: String
    var detail: ProductDetail
    var clear: [String]
    var sourceVersion: SourceVersion?

    func events(of state: ProductState, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let sku = clear.contains("sku") ? "" : self.sku.isEmpty ? state.sku : self.sku
        let detail = try state.detail.merging(self.detail, clear: clear).pricing(context.world)
        let isOtherSKU = !sku.isIdentical(to: state.sku)
        guard isOtherSKU || !detail.isSame(as: state.detail) else { return [] }
        try state.requireInSale()
        if isOtherSKU { try context.world.requireFree(sku: sku) }
        var changed = ProductChanged()
        changed.sku = sku
        changed.detail = detail
        if isOtherSKU {
            changed.skuChanged = true
            changed.skuBefore = state.sku
        }
        if let sourceVersion { changed.sourceVersion = sourceVersion }
        return [.fact(.productChanged(changed))]
    }
}
