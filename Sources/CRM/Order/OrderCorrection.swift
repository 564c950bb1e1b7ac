internal import Schema
internal import SwiftProtobuf

/// The events of an order that is recorded and should be otherwise, or further on.
struct OrderCorrection {
    var order: PlaceOrder
    var state: OrderState
    var sourceVersion: SourceVersion?
    /// The status that it should have reached; unspecified where that is not said.
    var reached: OrderStatus
    var personal: OrderPersonalPart
    /// Path of the order within the body, with a point at its end.
    var prefix: String

    /// What setting the order right causes; nothing where nothing differs.
    ///
    /// - Throws: what placing it throws; STALE_SOURCE, TERMINAL_STATE, OVER_FULFIL, RETURN_EXCEEDS_SOLD,
    ///   OCCURRED_OUT_OF_ORDER for a step.
    func events(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        try context.requireNewest(sourceVersion, recorded: state.sourceVersions)
        let content = try OrderContent(order, before: state, context, prefix: prefix)
        let steps = OrderSteps(
            party: content.party, from: state.status, to: reached, sourceVersion: sourceVersion
        ).events
        let placedAt = steps.isEmpty ? movedPlacement(context) : nil
        var events: [NewEvent] = []
        if content.differs(from: state) || personal.index != nil || placedAt != nil {
            try check(content, context)
            events = corrections(content, placedAt)
        }
        if !steps.isEmpty { try context.requireOrderOfTime() }
        return events + steps
    }

    /// When the order was placed, where the command says another time than is recorded. A time at which it reached
    /// the status that the command names is no other one: sources send an order again at each of its steps.
    private func movedPlacement(_ context: DecisionContext) -> Int64? {
        guard context.occurredAtGiven else { return nil }
        let given = context.occurredAt.rawValue
        let reachedAt =
            switch reached {
            case .confirmed where state.hasConfirmedAt: state.confirmedAt
            case .completed where state.hasCompletedAt: state.completedAt
            default: state.placedAt
            }
        return given == state.placedAt || given == reachedAt ? nil : given
    }

    private func check(_ content: OrderContent, _ context: DecisionContext) throws(Refusal) {
        guard state.status != .cancelled else {
            throw Refusal(.terminalState, "The order is cancelled and cannot be corrected. Place a new one.")
        }
        if content.party != state.party {
            try context.requireActive(content.party, field: prefix + "party")
            try checkReturns(context)
        }
        try content.requireSellable(before: state, context, prefix: prefix)
        if !content.documentNumber.isIdentical(to: state.documentNumber) {
            try context.world.requireFree(content.documentNumber, ClaimKey.orderDocument, prefix: prefix)
        }
        try checkQuantities(content, context)
    }

    /// What came back counts against the customer that it came back from: the order stays with that one.
    private func checkReturns(_ context: DecisionContext) throws(Refusal) {
        guard state.party != .none else { return }
        for line in state.lines where try context.world.claim(.returned(order: context.target, line: line.line)) > 0 {
            throw Refusal(
                .returnOtherCustomer,
                "Some of the order came back from the customer that it has. Correct the return to name no order first.",
                field: prefix + "party")
        }
    }

    /// What was fulfilled or came back must still have been ordered.
    private func checkQuantities(_ content: OrderContent, _ context: DecisionContext) throws(Refusal) {
        let currencyChanges = content.currency != state.currency
        for before in state.lines {
            let place = content.lines.place(ofLine: before.line)
            let quantity = place.map { content.lines[$0].quantity } ?? DecimalValue()
            let ordered = Amounts.millionths(of: quantity) ?? 0
            let isLess = ordered < Amounts.millionths(of: before.quantity) ?? 0
            guard isLess || currencyChanges else { continue }
            let field = place.map { TradeForm.linePath(prefix, $0, "quantity") } ?? prefix + "lines"
            guard ordered >= state.fulfilled(ofLine: before.line) else {
                throw Refusal(
                    .overFulfil, "More of line \(before.line) was fulfilled than would remain. Correct the quantity.",
                    field: field)
            }
            let returned = try context.world.claim(.returned(order: context.target, line: before.line))
            guard returned == 0 || ordered >= returned else {
                throw Refusal(
                    .returnExceedsSold,
                    "More of line \(before.line) came back than would remain. Correct the quantity.",
                    field: field)
            }
            guard returned == 0 || !currencyChanges else {
                throw Refusal(
                    .currencyMismatch, "Some of the order came back in its currency. Correct the return first.",
                    field: prefix + "currency")
            }
        }
    }

    private func corrections(_ content: OrderContent, _ placedAt: Int64?) -> [NewEvent] {
        let room = RecordPacking.payloadMaximum - personal.length - content.headSize - state.documentNumber.utf8.count
        let packing = RecordPacking(count: content.lines.count, room: room) { content.lines[$0].wireSize }
        let corrected = corrected(content, packing, placedAt)
        var subjects = content.subjects(part: personal.index)
        // The former customer's history says that the order is no longer theirs.
        if corrected.partyChanged, state.party != .none { subjects.append(NewSubject(.number(state.party), .customer)) }
        var events: [NewEvent] = [.fact(.orderCorrected(corrected), subjects: subjects)]
        for range in packing.further {
            let added = OrderLinesAdded.with { $0.lines = Array(content.lines[range]) }
            events.append(.fact(.orderLinesAdded(added), subjects: content.subjects()))
        }
        return events
    }

    private func corrected(_ content: OrderContent, _ packing: RecordPacking, _ placedAt: Int64?) -> OrderCorrected {
        var corrected = OrderCorrected()
        corrected.partyNumber = content.party.rawValue
        corrected.documentNumber = content.documentNumber
        corrected.channel = content.channel
        corrected.country = content.country
        corrected.currency = content.currency
        corrected.lines = Array(content.lines[..<packing.first])
        corrected.lineCount = UInt32(content.lines.count)
        corrected.net = content.net
        if !content.documentNumber.isIdentical(to: state.documentNumber) {
            corrected.documentNumberChanged = true
            corrected.documentNumberBefore = state.documentNumber
        }
        if content.party != state.party {
            corrected.partyChanged = true
            corrected.partyNumberBefore = state.partyNumber
        }
        if let placedAt { corrected.placedAt = placedAt }
        if let sourceVersion { corrected.sourceVersion = sourceVersion }
        corrected.confirmed = state.isConfirmed
        corrected.personalPart = personal.index != nil
        return corrected
    }
}
