internal import Analytics
internal import Schema

/// What the organisation's clocks and calendars show at an instant.
struct OrganisationClock: Sendable {
    /// IANA name of the zone; UTC where none is set.
    let zone: String
    private let rules: ZoneRules

    /// - Parameter zone: IANA name; UTC where it is empty. Deciders take no zone that is not known.
    init(zone: String) {
        let rules = ZoneRules.named(zone)
        self.zone = rules == nil ? "UTC" : zone
        self.rules = rules ?? .utc
    }

    /// The day of the organisation that holds the instant.
    func day(_ instant: Instant) -> CivilDate { rules.day(holding: instant) }

    /// The instant with which the day begins.
    func start(of day: CivilDate) -> Instant { rules.startOfDay(day) }

    /// The hour that the clock shows, 0 to 23.
    func hour(_ instant: Instant) -> Int { rules.civil(at: instant).hour }
}
