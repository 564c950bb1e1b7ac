import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OrderCorrectionTests {
    @Test func `an upsert places the order that is new, under its key`() throws {
        var shop = try Shop()
        let upsert = shop.upsert {
            $0.sourceVersion = 4
            $0.order.external = [ExternalKey(system: "erp", key: "9"), $0.key]
        }
        let outcome = shop.scenario.when(upsert)
        #expect(outcome.kinds == [.orderPlaced])
        let number = try #require(shop.scenario.lastTarget)
        #expect(try shop.scenario.resolve(Reference(external: upsert.key), .order) == number)
        #expect(try shop.scenario.resolve(Reference(external: upsert.order.external[0]), .order) == number)
        #expect(try shop.state(ofOrder: number).sourceVersions == [.shop(4)])
    }

    @Test func `what is the same in other words changes nothing`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let again = shop.upsert {
            $0.order.lines[0].quantity = decimal("3.000")
            $0.order.lines[0].net = 750
            $0.order.currency = ""
            $0.order.reached = .placed
        }
        #expect(shop.scenario.when(again).isUnchanged)
        #expect(shop.scenario.when(shop.upsert()).isUnchanged)
    }

    @Test(
        arguments: [
            { $0.documentNumber = "A-9" }, { $0.documentNumber = "" }, { $0.channel = "phone" }, { $0.country = "" },
            { $0.currency = "USD" }, { $0.lines[0].net = 1 }, { $0.lines[1].quantity = decimal("2") },
            { $0.lines[1].clearProduct() }, { $0.lines[1].taxRate = decimal("0.21") }, { $0.lines.removeLast() },
            { $0.lines[0].unitCost = decimal("0") }, { $0.lines[0].discount = 0 },
            { $0.lines[0].unitPrice = decimal("2.5001") },
            { $0.clearParty() },
        ] as [@Sendable (inout PlaceOrder) -> Void])
    func `whatever differs is corrected, once`(change: @Sendable (inout PlaceOrder) -> Void) throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let number = try #require(shop.scenario.lastTarget)
        let corrected = shop.upsert { change(&$0.order) }
        #expect(shop.scenario.when(corrected).kinds == [.orderCorrected])
        #expect(shop.scenario.when(corrected).isUnchanged)
        let state = try shop.state(ofOrder: number)
        #expect(state.net == state.lines.reduce(0) { $0 + $1.net })
        #expect(shop.scenario.isReproducible)
        let outcome = shop.scenario.when(
            CorrectOrder.with {
                $0.order = Reference(number: number)
                $0.corrected = shop.order
            })
        #expect(outcome.kinds == [.orderCorrected])
    }

    @Test func `texts are compared byte by byte`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.order.country = "Re\u{301}union" })
        #expect(shop.scenario.when(shop.upsert { $0.order.country = "R\u{E9}union" }).kinds == [.orderCorrected])
    }

    @Test func `a number that is given up can be used again`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let outcome = shop.scenario.when(shop.upsert { $0.order.documentNumber = "B-1" })
        guard case .orderCorrected(let corrected)? = outcome.payloads.first else { return }
        #expect(corrected.documentNumberChanged)
        #expect(corrected.documentNumberBefore == "A-1")
        #expect(shop.scenario.when(shop.order).kinds == [.orderPlaced])
        let back = shop.scenario.when(shop.upsert())
        #expect(back.code == .documentNumberUsed)
        #expect(back.field == "order.document_number")
    }

    @Test func `a confirmed order that goes to another customer moves what it makes of both`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.order.reached = .confirmed })
        let outcome = shop.scenario.when(shop.upsert { $0.order.party = Reference(number: shop.other) })
        #expect(outcome.kinds == [.orderCorrected, .partyStatusWithdrawn, .partyStatusChanged])
        #expect(outcome.events.map(\.stream.rawValue).dropFirst() == [shop.customer.rawValue, shop.other.rawValue])
        #expect(outcome.events[0].subjects.map(\.subject) == [shop.other, shop.customer])
        #expect(try shop.status(of: shop.customer) == .suspect)
        #expect(try shop.status(of: shop.other) == .customer)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.customer)) == 0)
        #expect(try shop.scenario.claim(.confirmedOrders(shop.other)) == 1)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `an upsert carries the order on to the status that it names`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        #expect(
            shop.scenario.when(shop.upsert { $0.order.reached = .completed }).kinds
                == [.orderConfirmed, .orderCompleted, .partyStatusChanged])
        #expect(shop.scenario.when(shop.upsert { $0.order.reached = .confirmed }).isUnchanged)
    }

    @Test func `a correction and a step of one command count the new customer`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let outcome = shop.scenario.when(
            shop.upsert {
                $0.order.party = Reference(number: shop.other)
                $0.order.reached = .confirmed
            })
        #expect(outcome.kinds == [.orderCorrected, .orderConfirmed, .partyStatusChanged])
        #expect(try shop.scenario.claim(.confirmedOrders(shop.other)) == 1)
    }

    @Test func `an older version of the source is refused`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.sourceVersion = 5 })
        let outcome = shop.scenario.when(
            shop.upsert {
                $0.sourceVersion = 4
                $0.order.channel = "phone"
            })
        #expect(outcome.code == .staleSource)
        #expect(outcome.refusal?.detail.expected == 4)
        #expect(outcome.refusal?.detail.actual == 5)
        #expect(
            shop.scenario.when(
                shop.upsert {
                    $0.sourceVersion = 6
                    $0.order.channel = "phone"
                }
            ).kinds == [.orderCorrected])
    }

    @Test func `an order of which something came back stays with its customer`() throws {
        var shop = try Shop()
        let order = try shop.placed()
        let goods = try shop.scenario.made(shop.goods(of: order, "1"))
        let correction = CorrectOrder.with {
            $0.order = Reference(number: order)
            $0.corrected = shop.order
            $0.corrected.party = Reference(number: shop.other)
        }
        #expect(shop.scenario.when(correction).code == .returnOtherCustomer)
        #expect(try shop.scenario.state(ReturnAggregate.self, of: goods)?.partyNumber == shop.customer.rawValue)
    }

    @Test func `a version that only took a step makes older ones stale`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.sourceVersion = 1 })
        let step = shop.upsert {
            $0.sourceVersion = 9
            $0.order.reached = .completed
        }
        #expect(shop.scenario.when(step).kinds == [.orderConfirmed, .orderCompleted, .partyStatusChanged])
        let late = shop.upsert {
            $0.sourceVersion = 5
            $0.order.channel = "phone"
        }
        #expect(shop.scenario.when(late).code == .staleSource)
    }

    @Test func `a time that differs moves the placement, but not where the order goes on`() throws {
        var shop = try Shop()
        let day = Instant(microseconds: 1_700_000_000_000_000)
        let next = Instant(microseconds: 1_700_086_400_000_000)
        shop.scenario.when(shop.upsert(), at: day)
        let number = try #require(shop.scenario.lastTarget)
        #expect(
            shop.scenario.when(shop.upsert { $0.order.reached = .confirmed }, at: next).kinds.first == .orderConfirmed)
        #expect(try shop.state(ofOrder: number).placedAt == day.rawValue)
        // The source sends the same step again, and the order as it was placed.
        #expect(shop.scenario.when(shop.upsert { $0.order.reached = .confirmed }, at: next).isUnchanged)
        #expect(shop.scenario.when(shop.upsert(), at: day).isUnchanged)
        #expect(shop.scenario.when(shop.upsert()).isUnchanged)
        let earlier = Instant(microseconds: day.rawValue - 1)
        let outcome = shop.scenario.when(shop.upsert(), at: earlier)
        #expect(outcome.kinds == [.orderCorrected])
        #expect(try shop.state(ofOrder: number).placedAt == earlier.rawValue)
        #expect(shop.upsert().retroactive && !shop.order.retroactive)
    }

    @Test func `a step that is older than the last fact is refused`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let outcome = shop.scenario.when(
            shop.upsert { $0.order.reached = .confirmed }, at: Instant(microseconds: 1_000))
        #expect(outcome.code == .occurredOutOfOrder)
    }

    @Test func `a cancelled order is not corrected, but the same again is nothing`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        let number = try #require(shop.scenario.lastTarget)
        shop.scenario.when(CancelOrder.with { $0.order = Reference(number: number) }, reason: "double")
        #expect(shop.scenario.when(shop.upsert { $0.order.channel = "x" }).code == .terminalState)
        #expect(shop.scenario.when(shop.upsert { $0.order.reached = .confirmed }).isUnchanged)
    }

    @Test func `an order is not corrected below what was fulfilled or came back`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.order.reached = .confirmed })
        let number = try #require(shop.scenario.lastTarget)
        shop.scenario.when(
            FulfilLine.with {
                $0.order = Reference(number: number)
                $0.line = 1
                $0.quantity = decimal("2")
            })
        shop.scenario.when(shop.goods(of: number, "1.25", line: 2))
        func less(_ line: Int, _ quantity: String) -> UpsertOrder {
            shop.upsert { $0.order.lines[line].quantity = decimal(quantity) }
        }
        let fulfilled = shop.scenario.when(less(0, "1.999999"))
        #expect(fulfilled.code == .overFulfil)
        #expect(fulfilled.field == "order.lines[0].quantity")
        let returned = shop.scenario.when(less(1, "1.2"))
        #expect(returned.code == .returnExceedsSold)
        #expect(returned.field == "order.lines[1].quantity")
        #expect(shop.scenario.when(shop.upsert { $0.order.lines.removeLast() }).code == .returnExceedsSold)
        #expect(shop.scenario.when(shop.upsert { $0.order.currency = "USD" }).code == .currencyMismatch)
        #expect(shop.scenario.when(less(0, "2")).kinds == [.orderCorrected])
        #expect(shop.scenario.when(less(1, "1.25")).kinds == [.orderCorrected])
        #expect(try shop.state(ofOrder: number).fulfilled.map(\.quantity) == [2_000_000])
    }

    @Test func `what retired or was archived since may stay on the order`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        shop.scenario.when(RetireProduct.with { $0.product = Reference(number: shop.pen) }, reason: "old")
        shop.scenario.when(ArchiveParty.with { $0.party = Reference(number: shop.customer) }, reason: "moved")
        #expect(shop.scenario.when(shop.upsert { $0.order.channel = "phone" }).kinds == [.orderCorrected])
        let other = shop.upsert { $0.order.lines[1].product = Reference(number: shop.pen) }
        #expect(shop.scenario.when(other).code == .productRetired)
    }

    @Test func `a correction is refused for what the order itself would be refused for`() throws {
        var shop = try Shop()
        let number = try shop.placed()
        func correct(_ change: (inout PlaceOrder) -> Void) -> CorrectOrder {
            CorrectOrder.with {
                $0.order = Reference(number: number)
                $0.corrected = shop.order
                change(&$0.corrected)
            }
        }
        #expect(shop.scenario.when(correct { _ in }).isUnchanged)
        #expect(shop.scenario.when(correct { $0.reached = .completed }).isUnchanged)
        let outcome = shop.scenario.when(correct { $0.lines[1].product = Reference(number: shop.other) })
        #expect(outcome.code == .referenceMissing)
        #expect(outcome.field == "corrected.lines[1].product")
        #expect(shop.scenario.when(correct { $0.lines = [] }).field == "corrected.lines")
    }

    @Test func `a correction that is valid before the placement wins when it is folded first`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert())
        shop.scenario.when(shop.upsert { $0.order.lines.removeLast() }, at: Instant(microseconds: 5))
        let number = try #require(shop.scenario.lastTarget)
        let events = shop.scenario.events.filter { $0.stream == number }.map(\.stored)
        var state = OrderState()
        for event in events.sorted(by: { ($0.occurredAt, $0.position) < ($1.occurredAt, $1.position) }) {
            OrderAggregate.evolve(&state, event)
        }
        #expect(events.count == 2)
        #expect(state == (try shop.state(ofOrder: number)))
    }
}
