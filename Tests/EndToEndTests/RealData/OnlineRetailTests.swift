import Foundation
import KithClient
import SwiftProtobuf
import Testing

extension RealData {
    /// Online Retail, 1 to 15 December 2010: one order or return per invoice, equal rows kept as lines.
    @Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct OnlineRetailTests {
        @Test(.timeLimit(.minutes(5)))
        func `Online Retail becomes the documents and customers that others computed, once`() async throws {
            try await Daemon.run { daemon in
                let report = try await daemon.importing(Places.onlineRetail, mapping: "online-retail")
                try OnlineRetailTests.expect(report)
                try await OnlineRetailTests.expect(in: daemon)

                let before = try await daemon.durablePosition()
                let again = try await daemon.importing(Places.onlineRetail, mapping: "online-retail")
                #expect(again.events == 0)
                #expect(again.documents.values.allSatisfy { $0.accepted == 0 && $0.refused == 0 })
                #expect(try await daemon.durablePosition() == before)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `Online Retail with its rows in another order gives the same documents and customers`() async throws {
            var generator = SplitMix(announcedFor: "shuffled Online Retail")
            let folder = try TestFolder()
            try ShuffledFile.write(Places.onlineRetail, headerLines: 1, to: folder["rows.csv"], using: &generator)
            try await Daemon.run(in: folder) { daemon in
                let report = try await daemon.importing(folder["rows.csv"], mapping: "online-retail")
                try OnlineRetailTests.expect(report)
                try await OnlineRetailTests.expect(in: daemon)
            }
        }

        /// Compares the importer's counts of rows.
        private static func expect(_ report: ImportReport) throws {
            let expected = try ExpectedRetail()
            #expect(report.rows["read"] == expected.rows)
            #expect(report.rows["accepted"] == expected.rows)
            #expect(report.rows["rejected"] == 0)
            #expect(report.rows["withoutCustomer"] == expected.rowsWithoutCustomer)
            #expect(report.rows["negativeQuantity"] == expected.rowsWithNegativeQuantity)
            #expect(report.rows["negativeQuantityNotOnCreditNote"] == expected.negativeQuantityNotOnCreditNote)
            #expect(report.rows["zeroPrice"] == expected.rowsWithZeroPrice)
            #expect(report.rows["duplicates"] == expected.exactDuplicateRows)
            #expect(report.documents["return"]?.accepted == expected.creditNotes)
            #expect(report.documents["order"]?.accepted == expected.documents - expected.creditNotes)
        }

        private static func expect(in daemon: Daemon) async throws {
            let position = try await daemon.durablePosition()
            try await daemon.withClient { client in
                let parties = try await client.all(.party, atLeast: position)
                let documents = RetailDocuments(
                    orders: try await client.all(.order, atLeast: position),
                    returns: try await client.all(.return, atLeast: position))
                try expect(documents, customers: parties.count)
                try await expectCustomers(parties, of: client)
            }
        }

        /// Compares sums over the documents.
        private static func expect(_ documents: RetailDocuments, customers: Int) throws {
            let expected = try ExpectedRetail()
            #expect(documents.all.count == expected.documents)
            #expect(documents.all.count { $0.isCredit } == expected.creditNotes)
            #expect(documents.lines == expected.rows)
            #expect(customers == expected.customers)
            #expect(documents.net { _ in true } == (try hundredths(expected.netValue)))
            #expect(documents.net { !$0.isCredit } == (try hundredths(expected.grossValue)))
            #expect(documents.net(where: \.isCredit) == (try hundredths(expected.creditValue)))
            #expect(documents.net { !$0.party.isEmpty } == (try hundredths(expected.netValueIdentified)))
            #expect(documents.net(by: \.country) == (try expected.netByCountry.mapValues(hundredths)))
            #expect(documents.net(by: \.day) == (try expected.netByDay.mapValues(hundredths)))
            let times = documents.all.map(\.seconds)
            #expect(
                times.min() == Google_Protobuf_Timestamp(year: 2010, month: 12, day: 1, secondOfDay: 30_360).seconds)
            #expect(
                times.max() == Google_Protobuf_Timestamp(year: 2010, month: 12, day: 15, secondOfDay: 62_880).seconds)
        }

