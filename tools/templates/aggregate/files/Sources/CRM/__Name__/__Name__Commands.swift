package import Schema

extension Define__Name__: DomainCommand {
    package typealias Target = __Name__Aggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.required(label, "label", maximum: __Name__Form.labelBytes)
        try FormCheck.externalKeys(external)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: __Name__State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .__name_camel__, field: "external")
        var defined = __Name__Defined()
        defined.label = label
        defined.external = external
        return [.fact(.__name_camel__Defined(defined))]
    }
}

extension Relabel__Name__: DomainCommand {
    package typealias Target = __Name__Aggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(__name_camel__, "__name__")
        try FormCheck.required(label, "label", maximum: __Name__Form.labelBytes)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&__name_camel__, .__name_camel__)
    }

    package var commandTarget: CommandTarget { .existing(__name_camel__) }

    package func decide(
        _ state: __Name__State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        if label.isIdentical(to: state.label) { return [] }
        var relabelled = __Name__Relabelled()
        relabelled.label = label
        return [.fact(.__name_camel__Relabelled(relabelled))]
    }
}

/// Limits of __a_words__.
private enum __Name__Form {
    static let labelBytes = 200
}
