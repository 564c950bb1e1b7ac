package import Schema

extension PlaceOrder: DomainCommand {
    package typealias Target = OrderAggregate
    package typealias Facts = OrderPersonalPart

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try checkForm(prefix: "")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasParty { try visit(&party, .party) }
        for index in lines.indices where lines[index].hasProduct { try visit(&lines[index].product, .product) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OrderPersonalPart {
        takePersonal(&preparation)
    }

    package func decide(
        _ state: OrderState?, _ facts: OrderPersonalPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try OrderPlacement(order: self, external: external, sourceVersion: nil, personal: facts, prefix: "")
            .events(context)
    }
}

extension PlaceOrder {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, CURRENCY_MISMATCH, AMOUNT_INVALID.
    func checkForm(prefix: String) throws(Refusal) {
        try TradeForm.checkHead(
            number: documentNumber, channel: channel, country: country, currency: currency, prefix: prefix)
        try TradeForm.checkExternal(external, prefix: prefix)
        if hasParty { try FormCheck.reference(party, prefix + "party") }
        switch reached {
        case .unspecified, .placed, .confirmed, .completed: break
        case .cancelled, .UNRECOGNIZED:
            throw Refusal(
                .schemaInvalid, "An order is placed, confirmed or completed when it is recorded.",
                field: prefix + "reached")
        }
        try checkPersonal(prefix: prefix)
        try TradeForm.checkNumbers(lines, prefix: prefix)
        for index in lines.indices { try lines[index].checkForm(at: index, prefix: prefix) }
    }
}

extension OrderLineInput {
    fileprivate func checkForm(at index: Int, prefix: String) throws(Refusal) {
        func path(_ name: String) -> String { TradeForm.linePath(prefix, index, name) }
        if hasProduct, product.target == nil { try FormCheck.reference(product, path("product")) }
        if hasQuantity { _ = try Amounts.millionths(of: quantity, field: path("quantity")) }
        if hasUnitPrice { try Amounts.check(unitPrice, field: path("unit_price")) }
        if hasTaxRate { try Amounts.check(taxRate, field: path("tax_rate")) }
        if hasUnitCost { try Amounts.check(unitCost, field: path("unit_cost")) }
        guard net >= 0 else { throw Refusal(.amountInvalid, "The net amount is below zero.", field: path("net")) }
        guard discount >= 0 else {
            throw Refusal(.amountInvalid, "The discount is below zero.", field: path("discount"))
        }
        guard hasNet || hasUnitPrice else {
            throw Refusal(
                .schemaInvalid, "The line has neither net nor unit price. Send one of them.", field: path("net"))
        }
    }
}
