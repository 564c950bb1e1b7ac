package import Schema

/// Sets fields and does nothing else: what it sets stands in its body, and is decided as with every other command.
extension SetFields: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) { try Annotation.check(kind, target) }

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
        return []
    }
}
