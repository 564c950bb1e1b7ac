internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// From rows to commands.
@Suite struct ImportTests {
    static let retail = """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        1001,A1,"LAMP, RED",6,2010-12-01T08:26:00,2.55,77,United Kingdom
        1001,B2,LANTERN ,6,2010-12-01T08:25:00,3.39,77,United Kingdom
        1001,A1,"LAMP, RED",6,2010-12-01T08:26:00,2.55,77,United Kingdom
        1002,A1,"LAMP, RED",-3,2010-12-01T08:30:00,0,,United Kingdom
        C1003,A1,"LAMP, RED",-2,2010-12-02T09:00:00,2.55,77,France
        C1003,D,Discount,-1,2010-12-02T09:00:00,27.50,77,France
        """

    static func mapping(_ name: String) throws -> ImportMapping {
        try ImportCommand.readMapping(path: "\(SharedData.repository)/tools/mappings/\(name).json").0
    }

    /// The commands of a text, in the order in which they would be sent, and what was rejected.
    static func make(
        _ text: String, _ mapping: ImportMapping, identity: String = "x"
    ) throws -> (commands: [DocumentCommand], rejections: [Rejection], ignored: Int, counts: RowCounts) {
        var groups = try GroupReader(try RowReader(text: Array(text.utf8), format: mapping.format), mapping: mapping)
        var maker = CommandMaker(mapping, columns: groups.columns, importIdentity: Array(identity.utf8))
        var commands: [DocumentCommand] = []
        var rejections: [Rejection] = []
        var ignored = 0
        while let group = try groups.next() {
            let outcome = maker.commands(for: group)
            commands += outcome.commands
            rejections += outcome.rejections
            ignored += outcome.ignoredRows
        }
        return (commands, rejections, ignored, groups.counts)
    }

    private static func mapping(json: String) throws -> ImportMapping { try ImportMapping(json: Array(json.utf8)) }

    // MARK: Online retail

