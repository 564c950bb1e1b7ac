package import Schema
internal import SwiftProtobuf

extension RecordCompetitorMove: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(competitor, "competitor")
        try FormCheck.choice(move.kind, "move.kind", required: true)
        try FormCheck.required(move.summary, "move.summary", maximum: Limits.textBytes)
        try FormCheck.text(move.origin, "move.origin", maximum: CompetitorForm.originBytes)
        if move.hasHappenedAt, Instant(move.happenedAt) == nil {
            throw Refusal(.schemaInvalid, "The time lies outside the years 1 to 9999.", field: "move.happened_at")
        }
        if hasProduct { try FormCheck.reference(product, "product") }
        if hasMarket { try FormCheck.reference(market, "market") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&competitor, .competitor)
        if hasProduct { try visit(&product, .product) }
        if hasMarket { try visit(&market, .market) }
    }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var moved = CompetitorMoved()
        moved.move = move
        let happenedAt = move.hasHappenedAt ? Instant(move.happenedAt) : context.occurredAt
        guard let happenedAt, happenedAt.rawValue <= context.recordedAt.rawValue + Self.greatestLead else {
            throw Refusal(
                .futureOccurredAt, "The move would happen in the future. Record it when it has happened.",
                field: "move.happened_at")
        }
        moved.move.happenedAt = happenedAt.timestamp
        if hasProduct { moved.productNumber = try context.world.required(product, .product, field: "product").rawValue }
        if hasMarket { moved.marketNumber = try requiredMarket(context).rawValue }
        if try state.holds(moved, context.world) { return [] }
        try state.requireInUse(context)
        guard state.moves.count < CompetitorForm.moves else {
            throw Refusal(
                .limitExceeded, "A competitor has \(CompetitorForm.moves) moves at most, withdrawn ones included.",
                field: "competitor")
        }
        return [.fact(.competitorMoved(moved))]
    }

    /// How far ahead of the clock a move may lie, as with `occurred_at`: clocks differ. Microseconds.
    private static let greatestLead: Int64 = 5 * 60 * 1_000_000

    private func requiredMarket(_ context: DecisionContext) throws(Refusal) -> StreamNumber {
        let number = try context.world.required(market, .market, field: "market")
        try Decided.state(try context.world.state(MarketAggregate.self, of: number))
            .requireInUse(context, field: "market")
        return number
    }
}

extension CompetitorState {
    /// Whether the same move is recorded and was not withdrawn.
    fileprivate func holds(_ moved: CompetitorMoved, _ world: any World) throws(Refusal) -> Bool {
        let content = MoveContent(moved)
        let digest = content.digest
        for (position, recorded) in moves where recorded.elementsEqual(digest) {
            guard case .competitorMoved(let known)? = try world.event(at: Position(position))?.payload else { continue }
            if content.isSame(as: known) { return true }
        }
        return false
    }
}

extension WithdrawCompetitorMove: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(competitor, "competitor")
        guard movePosition > 0 else {
            throw Refusal(.schemaInvalid, "Send the position of the move.", field: "move_position")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&competitor, .competitor) }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        guard let move = try Decided.state(state).moves[movePosition] else {
            throw Refusal(
                .notFound, "At this position stands no move of the competitor. Check it.", field: "move_position")
        }
        guard !move.isEmpty else { return [] }
        try context.requireReason("Say why the move is taken back.")
        var withdrawn = CompetitorMoveWithdrawn()
        withdrawn.movePosition = movePosition
        return [.fact(.competitorMoveWithdrawn(withdrawn))]
    }
}

extension DecisionContext {
    /// Refuses what must not be done without saying why, except for history.
    ///
    /// - Throws: REASON_REQUIRED.
    func requireReason(_ sentence: String) throws(Refusal) {
        guard !hasReason, !historic else { return }
        throw Refusal(.reasonRequired, sentence, field: "reason")
    }
}

extension SetStrengthWeakness: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(competitor, "competitor")
        if hasProduct { try FormCheck.reference(product, "product") }
        try CompetitorForm.check(points: strengths, "strengths")
        try CompetitorForm.check(points: weaknesses, "weaknesses")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&competitor, .competitor)
        if hasProduct { try visit(&product, .product) }
    }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        var set = StrengthWeaknessSet()
        if hasProduct { set.productNumber = try context.world.required(product, .product, field: "product").rawValue }
        set.strengths = strengths
        set.weaknesses = weaknesses
        var recorded = StrengthWeaknessSet()
        recorded.productNumber = set.productNumber
        guard !set.isIdentical(to: state.strengthsAndWeaknesses[set.productNumber] ?? recorded) else { return [] }
        try state.requireInUse(context)
        return [.fact(.strengthWeaknessSet(set))]
    }
}
