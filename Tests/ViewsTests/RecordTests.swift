internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct RecordTests {
    @Test func `a party's record shows what its events say, with its personal data filled in`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(country: "CN", contactPoints: 2, externalCount: 1), at: .day(1),
            personal: .partyRegistered(
                .with {
                    $0.name = .of("王小明")
                    $0.contactPoints = [.with { $0.value = "a@b.example" }, .with { $0.value = "c@d.example" }]
                    $0.external = [.of("shop", "C-1")]
                }))
        try log.append(
            party,
            .contactPointAdded(
                .with {
                    $0.contactPoint.number = 3; $0.contactPoint.kind = .mobile
                }),
            personal: .contactPointAdded(.with { $0.contactPoint.value = "+86138" }))
        try log.append(party, .contactPointVerified(.with { $0.contactPoint = 2 }))
        try log.append(
            party, .contactPointRetired(.with { $0.contactPoint = 1 }),
            personal: .contactPointRetired(.with { $0.contactPoint.value = "a@b.example" }))
        try log.append(
            party, .needRecorded(.with { $0.productNumber = 77 }), at: .day(3),
            personal: .needRecorded(.with { $0.need.text = "a boat" }))
        try log.append(
            party, .preferenceRecorded(.with { $0.topic = "channel" }),
            personal: .preferenceRecorded(.with { $0.preference.value = "phone" }))
        try log.append(party, .noteAdded(.init()), personal: .noteAdded(.with { $0.text = "called twice" }))
        try log.append(party, .tagged(.with { $0.tag = "vip" }))
        try log.append(party, .tagged(.with { $0.tag = "tall" }))
        try log.append(party, .untagged(.with { $0.tag = "vip" }))
        try log.append(party, .partyStatusChanged(.with { $0.to = .customer }))
        try log.append(party, .partyArchived(.init()), at: .day(8))

        let sealed = try #require(try Directory.record(party, in: try log.fold(Directory.self)))
        #expect(!sealed.record.party.hasName)
        let record = try log.opened(sealed)
        #expect(record.id == LogSketch.id(of: party).description)
        #expect(record.number == party.rawValue && record.revision == 12 && record.lastPosition == 12)
        #expect(Instant(record.occurredAt) == .day(1) && Instant(record.changedAt) == .day(8))
        #expect(record.kind == .party && record.party.kind == .person && record.party.status == .customer)
        #expect(record.party.archived && record.party.detail.country == "CN")
        #expect(record.party.name.display == "王小明")
        #expect(record.party.contactPoints.map(\.personal.value) == ["a@b.example", "c@d.example", "+86138"])
        #expect(record.party.contactPoints.map(\.verified) == [false, true, false])
        #expect(record.party.contactPoints.map(\.retired) == [true, false, false])
        #expect(record.party.needs.map(\.need.text) == ["a boat"] && record.party.needs[0].productNumber == 77)
        #expect(record.party.preferences.map(\.preference.value) == ["phone"])
        #expect(record.notes.map(\.text) == ["called twice"] && record.notes[0].position == 7)
        #expect(record.tags == ["tall"])
        #expect(record.external == [.of("shop", "C-1")])
        // One opening of the first event's part fills name, contact points and external key.
        #expect(sealed.sealed.first?.places.count == 4)
    }

    @Test func `the name is the one that was sealed last, and a change of detail leaves it alone`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(country: "DE"), personal: .partyRegistered(.with { $0.name = .of("Ann") }))
        try log.append(
            party, .partyDetailChanged(.with { $0.detail.country = "AT" }),
            personal: .reason(.with { $0.reason = "moved" }))
        let moved = try log.opened(try #require(try Directory.record(party, in: try log.fold(Directory.self))))
        #expect(moved.party.name.display == "Ann" && moved.party.detail.country == "AT")

        try log.append(
            party, .partyCorrected(.with { $0.nameReplaced = true }),
            personal: .partyCorrected(.with { $0.name = .of("Anne") }))
        let corrected = try log.opened(try #require(try Directory.record(party, in: try log.fold(Directory.self))))
        #expect(corrected.party.name.display == "Anne" && corrected.party.detail.country == "AT")
    }

    @Test func `sealed external keys are linked and unlinked in the order of the log`() throws {
        var log = LogSketch()
        let party = try log.begin(
            .party, .partyRegistered(externalCount: 2),
            personal: .partyRegistered(.with { $0.external = [.of("erp", "1"), .of("erp", "2")] }))
        for (key, linked) in [("1", false), ("3", true), ("1", true), ("2", false)] {
            if linked {
                try log.append(
                    party, .externalLinked(.init()), personal: .externalLinked(.with { $0.key = .of("erp", key) }))
            } else {
                try log.append(
                    party, .externalUnlinked(.init()), personal: .externalUnlinked(.with { $0.key = .of("erp", key) }))
            }
        }
        let record = try log.opened(try #require(try Directory.record(party, in: try log.fold(Directory.self))))
        #expect(record.external == [.of("erp", "3"), .of("erp", "1")])
    }

    @Test func `a destroyed key marks what it sealed`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        try log.append(party, .noteAdded(.init()), personal: .noteAdded(.with { $0.text = "x" }))
        let sealed = try #require(try Directory.record(party, in: try log.fold(Directory.self)))
        var record = sealed.record
        for field in sealed.sealed { record.markErased(field) }
        #expect(record.party.erased && record.notes[0].erased && record.notes[0].text.isEmpty)
    }

    @Test func `an order's lines come from all its events, and a correction replaces them`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let lines = (1...6).map { OrderLine.of(UInt32($0), net: Int64($0) * 100) }
        let order = try log.begin(
            .order, .orderPlaced(party, Array(lines[0..<2]), document: "A-1", lineCount: 6, net: 2_100), at: .day(2),
            subjects: [(party, .customer)])
        try log.append(order, .orderLinesAdded(.with { $0.lines = Array(lines[2..<5]) }))
        try log.append(order, .orderLinesAdded(.with { $0.lines = [lines[5]] }))
        try log.append(order, .orderConfirmed(.init()))
        try log.append(
            order,
            .lineFulfilled(
                .with {
                    $0.line = 2; $0.quantity = .of(5, scale: 1)
                }))
        try log.append(
            order,
            .lineFulfilled(
                .with {
                    $0.line = 2; $0.quantity = .of(25, scale: 2)
                }))

        let placed = try #require(try Directory.record(order, in: try log.fold(Directory.self))).record
        #expect(placed.order.lines == lines && placed.order.net == 2_100)
        #expect(placed.order.status == .confirmed && placed.order.documentNumber == "A-1")
        #expect(placed.order.partyID == LogSketch.id(of: party).description)
        #expect(Instant(placed.order.placedAt) == .day(2))
        #expect(placed.order.fulfilled == [.init(), .of(75, scale: 2), .init(), .init(), .init(), .init()])

        let corrected = [OrderLine.of(1, net: 50), .of(2, net: 60)]
        try log.append(
            order, .orderCorrected(.none, [corrected[0]], before: party, placedAt: .day(-5)), at: .day(9))
        try log.append(order, .orderLinesAdded(.with { $0.lines = [corrected[1]] }))
        let after = try #require(try Directory.record(order, in: try log.fold(Directory.self))).record
        #expect(after.order.lines == corrected)
        #expect(after.order.status == .confirmed && after.order.partyID.isEmpty)
        #expect(Instant(after.order.placedAt) == .day(-5) && Instant(after.occurredAt) == .day(2))
    }

    @Test func `an order's personal part goes with its customer`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let other = try log.begin(.party, .partyRegistered())
        let order = try log.begin(
            .order,
            .orderPlaced(
                .with {
                    $0.partyNumber = party.rawValue; $0.personalPart = true
                }),
            subjects: [(party, .customer)], personal: .orderPlaced(.with { $0.personal.remark = "ring twice" }))
        let record = try log.opened(try #require(try Directory.record(order, in: try log.fold(Directory.self))))
        #expect(record.order.personal.remark == "ring twice")
        try log.append(order, .orderCorrected(other, [], before: party), subjects: [(other, .customer)])
        let corrected = try #require(try Directory.record(order, in: try log.fold(Directory.self)))
        #expect(corrected.sealed.isEmpty && corrected.record.order.partyNumber == other.rawValue)
    }

    @Test func `returns, products, price books, imports, the organisation and principals have records`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let goodsReturn = try log.begin(.return, .returnRegistered(party, [.of(net: 300)]), at: .day(4))
        try log.append(goodsReturn, .returnLinesAdded(.with { $0.lines = [.of(2, net: 200)] }))
        try log.append(
            goodsReturn,
            .returnRefunded(
                .with {
                    $0.amount = .with {
                        $0.minorUnits = 500; $0.currency = "EUR"
                    }
                }))
        let product = try log.begin(.product, .productDefined(sku: "P1", name: "Pen", category: "office"))
        try log.append(product, .variantAdded(.with { $0.sku = "P1-R" }))
        try log.append(
            product,
            .productsRelated(
                .with {
                    $0.relatedNumber = 99; $0.relation = .cross
                }))
        try log.append(product, .productRetired(.init()))
        let book = try log.begin(
            .priceBook,
            .priceBookDefined(
                .with {
                    $0.name = "List"; $0.currency = "EUR"
                }))
        for price in [Int64(100), 120] {
            try log.append(
                book,
                .priceSet(
                    .with {
                        $0.productNumber = product.rawValue
                        $0.unitPrice = .of(price, scale: 2)
                        $0.from = price
                    }))
        }
        let job = try log.begin(
            .import,
            .importStarted(
                .with {
                    $0.mapping = "m"; $0.mode = .historic
                }))
        try log.append(job, .importCommitted(.with { $0.rowsRead = 7 }))
        let organisation = try log.begin(.organisation, .organisationSet(.with { $0.zone = "Asia/Shanghai" }))
        let principal = try log.begin(
            .principal,
            .principalRegistered(
                .with {
                    $0.uid = 0; $0.label = "root"
                }))
        try log.append(principal, .roleGranted(.with { $0.role = .admin }))
        try log.append(principal, .roleGranted(.with { $0.role = .sales }))
        try log.append(principal, .roleRevoked(.with { $0.role = .admin }))

        let store = try log.fold(Directory.self)
        func record(_ number: StreamNumber) throws -> Record {
            try #require(try Directory.record(number, in: store)).record
        }
        let returned = try record(goodsReturn).goodsReturn
        #expect(returned.status == .refunded && returned.refunded.minorUnits == 500 && returned.lines.count == 2)
        #expect(returned.partyID == LogSketch.id(of: party).description)
        let pen = try record(product).product
        #expect(pen.retired && pen.variants.map(\.sku) == ["P1-R"] && pen.related.map(\.number) == [99])
        #expect(try record(book).priceBook.prices.map(\.unitPrice.unscaled) == [100, 120])
        #expect(try record(job).importJob.committed && record(job).importJob.rowsRead == 7)
        #expect(try record(organisation).organisation.zone == "Asia/Shanghai")
        #expect(try record(principal).principal.roles.map(\.role) == [.sales])
        #expect(try record(principal).principal.label == "root")
        #expect(try Directory.record(StreamNumber(4_000), in: store) == nil)
    }

    @Test func `a price without an end ends where a later one says`() throws {
        func price(from: Int64, ending position: Position = .none) -> EventPayload.OneOf_Event {
            .priceSet(
                .with {
                    $0.productNumber = 7
                    $0.from = from
                    $0.endedPosition = position.rawValue
                })
        }
        var log = LogSketch()
        let book = try log.begin(.priceBook, .priceBookDefined(.with { $0.currency = "EUR" }))
        let first = log.next
        try log.append(book, price(from: 1_000_000))
        try log.append(book, price(from: 3_000_000, ending: first))
        let store = try log.fold(Directory.self)
        let prices = try #require(try Directory.record(book, in: store)).record.priceBook.prices
        #expect(prices.map(\.from.seconds) == [1, 3] && prices.map(\.hasTo) == [true, false])
        #expect(prices[0].to.seconds == 3)

        try log.append(book, price(from: 5_000_000, ending: Position(99)))
        let error = #expect(throws: ViewError.self) { try log.fold(Directory.self) }
        #expect(error?.code == .eventUnfit)
    }

    @Test func `an event out of its place is refused, not folded`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        try log.append(party, .partyArchived(.init()))
        var store = MemoryStore(for: Directory.self)
        let error = #expect(throws: ViewError.self) { try Directory().apply(log.events[1], to: &store) }
        #expect(error?.code == .eventUnfit)
        try Directory().apply(log.events[0], to: &store)
        let twice = #expect(throws: ViewError.self) { try Directory().apply(log.events[0], to: &store) }
        #expect(twice?.code == .eventUnfit)
    }

    @Test func `a row that is damaged is named as such`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        var store = try log.fold(Directory.self)
        try store.put(Directory.records.rows, .key(party.rawValue), [0xFF, 0xFF, 0xFF])
        let error = #expect(throws: ViewError.self) { try Directory.record(party, in: store) }
        #expect(error?.code == .rowDamaged)
    }

    @Test func `an order of many events is not written anew for each of them`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let order = try log.begin(.order, .orderPlaced(party, [.of(net: 1)]), subjects: [(party, .customer)])
        for chunk in 1...100 {
            let lines = (0..<50).map { OrderLine.of(UInt32(chunk * 50 + $0), net: 1) }
            try log.append(order, .orderLinesAdded(.with { $0.lines = lines }), subjects: [(party, .customer)])
        }
        var counting = CountingStore(MemoryStore(for: Directory.self))
        for event in log.events { try Directory().apply(event, to: &counting) }
        var figures = CountingStore(MemoryStore(for: Customer360.self))
        for event in log.events { try Customer360().apply(event, to: &figures) }
        let events = log.events.reduce(0) { $0 + Int($1.header.payloadLength) + 400 }
        #expect(counting.bytesWritten < events && figures.bytesWritten < events)
        #expect(counting.reads <= log.events.count * 2 && figures.reads <= log.events.count * 3)
    }
}

/// Counts what a fold reads and writes.
private struct CountingStore: ProjectionStore, ~Copyable {
    private var store: MemoryStore
    // Reading does not change a store, but it is counted.
    private let counter = Counter()
    private(set) var bytesWritten = 0

    private final class Counter {
        var reads = 0
    }

    init(_ store: MemoryStore) { self.store = store }

    var reads: Int { counter.reads }

    func get(_ table: TableID, _ key: [UInt8]) throws(ViewError) -> [UInt8]? {
        counter.reads += 1
        return try store.get(table, key)
    }

    mutating func put(_ table: TableID, _ key: [UInt8], _ row: [UInt8]) throws(ViewError) {
        bytesWritten += key.count + row.count
        try store.put(table, key, row)
    }

    mutating func delete(_ table: TableID, _ key: [UInt8]) throws(ViewError) { try store.delete(table, key) }
}
