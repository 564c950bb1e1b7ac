internal import Analytics
internal import Schema

/// Days of the organisation, as texts and as spans of time.
enum Days {
    /// The day before one; empty where the text is no day.
    static func before(_ day: String) -> String {
        CivilDate(day).map { $0.adding(days: -1).description } ?? ""
    }

    /// The first instant behind a day in a zone.
    static func end(of day: CivilDate, _ zone: ZoneRules) -> Instant { zone.startOfDay(day.adding(days: 1)) }
}

extension OrganisationState {
    /// The rules by which the organisation's days are taken; UTC's where it has no zone.
    var zoneRules: ZoneRules { ZoneRules.named(settings.zone) ?? .utc }
}
