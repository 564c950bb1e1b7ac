internal import Schema

extension TerritoryRule {
    /// Rules of one territory.
    static let maximum = 100

    /// A rule for a country, a tag, or both.
    init(country: String, tag: String) {
        self.init()
        self.country = country
        self.tag = tag
    }

    /// The rule as it is kept: a country is written in capitals.
    var kept: TerritoryRule { TerritoryRule(country: country.uppercased(), tag: tag) }

    /// Whether two lists hold the same rules in the same order.
    static func isSame(_ left: [TerritoryRule], _ right: [TerritoryRule]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
    }

    /// The rules that would take in a party, the one that goes before the others first: country and tag, then a tag,
    /// then a country; tags in the order of their bytes.
    static func fitting(country: String, tags: [String]) -> [TerritoryRule] {
        let tags = tags.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let country = country.uppercased()
        let both = country.isEmpty ? [] : tags.map { TerritoryRule(country: country, tag: $0) }
        let alone = country.isEmpty ? [] : [TerritoryRule(country: country, tag: "")]
        return both + tags.map { TerritoryRule(country: "", tag: $0) } + alone
    }
}

extension [TerritoryRule] {
    /// Refuses what is no rule, and a rule that stands twice.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func check() throws(Refusal) {
        try FormCheck.count(count, "rules", maximum: TerritoryRule.maximum)
        var seen: [TerritoryRule] = []
        for (index, rule) in map(\.kept).enumerated() {
            guard !rule.country.isEmpty || !rule.tag.isEmpty else {
                throw Refusal(
                    .schemaInvalid, "A rule says at least one thing: a country or a tag.", field: "rules[\(index)]")
            }
            guard rule.country.isEmpty || CountryCode.isKnown(rule.country) else {
                throw Refusal(
                    .schemaInvalid, "The country is not a code of two letters (ISO 3166-1), for example CN.",
                    field: "rules[\(index)].country")
            }
            try FormCheck.text(rule.tag, "rules[\(index)].tag", maximum: Limits.tagBytes)
            guard !seen.contains(where: { $0.isIdentical(to: rule) }) else {
                throw Refusal(.schemaInvalid, "The rule stands twice. Send it once.", field: "rules[\(index)]")
            }
            seen.append(rule)
        }
    }
}

extension DecisionContext {
    /// Refuses rules that another territory has.
    ///
    /// - Throws: TERRITORY_OVERLAP with the id of that territory.
    func requireFree(_ rules: [TerritoryRule]) throws(Refusal) {
        for (index, rule) in rules.enumerated() {
            guard let holder = try world.territory(with: rule), holder != target else { continue }
            let refusal = Refusal(
                .territoryOverlap, "Another territory has this rule. Make it narrower, or take it from that one.",
                field: "rules[\(index)]")
            guard let head = try world.head(of: holder) else { throw refusal }
            throw refusal.related(to: [head.id])
        }
    }
}

extension World {
    /// The territory in use that has a rule; nil where there is none.
    func territory(with rule: TerritoryRule) throws(Refusal) -> StreamNumber? {
        let number = StreamNumber(UInt64(clamping: try claim(.territoryRule(rule))))
        return number == .none ? nil : number
    }

    /// The territory whose rules take in a party, and the rule that does; nil where there is none.
    func territory(for party: PartyState) throws(Refusal) -> (number: StreamNumber, rule: TerritoryRule)? {
        for rule in TerritoryRule.fitting(country: party.detail.country, tags: party.tags) {
            if let number = try territory(with: rule) { return (number, rule) }
        }
        return nil
    }
}
