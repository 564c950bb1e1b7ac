import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct CorrectionTests {
    private func upsert(_ club: Club, _ price: String) -> UpsertOrder {
        var upsert = club.shop.upsert()
        upsert.order.reached = .confirmed
        upsert.order.lines = [club.shop.line(club.shop.pen, "1", price)]
        return upsert
    }

    private func positions(_ kind: EventKind, _ club: Club) -> [UInt64] {
        club.scenario.events.filter { $0.stored.header.kind == kind }.map(\.stored.position.rawValue)
    }

    private func reverse(_ earning: UInt64, _ club: Club, points: Int64 = 0) -> ReverseEarning {
        ReverseEarning.with {
            $0.account = Reference(number: club.account)
            $0.earning = earning
            $0.points = points
        }
    }

    @Test func `a correction of something else gives no points back that were taken by hand`() throws {
        var club = try Club.earning()
        var order = upsert(club, "100")
        club.scenario.when(order)
        let earning = try #require(positions(.pointsEarned, club).last)
        #expect(club.scenario.when(reverse(earning, club)).reversed == [100])
        order.order.documentNumber = "A-9"
        #expect(club.scenario.when(order).kinds == [.orderCorrected])
        #expect(try club.balance().active == 0)
        order.order.lines = [club.shop.line(club.shop.pen, "1", "60")]
        #expect(club.scenario.when(order).earned == [60])
        #expect(club.scenario.isReproducible)
    }

    @Test func `only changed and new lines earn of an order that had earned nothing`() throws {
        var club = try Club.earning()
        club.scenario.when(SuspendProgramme())
        var order = club.shop.upsert()
        order.order.reached = .confirmed
        club.scenario.when(order)
        club.scenario.when(ActivateProgramme())
        order.order.channel = "shop"
        #expect(club.scenario.when(order).kinds == [.orderCorrected])
        order.order.lines[0].taxRate = decimal("0.21")
        #expect(club.scenario.when(order).kinds == [.orderCorrected])
        order.order.lines[0].quantity = decimal("4")
        #expect(club.scenario.when(order).earned == [10])
        order.order.lines.append(club.shop.line(club.shop.pen, "1", "5"))
        #expect(club.scenario.when(order).earned == [5])
        #expect(try club.balance().active == 15)
        order.order.currency = "USD"
        let outcome = club.scenario.when(order)
        #expect(outcome.reversed == [15])
        #expect(outcome.earned == [30])
        #expect(club.scenario.isReproducible)
    }

    @Test func `unchanged lines are known of an order of many records`() throws {
        var club = try Club.earning()
        club.scenario.when(SuspendProgramme())
        var order = club.shop.upsert()
        order.order.reached = .confirmed
        order.order.lines = (0..<4_000).map { _ in club.shop.line(club.shop.pen, "1", "2") }
        #expect(club.scenario.when(order).kinds.contains(.orderLinesAdded))
        club.scenario.when(ActivateProgramme())
        order.order.lines[3_999].unitPrice = decimal("7")
        #expect(club.scenario.when(order).earned == [7])
    }

    @Test func `an earning that a correction has ended is not reversed out of the later one`() throws {
        var club = try Club.earning()
        club.scenario.when(upsert(club, "10"))
        #expect(club.scenario.when(upsert(club, "20")).earned == [20])
        let earnings = positions(.pointsEarned, club)
        #expect(earnings.count == 2)
        #expect(club.scenario.when(reverse(earnings[0], club)).isUnchanged)
        #expect(club.scenario.when(reverse(earnings[0], club, points: 5)).code == .reversalExceeds)
        #expect(club.scenario.when(reverse(earnings[1], club, points: 5)).reversed == [5])
        #expect(club.scenario.when(reverse(earnings[1], club)).reversed == [15])
        #expect(try club.balance().active == 0)
        // The line is forgotten by now, and earns once more.
        #expect(club.scenario.when(upsert(club, "30")).earned == [30])
        #expect(club.scenario.when(reverse(earnings[1], club)).isUnchanged)
        #expect(try club.balance().active == 30)
    }

    @Test func `what comes back of a line while it earns nothing counts when it earns again`() throws {
        var club = try Club.earning()
        let order = try club.scenario.made(upsert(club, "40"))
        #expect(club.bringBack(order, 2_000).reversed == [20])
        club.scenario.when(SuspendProgramme())
        #expect(club.scenario.when(upsert(club, "80")).reversed == [20])
        #expect(try club.balance().active == 0)
        var goods = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = club.shop.goods(of: order, "0.01")
        }
        goods.goodsReturn.lines[0].net = 4_000
        #expect(club.scenario.when(goods).kinds == [.returnRegistered, .earningReversed])
        goods.goodsReturn.lines[0].net = 3_000
        #expect(club.scenario.when(goods).kinds == [.returnCorrected, .reversalWithdrawn])
        #expect(try club.balance().reversed == 40)
        club.scenario.when(ActivateProgramme())
        let outcome = club.scenario.when(upsert(club, "100"))
        #expect(outcome.earned == [100])
        #expect(outcome.reversed == [50])
        #expect(try club.balance().active == 50)
        #expect(try club.balance().isBalanced)
        #expect(club.scenario.isReproducible)
    }
}

@Suite struct PointsLimitTests {
    @Test func `returns of any amount take back no more than was earned`() throws {
        var club = try Club.earning()
        let order = try club.buy("1")
        #expect(club.bringBack(order, .max, quantity: "0.5").reversed == [1])
        #expect(club.bringBack(order, 1, quantity: "0.5").reversed == [0])
        #expect(try club.state().line(1, ofOrder: order.rawValue)?.returned == .max)
        #expect(club.scenario.isReproducible)
    }

    @Test func `the lines of an order earn no more together than one movement holds`() throws {
        var club = try Club.earning("1000000")
        try club.buy("900000", "10000000000", "10000000000")
        #expect(try club.balance().active == LoyaltyLimits.points)
        #expect(club.scenario.events.last?.stored.payload.ledger?.balance.earned == 1_000_000_000_000)
        let outcome = club.scenario.when(
            CancelOrder.with {
                $0.order = Reference(number: club.scenario.lastTarget ?? .none)
            }, reason: "typo")
        #expect(outcome.reversed == [LoyaltyLimits.points])
        #expect(club.scenario.isReproducible)
    }
}
