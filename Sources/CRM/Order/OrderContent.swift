internal import Schema
internal import SwiftProtobuf

/// An order as a command says that it is, with every reference resolved and every amount computed.
struct OrderContent {
    /// The customer; none where the order has none.
    var party: StreamNumber
    var documentNumber: String
    var channel: String
    var country: String
    var currency: String
    /// By ascending line number.
    var lines: [OrderLine]
    var net: Int64

    /// Works out what a command says.
    ///
    /// - Parameters:
    ///   - before: the order that is corrected, whose currency holds where the command names none.
    ///   - prefix: path of the order within the body, with a point at its end.
    /// - Throws: REFERENCE_MISSING, CURRENCY_MISMATCH, AMOUNT_INVALID.
    init(
        _ order: PlaceOrder, before: OrderState?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) {
        party =
            order.hasParty
            ? try context.world.required(order.party, .party, field: prefix + "party") : .none
        let currency = try DocumentCurrency(
            context.world.currency(order.currency, before: before?.currency), field: prefix + "currency")
        self.currency = currency.code
        documentNumber = order.documentNumber
        channel = order.channel
        country = order.country
        (lines, net) = try OrderContent.lines(of: order.lines, currency, context, prefix: prefix)
    }

    private static func lines(
        of inputs: [OrderLineInput], _ currency: DocumentCurrency, _ context: DecisionContext, prefix: String
    ) throws(Refusal) -> ([OrderLine], Int64) {
        var lines: [OrderLine] = []
        lines.reserveCapacity(inputs.count)
        var sum: Int64 = 0
        for index in inputs.indices {
            let line = try self.line(inputs[index], at: index, currency, context, prefix: prefix)
            try Amounts.add(line.net, to: &sum, field: TradeForm.linePath(prefix, index, "net"))
            lines.append(line)
        }
        if !lines.isAscending { lines.sort { $0.line < $1.line } }
        return (lines, sum)
    }

    private static func line(
        _ input: OrderLineInput, at index: Int, _ currency: DocumentCurrency, _ context: DecisionContext,
        prefix: String
    ) throws(Refusal) -> OrderLine {
        var line = OrderLine()
        line.line = input.line == 0 ? UInt32(index + 1) : input.line
        if input.hasProduct {
            guard let product = try context.world.resolve(input.product, .product) else {
                throw Refusal(
                    .referenceMissing, "The product does not exist. Define it first.",
                    field: TradeForm.linePath(prefix, index, "product"))
            }
            line.productNumber = product.rawValue
        }
        line.quantity = input.hasQuantity ? input.quantity : DecimalValue.one
        if input.hasUnitPrice { line.unitPrice = input.unitPrice }
        if input.hasTaxRate { line.taxRate = input.taxRate }
        if input.hasDiscount { line.discount = input.discount }
        if input.hasUnitCost { line.unitCost = input.unitCost }
        line.net = try net(of: input, quantity: line.quantity, currency, field: prefix, index)
        if line.quantity.unscaled < 0 {
            // A stock correction of an older system: a line without value.
            guard context.historic, input.unitPrice.unscaled == 0, line.net == 0 else {
                throw Refusal(
                    .amountInvalid, "A quantity below zero needs historic mode, price 0 and net 0.",
                    field: TradeForm.linePath(prefix, index, "quantity"))
            }
        }
        return line
    }

    private static func net(
        of input: OrderLineInput, quantity: DecimalValue, _ currency: DocumentCurrency, field prefix: String,
        _ index: Int
    ) throws(Refusal) -> Int64 {
        if input.hasNet { return input.net }
        let net = DecimalArithmetic.lineNet(
            unitPrice: DecimalNumber(input.unitPrice), quantity: DecimalNumber(quantity), discount: input.discount,
            minorDigits: currency.minorDigits)
        guard let net else {
            throw Refusal(
                .amountInvalid, "Unit price times quantity is too great.",
                field: TradeForm.linePath(prefix, index, "unit_price"))
        }
        guard net >= 0 else {
            throw Refusal(
                .amountInvalid, "The discount is greater than unit price times quantity.",
                field: TradeForm.linePath(prefix, index, "discount"))
        }
        return net
    }
}

extension OrderContent {
    /// Refuses products that are no longer sold, except on lines that had them before. History may name them.
    ///
    /// - Throws: PRODUCT_RETIRED.
    func requireSellable(
        before: OrderState? = nil, _ context: DecisionContext, prefix: String
    ) throws(Refusal) {
        guard !context.historic else { return }
        var checked: UInt64 = 0
        for index in lines.indices {
            let product = lines[index].productNumber
            guard product != 0, product != checked else { continue }
            if let before, let place = before.lines.place(ofLine: lines[index].line),
                before.lines[place].productNumber == product
            {
                continue
            }
            if let state = try context.world.state(ProductAggregate.self, of: StreamNumber(product)), state.retired {
                throw Refusal(
                    .productRetired, "The product of line \(lines[index].line) is retired. Use another one.",
                    field: prefix + "lines")
            }
            checked = product
        }
    }

    /// The subject entry of every event of the order.
    func subjects(part: Int? = nil) -> [NewSubject] {
        party == .none ? [] : [NewSubject(.number(party), .customer, part: part)]
    }

    /// Whether the order is recorded otherwise. Numbers are compared by value, texts byte by byte.
    func differs(from state: OrderState) -> Bool {
        party != state.party || net != state.net || lines.count != state.lines.count
            || !documentNumber.isIdentical(to: state.documentNumber) || !channel.isIdentical(to: state.channel)
            || !country.isIdentical(to: state.country) || !currency.isIdentical(to: state.currency)
            || !lines.elementsEqual(state.lines) { $0.isSame(as: $1) }
    }
}

extension OrderLine {
    /// Whether both lines say the same.
    func isSame(as other: OrderLine) -> Bool {
        line == other.line && productNumber == other.productNumber && net == other.net
            && hasDiscount == other.hasDiscount && discount == other.discount
            && Amounts.isSame(quantity, other.quantity)
            && Amounts.isSame(hasUnitPrice ? unitPrice : nil, other.hasUnitPrice ? other.unitPrice : nil)
            && Amounts.isSame(hasTaxRate ? taxRate : nil, other.hasTaxRate ? other.taxRate : nil)
            && Amounts.isSame(hasUnitCost ? unitCost : nil, other.hasUnitCost ? other.unitCost : nil)
    }
}

extension DecimalValue {
    /// The number 1.
    static let one = DecimalValue.with { $0.unscaled = 1 }
}

extension String {
    /// Whether both texts have the same bytes; `==` also takes canonically equivalent ones for equal.
    func isIdentical(to other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
