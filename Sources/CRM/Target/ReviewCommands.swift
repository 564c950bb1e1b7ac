package import Schema
internal import SwiftProtobuf

extension ReviewRelationship: DomainCommand {
    package typealias Target = PartyAggregate

    /// The part with the text, and whether it is the same as that of the last review.
    package struct Prepared: Sendable {
        var part: Int
        var isSameText: Bool
    }

    private static let figuresMaximum = 50

    package func validate() throws(Refusal) {
        try FormCheck.reference(party, "party")
        try FormCheck.choice(decision, "decision", required: true)
        try FormCheck.text(personal.rationale, "personal.rationale")
        try FormCheck.text(personal.plan, "personal.plan")
        if !nextReview.isEmpty { try DayForm.day(nextReview, "next_review") }
        if hasReviewer { try FormCheck.reference(reviewer, "reviewer") }
        try FormCheck.count(figures.figures.count, "figures.figures", maximum: Self.figuresMaximum)
        for (index, figure) in figures.figures.enumerated() {
            let path = "figures.figures[\(index)]"
            try FormCheck.required(figure.figure, "\(path).figure", maximum: Limits.wordBytes)
            guard figure.value != nil else {
                throw Refusal(.schemaInvalid, "The figure has no value. Send it.", field: path)
            }
        }
        if figures.hasAsOf, Instant(figures.asOf) == nil {
            throw Refusal(.schemaInvalid, "The time lies outside the years 1 to 9999.", field: "figures.as_of")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&party, .party)
        if hasReviewer { try visit(&reviewer, .employee) }
    }

    package var commandTarget: CommandTarget { .existing(party) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        defer { clearPersonal() }
        guard let state = try preparation.party() else { return nil }
        var isSameText = false
        if state.hasReviewPart,
            case .relationshipReviewed(let last)? = try preparation.reader.open(state.reviewPart).data
        {
            isSameText = last.review.isIdentical(to: personal)
        }
        var sealed = RelationshipReviewedPersonal()
        sealed.review = personal
        let part = preparation.seal(PersonalData(.relationshipReviewed(sealed)), for: .target)
        return Prepared(part: part, isSameText: isSameText)
    }

    package func decide(
        _ state: PartyState?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let facts = try Decided.facts(facts)
        var reviewed = RelationshipReviewed()
        reviewed.decision = decision
        if hasFigures { reviewed.figures = figures }
        reviewed.nextReview = nextReview
        reviewed.reviewerNumber = try reviewerNumber(context)
        if facts.isSameText, try isSame(reviewed, as: state, context) { return [] }
        if !context.historic { try state.requireInUse() }
        try check(context)
        if state.hasLastReview { reviewed.decisionBefore = state.lastReview.decision }
        return [
            .fact(.relationshipReviewed(reviewed), subjects: [NewSubject(.target, .self_, part: facts.part)])
        ]
    }

    private func check(_ context: DecisionContext) throws(Refusal) {
        guard figures.position < context.firstPosition.rawValue else {
            throw Refusal(
                .schemaInvalid, "The figures would reflect a position that the log does not have yet.",
                field: "figures.position")
        }
        // Days in their form compare as texts.
        guard !nextReview.isEmpty, !context.historic else { return }
        guard nextReview > (try context.day(of: context.occurredAt)) else {
            throw Refusal(
                .nextReviewPast, "The next review lies not after this one. Choose a later day, or none.",
                field: "next_review")
        }
    }

    /// Who decided: as the command says, else the employee to whom the principal is bound; 0 where there is none.
    private func reviewerNumber(_ context: DecisionContext) throws(Refusal) -> UInt64 {
        if hasReviewer { return try context.world.required(reviewer, .employee, field: "reviewer").rawValue }
        guard context.principal != .none else { return 0 }
        return try context.world.state(PrincipalAggregate.self, of: context.principal)?.employeeNumber ?? 0
    }

    /// Whether the last review says the same of the same day. A later review that comes to the same decision is one of
    /// its own.
    private func isSame(
        _ reviewed: RelationshipReviewed, as state: PartyState, _ context: DecisionContext
    ) throws(Refusal) -> Bool {
        guard state.hasLastReview else { return false }
        var last = state.lastReview
        last.decisionBefore = .unspecified
        guard reviewed.isIdentical(to: last) else { return false }
        return try context.day(of: context.occurredAt)
            == context.day(of: Instant(microseconds: state.reviewedAt))
    }
}

extension PartyState {
    /// Keeps what the last review decided.
    mutating func note(_ reviewed: RelationshipReviewed, _ event: StoredEvent) {
        lastReview = reviewed
        lastReview.reason = ""
        lastReview.clearSource()
        reviewedAt = event.occurredAt.rawValue
        reviewPart = event.sealed()
    }
}
