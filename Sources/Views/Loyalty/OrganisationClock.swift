internal import Analytics
internal import Schema

/// What the organisation's clocks and calendars show at an instant.
struct OrganisationClock: Sendable {
    private let rules: ZoneRules

    /// - Parameter zone: IANA name; UTC where it is empty. Deciders take no zone that is not known.
    init(zone: String) {
        rules = ZoneRules.named(zone) ?? .utc
    }

    /// The day of the organisation that holds the instant.
    func day(_ instant: Instant) -> CivilDate { rules.day(holding: instant) }

    /// The hour that the clock shows, 0 to 23.
    func hour(_ instant: Instant) -> Int { rules.civil(at: instant).hour }
}
