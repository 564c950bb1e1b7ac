package import Schema
internal import SwiftProtobuf

extension RegisterReturn: DomainCommand {
    package typealias Target = ReturnAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try checkForm(prefix: "")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasOrder { try visit(&order, .order) }
        if hasParty { try visit(&party, .party) }
        for index in lines.indices where lines[index].hasProduct { try visit(&lines[index].product, .product) }
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: ReturnState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try ReturnRegistration(goods: self, external: external, sourceVersion: nil, prefix: "").events(context)
    }
}

extension UpsertReturn: DomainCommand {
    package typealias Target = ReturnAggregate

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try FormCheck.newIdentifier(goodsReturn.id)
        try goodsReturn.checkForm(prefix: "goods_return.")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try goodsReturn.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: goodsReturn.id) }

    package var retroactive: Bool { true }

    package func decide(
        _ state: ReturnState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let version = hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil
        guard let state else {
            let registration = ReturnRegistration(
                goods: goodsReturn, external: goodsReturn.external.including(key), sourceVersion: version,
                prefix: "goods_return.")
            return try registration.events(context)
        }
        let correction = ReturnCorrection(
            goods: goodsReturn, state: state, sourceVersion: version, prefix: "goods_return.")
        return try correction.events(context)
    }
}

extension RefundReturn: DomainCommand {
    package typealias Target = ReturnAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(goodsReturn, "goods_return")
        guard !hasAmount || amount.minorUnits >= 0 else {
            throw Refusal(.amountInvalid, "The amount is below zero.", field: "amount")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&goodsReturn, .return) }

    package var commandTarget: CommandTarget { .existing(goodsReturn) }

    package func decide(
        _ state: ReturnState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard !hasAmount || amount.currency.isEmpty || amount.currency == state.currency else {
            throw Refusal(
                .currencyMismatch, "The return is in another currency. Use the return's.", field: "amount.currency")
        }
        let paid = Money.with {
            $0.minorUnits = hasAmount ? amount.minorUnits : state.net
            $0.currency = state.currency
        }
        if state.hasRefunded {
            // Without an amount the command asks for the refund that has been made.
            guard !hasAmount || paid == state.refunded else {
                throw Refusal(.illegalTransition, "The return was paid back already, with another amount.")
            }
            return []
        }
        guard paid.minorUnits <= state.net else {
            throw Refusal(.amountInvalid, "More would be paid back than the return is worth.", field: "amount")
        }
        let subjects = state.party == .none ? [] : [NewSubject(.number(state.party), .customer)]
        return [.fact(.returnRefunded(ReturnRefunded.with { $0.amount = paid }), subjects: subjects)]
    }
}

extension RegisterReturn {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, CURRENCY_MISMATCH, AMOUNT_INVALID.
    fileprivate func checkForm(prefix: String) throws(Refusal) {
        try TradeForm.checkHead(
            number: documentNumber, channel: channel, country: country, currency: currency, prefix: prefix)
        try TradeForm.checkExternal(external, prefix: prefix)
        if hasOrder { try FormCheck.reference(order, prefix + "order") }
        if hasParty { try FormCheck.reference(party, prefix + "party") }
        try TradeForm.checkNumbers(lines, prefix: prefix)
        for index in lines.indices { try lines[index].checkForm(at: index, hasOrder: hasOrder, prefix: prefix) }
    }
}

extension ReturnLineInput {
    fileprivate func checkForm(at index: Int, hasOrder: Bool, prefix: String) throws(Refusal) {
        func path(_ name: String) -> String { TradeForm.linePath(prefix, index, name) }
        guard hasOrder == (orderLine != 0) else {
            throw Refusal(
                .schemaInvalid, "A line names a line of the order where the return names an order, and only there.",
                field: path("order_line"))
        }
        if hasProduct, product.target == nil { try FormCheck.reference(product, path("product")) }
        guard try Amounts.millionths(of: quantity, field: path("quantity")) > 0 else {
            throw Refusal(.amountInvalid, "What comes back is more than nothing.", field: path("quantity"))
        }
        if hasUnitPrice { try Amounts.check(unitPrice, field: path("unit_price")) }
        guard net >= 0 else { throw Refusal(.amountInvalid, "The net amount is below zero.", field: path("net")) }
    }
}
