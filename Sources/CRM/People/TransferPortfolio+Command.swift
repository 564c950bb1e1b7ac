package import Schema

extension TransferPortfolio: DomainCommand {
    package typealias Target = AnyAggregate

    /// Things that one body hands over: its events and what follows from them have to fit into a body.
    private static let greatest: UInt32 = 900

    package func validate() throws(Refusal) {
        try from.check("from")
        try to.check("to")
        for (index, kind) in kinds.enumerated() { try OwnedKind.checkHandedOver(kind, "kinds[\(index)]") }
        guard !(kinds.contains(.ticket) && to.isTeam) else {
            throw Refusal(
                .schemaInvalid, "A team takes no tickets: an employee works on them. Name an employee, or route them.",
                field: "to")
        }
        guard most <= Self.greatest else {
            throw Refusal(
                .limitExceeded, "A body hands over \(Self.greatest) things at most. Send several bodies.",
                field: "most")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try from.visit(visit)
        try to.visit(visit)
    }

    package var commandTarget: CommandTarget {
        switch from.owner {
        case .team(let team): .any(.team, team)
        case .employee(let employee): .any(.employee, employee)
        case nil: .any(.employee, Reference())
        }
    }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        let giver = try context.world.owner(from, field: "from")
        let taker = try context.world.owner(to, field: "to")
        guard giver != taker else {
            throw Refusal(.schemaInvalid, "Giver and taker are the same. Name another owner in to.", field: "to")
        }
        let portfolio = try Portfolio(
            of: giver, kinds, most: most == 0 ? Self.greatest : most, withTickets: !to.isTeam, context.world)
        guard !portfolio.isEmpty else { return [] }
        try context.requireActive(taker, field: "to")
        for (kind, things) in portfolio.things {
            try context.requireCapacity(
                of: taker, kind, adding: things.count, allowed: allowOverCapacity, field: "to")
        }
        return [portfolioTransferred(portfolio, to: taker)] + (try moves(portfolio, giver, taker, context))
    }

    private func portfolioTransferred(_ portfolio: Portfolio, to taker: Owner) -> NewEvent {
        var transferred = PortfolioTransferred()
        transferred.to = taker
        transferred.transferred = portfolio.things.map { kind, things in
            var count = TransferredCount()
            count.kind = kind
            count.count = UInt32(things.count)
            return count
        }
        transferred.left = portfolio.left
        transferred.kinds = kinds
        let isPerson = if case .employee? = from.owner { true } else { false }
        return .fact(.portfolioTransferred(transferred), subjects: isPerson ? [NewSubject(.target, .self_)] : [])
    }

    private func moves(
        _ portfolio: Portfolio, _ giver: Owner, _ taker: Owner, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var assigned = OwnerAssigned()
        assigned.owner = taker
        assigned.ownerBefore = giver
        assigned.transferred = true
        var events: [NewEvent] = []
        for (kind, things) in portfolio.things {
            for thing in things where kind == .ticket {
                try events.append(ticketReassigned(thing, to: taker, context))
            }
            for thing in things where kind != .ticket {
                let subject = try context.world.subject(of: kind, thing)
                var event = NewEvent.fact(
                    .ownerAssigned(assigned), subjects: subject.map { [$0] } ?? [], stream: .other(thing))
                event.occurredAt = try context.transferTime(of: thing)
                events.append(event)
            }
        }
        return events
    }

    private func ticketReassigned(
        _ ticket: StreamNumber, to taker: Owner, _ context: DecisionContext
    ) throws(Refusal) -> NewEvent {
        let state = try Decided.state(try context.world.state(TicketAggregate.self, of: ticket))
        var reassigned = state.reassigned(to: StreamNumber(taker.employeeNumber))
        reassigned.transferred = true
        var event = NewEvent.fact(
            .ticketReassigned(reassigned), subjects: state.head.subjects(), stream: .other(ticket))
        event.occurredAt = try context.transferTime(of: ticket)
        return event
    }
}

extension OwnerReference {
    /// Whether it names a team.
    fileprivate var isTeam: Bool {
        if case .team? = owner { true } else { false }
    }
}

/// What one body hands over.
private struct Portfolio {
    /// By kind and number; kinds of which there is nothing are missing.
    var things: [(kind: AggregateKind, streams: [StreamNumber])] = []
    /// How many things of the kinds asked for stay with the giver.
    var left: UInt64 = 0

    var isEmpty: Bool { things.isEmpty }

    init(
        of giver: Owner, _ kinds: [AggregateKind], most: UInt32, withTickets: Bool, _ world: any World
    ) throws(Refusal) {
        guard let key = OwnerKey(giver) else { return }
        var room = Int(most)
        for kind in OwnedKind.handedOver where kinds.isEmpty || kinds.contains(kind) {
            let taken = kind == .ticket && !withTickets ? [] : try world.owned(kind, by: key, most: room)
            room -= taken.count
            left += UInt64(max(0, try world.claim(.openWork(key, kind)) - Int64(taken.count)))
            if !taken.isEmpty { things.append((kind, taken)) }
        }
    }
}

extension DecisionContext {
    /// When a thing changes hands: with the command, or with the last fact of the thing where the command names no
    /// time and that fact is dated a little ahead of the clock.
    fileprivate func transferTime(of thing: StreamNumber) throws(Refusal) -> Instant? {
        guard !occurredAtGiven, let last = try world.head(of: thing)?.lastFactAt, last > occurredAt else { return nil }
        return last
    }
}
