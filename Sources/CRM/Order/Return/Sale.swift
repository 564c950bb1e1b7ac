internal import Schema

/// The order that a return names.
struct Sale {
    var order: StreamNumber
    var state: OrderState

    /// The order of a return, or nil where the return names none.
    ///
    /// - Throws: REFERENCE_MISSING; RETURN_OF_UNKNOWN_SALE where nothing was sold by it.
    init?(
        _ goods: RegisterReturn, before: ReturnState?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) {
        guard goods.hasOrder else { return nil }
        let order = try context.world.required(goods.order, .order, field: prefix + "order")
        guard let state = try context.world.state(OrderAggregate.self, of: order) else {
            throw Refusal(.referenceMissing, "The order does not exist. Place it first.", field: prefix + "order")
        }
        self.order = order
        self.state = state
        // What was a sale when the return was registered is not asked again.
        guard before?.order != order else { return }
        switch state.status {
        case .confirmed, .completed: break
        case .placed where context.historic: break
        default:
            throw Refusal(
                .returnOfUnknownSale,
                state.status == .cancelled
                    ? "The order is cancelled; nothing was sold." : "The order is not confirmed; nothing was sold yet.",
                field: prefix + "order")
        }
    }

    /// Refuses to take back more of a line than was sold and is not back yet.
    ///
    /// - Throws: RETURN_EXCEEDS_SOLD, AMOUNT_INVALID.
    func checkSold(
        _ lines: [ReturnLine], before: ReturnState?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) {
        var coming: [UInt32: Int64] = [:]
        for (index, line) in lines.enumerated() {
            let field = TradeForm.linePath(prefix, index, "quantity")
            try Amounts.add(
                try Amounts.millionths(of: line.quantity, field: field), to: &coming[line.orderLine, default: 0],
                field: field)
        }
        for (index, line) in lines.enumerated() {
            guard let quantity = coming.removeValue(forKey: line.orderLine) else { continue }
            let sold =
                state.lines.place(ofLine: line.orderLine)
                .flatMap { Amounts.millionths(of: state.lines[$0].quantity) } ?? 0
            let back = try context.world.claim(.returned(order: order, line: line.orderLine))
            let others = back - (before?.returned(of: order, line: line.orderLine) ?? 0)
            guard quantity <= sold - others else {
                throw Refusal(
                    .returnExceedsSold, "More of line \(line.orderLine) would come back than was sold.",
                    field: TradeForm.linePath(prefix, index, "quantity"))
            }
        }
    }
}

extension ReturnState {
    /// What this return has taken back of a line of an order, in millionths of a unit.
    fileprivate func returned(of order: StreamNumber, line: UInt32) -> Int64 {
        guard self.order == order else { return 0 }
        return lines.reduce(0) { sum, own in
            own.orderLine == line ? sum + (Amounts.millionths(of: own.quantity) ?? 0) : sum
        }
    }
}

/// One line of a return as a command names it, with its place.
struct ReturnLineReading {
    var input: ReturnLineInput
    var index: Int
    /// Path of the return within the body, with a point at its end.
    var prefix: String

    /// The line as it is recorded; product and unit price are the order line's where the command names none.
    ///
    /// - Throws: RETURN_OF_UNKNOWN_SALE, REFERENCE_MISSING, AMOUNT_INVALID, SCHEMA_INVALID.
    func line(of sale: Sale?, _ currency: DocumentCurrency, _ context: DecisionContext) throws(Refusal) -> ReturnLine {
        let sold = try soldLine(of: sale)
        var line = ReturnLine()
        line.line = input.line == 0 ? UInt32(index + 1) : input.line
        line.orderLine = input.orderLine
        line.productNumber = try product(sold, context)
        line.quantity = input.quantity
        if input.hasUnitPrice {
            line.unitPrice = input.unitPrice
        } else if let sold, sold.hasUnitPrice {
            line.unitPrice = sold.unitPrice
        }
        line.net = try net(line, currency)
        return line
    }

    private func soldLine(of sale: Sale?) throws(Refusal) -> OrderLine? {
        guard let sale else {
            guard input.orderLine == 0 else {
                throw Refusal(
                    .schemaInvalid, "The return names no order, so that it cannot name a line of one.",
                    field: path("order_line"))
            }
            return nil
        }
        guard let place = sale.state.lines.place(ofLine: input.orderLine) else {
            throw Refusal(
                .returnOfUnknownSale, "The order has no line \(input.orderLine). Name one of its lines.",
                field: path("order_line"))
        }
        return sale.state.lines[place]
    }

    private func product(_ sold: OrderLine?, _ context: DecisionContext) throws(Refusal) -> UInt64 {
        guard input.hasProduct else { return sold?.productNumber ?? 0 }
        guard let product = try context.world.resolve(input.product, .product) else {
            throw Refusal(.referenceMissing, "The product does not exist. Define it first.", field: path("product"))
        }
        if let sold, sold.productNumber != 0, sold.productNumber != product.rawValue {
            throw Refusal(
                .returnOfUnknownSale, "The line of the order sold another product. Name that one, or none.",
                field: path("product"))
        }
        return product.rawValue
    }

    private func net(_ line: ReturnLine, _ currency: DocumentCurrency) throws(Refusal) -> Int64 {
        if input.hasNet { return input.net }
        guard line.hasUnitPrice else {
            throw Refusal(
                .schemaInvalid, "Neither the line nor its sale has a unit price. Send net or unit price.",
                field: path("net"))
        }
        let net = DecimalArithmetic.lineNet(
            unitPrice: DecimalNumber(line.unitPrice), quantity: DecimalNumber(line.quantity),
            minorDigits: currency.minorDigits)
        guard let net else {
            throw Refusal(.amountInvalid, "Unit price times quantity is too great.", field: path("unit_price"))
        }
        return net
    }

    private func path(_ name: String) -> String { TradeForm.linePath(prefix, index, name) }
}
