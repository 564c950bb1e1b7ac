package import Schema
internal import SwiftProtobuf

extension RecordCompetitor: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try CompetitorForm.check(detail, named: true)
        try FormCheck.externalKeys(external)
    }

    package var commandTarget: CommandTarget { .located(id: id) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? {
        try world.holder(of: .competitorName(detail.name))
    }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let state {
            if try context.targetHas(external, .competitor), detail.isIdentical(to: state.detail) { return [] }
            throw try Refusal.competitorExists(context.target, context)
        }
        try context.requireFree(external, .competitor, field: "external")
        var recorded = CompetitorRecorded()
        recorded.detail = detail
        recorded.external = external
        return [.fact(.competitorRecorded(recorded))]
    }
}

extension ChangeCompetitor: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(competitor, "competitor")
        try CompetitorForm.check(detail, named: false)
        try CompetitorForm.checkClear(
            clear, known: CompetitorForm.competitorClearable,
            set: [
                "website": !detail.website.isEmpty, "country": !detail.country.isEmpty,
                "description": !detail.description_p.isEmpty,
            ])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&competitor, .competitor) }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let merged = state.detail.merging(detail, clear: clear)
        guard !merged.isIdentical(to: state.detail) else { return [] }
        try state.requireInUse(context)
        if let holder = try context.world.holder(of: .competitorName(merged.name)), holder != context.target {
            throw try Refusal.competitorExists(holder, context)
        }
        var changed = CompetitorChanged()
        changed.detail = merged
        if !merged.name.utf8.elementsEqual(state.detail.name.utf8) { changed.nameBefore = state.detail.name }
        return [.fact(.competitorChanged(changed))]
    }
}

extension RetireCompetitor: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(competitor, "competitor") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&competitor, .competitor) }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [] : [.fact(.competitorRetired(CompetitorRetired()))]
    }
}

extension RestoreCompetitor: DomainCommand {
    package typealias Target = CompetitorAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(competitor, "competitor") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&competitor, .competitor) }

    package var commandTarget: CommandTarget { .existing(competitor) }

    package func decide(
        _ state: CompetitorState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Decided.state(state).retired ? [.fact(.competitorRestored(CompetitorRestored()))] : []
    }
}

extension DecisionContext {
    /// Whether all these records of other systems stand for the command's target.
    func targetHas(_ keys: [ExternalKey], _ kind: AggregateKind) throws(Refusal) -> Bool {
        for key in keys where try world.resolve(Reference(external: key), kind) != target { return false }
        return true
    }
}

extension World {
    /// The stream that a register names, or nil where it names none.
    func holder(of register: ClaimKey) throws(Refusal) -> StreamNumber? {
        let number = try claim(register)
        return number > 0 ? StreamNumber(UInt64(number)) : nil
    }
}

extension Refusal {
    /// COMPETITOR_EXISTS with the id of the one that has the name.
    fileprivate static func competitorExists(
        _ holder: StreamNumber, _ context: DecisionContext
    ) throws(Refusal) -> Refusal {
        let refusal = Refusal(
            .competitorExists, "There is a competitor of this name. Change that one, or choose another name.",
            field: "detail.name")
        return try context.world.head(of: holder).map { refusal.related(to: [$0.id]) } ?? refusal
    }
}
