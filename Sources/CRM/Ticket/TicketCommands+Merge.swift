package import Schema

// The commands by which several tickets become one, and are several again.

extension MergeTickets: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(survivor, "survivor")
        guard !absorbed.isEmpty else {
            throw Refusal(.schemaInvalid, "Name at least one ticket that is absorbed.", field: "absorbed")
        }
        try FormCheck.count(absorbed.count, "absorbed", maximum: TicketLimits.absorbed)
        for (index, ticket) in absorbed.enumerated() { try FormCheck.reference(ticket, "absorbed[\(index)]") }
        var seen: Set<Int> = []
        for (index, choice) in choices.enumerated() {
            try FormCheck.choice(choice.field, "choices[\(index)].field", required: true)
            try FormCheck.reference(choice.ticket, "choices[\(index)].ticket")
            guard seen.insert(choice.field.rawValue).inserted else {
                throw Refusal(.schemaInvalid, "The field stands twice. Choose once.", field: "choices[\(index)].field")
            }
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&survivor, .ticket)
        for index in absorbed.indices { try visit(&absorbed[index], .ticket) }
        for index in choices.indices { try visit(&choices[index].ticket, .ticket) }
    }

    package var commandTarget: CommandTarget { .existing(survivor) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var draft = try TicketDraft(try Decided.state(state), context)
        let parts = try parts(context)
        guard !parts.isEmpty else { return [] }
        let chosen = try chosen(parts, context)
        return try TicketMerge(parts: parts, choices: chosen).events(&draft)
    }

    /// The tickets that are not yet a part of the survivor.
    private func parts(_ context: DecisionContext) throws(Refusal) -> [TicketMerge.Part] {
        var parts: [TicketMerge.Part] = []
        var seen: Set<StreamNumber> = [context.target]
        for (index, reference) in absorbed.enumerated() {
            let field = "absorbed[\(index)]"
            let number = try context.world.required(reference, .ticket, field: field)
            guard seen.insert(number).inserted else {
                throw Refusal(
                    .mergeSelf, "A ticket is named twice. Name the survivor once, and each other one.", field: field)
            }
            let state = try Decided.state(try context.world.state(TicketAggregate.self, of: number))
            if state.mergedIntoNumber == context.target.rawValue { continue }
            try context.requireItself(state)
            parts.append(TicketMerge.Part(number: number, state: state))
        }
        return parts
    }

    private func chosen(
        _ parts: [TicketMerge.Part], _ context: DecisionContext
    ) throws(Refusal) -> [TicketField: StreamNumber] {
        var chosen: [TicketField: StreamNumber] = [:]
        for (index, choice) in choices.enumerated() {
            let field = "choices[\(index)].ticket"
            let number = try context.world.required(choice.ticket, .ticket, field: field)
            guard number == context.target || parts.contains(where: { $0.number == number }) else {
                throw Refusal(.schemaInvalid, "Choose the survivor or a ticket that is absorbed.", field: field)
            }
            chosen[choice.field] = number
        }
        return chosen
    }
}

extension UnmergeTickets: DomainCommand {
    package typealias Target = TicketAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(survivor, "survivor") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&survivor, .ticket) }

    package var commandTarget: CommandTarget { .existing(survivor) }

    package func decide(
        _ state: TicketState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var draft = try TicketDraft(state, context)
        guard let last = state.merges.last, merge == 0 || merge == last.position else {
            return try notLast(state, context)
        }
        var unmerged = TicketsUnmerged()
        unmerged.mergePosition = last.position
        unmerged.releasedNumbers = last.absorbedNumbers
        unmerged.before = TicketMergeSide(state)
        unmerged.after = last.undone(state)
        unmerged.status = state.status
        var parts: [TicketMerge.Part] = []
        for number in last.absorbedNumbers {
            let stream = StreamNumber(number)
            let part = try Decided.state(try context.world.state(TicketAggregate.self, of: stream))
            parts.append(TicketMerge.Part(number: stream, state: part))
        }
        draft.append(.ticketsUnmerged(unmerged), others: parts.flatMap { $0.state.head.subjects() })
        for part in parts {
            try draft.append(
                .ticketReleased(TicketReleased(part.state, of: context.target)), on: part.number,
                subjects: part.state.head.subjects())
        }
        return draft.events
    }

    /// There is nothing to take back, or something else first.
    private func notLast(_ state: TicketState, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        guard merge != 0 else { return [] }
        guard !state.merges.contains(where: { $0.position == merge }) else {
            throw Refusal(
                .mergeNotLatest, "A later merge stands on this one. Take that one back first.", field: "merge")
        }
        let event = try context.world.event(at: Position(merge))
        guard let event, event.header.stream == context.target, case .ticketsMerged = event.payload else {
            throw Refusal(.notFound, "There is no merge of the ticket at this position.", field: "merge")
        }
        return []
    }
}

extension TicketReleased {
    /// A ticket that is itself again.
    fileprivate init(_ state: TicketState, of survivor: StreamNumber) {
        self.init()
        survivorNumber = survivor.rawValue
        status = state.status
        assignment = state.assignment
        partyNumber = state.head.partyNumber
        sequence = state.sequence
        if state.hasResumeAt { resumeAt = state.resumeAt }
        if state.hasCloseAt { closeAt = state.closeAt }
    }
}