        /// Compares the view of every customer with its row of the expected results, and the counts over them.
        private static func expectCustomers(_ parties: [Record], of client: KithClient) async throws {
            let expected = try ExpectedRetail()
            let rows = try RetailCustomer.expected()
            let keys = parties.map { $0.external.first?.key ?? "" }
            #expect(Set(keys) == Set(rows.keys))
            let views = try await client.customers(
                parties.map { Reference(id: $0.id) },
                asOf: Google_Protobuf_Timestamp(year: 2010, month: 12, day: 15, secondOfDay: 86_399))
            let customers = views.map(RetailCustomer.init)
            let wrong = zip(keys, customers).filter { rows[$0] != $1 }
            #expect(wrong.isEmpty)

            let buyers = customers.filter { $0.purchases > 0 }
            #expect(buyers.count == expected.buyers)
            #expect(buyers.count { $0.purchases > 1 } == expected.repeatBuyers)
            #expect(buyers.reduce(0) { $0 + Int($1.purchases) } == expected.purchases)
            let byPurchases = Dictionary(grouping: buyers) { String($0.purchases) }.mapValues(\.count)
            #expect(byPurchases == expected.customersByPurchases)
            #expect(customers.count { $0.net < 0 } == expected.negativeNetCustomers)
            #expect(customers.count - buyers.count == expected.customersWithOnlyCreditsOrZero)
        }
    }
}

/// Orders and returns in one form.
private struct RetailDocuments {
    struct Document {
        var isCredit: Bool
        var party: String
        var country: String
        var seconds: Int64
        /// Pence; negative for a credit note.
        var net: Int64

        /// The day in UTC, which is London's time in December.
        var day: String { String(Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601).prefix(10)) }
    }

    let all: [Document]
    let lines: Int

    init(orders: [Record], returns: [Record]) {
        all =
            orders.map {
                Document(
                    isCredit: false, party: $0.order.partyID, country: $0.order.country,
                    seconds: $0.order.placedAt.seconds, net: $0.order.net)
            }
            + returns.map {
                Document(
                    isCredit: true, party: $0.goodsReturn.partyID, country: $0.goodsReturn.country,
                    seconds: $0.goodsReturn.registeredAt.seconds, net: -$0.goodsReturn.net)
            }
        lines =
            orders.reduce(0) { $0 + $1.order.lines.count } + returns.reduce(0) { $0 + $1.goodsReturn.lines.count }
    }

    func net(where condition: (Document) -> Bool) -> Int64 {
        all.lazy.filter(condition).reduce(0) { $0 + $1.net }
    }

    func net(by key: (Document) -> String) -> [String: Int64] {
        Dictionary(grouping: all, by: key).mapValues { $0.reduce(0) { $0 + $1.net } }
    }
}

/// What one customer bought: a row of the expected results, or the view of the customer.
private struct RetailCustomer: Equatable {
    var purchases: UInt64 = 0
    /// Days from the last order to 15 December; nil without an order.
    var recency: UInt64?
    var gross: Int64 = 0
    var net: Int64 = 0

    init(_ customer: Customer) {
        guard let history = customer.purchases.first(where: { $0.currency == "GBP" }) else { return }
        purchases = history.purchases
        recency = history.orders > 0 ? history.daysSinceLastOrder : nil
        gross = history.gross
        net = history.net
    }

    init(row fields: [Substring]) throws {
        purchases = try #require(UInt64(fields[1]))
        recency = UInt64(fields[2])
        try #require(recency != nil || fields[2].isEmpty)
        gross = try hundredths(fields[3])
        net = try hundredths(fields[4])
    }

    static func expected() throws -> [String: RetailCustomer] {
        let path = Places.sharedData + "/expected/retail_shared_customers.csv"
        var customers: [String: RetailCustomer] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            try #require(fields.count == 5)
            customers[String(fields[0])] = try RetailCustomer(row: fields)
        }
        return customers
    }
}

/// The expected sums.
private struct ExpectedRetail: Decodable {
    var rows: Int
    var documents: Int
    var creditNotes: Int
    var customers: Int
    var rowsWithoutCustomer: Int
    var rowsWithNegativeQuantity: Int
    var negativeQuantityNotOnCreditNote: Int
    var rowsWithZeroPrice: Int
    var exactDuplicateRows: Int
    var netValue: String
    var grossValue: String
    var creditValue: String
    var netValueIdentified: String
    var netByCountry: [String: String]
    var netByDay: [String: String]
    var buyers: Int
    var repeatBuyers: Int
    var purchases: Int
    var customersWithOnlyCreditsOrZero: Int
    var customersByPurchases: [String: Int]
    var negativeNetCustomers: Int

    init() throws {
        let data = try Data(contentsOf: URL(filePath: Places.sharedData + "/expected/retail_shared.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(ExpectedRetail.self, from: data)
    }
}
