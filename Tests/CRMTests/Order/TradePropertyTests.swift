import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct TradePropertyTests {
    /// Random commands on a few orders and returns, most of which are refused for one reason or another.
    private struct Play {
        var shop: Shop
        var random: SeededGenerator
        var accepted = 0

        mutating func step() {
            let outcome =
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1: shop.scenario.when(upsertOrder(), historic: Bool.random(using: &random))
                case 2:
                    shop.scenario.when(
                        CorrectOrder.with {
                            $0.order = order(); $0.corrected = content()
                        })
                case 3: shop.scenario.when(ConfirmOrder.with { $0.order = order() })
                case 4: shop.scenario.when(fulfil())
                case 5 where Int.random(in: 0..<4, using: &random) == 0:
                    shop.scenario.when(CancelOrder.with { $0.order = order() }, reason: "random")
                case 6 where Int.random(in: 0..<4, using: &random) == 0:
                    shop.scenario.when(RefundReturn.with { $0.goodsReturn = goodsReturn() })
                default: shop.scenario.when(upsertReturn())
                }
            if !outcome.events.isEmpty { accepted += 1 }
        }

        private mutating func key() -> ExternalKey {
            ExternalKey(system: "s", key: "\(Int.random(in: 0..<4, using: &random))")
        }

        private mutating func order() -> Reference { Reference(external: key()) }

        private mutating func goodsReturn() -> Reference { Reference(external: key()) }

        private mutating func quantity() -> DecimalValue {
            DecimalValue.with {
                $0.unscaled = Int64.random(in: 0...30, using: &random)
                $0.scale = UInt32.random(in: 0...2, using: &random)
            }
        }

        private mutating func content() -> PlaceOrder {
            var order = PlaceOrder()
            order.currency = Int.random(in: 0..<10, using: &random) == 0 ? "USD" : "EUR"
            if Bool.random(using: &random) {
                order.party = Reference(number: Bool.random(using: &random) ? shop.customer : shop.other)
            }
            if Bool.random(using: &random) { order.documentNumber = "\(Int.random(in: 0..<3, using: &random))" }
            order.reached = [.unspecified, .placed, .confirmed, .completed].randomElement(using: &random) ?? .placed
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                var line = OrderLineInput()
                line.quantity = quantity()
                line.unitPrice = quantity()
                if Bool.random(using: &random) { line.product = Reference(number: shop.pen) }
                if Bool.random(using: &random) { line.discount = Int64.random(in: 0...50, using: &random) }
                order.lines.append(line)
            }
            return order
        }

        private mutating func upsertOrder() -> UpsertOrder {
            let order = content()
            let key = key()
            return UpsertOrder.with {
                $0.key = key
                $0.order = order
            }
        }

        private mutating func fulfil() -> FulfilLine {
            let (order, quantity, line) = (order(), quantity(), UInt32.random(in: 1...3, using: &random))
            return FulfilLine.with {
                $0.order = order
                $0.line = line
                $0.quantity = quantity
            }
        }

        private mutating func upsertReturn() -> UpsertReturn {
            var goods = RegisterReturn()
            let isFree = Int.random(in: 0..<6, using: &random) == 0
            if isFree { goods.currency = "EUR" } else { goods.order = order() }
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                var line = ReturnLineInput()
                line.orderLine = isFree ? 0 : UInt32.random(in: 1...3, using: &random)
                line.quantity = quantity()
                if isFree { line.net = 5 }
                goods.lines.append(line)
            }
            let key = key()
            return UpsertReturn.with {
                $0.key = key
                $0.goodsReturn = goods
            }
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `whatever happens, no more comes back than was sold and sums are sums`(seed: UInt64) throws {
        var play = Play(shop: try Shop(), random: SeededGenerator(seed: seed))
        for _ in 0..<250 {
            play.step()
            try check(play.shop, seed: seed)
        }
        #expect(play.accepted > 20, "seed \(seed)")
        #expect(play.shop.scenario.isReproducible, "seed \(seed)")
    }

    private func check(_ shop: Shop, seed: UInt64) throws {
        let scenario = shop.scenario
        let streams = Set(scenario.events.map(\.stream))
        var back: [StreamNumber: [UInt32: Int64]] = [:]
        for stream in streams {
            guard let goods = try scenario.state(ReturnAggregate.self, of: stream) else { continue }
            #expect(goods.net == goods.lines.reduce(0) { $0 + $1.net }, "seed \(seed)")
            #expect(goods.lines.count == Int(goods.lineCount), "seed \(seed)")
            guard goods.orderNumber != 0 else { continue }
            for line in goods.lines {
                back[StreamNumber(goods.orderNumber), default: [:]][line.orderLine, default: 0] += millionths(
                    line.quantity)
            }
        }
        var confirmed: [UInt64: Int64] = [:]
        for stream in streams {
            guard let order = try scenario.state(OrderAggregate.self, of: stream) else { continue }
            #expect(order.net == order.lines.reduce(0) { $0 + $1.net }, "seed \(seed)")
            #expect(order.lines.count == Int(order.lineCount), "seed \(seed)")
            if order.status == .confirmed || order.status == .completed {
                confirmed[order.partyNumber, default: 0] += 1
            }
            let sold = Dictionary(uniqueKeysWithValues: order.lines.map { ($0.line, millionths($0.quantity)) })
            for line in UInt32(1)...3 {
                let returned = back[stream]?[line] ?? 0
                let isSale = order.status != .cancelled
                #expect(returned <= (isSale ? sold[line] ?? 0 : 0), "seed \(seed): order \(stream), line \(line)")
                #expect(try scenario.claim(.returned(order: stream, line: line)) == returned, "seed \(seed)")
            }
            for line in order.fulfilled { #expect(line.quantity <= sold[line.line] ?? 0, "seed \(seed)") }
        }
        for party in [shop.customer, shop.other] {
            let count = confirmed[party.rawValue] ?? 0
            #expect(try scenario.claim(.confirmedOrders(party)) == count, "seed \(seed)")
            #expect((try shop.status(of: party) == .customer) == (count > 0), "seed \(seed)")
        }
    }

    private func millionths(_ value: DecimalValue) -> Int64 {
        (0..<(6 - value.scale)).reduce(value.unscaled) { units, _ in units * 10 }
    }
}
