internal import Schema

/// Lines of an opportunity as a command says them, made into those that events record.
enum OpportunityLines {
    /// The lines with products resolved and net amounts computed, by ascending number.
    ///
    /// - Parameter before: the recorded lines: a product that a line had before may be retired since.
    /// - Throws: REFERENCE_MISSING, PRODUCT_RETIRED, AMOUNT_INVALID, CURRENCY_MISMATCH.
    static func resolve(
        _ inputs: [OpportunityLineInput], currency code: String, before: [OpportunityLine] = [],
        _ context: DecisionContext, prefix: String
    ) throws(Refusal) -> [OpportunityLine] {
        guard !inputs.isEmpty else { return [] }
        let currency = try DocumentCurrency(code, field: prefix + "currency")
        var lines: [OpportunityLine] = []
        lines.reserveCapacity(inputs.count)
        for (index, input) in inputs.enumerated() {
            let number = input.line == 0 ? UInt32(index + 1) : input.line
            lines.append(
                try line(
                    input, number: number, currency, before: before, context, path: "\(prefix)lines[\(index)]"))
        }
        return lines.sorted { $0.line < $1.line }
    }

    /// One line.
    ///
    /// - Parameter path: of the line within the body, without a point at its end.
    /// - Throws: REFERENCE_MISSING, PRODUCT_RETIRED, AMOUNT_INVALID.
    static func line(
        _ input: OpportunityLineInput, number: UInt32, _ currency: DocumentCurrency, before: [OpportunityLine],
        _ context: DecisionContext, path: String
    ) throws(Refusal) -> OpportunityLine {
        var line = OpportunityLine()
        line.line = number
        if input.hasProduct {
            let product = try context.world.required(input.product, .product, field: path + ".product")
            line.productNumber = product.rawValue
            let had = before.place(ofLine: number).map { before[$0].productNumber == product.rawValue } ?? false
            if !had { try requireSold(product, context, field: path + ".product") }
        }
        line.quantity = input.hasQuantity ? input.quantity : DecimalValue.one
        if input.hasUnitPrice { line.unitPrice = input.unitPrice }
        guard !input.hasNet else {
            line.net = input.net
            return line
        }
        let net = DecimalArithmetic.lineNet(
            unitPrice: DecimalNumber(input.unitPrice), quantity: DecimalNumber(line.quantity),
            minorDigits: currency.minorDigits)
        guard let net else {
            throw Refusal(
                .amountInvalid, "Unit price times quantity is too great.", field: path + ".unit_price")
        }
        line.net = net
        return line
    }

    private static func requireSold(
        _ product: StreamNumber, _ context: DecisionContext, field: String
    ) throws(Refusal) {
        guard !context.historic, try context.world.state(ProductAggregate.self, of: product)?.retired ?? false else {
            return
        }
        throw Refusal(.productRetired, "The product is retired. Use another one.", field: field)
    }
}

extension OpportunityLineInput {
    /// Checks what can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, AMOUNT_INVALID.
    func checkForm(_ path: String) throws(Refusal) {
        if hasProduct { try FormCheck.reference(product, path + ".product") }
        if hasUnitPrice { try Amounts.check(unitPrice, field: path + ".unit_price") }
        if hasQuantity, try Amounts.millionths(of: quantity, field: path + ".quantity") <= 0 {
            throw Refusal(.amountInvalid, "A quantity is more than 0.", field: path + ".quantity")
        }
        guard net >= 0 else { throw Refusal(.amountInvalid, "The net amount is below zero.", field: path + ".net") }
        guard hasNet || hasUnitPrice else {
            throw Refusal(
                .schemaInvalid, "The line has neither net nor unit price. Send one of them.", field: path + ".net")
        }
    }
}
