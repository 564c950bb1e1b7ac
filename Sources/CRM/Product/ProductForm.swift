internal import Schema

/// Limits and form of products and price books. Lengths are bytes of UTF-8.
enum ProductForm {
    static let nameBytes = 500
    static let categoryBytes = 200
    static let unitBytes = 64
    static let skuBytes = 64
    static let attributes = 50
    static let attributeNameBytes = 64
    static let attributeValueBytes = 200
    static let variants = 1_000
    static let relations = 1_000

    /// The fields that a command can empty.
    static let clearable: Set<String> = ["sku", "name", "category", "unit", "unit_cost"]

    /// Checks a product's fields.
    ///
    /// - Throws: LIMIT_EXCEEDED, AMOUNT_INVALID, CURRENCY_MISMATCH.
    static func check(sku: String, _ detail: ProductDetail) throws(Refusal) {
        try FormCheck.text(sku, "sku", maximum: skuBytes)
        try FormCheck.text(detail.name, "detail.name", maximum: nameBytes)
        try FormCheck.text(detail.category, "detail.category", maximum: categoryBytes)
        try FormCheck.text(detail.unit, "detail.unit", maximum: unitBytes)
        if detail.hasUnitCost { try Amounts.check(detail.unitCost, field: "detail.unit_cost") }
        if !detail.costCurrency.isEmpty { _ = try DocumentCurrency(detail.costCurrency, field: "detail.cost_currency") }
    }

    /// Checks which fields are emptied: known ones, and none that is also set.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func checkClear(_ clear: [String], sku: String, _ detail: ProductDetail) throws(Refusal) {
        guard !clear.isEmpty else { return }
        try FormCheck.clear(clear, known: clearable)
        let set: [String: Bool] = [
            "sku": !sku.isEmpty, "name": !detail.name.isEmpty, "category": !detail.category.isEmpty,
            "unit": !detail.unit.isEmpty, "unit_cost": detail.hasUnitCost,
        ]
        for (index, name) in clear.enumerated() where set[name] ?? false {
            throw Refusal(.schemaInvalid, "\(name) is set and emptied at once.", field: "clear[\(index)]")
        }
    }
}

extension ProductDetail {
    /// The detail with what a command sets and empties.
    func merging(_ change: ProductDetail, clear: [String]) -> ProductDetail {
        var merged = self
        if clear.contains("name") { merged.name = "" }
        if clear.contains("category") { merged.category = "" }
        if clear.contains("unit") { merged.unit = "" }
        if clear.contains("unit_cost") {
            merged.clearUnitCost()
            merged.costCurrency = ""
        }
        if !change.name.isEmpty { merged.name = change.name }
        if !change.category.isEmpty { merged.category = change.category }
        if !change.unit.isEmpty { merged.unit = change.unit }
        if change.hasUnitCost { merged.unitCost = change.unitCost }
        if !change.costCurrency.isEmpty { merged.costCurrency = change.costCurrency }
        return merged
    }

    /// The detail with a currency wherever it has a cost, and only there.
    ///
    /// - Throws: CURRENCY_MISMATCH where neither the detail nor the organisation names one.
    func pricing(_ world: any World) throws(Refusal) -> ProductDetail {
        var detail = self
        if !hasUnitCost {
            detail.costCurrency = ""
        } else if costCurrency.isEmpty {
            detail.costCurrency = try DocumentCurrency(world.homeCurrency(), field: "detail.cost_currency").code
        }
        return detail
    }

    /// Whether both say the same. Numbers are compared by value, texts byte by byte.
    func isSame(as other: ProductDetail) -> Bool {
        name.isIdentical(to: other.name) && category.isIdentical(to: other.category)
            && unit.isIdentical(to: other.unit) && costCurrency.isIdentical(to: other.costCurrency)
            && Amounts.isSame(hasUnitCost ? unitCost : nil, other.hasUnitCost ? other.unitCost : nil)
    }
}

extension ProductState {
    /// - Throws: PRODUCT_RETIRED.
    func requireInSale() throws(Refusal) {
        guard !retired else {
            throw Refusal(.productRetired, "The product is retired and changes no more. Define a new one.")
        }
    }
}

extension World {
    /// Refuses a stock keeping unit that is in use; an empty one is fine.
    ///
    /// - Throws: SKU_TAKEN.
    func requireFree(sku: String) throws(Refusal) {
        guard !sku.isEmpty, try claim(.sku(sku)) > 0 else { return }
        throw Refusal(.skuTaken, "The stock keeping unit belongs to another product or variant.", field: "sku")
    }
}
