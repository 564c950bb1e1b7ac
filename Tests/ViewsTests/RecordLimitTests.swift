internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Records and pages stay within a frame, however long the lists of a record grow.
@Suite struct RecordLimitTests {
    private static let frame = 4 << 20

    private let kilobyte = String(repeating: "x", count: 1_000)

    private func addNotes(_ count: Int, to party: StreamNumber, _ log: inout LogSketch) throws {
        for number in 0..<count {
            try log.append(
                party, .noteAdded(.init()), personal: .noteAdded(.with { $0.text = "\(number) " + kilobyte }))
        }
    }

    private func omitted(_ record: Record) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: record.omitted.map { ($0.list, $0.count) })
    }

    @Test func `of five thousand notes a record holds the newest, and says how many it leaves out`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(), personal: .partyRegistered(.with { $0.name = .of("Ann") }))
        try addNotes(5_000, to: party, &log)
        let counting = CountingReader(try log.fold(Directory.self))
        let sealed = try #require(try Directory.record(party, in: counting))
        let record = try log.opened(sealed)
        #expect(record.notes.count == 200 && omitted(record) == ["notes": 4_800])
        #expect(record.notes.map { Int($0.text.prefix { $0 != " " }) } == Array(4_800..<5_000))
        #expect(record.notes.map(\.position) == record.notes.map(\.position).sorted())
        #expect(try record.serializedData().count <= sealed.size && sealed.size < 300_000)
        // What is left out is not read.
        #expect(counting.rows < 210)

        let view = try #require(
            try Customer360.view(of: party, asOf: .day(9), in: try log.fold(Customer360.self)))
        #expect(view.customer.party == sealed.record)
    }

    @Test func `needs and preferences have limits of their own`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        for _ in 0..<201 {
            try log.append(
                party, .needRecorded(.init()), personal: .needRecorded(.with { $0.need.text = kilobyte }))
            try log.append(
                party, .preferenceRecorded(.with { $0.topic = "t" }),
                personal: .preferenceRecorded(.with { $0.preference.value = kilobyte }))
        }
        try addNotes(200, to: party, &log)
        let record = try log.opened(try #require(try Directory.record(party, in: try log.fold(Directory.self))))
        #expect(record.notes.count == 200 && record.party.needs.count == 200 && record.party.preferences.count == 200)
        #expect(omitted(record) == ["needs": 1, "preferences": 1])
        #expect(record.party.needs.allSatisfy { $0.need.text == kilobyte })
    }

    @Test func `contact points in use are shown however many were retired since`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(contactPoints: 2),
            personal: .partyRegistered(
                .with { $0.contactPoints = [.with { $0.value = "first" }, .with { $0.value = "second" }] }))
        for number in UInt32(3)...302 {
            try log.append(
                party,
                .contactPointAdded(
                    .with {
                        $0.contactPoint.number = number
                        $0.contactPoint.kind = .email
                    }), personal: .contactPointAdded(.with { $0.contactPoint.value = "\(number)" }))
            try log.append(party, .contactPointRetired(.with { $0.contactPoint = number }))
        }
        let record = try log.opened(try #require(try Directory.record(party, in: try log.fold(Directory.self))))
        let points = record.party.contactPoints
        #expect(points.map(\.number) == [1, 2] + Array(103...302))
        #expect(points.prefix(3).map(\.personal.value) == ["first", "second", "103"])
        #expect(points.map(\.retired) == [false, false] + Array(repeating: true, count: 200))
        #expect(omitted(record) == ["contactPoints": 100])
    }

    @Test func `the greatest texts that are allowed still fit`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let address = Array(repeating: kilobyte, count: 10)
        for number in UInt32(1)...50 {
            try log.append(
                party,
                .contactPointAdded(
                    .with {
                        $0.contactPoint.number = number
                        $0.contactPoint.kind = .postal
                    }),
                personal: .contactPointAdded(
                    .with {
                        $0.contactPoint.postal.lines = address
                        $0.contactPoint.postal.locality = kilobyte
                    }))
        }
        try addNotes(300, to: party, &log)
        let sealed = try #require(try Directory.record(party, in: try log.fold(Directory.self)))
        let record = try log.opened(sealed)
        #expect(record.party.contactPoints.count == 50 && omitted(record) == ["notes": 100])
        #expect(try record.serializedData().count <= sealed.size && sealed.size < 3 << 20)
    }

    @Test func `variants end at a number of bytes, prices at a number of entries`() throws {
        var log = LogSketch()
        let product = try log.begin(.product, .productDefined(sku: "P"))
        let book = try log.begin(.priceBook, .priceBookDefined(.with { $0.currency = "EUR" }))
        for number in 0..<10_020 {
            try log.append(
                book,
                .priceSet(
                    .with {
                        $0.productNumber = product.rawValue
                        $0.unitPrice = .of(Int64(number), scale: 2)
                        $0.from = Int64(number)
                    }))
            guard number < 700 else { continue }
            try log.append(
                product,
                .variantAdded(
                    .with {
                        $0.sku = "P-\(number)"
                        $0.attributes = [
                            .with {
                                $0.name = "text"
                                $0.value = kilobyte
                            }
                        ]
                    }))
        }
        let store = try log.fold(Directory.self)
        let prices = try #require(try Directory.record(book, in: store)).record
        #expect(prices.priceBook.prices.count == 10_000 && omitted(prices) == ["prices": 20])
        #expect(prices.priceBook.prices.first?.unitPrice.unscaled == 20)
        let variants = try #require(try Directory.record(product, in: store))
        let shown = variants.record.product.variants
        #expect(
            (400..<520).contains(shown.count) && omitted(variants.record) == ["variants": UInt64(700 - shown.count)])
        #expect(shown.last?.sku == "P-699" && variants.size < 600_000)
    }

    @Test func `every line of the longest order is shown, and a correction counts anew`() throws {
        var log = LogSketch()
        let lines = (1...5_000).map { OrderLine.of(UInt32($0), net: 1) }
        let order = try log.begin(.order, .orderPlaced(.none, Array(lines[..<20])))
        for start in stride(from: 20, to: 5_000, by: 20) {
            try log.append(order, .orderLinesAdded(.with { $0.lines = Array(lines[start..<start + 20]) }))
        }
        for line in UInt32(1)...2 {
            for _ in 0..<3 {
                try log.append(
                    order,
                    .lineFulfilled(
                        .with {
                            $0.line = line
                            $0.quantity = .of(1)
                        }))
            }
        }
        var record = try #require(try Directory.record(order, in: try log.fold(Directory.self))).record
        #expect(record.order.lines == lines && record.omitted.isEmpty)
        #expect(record.order.fulfilled.prefix(3) == [.of(3), .of(3), .init()])
        try log.append(order, .orderCorrected(.none, [lines[0]]))
        record = try #require(try Directory.record(order, in: try log.fold(Directory.self))).record
        #expect(record.order.lines == [lines[0]] && record.omitted.isEmpty)
    }

    @Test func `tags and roles beyond a thousand are left out`() throws {
        var log = LogSketch()
        let principal = try log.begin(.principal, .principalRegistered(.with { $0.uid = 7 }))
        for number in 0..<1_005 {
            try log.append(principal, .tagged(.with { $0.tag = "t\(number)" }))
            guard number < 1_002 else { continue }
            try log.append(
                principal,
                .roleGranted(
                    .with {
                        $0.role = .sales
                        $0.scope = "\(number)"
                    }))
        }
        let record = try #require(try Directory.record(principal, in: try log.fold(Directory.self))).record
        #expect(record.tags.count == 1_000 && record.tags.first == "t5")
        #expect(omitted(record) == ["roles": 2, "tags": 5])
    }

    @Test func `pages of long records end before they outgrow a frame, and leave none out`() throws {
        var log = LogSketch()
        var parties: [StreamNumber] = []
        for index in 0..<30 {
            let party = try log.begin(.party, .partyRegistered())
            parties.append(party)
            try addNotes(index % 3 == 0 ? 250 : 5, to: party, &log)
        }
        let store = try log.fold(Directory.self)
        for descending in [false, true] {
            var request = ListRequest.with {
                $0.kind = .party
                $0.limit = 1_000
                $0.descending = descending
            }
            var seen: [UInt64] = []
            var pages = 0
            repeat {
                let page = try Directory.list(request, in: store)
                var answer = ListResponse()
                answer.records = try page.records.map { try log.opened($0) }
                let length = try answer.serializedData().count
                #expect(length <= Directory.pageBytesMaximum && length < Self.frame)
                seen += answer.records.map(\.number)
                request.cursor = Data(page.cursor)
                pages += 1
            } while !request.cursor.isEmpty && pages < 100
            let expected = parties.map(\.rawValue)
            #expect(seen == (descending ? expected.reversed() : expected))
            #expect((3...6).contains(pages))
        }
    }
}

/// Counts the rows that a read is shown.
private struct CountingReader: ProjectionReader, ~Copyable {
    private let store: MemoryStore
    private let counter = Counter()

    private final class Counter {
        var rows = 0
    }

    init(_ store: MemoryStore) { self.store = store }

    var rows: Int { counter.rows }

    func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]? {
        counter.rows += 1
        return try store.get(table, key)
    }

    func scan(
        _ table: TableID, prefix: [UInt8], after: [UInt8]?, descending: Bool,
        _ body: (_ key: [UInt8], _ row: [UInt8]) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        try store.scan(table, prefix: prefix, after: after, descending: descending) { (key, row) throws(ViewError) in
            counter.rows += 1
            return try body(key, row)
        }
    }
}
