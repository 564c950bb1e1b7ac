internal import Schema
internal import SwiftProtobuf

/// An opportunity while a command is decided: every event that is appended also moves the state on, so that the next
/// step of the command meets the opportunity as the one before left it.
struct OpportunityDraft {
    private(set) var state: OpportunityState
    private(set) var events: [NewEvent] = []
    let context: DecisionContext
    /// When what is appended next occurs.
    var instant: Instant
    /// The version of the source's record that says so.
    var sourceVersion: SourceVersion?
    /// Path of the opportunity within the body: empty, or with a point at its end.
    var prefix: String

    /// A draft of an opportunity; of a new one where the state is empty.
    init(
        _ state: OpportunityState, _ context: DecisionContext, sourceVersion: SourceVersion? = nil, prefix: String = ""
    ) {
        self.state = state
        self.context = context
        self.sourceVersion = sourceVersion
        self.prefix = prefix
        instant = context.occurredAt
    }

    /// The pipeline of the opportunity.
    func pipeline() throws(Refusal) -> PipelineState {
        try Decided.state(
            try context.world.state(PipelineAggregate.self, of: StreamNumber(state.pipelineNumber)))
    }

    /// Appends an event, which holds from `instant` on.
    ///
    /// - Parameters:
    ///   - part: the sealed part about the opportunity's party.
    ///   - others: further subjects; those that the opportunity has already are left out.
    mutating func append(
        _ payload: EventPayload.OneOf_Event, part: Int? = nil, others: [NewSubject] = []
    ) {
        // Where the part will stand is not known yet, and no rule asks for it.
        state.apply(payload, at: instant, sealed: SealedRef())
        var subjects = state.subjects(part: part)
        for other in others where !subjects.contains(where: { $0.who == other.who }) { subjects.append(other) }
        var event = NewEvent.fact(payload, subjects: subjects)
        event.occurredAt = instant
        events.append(event)
    }

    /// Refuses to change what is over.
    ///
    /// - Throws: ILLEGAL_TRANSITION.
    func requireOpen() throws(Refusal) {
        guard state.status == .open else {
            throw Refusal(.illegalTransition, "The opportunity is closed. Reopen it first.")
        }
    }
}

extension OpportunityState {
    /// Who may buy; none where the opportunity has no party.
    var party: StreamNumber { StreamNumber(head.partyNumber) }

    /// Through whom we sell; none where we sell ourselves.
    var partner: StreamNumber { StreamNumber(head.partnerNumber) }

    /// The subjects of every event of the opportunity.
    ///
    /// - Parameter part: the sealed part about the party.
    func subjects(part: Int? = nil) -> [NewSubject] {
        var subjects: [NewSubject] = []
        if party != .none { subjects.append(NewSubject(.number(party), .prospect, part: part)) }
        if partner != .none, partner != party { subjects.append(NewSubject(.number(partner), .partner)) }
        return subjects
    }

    /// The net amount of the lines; nil where there are none.
    ///
    /// - Throws: AMOUNT_INVALID where the sum is too great.
    func sumOfLines(field: @autoclosure () -> String) throws(Refusal) -> Int64? {
        guard !lines.isEmpty else { return nil }
        var sum: Int64 = 0
        for line in lines { try Amounts.add(line.net, to: &sum, field: field()) }
        return sum
    }
}

extension Money {
    /// An amount of a currency.
    init(_ minorUnits: Int64, _ currency: String) {
        self.init()
        self.minorUnits = minorUnits
        self.currency = currency
    }
}
