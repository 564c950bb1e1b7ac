import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct MarketTests {
    private func market(_ name: String, categories: [String] = []) -> DefineMarket {
        .with {
            $0.detail.name = name
            $0.detail.categories = categories
        }
    }

    private func size(
        _ market: StreamNumber, _ units: Int64, _ currency: String = "EUR", first: String = "2025-01-01",
        last: String = "2025-12-31", origin: String = "study"
    ) -> RecordMarketSize {
        .with {
            $0.market = Reference(number: market)
            $0.period.firstDay = first
            $0.period.lastDay = last
            $0.value.minorUnits = units
            $0.value.currency = currency
            $0.origin = origin
        }
    }

    @Test func `a market is defined once, changed, retired and restored`() throws {
        var scenario = Scenario()
        let number = try scenario.made(market("Pens", categories: ["office/pens"]))
        #expect(scenario.when(market("Pens", categories: ["office/pens"])).isUnchanged)
        #expect(scenario.when(market("PENS")).code == .marketExists)
        #expect(scenario.when(market(String(repeating: "\u{390}", count: 100))).code == .limitExceeded)
        let change = ChangeMarket.with {
            $0.market = Reference(number: number)
            $0.detail.countries = ["DE", "AT"]
            $0.clear = ["categories"]
        }
        guard case .marketChanged(let changed)? = scenario.when(change).payloads.first else { return }
        #expect(changed.detail.countries == ["DE", "AT"] && changed.detail.categories.isEmpty)
        #expect(changed.nameBefore.isEmpty)
        #expect(scenario.when(change).isUnchanged)
        let retire = RetireMarket.with { $0.market = Reference(number: number) }
        #expect(scenario.when(retire).kinds == [.marketRetired])
        #expect(scenario.when(retire).isUnchanged)
        #expect(scenario.when(size(number, 5)).code == .marketRetired)
        #expect(scenario.when(size(number, 5), historic: true).kinds == [.marketSizeRecorded])
        let restore = RestoreMarket.with { $0.market = Reference(number: number) }
        #expect(scenario.when(restore).kinds == [.marketRestored])
        #expect(scenario.when(restore).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `a size of the same period, currency and origin takes the place of the one before`() throws {
        var scenario = Scenario()
        let number = try scenario.made(market("Pens"))
        #expect(scenario.when(size(number, 100)).kinds == [.marketSizeRecorded])
        #expect(scenario.when(size(number, 100)).isUnchanged)
        #expect(scenario.when(size(number, 120)).kinds == [.marketSizeRecorded])
        #expect(scenario.when(size(number, 120, "USD")).kinds == [.marketSizeRecorded])
        #expect(scenario.when(size(number, 120, origin: "guess")).kinds == [.marketSizeRecorded])
        let state = try #require(try scenario.state(MarketAggregate.self, of: number))
        #expect(state.sizes.map(\.value.minorUnits) == [120, 120, 120])
        let withdraw = WithdrawMarketSize.with {
            $0.market = Reference(number: number)
            $0.period = state.sizes[0].period
            $0.currency = "EUR"
            $0.origin = "study"
        }
        #expect(scenario.when(withdraw).code == .reasonRequired)
        #expect(scenario.when(withdraw, reason: "wrong").kinds == [.marketSizeWithdrawn])
        #expect(scenario.when(withdraw, reason: "wrong").isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `what has no form is refused with its field`() throws {
        var scenario = Scenario()
        let number = try scenario.made(market("Pens"))
        let cases: [(RecordMarketSize, ErrorCode, String)] = [
            (size(number, 0), .amountInvalid, "value.minor_units"),
            (size(number, 1, "EURO"), .currencyMismatch, "value.currency"),
            (size(number, 1, first: "2025-02-30"), .schemaInvalid, "period.first_day"),
            (size(number, 1, last: "2024-12-31"), .schemaInvalid, "period.last_day"),
            (size(number, 1, last: "2035-01-01"), .limitExceeded, "period.last_day"),
            (size(number, 1, origin: ""), .schemaInvalid, "origin"),
        ]
        for (command, code, field) in cases {
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(field): \(outcome)")
        }
        #expect(scenario.when(size(number, 1, last: "2034-12-31")).kinds == [.marketSizeRecorded])
        var negative = size(number, 1)
        negative.units = decimal("-1")
        #expect(scenario.when(negative).field == "units")
        #expect(scenario.when(market("M", categories: [""])).field == "detail.categories[0]")
    }
}
