internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct PeriodTests {
    /// 2026-01-10T00:00:00Z.
    private var scenario = Scenario(
        now: Instant(microseconds: 1_768_003_200_000_000), principal: StreamNumber(1_000))

    private func close(_ day: String, accept: Bool = false) -> ClosePeriod {
        .with {
            $0.through = day
            $0.acceptOpenItems = accept
        }
    }

    private func organisation(_ scenario: Scenario) throws -> OrganisationState {
        let number = try #require(try scenario.singleton(.organisation))
        return try #require(try scenario.state(OrganisationAggregate.self, of: number))
    }

    @Test func `a day closes with its last instant in the organisation's zone, once it is over`() throws {
        var scenario = scenario
        scenario.when(SetOrganisation.with { $0.zone = "Asia/Shanghai" })
        #expect(scenario.when(close("2026-01-10")).code == .futureOccurredAt)
        #expect(scenario.when(close("2026-01-09")).kinds == [.periodClosed])
        #expect(scenario.when(close("2026-01-08")).isUnchanged && scenario.when(close("2026-01-09")).isUnchanged)
        // 2026-01-09T16:00:00Z is midnight in Shanghai.
        let until = try #require(try organisation(scenario).closedUntil)
        #expect(until == Instant(microseconds: 1_767_974_400_000_000))
        func check(_ kind: AggregateKind, _ at: Int64, _ payload: EventPayload.OneOf_Event) -> ErrorCode? {
            do throws(Refusal) {
                try ClosedPeriods.check(
                    payload, on: kind, StreamNumber(1), occurredAt: Instant(microseconds: at), openSince: until,
                    scenario)
                return nil
            } catch { return error.code }
        }
        #expect(check(.order, until.rawValue - 1, .orderConfirmed(.init())) == .periodClosed)
        #expect(check(.order, until.rawValue, .orderConfirmed(.init())) == nil)
        #expect(check(.order, until.rawValue - 1, .noteAdded(.init())) == nil)
        #expect(check(.product, until.rawValue - 1, .productRetired(.init())) == nil)
        let moved = OrderCorrected.with { $0.placedAt = until.rawValue - 1 }
        #expect(check(.order, until.rawValue, .orderCorrected(moved)) == .periodClosed)
        #expect(scenario.isReproducible)
    }

    @Test func `what was won on a closed day is not corrected, but for its notes`() throws {
        var deals = try Deals()
        let won = try deals.opened()
        let open = try deals.opened()
        deals.scenario.wait(until: 5)
        deals.scenario.when(WinOpportunity.with { $0.opportunity = Reference(number: won) })
        deals.scenario.wait(until: 20)
        func refusal(
            _ number: StreamNumber, closed: Int64, _ change: (inout CorrectOpportunity) -> Void
        ) throws -> ErrorCode? {
            var command = CorrectOpportunity.with { $0.opportunity = Reference(number: number) }
            change(&command)
            var played = deals.scenario
            let event = try #require(played.when(command).events.first?.stored)
            do throws(Refusal) {
                try ClosedPeriods.check(
                    event.payload, on: .opportunity, number, occurredAt: event.occurredAt, openSince: january(closed),
                    deals.scenario)
                return nil
            } catch { return error.code }
        }
        #expect(try refusal(won, closed: 6) { $0.amount = money(1) } == .periodClosed)
        #expect(try refusal(won, closed: 5) { $0.amount = money(1) } == nil)
        #expect(try refusal(won, closed: 6) { $0.closedAt = january(9).timestamp } == .periodClosed)
        #expect(try refusal(won, closed: 4) { $0.closedAt = january(3).timestamp } == .periodClosed)
        #expect(try refusal(won, closed: 6) { $0.closing.notes = "a friend of the house" } == nil)
        #expect(try refusal(won, closed: 2) { $0.openedAt = january(3).timestamp } == .periodClosed)
        #expect(try refusal(open, closed: 2) { $0.openedAt = january(3).timestamp } == .periodClosed)
        #expect(try refusal(open, closed: 1) { $0.openedAt = january(3).timestamp } == nil)
    }

    @Test func `open orders stand in the way of closing, until they are accepted with a reason`() throws {
        var scenario = scenario
        let place = PlaceOrder.with {
            $0.currency = "EUR"
            $0.lines = [
                .with {
                    $0.quantity.unscaled = 1
                    $0.net = 100
                }
            ]
        }
        let early = Instant(microseconds: scenario.now.rawValue - 5 * 86_400_000_000)
        let order = scenario.when(place, at: early).events[0].stream
        scenario.when(place)
        #expect(scenario.when(close("2026-01-09")).code == .periodOpenItems)
        #expect(scenario.when(close("2026-01-09", accept: true)).code == .reasonRequired)
        var accepted = scenario
        guard
            case .periodClosed(let closed)? = accepted.when(close("2026-01-09", accept: true), reason: "late").payloads
                .first
        else { return #expect(Bool(false)) }
        #expect(closed.openOrders == 1 && closed.openImports == 0)
        scenario.when(ConfirmOrder.with { $0.order = Reference(number: order) })
        #expect(scenario.when(close("2026-01-09")).kinds == [.periodClosed] && scenario.isReproducible)
    }

    @Test func `more open orders than are looked at stand in the way as well`() throws {
        var scenario = scenario
        for _ in 0...ClosePeriod.mostOpenOrders { scenario.given(.order, .orderPlaced(OrderPlaced())) }
        let refused = scenario.when(close("2026-01-09"))
        #expect(refused.code == .periodOpenItems)
        #expect(refused.refusal?.detail.sentence.hasPrefix("More than 10000 orders") ?? false)
        let accepted = scenario.when(close("2026-01-09", accept: true), reason: "r")
        guard case .periodClosed(let closed)? = accepted.payloads.first else { return #expect(Bool(false)) }
        #expect(closed.openOrders == 10_001)
    }

    @Test func `whoever closed a day cannot open it, and the days before stay closed`() throws {
        var scenario = scenario
        scenario.when(close("2026-01-03"))
        scenario.when(close("2026-01-06"), by: StreamNumber(1_001))
        let open = ReopenPeriod.with { $0.from = "2026-01-02" }
        #expect(scenario.when(open, by: StreamNumber(1_002)).code == .reasonRequired)
        #expect(scenario.when(open, reason: "late").code == .selfApproval)
        #expect(scenario.when(open, reason: "late", historic: true, by: StreamNumber(1_001)).code == .selfApproval)
        #expect(scenario.when(open, reason: "late", by: StreamNumber(1_002)).kinds == [.periodReopened])
        #expect(scenario.when(open, reason: "late", by: StreamNumber(1_002)).isUnchanged)
        let state = try organisation(scenario)
        #expect(state.closed.count == 1 && state.closed[0].through == "2026-01-01" && state.closed[0].closedBy == 1_000)
        // 2026-01-02T00:00:00Z.
        #expect(state.closedUntil == Instant(microseconds: 1_767_312_000_000_000) && scenario.isReproducible)
    }

    @Test func `rates stand in the order of their days, one a day`() throws {
        var scenario = scenario
        func rate(_ date: String, _ unscaled: Int64, to: String = "CNY") -> SetExchangeRate {
            .with {
                $0.from = "USD"
                $0.to = to
                $0.date = date
                $0.rate.unscaled = unscaled
                $0.rate.scale = 2
            }
        }
        let first = scenario.when(rate("2026-01-05", 701))
        #expect(first.kinds == [.exchangeRateSet])
        #expect(scenario.when(rate("2026-01-02", 699)).events.first?.stream == first.events[0].stream)
        guard case .exchangeRateSet(let set)? = scenario.when(rate("2026-01-05", 702)).payloads.first else {
            return #expect(Bool(false))
        }
        #expect(set.rateBefore.unscaled == 701)
        #expect(scenario.when(rate("2026-01-05", 702)).isUnchanged)
        let state = try #require(try scenario.state(ExchangeRatesAggregate.self, of: first.events[0].stream))
        #expect(state.rates.map(\.date) == ["2026-01-02", "2026-01-05"] && state.rates[1].rate.unscaled == 702)
        #expect(scenario.when(rate("2026-01-05", 0)).code == .rateInvalid)
        #expect(scenario.when(rate("2026-01-05", 1, to: "USD")).code == .rateInvalid)
        #expect(scenario.when(rate("2026-13-05", 1)).field == "date" && scenario.isReproducible)
    }

    @Test func `fiscal calendar and reporting currency are set once`() {
        var scenario = scenario
        let calendar = SetFiscalCalendar.with {
            $0.calendar.firstMonth = 4
            $0.calendar.firstDay = 1
        }
        #expect(scenario.when(calendar).kinds == [.fiscalCalendarSet] && scenario.when(calendar).isUnchanged)
        #expect(scenario.when(SetFiscalCalendar.with { $0.calendar.firstMonth = 13 }).code == .schemaInvalid)
        let currency = SetReportingCurrency.with { $0.currency = "CNY" }
        #expect(scenario.when(currency).kinds == [.reportingCurrencySet] && scenario.when(currency).isUnchanged)
        #expect(scenario.when(SetReportingCurrency.with { $0.currency = "yuan" }).code == .currencyMismatch)
        #expect(scenario.isReproducible)
    }
}
