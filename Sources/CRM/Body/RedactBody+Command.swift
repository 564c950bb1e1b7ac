package import Schema

extension RedactBody: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.identifier(itemID, "item_id")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        guard context.historic || context.hasReason else {
            throw Refusal(.reasonRequired, "Destroying a body for good needs a reason. Send one.", field: "reason")
        }
        guard let id = Identifier(itemID), case let position = try context.world.claim(.body(id)), position > 0,
            let event = try context.world.event(at: Position(UInt64(position)))
        else {
            throw Refusal(.bodyUnknown, "No event refers to such an item. Check item_id.", field: "item_id")
        }
        guard event.header.stream == context.target,
            let place = event.payload.bodies.firstIndex(where: { Identifier($0.itemID) == id })
        else {
            throw Refusal(
                .bodyTaken, "The item belongs to another aggregate. Name that one as the target.", field: "item_id")
        }
        guard try context.world.claim(.bodyRedacted(id)) == 0 else { return [] }
        var redacted = BodyRedacted()
        redacted.body = event.payload.bodies[place]
        redacted.referringPosition = event.position.rawValue
        redacted.place = UInt32(place)
        let subject = try subject(of: redacted.body, context)
        return [.fact(.bodyRedacted(redacted), subjects: subject.map { [$0] } ?? [])]
    }

    /// Whom the item concerns, in the capacity that it has on the aggregate where it still has one.
    private func subject(of body: BodyReference, _ context: DecisionContext) throws(Refusal) -> NewSubject? {
        guard body.subjectNumber != 0 else { return nil }
        let number = StreamNumber(body.subjectNumber)
        let concerned = try Annotation.subject(of: kind, context.target, context.world)
        if let concerned, concerned.who == .number(number) || (concerned.who == .target && number == context.target) {
            return concerned
        }
        return NewSubject(.number(number), kind == .interaction ? .participant : .mentioned)
    }
}
