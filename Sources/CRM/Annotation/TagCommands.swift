package import Schema

extension Schema.Tag: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.required(tag, "tag", maximum: Limits.tagBytes)
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
        guard try context.world.claim(.tag(context.target, tag)) == 0 else { return [] }
        var tagged = Tagged()
        tagged.tag = tag
        let subject = try Annotation.subject(of: kind, context.target, context.world)
        return [.fact(.tagged(tagged), subjects: subject.map { [$0] } ?? [])]
    }
}

extension Untag: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.required(tag, "tag", maximum: Limits.tagBytes)
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
        guard try context.world.claim(.tag(context.target, tag)) > 0 else { return [] }
        var untagged = Untagged()
        untagged.tag = tag
        let subject = try Annotation.subject(of: kind, context.target, context.world)
        return [.fact(.untagged(untagged), subjects: subject.map { [$0] } ?? [])]
    }
}
