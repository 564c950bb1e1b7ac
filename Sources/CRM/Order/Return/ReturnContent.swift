internal import Schema

/// A return as a command says that it is, with every reference resolved and every amount computed.
struct ReturnContent {
    /// The order that comes back; none for a free credit note.
    var order: StreamNumber
    /// The customer; none where neither command nor order names one.
    var party: StreamNumber
    var documentNumber: String
    var channel: String
    var country: String
    var currency: String
    /// By ascending line number.
    var lines: [ReturnLine]
    var net: Int64

    /// Works out what a command says.
    ///
    /// - Parameters:
    ///   - before: the return that is corrected. What it took back may be taken back again.
    ///   - prefix: path of the return within the body, with a point at its end.
    /// - Throws: REFERENCE_MISSING, RETURN_OF_UNKNOWN_SALE, RETURN_OTHER_CUSTOMER, RETURN_EXCEEDS_SOLD,
    ///   CURRENCY_MISMATCH, AMOUNT_INVALID, SCHEMA_INVALID.
    init(
        _ goods: RegisterReturn, before: ReturnState?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) {
        let sale = try Sale(goods, before: before, context, prefix: prefix)
        order = sale?.order ?? .none
        party = try ReturnContent.party(of: goods, sale, context, prefix: prefix)
        let currency = try ReturnContent.currency(of: goods, sale, before: before, context, prefix: prefix)
        self.currency = currency.code
        documentNumber = goods.documentNumber
        channel = goods.channel
        country = goods.country
        lines = []
        lines.reserveCapacity(goods.lines.count)
        net = 0
        for index in goods.lines.indices {
            let input = ReturnLineReading(input: goods.lines[index], index: index, prefix: prefix)
            let line = try input.line(of: sale, currency, context)
            try Amounts.add(line.net, to: &net, field: TradeForm.linePath(prefix, index, "net"))
            lines.append(line)
        }
        try sale?.checkSold(lines, before: before, context, prefix: prefix)
        if !lines.isAscending { lines.sort { $0.line < $1.line } }
    }

    private static func party(
        of goods: RegisterReturn, _ sale: Sale?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) -> StreamNumber {
        guard goods.hasParty else { return sale?.state.party ?? .none }
        let party = try context.world.required(goods.party, .party, field: prefix + "party")
        guard sale == nil || sale?.state.party == party else {
            throw Refusal(
                .returnOtherCustomer, "The order belongs to another customer. Name the order's customer, or none.",
                field: prefix + "party")
        }
        return party
    }

    private static func currency(
        of goods: RegisterReturn, _ sale: Sale?, before: ReturnState?, _ context: DecisionContext, prefix: String
    ) throws(Refusal) -> DocumentCurrency {
        guard let sale else {
            return try DocumentCurrency(
                context.world.currency(goods.currency, before: before?.currency), field: prefix + "currency")
        }
        guard goods.currency.isEmpty || goods.currency == sale.state.currency else {
            throw Refusal(
                .currencyMismatch, "The order is in another currency. Use the order's.", field: prefix + "currency")
        }
        return try DocumentCurrency(sale.state.currency, field: prefix + "currency")
    }
}

extension ReturnContent {
    /// The subject entry of every event of the return.
    var subjects: [NewSubject] {
        party == .none ? [] : [NewSubject(.number(party), .customer)]
    }

    /// Whether the return is recorded otherwise. Numbers are compared by value, texts byte by byte.
    func differs(from state: ReturnState) -> Bool {
        order != state.order || party != state.party || net != state.net || lines.count != state.lines.count
            || !documentNumber.isIdentical(to: state.documentNumber) || !channel.isIdentical(to: state.channel)
            || !country.isIdentical(to: state.country) || !currency.isIdentical(to: state.currency)
            || !lines.elementsEqual(state.lines) { $0.isSame(as: $1) }
    }

    /// At most so many bytes take the fields beside lines and external keys.
    var headSize: Int {
        // At most 220 for numbers, flags, the source's system and version, and the tags and lengths of texts.
        documentNumber.utf8.count + channel.utf8.count + country.utf8.count + currency.utf8.count + 220
    }
}

extension ReturnLine {
    /// Whether both lines say the same.
    func isSame(as other: ReturnLine) -> Bool {
        line == other.line && orderLine == other.orderLine && productNumber == other.productNumber
            && net == other.net && Amounts.isSame(quantity, other.quantity)
            && Amounts.isSame(hasUnitPrice ? unitPrice : nil, other.hasUnitPrice ? other.unitPrice : nil)
    }
}
