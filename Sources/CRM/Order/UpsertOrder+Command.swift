package import Schema

extension UpsertOrder: DomainCommand {
    package typealias Target = OrderAggregate
    package typealias Facts = OrderPersonalPart

    package func validate() throws(Refusal) {
        try FormCheck.externalKey(key, "key")
        try FormCheck.newIdentifier(order.id)
        try order.checkForm(prefix: "order.")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try order.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .upsert(Reference(external: key), id: order.id) }

    package var retroactive: Bool { true }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OrderPersonalPart {
        try order.takePersonal(comparedWith: preparation.target, &preparation)
    }

    package func decide(
        _ state: OrderState?, _ facts: OrderPersonalPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let version = hasSourceVersion ? SourceVersion(key.system, sourceVersion) : nil
        guard let state else {
            let placement = OrderPlacement(
                order: order, external: order.external.including(key), sourceVersion: version, personal: facts,
                prefix: "order.")
            return try placement.events(context)
        }
        let correction = OrderCorrection(
            order: order, state: state, sourceVersion: version, reached: order.reached, personal: facts,
            prefix: "order.")
        return try correction.events(context)
    }
}

extension CorrectOrder: DomainCommand {
    package typealias Target = OrderAggregate
    package typealias Facts = OrderPersonalPart

    package func validate() throws(Refusal) {
        try FormCheck.reference(order, "order")
        try corrected.checkForm(prefix: "corrected.")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&order, .order)
        try corrected.visitReferences(visit)
    }

    package var commandTarget: CommandTarget { .existing(order) }

    package var retroactive: Bool { true }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> OrderPersonalPart {
        try corrected.takePersonal(comparedWith: preparation.target, &preparation)
    }

    package func decide(
        _ state: OrderState?, _ facts: OrderPersonalPart, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let correction = OrderCorrection(
            order: corrected, state: try Decided.state(state), sourceVersion: nil, reached: .unspecified,
            personal: facts, prefix: "corrected.")
        return try correction.events(context)
    }
}

extension [ExternalKey] {
    /// The keys with the one by which an upsert names its target in front, if it is not among them.
    func including(_ key: ExternalKey) -> [ExternalKey] {
        contains { $0.system.isIdentical(to: key.system) && $0.key.isIdentical(to: key.key) } ? self : [key] + self
    }
}
