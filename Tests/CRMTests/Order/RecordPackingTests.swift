import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct RecordPackingTests {
    /// Encoded payloads of a scenario's events of these kinds.
    private func payloads(_ scenario: Scenario, _ kinds: Set<EventKind>) throws -> [[UInt8]] {
        try scenario.events.filter { kinds.contains($0.stored.header.kind) }.map {
            try EventPayload.encode($0.stored.payload).payload
        }
    }

    private func longOrder(_ shop: Shop, lines: Int) -> PlaceOrder {
        var order = shop.order
        order.documentNumber = String(repeating: "9", count: 128)
        order.channel = String(repeating: "c", count: 64)
        order.country = String(repeating: "x", count: 64)
        order.lines = (0..<lines).map { index in
            var line = shop.line(index % 2 == 0 ? shop.pen : nil, "\(index).000001", "12345.678901234")
            line.taxRate = decimal("0.21")
            line.unitCost = decimal("0.000000001")
            line.discount = Int64(index % 3)
            return line
        }
        return order
    }

    @Test(arguments: [1, 20, 27, 28, 29, 100, 5_000])
    func `lines are spread over records that stay below 1,600 bytes`(count: Int) throws {
        var shop = try Shop()
        let order = longOrder(shop, lines: count)
        let number = try shop.scenario.made(order)
        let sizes = try payloads(shop.scenario, [.orderPlaced, .orderLinesAdded]).map(\.count)
        #expect(sizes.allSatisfy { $0 <= 1_600 })
        // All but the last record are about full: no line has 70 bytes.
        #expect(sizes.dropFirst().dropLast().allSatisfy { $0 > 1_530 })
        let state = try shop.state(ofOrder: number)
        #expect(state.lines.map(\.line) == (1...UInt32(count)).map { $0 })
        #expect(state.net == state.lines.reduce(0) { $0 + $1.net })
        #expect(shop.scenario.isReproducible)
    }

    @Test func `a correction replaces lines that stand in several records`() throws {
        var shop = try Shop()
        let upsert = shop.upsert { $0.order = longOrder(shop, lines: 200) }
        shop.scenario.when(upsert)
        let number = try #require(shop.scenario.lastTarget)
        #expect(shop.scenario.when(upsert).isUnchanged)
        var shorter = upsert
        shorter.order.lines.removeFirst(60)
        let outcome = shop.scenario.when(shorter)
        #expect(outcome.kinds.first == .orderCorrected)
        #expect(outcome.kinds.dropFirst().allSatisfy { $0 == .orderLinesAdded })
        #expect(try shop.state(ofOrder: number).lines.count == 140)
        #expect(shop.scenario.when(shorter).isUnchanged)
        #expect(try payloads(shop.scenario, [.orderCorrected, .orderLinesAdded]).allSatisfy { $0.count <= 1_600 })

        // As-of folds sort by validity: lines of the placement must not come back.
        var state = OrderState()
        let events = shop.scenario.events.filter { $0.stream == number }.map(\.stored)
        let (placed, corrected) = (events.filter { $0.position < outcome.events[0].stored.position }, outcome.events)
        for event in corrected.map(\.stored) + placed { OrderAggregate.evolve(&state, event) }
        #expect(state.lines == (try shop.state(ofOrder: number)).lines)
    }

    @Test func `a return of many lines and its correction stay below 1,600 bytes`() throws {
        var shop = try Shop()
        let lines = longOrder(shop, lines: 300).lines
        let order = try shop.placed { $0.lines = lines }
        var upsert = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn.order = Reference(number: order)
            $0.goodsReturn.lines = (UInt32(1)...299).map { line in
                ReturnLineInput.with {
                    $0.orderLine = line + 1
                    $0.quantity = decimal("\(line)")
                }
            }
        }
        shop.scenario.when(upsert)
        let number = try #require(shop.scenario.lastTarget)
        #expect(shop.scenario.when(upsert).isUnchanged)
        for index in upsert.goodsReturn.lines.indices { upsert.goodsReturn.lines[index].quantity = decimal("0.5") }
        upsert.goodsReturn.lines.removeLast(100)
        let outcome = shop.scenario.when(upsert)
        #expect(outcome.kinds.first == EventKind.returnCorrected)
        #expect(outcome.kinds.count > 5)
        let kinds: Set<EventKind> = [.returnRegistered, .returnLinesAdded, .returnCorrected]
        #expect(try payloads(shop.scenario, kinds).allSatisfy { $0.count <= 1_600 })
        #expect(try shop.state(ofReturn: number).lines.count == 199)
        #expect(try shop.scenario.claim(.returned(order: order, line: 2)) == 500_000)
        #expect(try shop.scenario.claim(.returned(order: order, line: 300)) == 0)
        #expect(shop.scenario.when(upsert).isUnchanged)
        #expect(shop.scenario.isReproducible)
    }
}
