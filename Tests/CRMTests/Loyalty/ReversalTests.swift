import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct ReversalTests {
    @Test func `an order of 40 EUR earned 70 points, 20 EUR returned take 35 back`() throws {
        var club = try Club.earning("1.75")
        let order = try club.buy("40")
        #expect(try club.balance().active == 70)
        #expect(club.bringBack(order, 2_000).reversed == [35])
        #expect(try club.balance().active == 35)
        #expect(try club.balance().reversed == 35)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `returned product C earned 20 points, exactly those are taken back`() throws {
        var club = try Club.earning("1")
        let order = try club.buy("30", "20", "20")
        #expect(try club.balance().active == 70)
        #expect(club.bringBack(order, 2_000, line: 3, quantity: "1").reversed == [20])
        #expect(try club.balance().active == 50)
        guard case .earningReversed(let reversed)? = club.scenario.events.last?.stored.payload else { return }
        #expect(reversed.lots.map(\.lot) == [3])
        #expect(reversed.lines.map(\.orderLine) == [3])
        #expect(club.scenario.isReproducible)
    }

    @Test func `returns in parts take back exactly everything in the end`() throws {
        var club = try Club.earning("1.75")
        let order = try club.buy("9.99")
        #expect(try club.balance().active == 17)
        let parts = [333, 333, 333].flatMap { club.bringBack(order, $0).reversed }
        #expect(parts.reduce(0, +) == 17)
        #expect(try club.balance().active == 0)
        #expect(try club.balance().reversed == 17)
    }

    @Test func `a return after the points are spent makes a debt that the next points fill`() throws {
        var club = try Club.earning()
        let order = try club.buy("70")
        club.spend(60)
        #expect(club.bringBack(order, 7_000, quantity: "1").reversed == [70])
        #expect(try club.balance().active == -60)
        #expect(try club.state().debt == 60)
        #expect(club.spend(1).code == .insufficientPoints)
        try club.buy("100")
        #expect(try club.balance().active == 40)
        #expect(try club.state().debt == 0)
        #expect(try club.state().earnings.map(\.left) == [40])
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `other points that can be spent pay for a return before a debt is made`() throws {
        var club = try Club.earning()
        let order = try club.buy("70")
        club.spend(70)
        try club.buy("30")
        #expect(club.bringBack(order, 7_000, quantity: "1").reversed == [70])
        #expect(try club.state().earnings.isEmpty)
        #expect(try club.balance().active == -40)
        #expect(try club.balance().isBalanced)
    }

    @Test func `a cancelled order gives all its points back`() throws {
        var club = try Club.earning()
        let order = try club.buy("70")
        let outcome = club.scenario.when(
            CancelOrder.with { $0.order = Reference(number: order) }, reason: "out of stock")
        #expect(outcome.kinds == [.orderCancelled, .partyStatusWithdrawn, .earningReversed])
        #expect(try club.balance().active == 0)
        #expect(try club.state().orders.isEmpty)
    }

    @Test func `a credit note without an order takes nothing back`() throws {
        var club = try Club.earning()
        try club.buy("70")
        let customer = Reference(number: club.shop.customer)
        let outcome = club.scenario.when(
            RegisterReturn.with {
                $0.party = customer
                $0.currency = "EUR"
                $0.lines = [
                    ReturnLineInput.with {
                        $0.quantity = decimal("1")
                        $0.net = 1_000
                    }
                ]
            })
        #expect(outcome.kinds == [.returnRegistered])
    }

    @Test func `a corrected order earns and gives back what differs, its other lines keep their points`() throws {
        var club = try Club.earning()
        var upsert = club.shop.upsert()
        upsert.order.reached = .confirmed
        let order = try club.scenario.made(upsert)
        #expect(try club.balance().active == 22)
        upsert.order.lines[0].quantity = decimal("5")
        #expect(club.scenario.when(upsert).kinds == [.orderCorrected, .earningReversed, .pointsEarned])
        #expect(try club.balance().active == 27)
        upsert.order.lines.removeLast()
        #expect(club.scenario.when(upsert).kinds == [.orderCorrected, .earningReversed])
        #expect(try club.balance().active == 12)
        upsert.order.channel = "shop"
        #expect(club.scenario.when(upsert).kinds == [.orderCorrected])
        #expect(try club.state().line(1, ofOrder: order.rawValue)?.earned == 12)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `what had come back of a corrected line comes back of its new points`() throws {
        var club = try Club.earning()
        var upsert = club.shop.upsert()
        upsert.order.reached = .confirmed
        upsert.order.lines = [club.shop.line(club.shop.pen, "1", "40")]
        let order = try club.scenario.made(upsert)
        club.bringBack(order, 2_000, quantity: "0.5")
        #expect(try club.balance().active == 20)
        upsert.order.lines = [club.shop.line(club.shop.pen, "1", "80")]
        let outcome = club.scenario.when(upsert)
        #expect(outcome.kinds == [.orderCorrected, .earningReversed, .pointsEarned, .earningReversed])
        #expect(outcome.earned == [80])
        #expect(outcome.reversed == [20, 20])
        #expect(try club.balance().active == 60)
    }

    @Test func `an order that turns out to be somebody else's takes its points along`() throws {
        var club = try Club.earning()
        let other = Reference(number: club.shop.other)
        let second = try club.scenario.made(EnrolMember.with { $0.party = other })
        var upsert = club.shop.upsert()
        upsert.order.reached = .confirmed
        _ = try club.scenario.made(upsert)
        upsert.order.party = other
        club.scenario.when(upsert)
        #expect(try club.balance().active == 0)
        #expect(try club.balance(of: second).active == 22)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a return that turns out smaller gives points back where they came from`() throws {
        var club = try Club.earning()
        let order = try club.buy("70")
        var goods = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = club.shop.goods(of: order, "1")
        }
        #expect(club.scenario.when(goods).reversed == [70])
        goods.goodsReturn.lines[0].quantity = decimal("0.5")
        let outcome = club.scenario.when(goods)
        #expect(outcome.kinds == [.returnCorrected, .reversalWithdrawn])
        #expect(try club.balance().active == 35)
        #expect(try club.state().earnings.map(\.left) == [35])
        goods.goodsReturn.documentNumber = "R-1"
        #expect(club.scenario.when(goods).kinds == [.returnCorrected])
        goods.goodsReturn.lines[0].quantity = decimal("1")
        #expect(club.scenario.when(goods).reversed == [35])
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `points that fill a debt which was none come back as a lot of their own`() throws {
        var club = try Club.earning()
        let order = try club.buy("70")
        club.spend(70)
        var goods = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = club.shop.goods(of: order, "1")
        }
        club.scenario.when(goods)
        club.give(100, "bonus")
        #expect(try club.balance().active == 30)
        goods.goodsReturn.clearOrder()
        goods.goodsReturn.lines[0].orderLine = 0
        goods.goodsReturn.lines[0].unitPrice = decimal("70")
        #expect(club.scenario.when(goods).kinds == [.returnCorrected, .reversalWithdrawn])
        #expect(try club.balance().active == 100)
        #expect(try club.balance().reversed == 0)
        #expect(try club.balance().isBalanced)
        #expect(try club.state().earnings.map(\.left) == [30, 70])
        #expect(club.scenario.isReproducible)
    }

    @Test func `earnings are reversed by command up to what is left of them`() throws {
        var club = try Club.earning()
        try club.buy("30", "20")
        let position = UInt64(club.scenario.events.count)
        func reverse(_ points: Int64, line: UInt32 = 0) -> ReverseEarning {
            ReverseEarning.with {
                $0.account = Reference(number: club.account)
                $0.earning = position
                $0.points = points
                $0.orderLine = line
            }
        }
        #expect(club.scenario.when(reverse(21, line: 2)).code == .reversalExceeds)
        #expect(club.scenario.when(reverse(5, line: 2)).reversed == [5])
        #expect(club.scenario.when(reverse(0)).reversed == [45])
        #expect(club.scenario.when(reverse(0)).isUnchanged)
        #expect(club.scenario.when(reverse(1)).code == .reversalExceeds)
        #expect(try club.balance().active == 0)
        club.give(10, "bonus")
        let bonus = UInt64(club.scenario.events.count)
        var command = reverse(0)
        command.earning = bonus
        #expect(club.scenario.when(command).reversed == [10])
        #expect(club.scenario.when(command).isUnchanged)
        #expect(club.scenario.isReproducible)
    }
}

