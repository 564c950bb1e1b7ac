package import Schema
internal import SwiftProtobuf

extension ConfirmOrder: DomainCommand {
    package typealias Target = OrderAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(order, "order") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&order, .order) }

    package var commandTarget: CommandTarget { .existing(order) }

    package func decide(
        _ state: OrderState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        try state.requireAlive()
        return OrderSteps(party: state.party, from: state.status, to: .confirmed).events
    }
}

extension CompleteOrder: DomainCommand {
    package typealias Target = OrderAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(order, "order") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&order, .order) }

    package var commandTarget: CommandTarget { .existing(order) }

    package func decide(
        _ state: OrderState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        try state.requireAlive()
        guard state.status != .completed else { return [] }
        guard state.status == .confirmed else {
            throw Refusal(.illegalTransition, "The order is not confirmed yet. Confirm it first.")
        }
        return [.fact(.orderCompleted(OrderCompleted()), subjects: state.subjects)]
    }
}

extension CancelOrder: DomainCommand {
    package typealias Target = OrderAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(order, "order") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&order, .order) }

    package var commandTarget: CommandTarget { .existing(order) }

    package func decide(
        _ state: OrderState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .cancelled else { return [] }
        guard state.status != .completed else {
            throw Refusal(.illegalTransition, "The order is completed. Register a return instead.")
        }
        try state.requireNothingBack(context)
        guard context.hasReason || context.historic else {
            throw Refusal(.reasonRequired, "Say why the order is cancelled.", field: "reason")
        }
        let cancelled = OrderCancelled.with {
            $0.partyNumber = state.partyNumber
            $0.wasConfirmed = state.isConfirmed
        }
        return [.fact(.orderCancelled(cancelled), subjects: state.subjects)]
    }
}

extension FulfilLine: DomainCommand {
    package typealias Target = OrderAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(order, "order")
        guard try Amounts.millionths(of: quantity, field: "quantity") > 0 else {
            throw Refusal(.amountInvalid, "What is fulfilled is more than nothing.", field: "quantity")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&order, .order) }

    package var commandTarget: CommandTarget { .existing(order) }

    package func decide(
        _ state: OrderState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        try state.requireAlive()
        guard state.status == .confirmed else {
            let sentence =
                state.status == .completed
                ? "The order is completed; nothing of it is open." : "The order is not confirmed yet. Confirm it first."
            throw Refusal(.illegalTransition, sentence)
        }
        guard let place = state.lines.place(ofLine: line) else {
            throw Refusal(.notFound, "The order has no line \(line).", field: "line")
        }
        let ordered = Amounts.millionths(of: state.lines[place].quantity) ?? 0
        let open = ordered - state.fulfilled(ofLine: line)
        guard try Amounts.millionths(of: quantity, field: "quantity") <= open else {
            throw Refusal(.overFulfil, "More would be fulfilled than was ordered.", field: "quantity")
        }
        let fulfilled = LineFulfilled.with {
            $0.line = line
            $0.quantity = quantity
        }
        return [.fact(.lineFulfilled(fulfilled), subjects: state.subjects)]
    }
}

extension OrderState {
    /// The subject entry of every event of the order.
    fileprivate var subjects: [NewSubject] {
        party == .none ? [] : [NewSubject(.number(party), .customer)]
    }

    /// Refuses to cancel what has come back in part: the order would count no longer, but its returns would.
    ///
    /// - Throws: ILLEGAL_TRANSITION.
    fileprivate func requireNothingBack(_ context: DecisionContext) throws(Refusal) {
        for line in lines where try context.world.claim(.returned(order: context.target, line: line.line)) > 0 {
            throw Refusal(
                .illegalTransition,
                "Some of the order came back, so that it stays a sale. Register a return of the rest instead.")
        }
    }

    /// - Throws: TERMINAL_STATE where the order is cancelled.
    fileprivate func requireAlive() throws(Refusal) {
        guard status != .cancelled else {
            throw Refusal(.terminalState, "The order is cancelled. Place a new one.")
        }
    }
}
