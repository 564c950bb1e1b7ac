internal import Schema

/// The state of a thing that somebody looks after.
protocol OwnedState {
    /// Who looks after it; nobody where it says nobody.
    var owner: Owner { get }

    /// Refuses another owner where there is nothing left to look after.
    ///
    /// - Throws: ARCHIVED, TERMINAL_STATE.
    func requireAssignable() throws(Refusal)
}

extension PartyState: OwnedState {
    func requireAssignable() throws(Refusal) { try requireInUse() }
}

extension TerritoryState: OwnedState {
    func requireAssignable() throws(Refusal) { try requireInUse() }
}

extension OpportunityState: OwnedState {
    func requireAssignable() throws(Refusal) {
        guard status == .open else {
            throw Refusal(.terminalState, "The opportunity is closed. Reopen it first.", field: "target")
        }
    }
}

/// What can have an owner.
enum OwnedKind {
    /// In the order of their numbers.
    static let all: [AggregateKind] = [.party, .opportunity, .promise, .task, .territory].sorted {
        $0.rawValue < $1.rawValue
    }

    /// Of what somebody can have only so much at a time: also tickets, whose assignee is found in other ways.
    static let limited = all + [.ticket]

    /// What goes over with a portfolio, in the order of the kinds' numbers.
    static let handedOver = limited.sorted { $0.rawValue < $1.rawValue }

    /// Refuses a kind of thing of which nobody's capacity is asked.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func checkLimited(_ kind: AggregateKind, _ field: String) throws(Refusal) {
        guard !limited.contains(kind) else { return }
        throw Refusal(
            .schemaInvalid, "\(field) names no kind that has a capacity: party, opportunity, territory or ticket.",
            field: field)
    }

    /// Refuses a kind of thing that goes over with no portfolio.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func checkHandedOver(_ kind: AggregateKind, _ field: String) throws(Refusal) {
        if kind != .ticket { try check(kind, field) }
    }

    /// Refuses a kind of thing that has no owner.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ kind: AggregateKind, _ field: String) throws(Refusal) {
        guard all.contains(kind) else {
            throw Refusal(
                .schemaInvalid,
                "\(field) names no kind that has an owner: party, opportunity, promise, task or territory.",
                field: field)
        }
    }
}

extension World {
    /// The state of something that can have an owner, or nil where there is none of that kind with this number.
    func ownedState(_ kind: AggregateKind, _ number: StreamNumber) throws(Refusal) -> (any OwnedState)? {
        guard let aggregate = AggregateRegistry.aggregate(of: kind) else { return nil }
        func read<A: Aggregate>(_ type: A.Type) throws(Refusal) -> (any OwnedState)? {
            try state(type, of: number) as? any OwnedState
        }
        return try read(aggregate)
    }

    /// The person that a change of a thing's owner concerns: the party itself, or whom the thing is with.
    func subject(of kind: AggregateKind, _ number: StreamNumber) throws(Refusal) -> NewSubject? {
        guard let subject = try Annotation.subject(of: kind, number, self) else { return nil }
        return subject.who == .target ? NewSubject(.number(number), subject.role) : subject
    }
}
