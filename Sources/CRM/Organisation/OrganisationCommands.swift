package import Schema

extension SetOrganisation: DomainCommand {
    package typealias Target = OrganisationAggregate

    /// Where nobody has said which zone holds.
    private static let defaultZone = "UTC"

    package func validate() throws(Refusal) {
        try FormCheck.text(name, "name")
        guard zone.isEmpty || ZoneName.isKnown(zone) else {
            throw Refusal(.zoneUnknown, "The zone is not an IANA name, for example Asia/Shanghai.", field: "zone")
        }
        guard currency.isEmpty || CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not a code of ISO 4217, for example CNY.", field: "currency")
        }
        try FormCheck.language(locale, "locale")
    }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: OrganisationState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var settings = state?.settings ?? OrganisationSet()
        if !name.isEmpty { settings.name = name }
        if !zone.isEmpty { settings.zone = zone }
        if settings.zone.isEmpty { settings.zone = Self.defaultZone }
        if !currency.isEmpty { settings.currency = currency }
        if !locale.isEmpty { settings.locale = locale }
        settings.zoneRulesVersion = ZoneName.tzdataVersion
        if let state, settings.isIdentical(to: state.settings) { return [] }
        return [.fact(.organisationSet(settings))]
    }
}
