internal import Schema

/// A normalised value that a command brings to a party, by which others that have it are found. It holds nothing
/// personal.
struct BroughtValue: Sendable {
    var key: LookupKey
    /// Where in the command it stands.
    var field: String
}

extension Preparation {
    /// What a contact point brings; nothing where it has no normal form.
    func brought(_ contactPoint: ContactPointPersonal, _ field: String) -> [BroughtValue] {
        brought(LookupValue(contactPoint), field)
    }

    /// What a tax number brings; nothing where it is empty.
    func brought(taxNumber: String) -> [BroughtValue] {
        brought(LookupValue(taxNumber: taxNumber), "name.tax_number")
    }

    private func brought(_ value: LookupValue?, _ field: String) -> [BroughtValue] {
        guard let value else { return [] }
        return [BroughtValue(key: reader.lookupKey(domain: value.domain, value: value.bytes), field: field)]
    }
}

/// The parties that already have what a command brings, where it may overlook them. Every command that gives a party
/// an e-mail address, a telephone number or a tax number asks here.
struct OverlookedDuplicates {
    private var holders: [LookupKey: [StreamNumber]] = [:]

    /// Looks for other holders of the values. What the party has already brings nothing, and history may bring
    /// duplicates.
    ///
    /// - Parameter allowed: whether the command says that it knows of them.
    /// - Throws: DUPLICATE_EXACT with the ids of the candidates; REASON_REQUIRED where it allows them without one.
    init(of values: [BroughtValue], allowed: Bool, _ context: DecisionContext) throws(Refusal) {
        if context.historic { return }
        var found: [BroughtValue] = []
        for value in values {
            let others = try context.world.holders(of: value.key)
            guard !others.isEmpty, !others.contains(context.target) else { continue }
            holders[value.key] = others
            found.append(value)
        }
        guard let first = found.first else { return }
        guard allowed else {
            throw Refusal(
                .duplicateExact,
                "Another party has the same e-mail address, telephone or tax number. Use it, or send allow_duplicate.",
                field: first.field
            ).related(to: try ids(of: candidates(for: found), context))
        }
        guard context.hasReason else {
            throw Refusal(
                .reasonRequired, "Accepting a duplicate needs a reason. Send it with the command.", field: "reason")
        }
    }

    /// What the event that brings these values records of them.
    func numbers(of values: [BroughtValue]) -> [UInt64] { candidates(for: values).map(\.rawValue) }

    /// Each party once, the oldest first, and no more than a refusal or an event may name.
    private func candidates(for values: [BroughtValue]) -> [StreamNumber] {
        let numbers = Set(values.flatMap { holders[$0.key] ?? [] })
        return Array(numbers.sorted().prefix(Limits.duplicateCandidates))
    }

    private func ids(of numbers: [StreamNumber], _ context: DecisionContext) throws(Refusal) -> [Identifier] {
        var ids: [Identifier] = []
        for number in numbers { if let head = try context.world.head(of: number) { ids.append(head.id) } }
        return ids
    }
}
