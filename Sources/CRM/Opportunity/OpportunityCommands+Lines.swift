package import Schema

extension AddLine: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        try OpportunityForm.check(currency: currency, "currency")
        try line.checkForm("line")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&opportunity, .opportunity)
        if line.hasProduct { try visit(&line.product, .product) }
    }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var draft = OpportunityDraft(state, context)
        try draft.requireOpen()
        let code = try context.world.currency(currency, before: state.currency.isEmpty ? nil : state.currency)
        let added = try OpportunityLines.line(
            line, number: try number(state), try DocumentCurrency(code, field: "currency"), before: state.lines,
            context, path: "line")
        try draft.put(added, currency: code, field: "line")
        return draft.events
    }

    private func number(_ state: OpportunityState) throws(Refusal) -> UInt32 {
        guard line.line == 0 else { return line.line }
        let (next, overflow) = (state.lines.last?.line ?? 0).addingReportingOverflow(1)
        guard !overflow else {
            throw Refusal(.limitExceeded, "There is no number behind the last line's. Choose one.", field: "line.line")
        }
        return next
    }
}

extension RemoveLine: DomainCommand {
    package typealias Target = OpportunityAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(opportunity, "opportunity")
        guard line > 0 else { throw Refusal(.schemaInvalid, "Lines are numbered from 1.", field: "line") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&opportunity, .opportunity) }

    package var commandTarget: CommandTarget { .existing(opportunity) }

    package func decide(
        _ state: OpportunityState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = OpportunityDraft(try Decided.state(state), context)
        try draft.requireOpen()
        // A line that is not there is removed already.
        guard let place = draft.state.lines.place(ofLine: line) else { return [] }
        try draft.remove(lineAt: place)
        return draft.events
    }
}
