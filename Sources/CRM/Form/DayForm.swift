internal import Analytics
internal import Schema

/// Days as commands and events write them: yyyy-mm-dd, in the organisation's zone.
enum DayForm {
    /// How long a period may be.
    static let years = 10

    /// A day.
    ///
    /// - Throws: SCHEMA_INVALID.
    @discardableResult
    static func day(_ text: String, _ field: String) throws(Refusal) -> CivilDate {
        guard let day = CivilDate(text) else {
            throw Refusal(.schemaInvalid, "\(field) is not a day in the form 2026-12-31.", field: field)
        }
        return day
    }

    /// A day, or nothing.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ text: String, _ field: String) throws(Refusal) {
        if !text.isEmpty { try day(text, field) }
    }

    /// A first and a last day, in this order, and at most ten years.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ period: DayRange, _ field: String) throws(Refusal) {
        let first = try day(period.firstDay, "\(field).first_day")
        let last = try day(period.lastDay, "\(field).last_day")
        guard first <= last else {
            throw Refusal(.schemaInvalid, "The period ends before it begins.", field: "\(field).last_day")
        }
        guard last < first.adding(years: years) else {
            throw Refusal(.limitExceeded, "The period is longer than ten years.", field: "\(field).last_day")
        }
    }
}

extension DecisionContext {
    /// The day of an instant in the organisation's zone, in UTC where it has none, as yyyy-mm-dd. Days of the years 1 to
    /// 9999 compare as texts.
    func day(of instant: Instant) throws(Refusal) -> String {
        try world.organisationZone().civil(at: instant).date.description
    }
}

extension LogReader {
    /// The rules of the organisation's zone; UTC where it has none.
    func organisationZone() throws(Refusal) -> ZoneRules {
        guard let number = try singleton(.organisation),
            let settings = try state(OrganisationAggregate.self, of: number)?.settings
        else { return .utc }
        return ZoneRules.named(settings.zone) ?? .utc
    }
}

extension Instant {
    /// So many days of 24 hours later, at most at the end of time.
    func adding(days: UInt32) -> Instant {
        Instant(microseconds: min(rawValue + Int64(days) * 86_400_000_000, Instant.latest.rawValue))
    }
}
