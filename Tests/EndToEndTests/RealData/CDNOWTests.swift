import Foundation
import KithClient
import SwiftProtobuf
import Testing

extension RealData {
    /// The CDNOW sample: one purchase per row, as orders in historic mode.
    @Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct CDNOWTests {
        @Test(.timeLimit(.minutes(5)))
        func `the CDNOW sample becomes customers and orders, once`() async throws {
            let expected = try CDNOWSample()
            #expect(expected.customers.count == 2_357)
            try await Daemon.run { daemon in
                let report = try await daemon.importing(Places.cdnow, mapping: "cdnow")
                #expect(report.rows["read"] == 6_919 && report.rows["accepted"] == 6_919)
                #expect(report.rows["duplicates"] == 21 && report.rows["zeroValue"] == 8)
                #expect(report.documents["order"]?.accepted == 6_919)
                try await CDNOWTests.expect(expected, in: daemon)

                let before = try await daemon.durablePosition()
                let again = try await daemon.importing(Places.cdnow, mapping: "cdnow")
                #expect(again.documents["order"]?.replayed == 6_919)
                #expect(again.events == 0)
                #expect(try await daemon.durablePosition() == before)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `CDNOW rows in another order give the same customers`() async throws {
            var generator = SplitMix(announcedFor: "shuffled CDNOW")
            let folder = try TestFolder()
            try ShuffledFile.write(Places.cdnow, headerLines: 0, to: folder["rows.txt"], using: &generator)
            try await Daemon.run(in: folder) { daemon in
                let report = try await daemon.importing(folder["rows.txt"], mapping: "cdnow")
                #expect(report.documents["order"]?.accepted == 6_919)
                try await CDNOWTests.expect(try CDNOWSample(), in: daemon)
            }
        }

        /// Compares orders and customer views with the source file.
        private static func expect(_ expected: CDNOWSample, in daemon: Daemon) async throws {
            let position = try await daemon.durablePosition()
            try await daemon.withClient { client in
                let orders = try await client.all(.order, atLeast: position)
                #expect(orders.count == 6_919)
                #expect(orders.allSatisfy { $0.order.currency == "USD" && $0.order.status == .completed })
                #expect(orders.reduce(0) { $0 + $1.order.net } == 24_409_194)

                let parties = try await client.all(.party, atLeast: position)
                #expect(parties.count == 2_357)
                #expect(parties.allSatisfy { $0.party.status == .customer && $0.external.count == 1 })
                let keys = parties.map { $0.external[0].key }
                #expect(Set(keys) == Set(expected.customers.keys))

                let customers = try await client.customers(
                    keys.map { Reference(system: "cdnow", key: $0) },
                    asOf: Google_Protobuf_Timestamp(year: 1998, month: 6, day: 30), atLeast: position)
                var wrong: [String] = []
                for (key, customer) in zip(keys, customers) {
                    if CDNOWSample.Purchases(customer) != expected.customers[key] { wrong.append(key) }
                }
                #expect(wrong.isEmpty)
            }
        }
    }
}

/// The sample, read from its file without the importer.
struct CDNOWSample {
    /// What one customer bought.
    struct Purchases: Equatable {
        var orders: UInt64 = 0
        var cents: Int64 = 0
        var first = Int64.max
        var last = Int64.min

        init() {}

        /// What the view of the customer says; nil where it holds another currency or none.
        init?(_ customer: Customer) {
            guard customer.purchases.count == 1, let history = customer.purchases.first, history.currency == "USD",
                history.returns == 0, history.net == history.gross, customer.knownSince == history.firstOrder
            else { return nil }
            orders = history.orders
            cents = history.gross
            first = history.firstOrder.seconds
            last = history.lastOrder.seconds
        }
    }

    private(set) var customers: [String: Purchases] = [:]

    init() throws {
        let text = try String(contentsOfFile: Places.cdnow, encoding: .utf8)
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.split(separator: " ")
            try #require(fields.count == 5 && fields[2].count == 8)
            let date = try #require(Int(fields[2]))
            let day = Google_Protobuf_Timestamp(year: date / 10_000, month: date / 100 % 100, day: date % 100)
            var purchases = customers[String(fields[0]), default: Purchases()]
            purchases.orders += 1
            purchases.cents += try hundredths(fields[4])
            purchases.first = min(purchases.first, day.seconds)
            purchases.last = max(purchases.last, day.seconds)
            customers[String(fields[0])] = purchases
        }
    }
}