@Suite struct MovedReturnTests {
    @Test func `a return that turns out to be of another order gives back there and takes here`() throws {
        var club = try Club.earning()
        let first = try club.buy("70")
        let second = try club.buy("50")
        club.spend(100)
        var goods = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = club.shop.goods(of: first, "1")
        }
        #expect(club.scenario.when(goods).reversed == [70])
        #expect(try club.balance().active == -50)
        goods.goodsReturn.order = Reference(number: second)
        let outcome = club.scenario.when(goods)
        #expect(outcome.kinds == [.returnCorrected, .earningReversed, .reversalWithdrawn])
        #expect(outcome.payloads.compactMap { $0.ledger?.balance.active } == [-100, -30])
        #expect(try club.balance().active == -30)
        #expect(try club.balance().reversed == 50)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }

    @Test func `a long order confirmed after some of it came back earns and gives back in step`() throws {
        var club = try Club.earning()
        var order = club.shop.order
        order.lines = (0..<900).map { _ in club.shop.line(club.shop.pen, "1", "2") }
        let number = try club.scenario.made(order)
        var goods = club.shop.goods(of: number, "1")
        goods.lines += [UInt32(899), 500].map { line in
            .with {
                $0.orderLine = line
                $0.quantity = decimal("0.5")
            }
        }
        #expect(club.scenario.when(goods, historic: true).kinds == [.returnRegistered])
        let confirm = ConfirmOrder.with { $0.order = Reference(number: number) }
        let outcome = club.scenario.when(confirm)
        #expect(outcome.earned == [800, 800, 200])
        #expect(outcome.reversed == [2, 1, 1])
        #expect(outcome.payloads.compactMap { $0.ledger }.allSatisfy { $0.balance.isBalanced })
        #expect(outcome.payloads.last?.ledger?.balance.active == 1_796)
        #expect(try club.balance().active == 1_796)
        #expect(club.scenario.isReproducible)
    }
}
