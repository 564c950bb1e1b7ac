internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct OrganisationRecordTests {
    private func record(_ stream: StreamNumber, _ log: LogSketch) throws -> Record {
        try #require(try Directory.record(stream, in: try log.fold(Directory.self))).record
    }

    @Test func `the organisation's record shows its calendar, currency and channels`() throws {
        var log = LogSketch()
        let organisation = try log.begin(
            .organisation,
            .organisationSet(
                .with {
                    $0.name = "Acme"
                    $0.zone = "Asia/Shanghai"
                }))
        try log.append(
            organisation,
            .fiscalCalendarSet(
                .with {
                    $0.calendar.firstMonth = 4
                    $0.calendar.firstDay = 6
                    $0.calendar.namedByEnd = true
                }))
        try log.append(organisation, .reportingCurrencySet(.with { $0.currency = "EUR" }))
        try log.append(
            organisation,
            .channelsSet(
                .with {
                    $0.channels = [
                        .with {
                            $0.code = "kiosk"; $0.label = "Kiosk"
                        }
                    ]
                }))
        let shown = try record(organisation, log).organisation
        #expect(shown.name == "Acme" && shown.zone == "Asia/Shanghai" && shown.reportingCurrency == "EUR")
        #expect(shown.fiscalCalendar.firstMonth == 4 && shown.fiscalCalendar.namedByEnd)
        #expect(shown.channels.map(\.code) == ["kiosk"] && shown.closedPeriods.isEmpty)
    }

    @Test func `closed days are shown, and of reopened ones those before them`() throws {
        var log = LogSketch()
        let organisation = try log.begin(
            .organisation,
            .periodClosed(
                .with {
                    $0.through = "2024-01-31"
                    $0.closedUntil = Instant.day(31).rawValue
                }), at: .day(40))
        try log.append(
            organisation,
            .periodClosed(
                .with {
                    $0.from = "2024-02-01"
                    $0.through = "2024-02-29"
                    $0.closedUntil = Instant.day(60).rawValue
                    $0.closedUntilBefore = Instant.day(31).rawValue
                }), at: .day(70))
        var periods = try record(organisation, log).organisation.closedPeriods
        #expect(periods.map(\.from) == ["", "2024-02-01"] && periods.map(\.through) == ["2024-01-31", "2024-02-29"])
        #expect(Instant(periods[1].until) == .day(60) && Instant(periods[1].closedAt) == .day(70))
        try log.append(
            organisation,
            .periodReopened(
                .with {
                    $0.from = "2024-01-21"
                    $0.closedUntil = Instant.day(20).rawValue
                }), at: .day(80))
        periods = try record(organisation, log).organisation.closedPeriods
        #expect(periods.map(\.from) == [""] && periods.map(\.through) == ["2024-01-20"])
        #expect(periods.map { Instant($0.until) } == [.day(20)])
    }

    @Test func `exchange rates stand in the order of their days, one a day`() throws {
        var log = LogSketch()
        func set(_ date: String, _ rate: Int64, before: Int64? = nil) -> EventPayload.OneOf_Event {
            .exchangeRateSet(
                .with {
                    $0.from = "USD"
                    $0.to = "CNY"
                    $0.date = date
                    $0.rate.unscaled = rate
                    $0.rate.scale = 2
                    if let before { $0.rateBefore.unscaled = before }
                })
        }
        let rates = try log.begin(.exchangeRates, set("2024-02-01", 712))
        try log.append(rates, set("2023-12-31", 709))
        try log.append(rates, set("2024-02-01", 713, before: 712))
        let shown = try record(rates, log)
        #expect(shown.exchangeRates.from == "USD" && shown.exchangeRates.to == "CNY")
        #expect(shown.exchangeRates.rates.map(\.date) == ["2023-12-31", "2024-02-01"])
        #expect(shown.exchangeRates.rates.map(\.rate.unscaled) == [709, 713] && shown.omitted.isEmpty)
        let request = ListRequest.with {
            $0.kind = .exchangeRates
            $0.sort = .label
            $0.filters = [
                .with {
                    $0.field = "from"; $0.operator = .equals; $0.value = "USD"
                }
            ]
        }
        let page = try Directory.list(request, in: try log.fold(Directory.self))
        #expect(page.records.map(\.record.number) == [rates.rawValue])
    }
}
