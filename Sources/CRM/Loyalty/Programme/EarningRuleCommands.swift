package import Schema
internal import SwiftProtobuf

extension PublishEarningRule: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.required(key, "key", maximum: LoyaltyLimits.keyBytes)
        try FormCheck.text(label, "label", maximum: Limits.labelBytes)
        try FormCheck.choice(kind, "kind", required: false)
        try FormCheck.choice(rounding, "rounding", required: false)
        guard currency.isEmpty || CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.", field: "currency")
        }
        guard rate.unscaled >= 0 else {
            throw Refusal(.negativeRate, "A rule cannot take points away: its rate is not negative.", field: "rate")
        }
        try Amounts.check(rate, field: "rate")
        if kind == .multiplier, DecimalArithmetic.isLess(DecimalNumber(rate), DecimalNumber(unscaled: 1, scale: 0)) {
            throw Refusal(.negativeRate, "A multiplier cannot take points away: it is at least 1.", field: "rate")
        }
        guard !hasFrom || Instant(from) != nil else {
            throw Refusal(.schemaInvalid, "from is no instant of the years 1 to 9999.", field: "from")
        }
        guard !hasTo || Instant(to) != nil else {
            throw Refusal(.schemaInvalid, "to is no instant of the years 1 to 9999.", field: "to")
        }
        if hasFrom, hasTo, let from = Instant(from), let to = Instant(to), to <= from {
            throw Refusal(.schemaInvalid, "The rule ends before it begins.", field: "to")
        }
        try condition.checkForm()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasProgramme { try visit(&programme, .loyaltyProgramme) }
        for index in condition.products.indices { try visit(&condition.products[index], .product) }
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        var rule = try rule(context)
        let present = state.rules.first { $0.key.isIdentical(to: key) }
        if let present {
            rule.version = present.version
            guard !rule.isIdentical(to: present) else { return [] }
        }
        try checkTiers(rule.condition, state)
        try checkOverlap(rule, state)
        guard present != nil || state.rules.count < LoyaltyLimits.rules else {
            throw Refusal(.limitExceeded, "A programme has at most 200 rules. Retire some first.", field: "key")
        }
        rule.version = (state.ruleVersions[key] ?? 0) + 1
        let published = EarningRulePublished.with {
            $0.rule = rule
            $0.version = state.nextVersion
        }
        return [.fact(.earningRulePublished(published))]
    }

    /// The rule without its version.
    private func rule(_ context: DecisionContext) throws(Refusal) -> EarningRule {
        var rule = EarningRule()
        rule.key = key
        rule.label = label
        rule.priority = priority
        rule.stop = stop
        rule.kind = kind == .unspecified ? .perAmount : kind
        rule.rate = rate
        rule.currency = currency
        rule.rounding = rounding == .unspecified ? .down : rounding
        if hasFrom, let from = Instant(from) { rule.from = from.rawValue }
        if hasTo, let to = Instant(to) { rule.to = to.rawValue }
        for (index, product) in condition.products.enumerated() {
            let field = "condition.products[\(index)]"
            rule.condition.productNumbers.append(try context.world.required(product, .product, field: field).rawValue)
        }
        rule.condition.categories = condition.categories
        rule.condition.channels = condition.channels
        rule.condition.tiers = condition.tiers
        return rule
    }

    private func checkTiers(_ condition: EarningCondition, _ state: ProgrammeState) throws(Refusal) {
        for (index, tier) in condition.tiers.enumerated() where state.tier(tier) == nil {
            throw Refusal(
                .tierUnknown, "The programme has no tier \(tier). Define it first.", field: "condition.tiers[\(index)]")
        }
    }

    private func checkOverlap(_ rule: EarningRule, _ state: ProgrammeState) throws(Refusal) {
        let other = state.rules.first {
            !$0.key.isIdentical(to: rule.key) && $0.priority == rule.priority && $0.overlaps(rule)
        }
        guard let other else { return }
        throw Refusal(
            .ruleOverlap,
            "The rule \(other.key) has the same priority and can be for the same lines. Give one of them another one.",
            field: "priority")
    }
}

extension RetireEarningRule: ProgrammeCommand {
    package typealias Target = ProgrammeAggregate

    package func validate() throws(Refusal) {
        try checkProgramme()
        try FormCheck.required(key, "key", maximum: LoyaltyLimits.keyBytes)
    }

    package func decide(
        _ state: ProgrammeState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try required(state)
        guard state.ruleVersions[key] != nil else {
            throw Refusal(.notFound, "The programme never had this rule. Check the key.", field: "key")
        }
        guard state.rules.contains(where: { $0.key.isIdentical(to: key) }) else { return [] }
        let retired = EarningRuleRetired.with {
            $0.key = key
            $0.version = state.nextVersion
        }
        return [.fact(.earningRuleRetired(retired))]
    }
}

extension EarningConditionInput {
    fileprivate func checkForm() throws(Refusal) {
        try FormCheck.count(products.count, "condition.products", maximum: LoyaltyLimits.conditionProducts)
        for (index, product) in products.enumerated() {
            try FormCheck.reference(product, "condition.products[\(index)]")
        }
        try check(categories, "condition.categories", maximum: ProductForm.categoryBytes)
        try check(channels, "condition.channels", maximum: TradeLimits.channelBytes)
        try check(tiers, "condition.tiers", maximum: LoyaltyLimits.keyBytes)
    }

    private func check(_ words: [String], _ field: String, maximum: Int) throws(Refusal) {
        try FormCheck.count(words.count, field, maximum: LoyaltyLimits.conditionWords)
        for (index, word) in words.enumerated() { try FormCheck.required(word, "\(field)[\(index)]", maximum: maximum) }
    }
}

extension EarningRule {
    /// Whether both rules can apply to the same line. Of a product and a category nobody can say it for good, so that
    /// they overlap.
    fileprivate func overlaps(_ other: EarningRule) -> Bool {
        guard currency.isEmpty || other.currency.isEmpty || currency == other.currency else { return false }
        if hasTo, other.hasFrom, to <= other.from { return false }
        if other.hasTo, hasFrom, other.to <= from { return false }
        let one = condition
        let two = other.condition
        return meet(one.productNumbers, two.productNumbers) { $0 == $1 }
            && meet(one.categories, two.categories) { Category.contains($0, $1) || Category.contains($1, $0) }
            && meet(one.channels, two.channels) { $0.isIdentical(to: $1) }
            && meet(one.tiers, two.tiers) { $0.isIdentical(to: $1) }
    }

    private func meet<Word>(_ one: [Word], _ two: [Word], _ isSame: (Word, Word) -> Bool) -> Bool {
        one.isEmpty || two.isEmpty || one.contains { word in two.contains { isSame(word, $0) } }
    }
}

/// Categories are paths, their levels separated by "/".
enum Category {
    /// Whether the second category is the first one or lies below it.
    static func contains(_ category: String, _ other: String) -> Bool {
        other.isIdentical(to: category) || other.utf8.starts(with: (category + "/").utf8)
    }
}