    @Test func `an invoice is one order, a credit note a return, and equal rows are lines of their own`() throws {
        let made = try Self.make(Self.retail, Self.mapping("online-retail"))
        #expect(made.rejections.isEmpty)
        let names = try made.commands.map { try Self.mapping("online-retail").documents[$0.document].name }
        #expect(names == ["product", "product", "order", "order", "product", "return"])

        let order = try #require(made.commands[2].command.bodies.last).upsertOrder
        #expect(order.key.key == "1001")
        #expect(order.order.party.external.key == "77")
        #expect(order.order.reached == .completed)
        // By time, then stock code: B2 was a minute earlier.
        #expect(order.order.lines.map(\.product.external.key) == ["B2", "A1", "A1"])
        #expect(order.order.lines.map(\.unitPrice.unscaled) == [339, 255, 255])
        #expect(order.order.lines.allSatisfy { $0.quantity.unscaled == 6 && !$0.hasNet })
        #expect(Set(made.commands[2].lines) == [2, 3, 4])
        // The least of its two times.
        #expect(made.commands[2].command.occurredAt.seconds == 1_291_191_900)

        let anonymous = try #require(made.commands[3].command.bodies.first).upsertOrder
        #expect(made.commands[3].command.bodies.count == 1)
        #expect(!anonymous.order.hasParty)
        #expect(anonymous.order.lines[0].quantity.unscaled == -3)

        let credit = try #require(made.commands[5].command.bodies.last).upsertReturn.goodsReturn
        #expect(!credit.hasOrder)
        #expect(credit.country == "France")
        #expect(credit.lines.map(\.quantity.unscaled) == [2, 1])
        #expect(
            made.commands.allSatisfy { $0.command.mode == .historic && $0.command.source.system == "online-retail" })
    }

    @Test func `the order of the rows changes no command`() throws {
        let mapping = try Self.mapping("online-retail")
        let expected = try Self.make(Self.retail, mapping).commands.map(\.command)
        let rows = Self.retail.split(separator: "\n").map(String.init)
        var random = DemoGenerator(4, 0, 0)
        for _ in 0..<20 {
            let shuffled = [rows[0]] + rows.dropFirst().shuffled(using: &random)
            #expect(try Self.make(shuffled.joined(separator: "\n"), mapping).commands.map(\.command) == expected)
        }
    }

    @Test func `rows are counted as the mapping asks`() throws {
        let counts = try Self.make(Self.retail, Self.mapping("online-retail")).counts
        #expect(counts.read == 6)
        #expect(counts.duplicates == 1)
        #expect(
            counts.named.map(\.name) == [
                "withoutCustomer", "negativeQuantity", "negativeQuantityNotOnCreditNote", "zeroPrice",
            ])
        #expect(counts.named.map(\.count) == [1, 3, 1, 1])
    }

    @Test func `one bad row rejects its whole group, each row with its line`() throws {
        let text = Self.retail.replacing("3.39", with: "three")
        let made = try Self.make(text, Self.mapping("online-retail"))
        #expect(made.rejections.map(\.line).sorted() == [2, 3, 4])
        #expect(made.rejections.first { $0.line == 3 }?.code == "VALUE_INVALID")
        #expect(made.rejections.filter { $0.line != 3 }.allSatisfy { $0.code == "GROUP_REJECTED" })
        #expect(made.rejections.allSatisfy { !$0.reason.contains("three") })
        // Products of the rejected invoice are sent with the next document that has them.
        #expect(made.commands.count == 4)
    }

    @Test func `rows of one invoice must agree on its customer`() throws {
        let text = Self.retail.replacing("3.39,77", with: "3.39,78")
        let made = try Self.make(text, Self.mapping("online-retail"))
        #expect(made.rejections.contains { $0.code == "VALUES_DIFFER" })
        #expect(made.rejections.count == 3)
    }

    @Test func `a ragged row rejects the invoice that it belongs to`() throws {
        let made = try Self.make(Self.retail + "\n1002,A1", Self.mapping("online-retail"))
        #expect(Set(made.rejections.map(\.line)) == [5, 8])
        #expect(made.rejections.first { $0.line == 8 }?.code == "RAGGED_ROW")
    }

    // MARK: Keys

    @Test func `the keys of an import are stable, and follow what is sent`() throws {
        let mapping = try Self.mapping("online-retail")
        let first = try Self.make(Self.retail, mapping).commands.map(\.command.idempotencyKey)
        #expect(try Self.make(Self.retail, mapping).commands.map(\.command.idempotencyKey) == first)
        #expect(Set(first).count == first.count)
        #expect(first.allSatisfy { $0.count == 32 })

        let changed = try Self.make(Self.retail.replacing("27.50", with: "27.60"), mapping).commands
        #expect(zip(first, changed.map(\.command.idempotencyKey)).map(==) == [true, true, true, true, true, false])
        let otherFile = try Self.make(Self.retail, mapping, identity: "y").commands.map(\.command.idempotencyKey)
        #expect(Set(otherFile).isDisjoint(with: first))
        // The exact bytes: a release that made other keys would import every file again.
        #expect(Hexadecimal.text(first[2].prefix(4)).count == 8)
    }

    @Test func `where the row is the key, it is known again in another file and in another order`() throws {
        let mapping = try Self.mapping("cdnow")
        let rows = [
            " 00004 0001 19970101  2   29.33", " 00004 0001 19970101  2   29.33", " 00005 0002 19970102  1   0.00",
        ]
        let first = try Self.make(rows.joined(separator: "\r\n"), mapping)
        #expect(first.counts.duplicates == 1)
        #expect(first.counts.named.map(\.count) == [1])
        let keys = first.commands.map(\.command.idempotencyKey)
        #expect(Set(keys).count == 3)
        let other = try Self.make(
            (rows + [" 00006 0003 19970101 1 1.00"]).reversed().joined(separator: "\n"), mapping, identity: "y")
        #expect(Set(other.commands.map(\.command.idempotencyKey)).isSuperset(of: keys))
        #expect(other.commands.count == 4)

        let bodies = first.commands[0].command.bodies
        #expect(bodies[0].upsertParty.key.key == "00004")
        #expect(bodies[1].placeOrder.lines[0].net == 2_933)
        #expect(bodies[1].placeOrder.lines[0].quantity.unscaled == 2)
        #expect(bodies[1].placeOrder.external.isEmpty)
        #expect(first.commands[0].command.occurredAt.seconds == 852_076_800)
    }

    @Test func `columns as a key: a row that comes twice is rejected`() throws {
        let mapping = try Self.mapping(
            json: """
                {"version": 1, "name": "m", "system": "s", "format": {}, "key": ["id"],
                 "documents": [{"name": "party", "bodies": [{"upsertParty": {"key": {"system": "s", "key": "${id}"},
                   "name": {"display": "${first} ${last}"}}}]}]}
                """)
        let made = try Self.make("id,first,last\n1,Ana,Sá\n2,Bo,\n1,Ana,Sá\n", mapping)
        #expect(
            made.rejections == [Rejection(line: 4, code: "DUPLICATE_KEY", reason: "an earlier row has the same key")])
        #expect(made.commands.map { $0.command.bodies[0].upsertParty.name.display } == ["Ana Sá", ""])
        #expect(made.commands.allSatisfy { !$0.command.hasOccurredAt && $0.command.mode == .live })
        #expect(throws: Failure.self) { try Self.make("id,first\n", mapping) }
    }

    @Test func `rows that should stand together and do not are rejected`() throws {
        let mapping = try Self.mapping(
            json: """
                {"version": 1, "name": "m", "system": "s", "format": {}, "key": "row", "group": ["no"],
                 "documents": [{"name": "order", "when": {"value": "no", "above": 1}, "bodies": [{"placeOrder":
                   {"currency": "EUR", "lines": [{"$each": "rows", "quantity": {"unscaled": "${n}"}}]}}]}]}
                """)
        let made = try Self.make("no,n\n2,3\n2,1\n1,9\n3,5\n2,7\n", mapping)
        // Without ordering columns the order of the file stays.
        #expect(made.commands.map { $0.command.bodies[0].placeOrder.lines.map(\.quantity.unscaled) } == [[3, 1], [5]])
        #expect(made.rejections.map(\.line) == [6])
        #expect(made.rejections.map(\.code) == ["GROUP_SPLIT"])
        #expect(made.ignored == 1)
    }

    @Test func `what a mapping makes of a row may be no command`() throws {
        let mapping = try Self.mapping(
            json: """
                {"version": 1, "name": "m", "system": "s", "format": {}, "key": "row",
                 "documents": [{"name": "party", "bodies": [{"upsertParty": {"key": {"system": "s", "key": "${id}"},
                   "kind": "${kind}"}}]}]}
                """)
        let made = try Self.make("id,kind\n1,PARTY_KIND_PERSON\n2,PARTY_KIND_CAT\n", mapping)
        #expect(made.commands.count == 1)
        #expect(made.rejections.map(\.code) == ["SCHEMA_INVALID"])
    }

    // MARK: Real files

    @Test(.enabled(if: SharedData.isPresent, SharedData.missing))
    func `the CDNOW sample is 6,919 orders of 2,357 customers`() throws {
        let text = String(
            decoding: try SharedData.bytes(SharedData.folder + "/purchases/CDNOW_sample.txt"), as: UTF8.self)
        let made = try Self.make(text, Self.mapping("cdnow"))
        #expect(made.counts.read == 6_919)
        #expect(made.counts.named.map(\.count) == [8])
        #expect(made.rejections.isEmpty)
        #expect(made.commands.count == 6_919)
        #expect(Set(made.commands.map { $0.command.bodies[0].upsertParty.key.key }).count == 2_357)
        #expect(made.commands.reduce(0) { $0 + $1.command.bodies[1].placeOrder.lines[0].net } == 24_409_194)
        #expect(Set(made.commands.map(\.command.idempotencyKey)).count == 6_919)
    }

    @Test(.enabled(if: SharedData.isPresent, SharedData.missing))
    func `the Online Retail extract is 1,318 orders and 238 returns, and its rows are counted`() throws {
        let path = SharedData.folder + "/purchases/online_retail_2010-12-01_15.csv"
        let text = String(decoding: try SharedData.bytes(path), as: UTF8.self)
        let mapping = try Self.mapping("online-retail")
        let made = try Self.make(text, mapping)
        #expect(made.counts.read == 32_451)
        #expect(made.counts.duplicates == 451)
        #expect(made.counts.named.map(\.count) == [10_441, 617, 69, 192])
        #expect(made.rejections.isEmpty)
        let documents = Dictionary(grouping: made.commands, by: \.document).mapValues(\.count)
        #expect(documents == [0: 2_688, 1: 1_318, 2: 238])
        #expect(made.commands.map(\.length).max()! < 256 << 10)

        var rows = text.split(separator: "\n").map(String.init)
        var random = DemoGenerator(11, 0, 0)
        rows = [rows[0]] + rows.dropFirst().shuffled(using: &random)
        let shuffled = try Self.make(rows.joined(separator: "\n"), mapping)
        #expect(shuffled.commands.map(\.command) == made.commands.map(\.command))
    }
}
