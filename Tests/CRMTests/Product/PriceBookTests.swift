import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct PriceBookTests {
    private func day(_ number: Int64) -> Instant {
        Instant(microseconds: 1_767_225_600_000_000 + number * 86_400_000_000)
    }

    private func book(_ shop: inout Shop) throws -> StreamNumber {
        try shop.scenario.made(
            DefinePriceBook.with {
                $0.name = "Retail"
                $0.currency = "EUR"
                $0.external = [ExternalKey(system: "erp", key: "retail")]
            })
    }

    private func price(
        _ book: StreamNumber, _ product: StreamNumber, _ from: Int64?, _ to: Int64?, _ price: String = "2.5"
    ) -> SetPrice {
        SetPrice.with {
            $0.priceBook = Reference(number: book)
            $0.product = Reference(number: product)
            $0.unitPrice = decimal(price)
            if let from { $0.from = day(from).timestamp }
            if let to { $0.to = day(to).timestamp }
        }
    }

    @Test func `a price book is defined with name and currency`() throws {
        var shop = try Shop()
        let number = try book(&shop)
        #expect(shop.scenario.events.last?.stored.header.kind == .priceBookDefined)
        #expect(
            try shop.scenario.resolve(Reference(external: ExternalKey(system: "erp", key: "retail")), .priceBook)
                == number)
        func define(_ name: String, _ currency: String) -> DefinePriceBook {
            DefinePriceBook.with {
                $0.name = name
                $0.currency = currency
            }
        }
        #expect(shop.scenario.when(define("", "EUR")).code == .schemaInvalid)
        #expect(shop.scenario.when(define("B2B", "")).code == .currencyMismatch)
        #expect(shop.scenario.when(define("B2B", "ABC")).code == .currencyMismatch)
        #expect(shop.scenario.when(define(String(repeating: "n", count: 501), "EUR")).code == .limitExceeded)
        shop.scenario.when(SetOrganisation.with { $0.currency = "CNY" })
        #expect(shop.scenario.when(define("B2B", "")).code == nil)
    }

    @Test func `periods of one product meet but do not overlap`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        #expect(shop.scenario.when(price(book, shop.pen, 10, 20)).kinds == [.priceSet])
        #expect(shop.scenario.when(price(book, shop.pen, 20, nil)).kinds == [.priceSet])
        #expect(shop.scenario.when(price(book, shop.pen, 5, 10)).kinds == [.priceSet])
        #expect(shop.scenario.when(price(book, shop.ink, 0, nil)).kinds == [.priceSet])
        for (from, to) in [(19, 20), (9, 11), (0, 6), (12, 13), (0, nil), (20, 30), (12, nil)] as [(Int64, Int64?)] {
            #expect(shop.scenario.when(price(book, shop.pen, from, to)).code == .priceOverlap, "\(from)")
        }
        #expect(shop.scenario.when(price(book, shop.pen, 0, 5)).kinds == [.priceSet])
        let state = try #require(try shop.scenario.state(PriceBookAggregate.self, of: book))
        let starts = state.prices[shop.pen.rawValue]?.prices.map(\.from)
        #expect(starts == [0, 5, 10, 20].map { day($0).rawValue })
        #expect(shop.scenario.isReproducible)
    }

    @Test func `the same price for the same period changes nothing`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        shop.scenario.when(price(book, shop.pen, 10, 20))
        #expect(shop.scenario.when(price(book, shop.pen, 10, 20, "2.50")).isUnchanged)
        #expect(shop.scenario.when(price(book, shop.pen, 10, 20, "2.51")).code == .priceOverlap)
    }

    @Test func `a price without a beginning holds from now on`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        let outcome = shop.scenario.when(price(book, shop.pen, nil, nil), at: day(-1))
        guard case .priceSet(let set)? = outcome.payloads.first else { return }
        #expect(set.from == day(-1).rawValue)
        #expect(!set.hasTo)
        #expect(shop.scenario.when(price(book, shop.pen, nil, nil)).isUnchanged)
        #expect(shop.scenario.when(price(book, shop.pen, nil, nil, "3")).kinds == [.priceSet])
    }

    @Test func `a later price ends the one that has no end`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        let first = try #require(shop.scenario.when(price(book, shop.pen, 10, nil)).events.first?.stored.position)
        shop.scenario.when(price(book, shop.ink, 10, nil))
        let outcome = shop.scenario.when(price(book, shop.pen, 20, nil, "3"))
        guard case .priceSet(let set)? = outcome.payloads.first else {
            Issue.record("not set: \(outcome)")
            return
        }
        #expect(set.endedPosition == first.rawValue && set.from == day(20).rawValue && !set.hasTo)
        let state = try #require(try shop.scenario.state(PriceBookAggregate.self, of: book))
        let pens = try #require(state.prices[shop.pen.rawValue]).prices
        #expect(pens.map(\.from) == [day(10), day(20)].map(\.rawValue))
        #expect(pens[0].hasTo && pens[0].to == day(20).rawValue && !pens[1].hasTo)
        #expect(state.prices[shop.ink.rawValue]?.prices.map(\.hasTo) == [false])
        #expect(shop.scenario.when(price(book, shop.pen, 20, nil, "3")).isUnchanged)
        #expect(shop.scenario.when(price(book, shop.pen, 10, nil)).code == .priceOverlap)
        #expect(shop.scenario.when(price(book, shop.pen, 15, nil)).code == .priceOverlap)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a later price with an end ends the one that has none, and leaves a gap behind it`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        shop.scenario.when(price(book, shop.pen, 10, nil))
        #expect(shop.scenario.when(price(book, shop.pen, 20, 30, "2")).kinds == [.priceSet])
        #expect(shop.scenario.when(price(book, shop.pen, 25, nil, "3")).code == .priceOverlap)
        let outcome = shop.scenario.when(price(book, shop.pen, 30, nil))
        guard case .priceSet(let set)? = outcome.payloads.first else {
            Issue.record("not set: \(outcome)")
            return
        }
        #expect(set.endedPosition == 0)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `another price from the same time on, or from an earlier one, is an overlap`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        shop.scenario.when(price(book, shop.pen, 10, nil))
        #expect(shop.scenario.when(price(book, shop.pen, 10, nil, "3")).code == .priceOverlap)
        #expect(shop.scenario.when(price(book, shop.pen, 10, 20)).code == .priceOverlap)
        #expect(shop.scenario.when(price(book, shop.pen, 9, nil)).code == .priceOverlap)
        #expect(shop.scenario.when(price(book, shop.pen, 9, 10)).kinds == [.priceSet])
        #expect(shop.scenario.when(price(book, shop.pen, 30, nil)).isUnchanged)
    }

    @Test func `a price is refused`() throws {
        var shop = try Shop()
        let book = try book(&shop)
        #expect(shop.scenario.when(price(book, shop.pen, 10, 10)).code == .schemaInvalid)
        #expect(shop.scenario.when(price(book, shop.pen, 11, 10)).field == "to")
        #expect(shop.scenario.when(price(book, shop.pen, 1, 2, "-1")).code == .amountInvalid)
        #expect(shop.scenario.when(price(book, shop.pen, 1, 2, "0.0000000001")).code == .amountInvalid)
        #expect(shop.scenario.when(price(book, shop.customer, 1, 2)).code == .referenceMissing)
        #expect(shop.scenario.when(price(shop.pen, shop.pen, 1, 2)).code == .notFound)
        var timeless = price(book, shop.pen, 1, 2)
        timeless.from.seconds = .max
        #expect(shop.scenario.when(timeless).code == .schemaInvalid)
        var priceless = price(book, shop.pen, 1, 2)
        priceless.clearUnitPrice()
        #expect(shop.scenario.when(priceless).code == .schemaInvalid)
        shop.scenario.when(RetireProduct.with { $0.product = Reference(number: shop.pen) })
        #expect(shop.scenario.when(price(book, shop.pen, 1, 2)).code == .productRetired)
        #expect(shop.scenario.when(price(book, shop.pen, 1, 2), historic: true).code == nil)
    }
}
