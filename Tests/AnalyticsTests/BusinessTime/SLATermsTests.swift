internal import Schema
internal import Testing

@testable import Analytics

/// What becomes of clocks when policy, priority or calendar change.
@Suite struct SLATermsTests {
    let office: BusinessCalendar

    init() throws { office = try calendar("Europe/Berlin", 1...5, "09:00-17:00") }

    private func at(_ text: String) throws -> Instant { try office.zone.at("2026-11-" + text) }

    private func terms(_ hours: Int64, in calendar: BusinessCalendar? = nil) -> SLATerms {
        SLATerms(calendar: calendar ?? office, targets: [.resolution: hours * hour])
    }

    @Test func `a new target keeps the time used and paused`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: terms(16))
        try clocks.apply(SLAFact(.paused(.customer), at: at("02T11:00")))
        try clocks.apply(SLAFact(.resumed, at: at("02T16:00")))
        try clocks.apply(SLAFact(.termsChanged(terms(8)), at: at("02T17:00")))
        let reading = clocks.reading(of: .resolution, asOf: try at("03T10:00"))
        #expect(try reading.used == 4 * hour && reading.target == 8 * hour && reading.due == .at(at("03T14:00")))
        #expect(try reading.startedAt == at("02T09:00"))
    }

    @Test func `terms that change in a pause keep the clock still`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: terms(16))
        try clocks.apply(SLAFact(.paused(.customer), at: at("02T11:00")))
        try clocks.apply(SLAFact(.termsChanged(terms(8)), at: at("02T12:00")))
        #expect(clocks.resolution.phase == .paused)
        try clocks.apply(SLAFact(.resumed, at: at("03T09:00")))
        #expect(clocks.reading(of: .resolution, asOf: try at("03T09:00")).due == .at(try at("03T15:00")))
    }

    @Test func `a shorter target may be used up already, but not before it was set`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: terms(16))
        try clocks.apply(SLAFact(.termsChanged(terms(2)), at: at("02T14:00")))
        let reading = clocks.reading(of: .resolution, asOf: try at("02T14:00"))
        #expect(try reading.due == .at(at("02T11:00")) && reading.breachedAt == at("02T14:00"))
        // What changes neither target nor time does not move it; a longer target takes it back.
        var warned = terms(2)
        warned.warningPercent = 50
        try clocks.apply(SLAFact(.termsChanged(warned), at: at("02T15:00")))
        let after = clocks.reading(of: .resolution, asOf: try at("02T15:00"))
        #expect(try after.breachedAt == at("02T14:00") && after.warning == .at(at("02T10:00")))
        try clocks.apply(SLAFact(.termsChanged(terms(16)), at: at("02T16:00")))
        #expect(clocks.reading(of: .resolution, asOf: try at("02T16:00")).breachedAt == nil)
    }

    @Test func `a new calendar counts from now on`() throws {
        let always = terms(16, in: .alwaysOpen)
        var clocks = SLAClocks(openedAt: try at("02T15:00"), terms: terms(16))
        try clocks.apply(SLAFact(.termsChanged(always), at: at("03T11:00")))
        let reading = clocks.reading(of: .resolution, asOf: try at("03T23:00"))
        #expect(try reading.used == 16 * hour && reading.due == .at(at("03T23:00")))
        let explained = clocks.explanation(of: .resolution, asOf: try at("03T23:00"))
        #expect(explained.map(\.terms) == [0, 1])
        #expect(
            try explained.map(\.intervals) == [
                [at("02T15:00")..<at("02T17:00"), at("03T09:00")..<at("03T11:00")], [at("03T11:00")..<at("03T23:00")],
            ])
        #expect(try explained.map(\.end) == [at("03T11:00"), at("03T23:00")])
        // The due time of what was used before lies where it was used.
        try clocks.apply(SLAFact(.termsChanged(terms(3, in: .alwaysOpen)), at: at("03T23:00")))
        #expect(clocks.reading(of: .resolution, asOf: try at("03T23:00")).due == .at(try at("03T10:00")))
    }

    @Test func `terms that are set when the ticket is opened leave no trace of those before`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: terms(16, in: .alwaysOpen))
        try clocks.apply(SLAFact(.termsChanged(terms(8)), at: at("02T09:00")))
        let explained = clocks.explanation(of: .resolution, asOf: try at("02T10:00"))
        #expect(explained.map(\.terms) == [1])
        #expect(try explained.map(\.intervals) == [[at("02T09:00")..<at("02T10:00")]])
    }

    @Test func `a clock that has stopped keeps its verdict`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: terms(4))
        try clocks.apply(SLAFact(.resolved, at: at("02T12:00")))
        try clocks.apply(SLAFact(.termsChanged(terms(2)), at: at("03T12:00")))
        let resolved = clocks.reading(of: .resolution, asOf: try at("04T09:00"))
        #expect(resolved.state == .met && resolved.target == 4 * hour)
        try clocks.apply(SLAFact(.reopened, at: at("04T09:00")))
        let reopened = clocks.reading(of: .resolution, asOf: try at("04T09:00"))
        #expect(try reopened.target == 2 * hour && reopened.used == 3 * hour && reopened.breachedAt == at("04T09:00"))
    }

    @Test func `without a target there is no verdict, and without hours no due time`() throws {
        var clocks = SLAClocks(openedAt: try at("02T09:00"), terms: SLATerms(calendar: office))
        #expect(clocks.reading(of: .resolution, asOf: try at("02T10:00")).due == nil)
        try clocks.apply(SLAFact(.resolved, at: at("02T12:00")))
        let measured = clocks.reading(of: .resolution, asOf: try at("04T09:00"))
        #expect(measured.state == .stopped && measured.used == 3 * hour && measured.target == nil)

        let closed = try BusinessCalendar(zone: "UTC", weeklyHours: [:])
        let never = SLAClocks(openedAt: try at("02T09:00"), terms: terms(4, in: closed))
        let reading = never.reading(of: .resolution, asOf: try at("06T09:00"))
        #expect(reading.state == .running && reading.due == .never && reading.used == 0 && reading.breachedAt == nil)
    }

    @Test func `a share of any target can be warned of`() {
        var terms = terms(4)
        terms.warningPercent = 99
        #expect(terms.warning(of: 199) == 197 && terms.warning(of: .max) == 9_131_138_316_486_228_048)
    }
}
