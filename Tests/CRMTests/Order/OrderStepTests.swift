import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OrderStepTests {
    private func reference(_ number: StreamNumber) -> Reference { Reference(number: number) }

    @Test func `an order is confirmed once`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        let confirm = ConfirmOrder.with { $0.order = reference(order) }
        #expect(shop.scenario.when(confirm).kinds == [.orderConfirmed, .partyStatusChanged])
        #expect(shop.scenario.when(confirm).isUnchanged)
        shop.scenario.when(CompleteOrder.with { $0.order = reference(order) })
        #expect(shop.scenario.when(confirm).isUnchanged)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.customer)) == 1)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `an order is completed once, after it was confirmed`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        let complete = CompleteOrder.with { $0.order = reference(order) }
        #expect(shop.scenario.when(complete).code == .illegalTransition)
        shop.scenario.when(ConfirmOrder.with { $0.order = reference(order) })
        #expect(shop.scenario.when(complete).kinds == [.orderCompleted])
        #expect(shop.scenario.when(complete).isUnchanged)
    }

    @Test func `cancelling needs a reason, takes the customer's status back and ends the order`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        let cancel = CancelOrder.with { $0.order = reference(order) }
        #expect(shop.scenario.when(cancel).code == .reasonRequired)
        let outcome = shop.scenario.when(cancel, reason: "changed their mind")
        #expect(outcome.kinds == [.orderCancelled, .partyStatusWithdrawn])
        #expect(outcome.events[1].stored.header.causation == outcome.events[0].stored.position)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.customer)) == 0)
        #expect(try shop.status(of: shop.customer) == .suspect)
        #expect(shop.scenario.when(cancel).isUnchanged)
        #expect(shop.scenario.when(ConfirmOrder.with { $0.order = reference(order) }).code == .terminalState)
        #expect(shop.scenario.when(CompleteOrder.with { $0.order = reference(order) }).code == .terminalState)
        #expect(
            shop.scenario.when(
                FulfilLine.with {
                    $0.order = reference(order)
                    $0.line = 1
                    $0.quantity = decimal("1")
                }
            ).code == .terminalState)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `an order that was only placed is cancelled without touching its customer`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        #expect(
            shop.scenario.when(CancelOrder.with { $0.order = reference(order) }, historic: true).kinds
                == [.orderCancelled])
    }

    @Test func `a completed order is not cancelled`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .completed)
        let outcome = shop.scenario.when(CancelOrder.with { $0.order = reference(order) }, reason: "late")
        #expect(outcome.code == .illegalTransition)
    }

    @Test func `an order of which something came back is not cancelled`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        let goods = UpsertReturn.with {
            $0.key = ExternalKey(system: "shop", key: "R-1")
            $0.goodsReturn = shop.goods(of: order, "1", line: 2)
        }
        #expect(shop.scenario.when(goods).kinds == [.returnRegistered])
        let cancel = CancelOrder.with { $0.order = reference(order) }
        for historic in [false, true] {
            let outcome = shop.scenario.when(cancel, reason: "changed their mind", historic: historic)
            #expect(outcome.code == .illegalTransition)
            #expect(outcome.refusal?.detail.sentence.contains("Register a return of the rest") == true)
        }
        #expect(try shop.state(ofOrder: order).status == .confirmed)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.customer)) == 1)

        // The goods turn out to be another order's.
        let other = try shop.placed { $0.documentNumber = "A-2" }
        var moved = goods
        moved.goodsReturn.order = reference(other)
        #expect(shop.scenario.when(moved).kinds == [.returnCorrected])
        #expect(shop.scenario.when(cancel, reason: "changed their mind").kinds == [.orderCancelled])
        #expect(shop.scenario.when(goods).code == .returnOfUnknownSale)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `an order that was only placed but of which something came back in history is not cancelled`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        shop.scenario.when(shop.goods(of: order, "1"), historic: true)
        let cancel = CancelOrder.with { $0.order = reference(order) }
        #expect(shop.scenario.when(cancel, reason: "double").code == .illegalTransition)
    }

    @Test func `a line is fulfilled up to what was ordered`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        func fulfil(_ line: UInt32, _ quantity: String) -> FulfilLine {
            FulfilLine.with {
                $0.order = reference(order)
                $0.line = line
                $0.quantity = decimal(quantity)
            }
        }
        #expect(shop.scenario.when(fulfil(2, "1")).code == .illegalTransition)
        shop.scenario.when(ConfirmOrder.with { $0.order = reference(order) })
        #expect(shop.scenario.when(fulfil(2, "1")).kinds == [.lineFulfilled])
        #expect(shop.scenario.when(fulfil(1, "3")).kinds == [.lineFulfilled])
        #expect(shop.scenario.when(fulfil(2, "0.500001")).code == .overFulfil)
        #expect(shop.scenario.when(fulfil(2, "0.5")).kinds == [.lineFulfilled])
        #expect(shop.scenario.when(fulfil(1, "0.000001")).code == .overFulfil)
        #expect(try shop.state(ofOrder: order).fulfilled.map(\.line) == [1, 2])
        #expect(try shop.state(ofOrder: order).fulfilled.map(\.quantity) == [3_000_000, 1_500_000])
        #expect(shop.scenario.when(fulfil(3, "1")).code == .notFound)
        #expect(shop.scenario.when(fulfil(3, "1")).field == "line")
        #expect(shop.scenario.when(fulfil(1, "0")).code == .amountInvalid)
        #expect(shop.scenario.when(fulfil(1, "-1")).code == .amountInvalid)
        shop.scenario.when(CompleteOrder.with { $0.order = reference(order) })
        #expect(shop.scenario.when(fulfil(1, "1")).code == .illegalTransition)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `every event of an order names its customer`() throws {
        var shop = try Shop()
        let order = try shop.placed(reached: .placed)
        shop.scenario.when(ConfirmOrder.with { $0.order = reference(order) })
        shop.scenario.when(
            FulfilLine.with {
                $0.order = reference(order)
                $0.line = 1
                $0.quantity = decimal("1")
            })
        shop.scenario.when(CompleteOrder.with { $0.order = reference(order) })
        let events = shop.scenario.events.filter { $0.stream == order }
        #expect(events.count == 4)
        #expect(events.allSatisfy { $0.subjects.map(\.subject) == [shop.customer] })
    }

    @Test func `a step of an order that does not exist is refused`() throws {
        var shop = try Shop()
        #expect(shop.scenario.when(ConfirmOrder.with { $0.order = reference(shop.pen) }).code == .notFound)
        #expect(shop.scenario.when(ConfirmOrder()).code == .schemaInvalid)
    }
}
