internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct ListTests {
    /// Names of the records of all pages.
    private func pages(
        _ store: MemoryStore, _ request: ListRequest, limit: UInt32 = 3, between: (Int) throws -> Void = { _ in }
    ) throws -> [UInt64] {
        var request = request
        request.limit = limit
        var numbers: [UInt64] = []
        for page in 0..<1_000 {
            let answer = try Directory.list(request, in: store)
            #expect(answer.records.count <= Int(limit))
            numbers += answer.records.map(\.record.number)
            if answer.cursor.isEmpty { return numbers }
            request.cursor = Data(answer.cursor)
            try between(page)
        }
        Issue.record("The list does not end.")
        return numbers
    }

    private func orders(_ labels: [String], log: inout LogSketch) throws -> [StreamNumber] {
        var numbers: [StreamNumber] = []
        for (index, label) in labels.enumerated() {
            let at = Instant.day(Int64((index * 7) % 10))
            numbers.append(try log.begin(.order, .orderPlaced(.none, [.of(net: 1)], document: label), at: at))
        }
        return numbers
    }

    @Test func `every sort order lists every record once, up and down, whatever the page`() throws {
        var log = LogSketch()
        let labels = ["m", "", "b", "客", "b", "a", "bb", "B", "z", "a"]
        let numbers = try orders(labels, log: &log)
        for index in [4, 1, 7] { try log.append(numbers[index], .orderConfirmed(.init())) }
        try log.begin(.party, .partyRegistered())
        let store = try log.fold(Directory.self)

        let registered = numbers.map(\.rawValue)
        let changed =
            numbers.enumerated().filter { ![4, 1, 7].contains($0.offset) }.map(\.element.rawValue)
            + [4, 1, 7].map { numbers[$0].rawValue }
        let occurred = numbers.enumerated().sorted { ($0.offset * 7 % 10, $0.offset) < ($1.offset * 7 % 10, $1.offset) }
            .map(\.element.rawValue)
        let byLabel = zip(labels, numbers).sorted {
            (Array($0.0.utf8), $0.1) < (Array($1.0.utf8), $1.1)
        }.map(\.1.rawValue)
        let expected: [(Schema.SortOrder, [UInt64])] = [
            (.unspecified, registered), (.registered, registered), (.changed, changed), (.occurred, occurred),
            (.label, byLabel),
        ]
        for (sort, order) in expected {
            for limit in [UInt32(1), 3, 10, 1_000] {
                let request = ListRequest.with {
                    $0.kind = .order; $0.sort = sort
                }
                #expect(try pages(store, request, limit: limit) == order, "\(sort)")
                let down = ListRequest.with {
                    $0.kind = .order; $0.sort = sort; $0.descending = true
                }
                #expect(try pages(store, down, limit: limit) == order.reversed(), "\(sort), descending")
            }
        }
    }

    @Test func `a cursor goes on behind its record while records are added`() throws {
        var log = LogSketch()
        let first = try orders((0..<20).map { "N\(10 + $0)" }, log: &log)
        var store = try log.fold(Directory.self)
        var request = ListRequest.with {
            $0.kind = .order; $0.sort = .label; $0.limit = 4
        }
        var seen: [UInt64] = []
        for page in 0..<50 {
            let answer = try Directory.list(request, in: store)
            seen += answer.records.map(\.record.number)
            if answer.cursor.isEmpty { break }
            request.cursor = Data(answer.cursor)
            // One is added before the cursor and one behind everything.
            let start = log.events.count
            _ = try orders(["A\(page)", "Z\(page)"], log: &log)
            store = try log.fold(Directory.self, onto: store, from: start)
            if page > 10 { break }
        }
        #expect(Array(seen.prefix(20)) == first.map(\.rawValue))
        #expect(Set(seen).count == seen.count)
    }

    @Test func `a label follows its record`() throws {
        var log = LogSketch()
        let product = try log.begin(.product, .productDefined(sku: "B"))
        try log.begin(.product, .productDefined(name: "C"))
        try log.append(
            product,
            .productChanged(
                .with {
                    $0.sku = "X"; $0.skuChanged = true
                }))
        let request = ListRequest.with {
            $0.kind = .product; $0.sort = .label
        }
        let page = try Directory.list(request, in: try log.fold(Directory.self))
        #expect(page.records.map(\.record.product.sku) == ["", "X"])
    }

    @Test func `filters choose by open fields`() throws {
        var log = LogSketch()
        var parties: [StreamNumber] = []
        for (index, country) in ["CN", "DE", "CN", "", "DK"].enumerated() {
            let status: PartyStatus = index % 2 == 0 ? .customer : .prospect
            let party = try log.begin(
                .party, .partyRegistered(.person, status, country: country), at: .day(Int64(index)))
            parties.append(party)
            try log.append(party, .tagged(.with { $0.tag = index < 2 ? "vip" : "other" }), at: .day(Int64(index)))
        }
        try log.append(parties[0], .tagged(.with { $0.tag = "second" }), at: .day(9))
        try log.append(parties[4], .partyArchived(.init()), at: .day(9))
        let store = try log.fold(Directory.self)
        func chosen(_ filters: (String, FilterOperator, String)...) throws -> [Int] {
            let request = ListRequest.with {
                $0.kind = .party
                $0.filters = filters.map { filter in
                    .with {
                        $0.field = filter.0; $0.operator = filter.1; $0.value = filter.2
                    }
                }
            }
            return try pages(store, request, limit: 2).map { number in
                try #require(parties.firstIndex(of: StreamNumber(number)))
            }
        }
        #expect(try chosen(("country", .equals, "CN")) == [0, 2])
        #expect(try chosen(("country", .notEquals, "CN")) == [1, 3, 4])
        #expect(try chosen(("country", .startsWith, "D")) == [1, 4])
        #expect(try chosen(("country", .contains, "N")) == [0, 2])
        #expect(try chosen(("country", .atLeast, "DE")) == [1, 4])
        #expect(try chosen(("country", .atMost, "CN")) == [0, 2, 3])
        #expect(try chosen(("status", .equals, "PARTY_STATUS_CUSTOMER")) == [0, 2, 4])
        #expect(try chosen(("status", .notEquals, "customer")) == [1, 3])
        #expect(try chosen(("archived", .equals, "true")) == [4])
        #expect(try chosen(("tags", .equals, "vip")) == [0, 1])
        #expect(try chosen(("tags", .notEquals, "vip")) == [2, 3, 4])
        #expect(try chosen(("tags", .contains, "eco")) == [0])
        #expect(
            try chosen(("occurredAt", .atLeast, "2024-01-03"), ("occurredAt", .atMost, "2024-01-04T00:00:00Z")) == [
                2, 3,
            ])
        #expect(try chosen(("id", .equals, LogSketch.id(of: parties[3]).description)) == [3])
        #expect(try chosen(("revision", .atLeast, "3")) == [0, 4])
        #expect(try chosen(("country", .equals, "CN"), ("tags", .equals, "vip")) == [0])
    }

    @Test func `orders are chosen by the id of their customer`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        let order = try log.begin(.order, .orderPlaced(party, [.of(net: 5)]))
        let free = try log.begin(.order, .orderPlaced(.none, [.of(net: 7)]))
        let store = try log.fold(Directory.self)
        func chosen(_ field: String, _ operation: FilterOperator, _ value: String) throws -> [UInt64] {
            let filter = Filter.with {
                $0.field = field; $0.operator = operation; $0.value = value
            }
            return try pages(
                store,
                .with {
                    $0.kind = .order; $0.filters = [filter]
                })
        }
        #expect(try chosen("partyId", .equals, LogSketch.id(of: party).description) == [order.rawValue])
        #expect(try chosen("partyId", .equals, "") == [free.rawValue])
        #expect(try chosen("net", .atMost, "6") == [order.rawValue])
    }

    @Test func `what a request gets wrong is named`() throws {
        let store = MemoryStore(for: Directory.self)
        func failure(_ request: ListRequest) -> ViewError? {
            do throws(ViewError) {
                _ = try Directory.list(request, in: store)
                return nil
            } catch { return error }
        }
        func filter(_ field: String, _ operation: FilterOperator, _ value: String) -> ListRequest {
            .with {
                $0.kind = .party
                $0.filters = [
                    .with {
                        $0.field = field; $0.operator = operation; $0.value = value
                    }
                ]
            }
        }
        #expect(failure(filter("name", .equals, "Ann"))?.code == .unknownField)
        #expect(failure(filter("name", .equals, "Ann"))?.field == "filters[0].field")
        #expect(failure(filter("status", .equals, "PARTY_STATUS_KING"))?.code == .filterInvalid)
        #expect(failure(filter("status", .startsWith, "customer"))?.field == "filters[0].operator")
        #expect(failure(filter("revision", .equals, "two"))?.field == "filters[0].value")
        #expect(failure(filter("occurredAt", .atLeast, "yesterday"))?.code == .filterInvalid)
        #expect(failure(filter("archived", .equals, "yes"))?.code == .filterInvalid)
        #expect(failure(filter("country", .unspecified, "CN"))?.field == "filters[0].operator")
        #expect(failure(.init())?.field == "kind")
        #expect(
            failure(
                .with {
                    $0.kind = .party; $0.sort = .label
                })?.field == "sort")
        #expect(
            failure(
                .with {
                    $0.kind = .party; $0.limit = 1_001
                })?.field == "limit")
        #expect(failure(.with { $0.kind = .party })?.code == nil)
        #expect(failure(filter("status", .equals, "x"))?.isOfRequest == true)
    }

    @Test func `a cursor of another list is refused`() throws {
        var log = LogSketch()
        for _ in 0..<3 { try log.begin(.party, .partyRegistered()) }
        _ = try orders(["a", "b", "c"], log: &log)
        let store = try log.fold(Directory.self)
        var request = ListRequest.with {
            $0.kind = .order; $0.limit = 1
        }
        let cursor = Data(try Directory.list(request, in: store).cursor)
        let foreign: [(inout ListRequest) -> Void] = [
            { $0.kind = .party }, { $0.sort = .changed }, { $0.descending = true }, { $0.cursor = Data([1]) },
            { $0.cursor = Data(cursor.dropLast(9)) }, { $0.cursor = Data([9] + cursor.dropFirst()) },
        ]
        for change in foreign {
            request.cursor = cursor
            var other = request
            change(&other)
            let error = #expect(throws: ViewError.self) { try Directory.list(other, in: store) }
            #expect(error?.code == .cursorForeign && error?.field == "cursor")
        }
        request.cursor = cursor
        #expect(try Directory.list(request, in: store).records.map(\.record.order.documentNumber) == ["b"])
    }

    @Test func `a filter that few meet cuts a page short, and the list still finds them all`() throws {
        var log = LogSketch()
        let count = Directory.pageScanMaximum + 50
        for number in 0..<count {
            try log.begin(.product, .productDefined(sku: "P", category: number % 10_000 == 3 ? "rare" : "common"))
        }
        let store = try log.fold(Directory.self)
        let filter = Filter.with {
            $0.field = "category"; $0.operator = .equals; $0.value = "rare"
        }
        let request = ListRequest.with {
            $0.kind = .product; $0.filters = [filter]
        }
        let first = try Directory.list(request, in: store)
        #expect(first.records.count == 2 && !first.cursor.isEmpty)
        #expect(try pages(store, request, limit: 100).count == 3)
    }

    @Test func `the names of enumerators are those of JSON`() throws {
        #expect(EnumerationNames.role.names.count == Role.allCases.count)
        for status in PartyStatus.allCases where status != .unspecified {
            let json = try PartyRecord.with { $0.status = status }.jsonString()
            #expect(json.contains("\"PARTY_STATUS_\(EnumerationNames.partyStatus.names[status.rawValue])\""))
        }
        for kind in PartyKind.allCases where kind != .unspecified {
            let json = try PartyRecord.with { $0.kind = kind }.jsonString()
            #expect(json.contains("\"PARTY_KIND_\(EnumerationNames.partyKind.names[kind.rawValue])\""))
        }
        for status in OrderStatus.allCases where status != .unspecified {
            let json = try OrderRecord.with { $0.status = status }.jsonString()
            #expect(json.contains("\"ORDER_STATUS_\(EnumerationNames.orderStatus.names[status.rawValue])\""))
        }
        for status in ReturnStatus.allCases where status != .unspecified {
            let json = try ReturnRecord.with { $0.status = status }.jsonString()
            #expect(json.contains("\"RETURN_STATUS_\(EnumerationNames.returnStatus.names[status.rawValue])\""))
        }
        for mode in CommandMode.allCases where mode != .unspecified {
            let json = try ImportRecord.with { $0.mode = mode }.jsonString()
            #expect(json.contains("\"COMMAND_MODE_\(EnumerationNames.commandMode.names[mode.rawValue])\""))
        }
        for role in Role.allCases where role != .unspecified {
            let json = try RoleGrant.with { $0.role = role }.jsonString()
            #expect(json.contains("\"ROLE_\(EnumerationNames.role.names[role.rawValue])\""))
        }
    }
}

/// Orders pairs of bytes and number.
private func < (left: ([UInt8], StreamNumber), right: ([UInt8], StreamNumber)) -> Bool {
    left.0 == right.0 ? left.1 < right.1 : left.0.lexicographicallyPrecedes(right.0)
}
