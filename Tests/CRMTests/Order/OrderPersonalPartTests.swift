import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OrderPersonalPartTests {
    private func personal(_ remark: String) -> OrderPersonal {
        OrderPersonal.with {
            $0.delivery.lines = ["Keizersgracht 1"]
            $0.delivery.locality = "Amsterdam"
            $0.remark = remark
        }
    }

    private func part(of event: ScenarioEvent?) -> OrderPersonal? {
        switch event?.personal.first?.data {
        case .orderPlaced(let part)?, .orderCorrected(let part)?: part.personal
        default: nil
        }
    }

    @Test func `delivery and remark are sealed for the customer and stand nowhere else`() throws {
        var shop = try Shop()
        var order = shop.order
        order.personal = personal("ring twice")
        order.reached = .confirmed
        let outcome = shop.scenario.when(order)
        #expect(part(of: outcome.events.first) == order.personal)
        #expect(outcome.events.dropFirst().allSatisfy { $0.personal.isEmpty })
        guard case .orderPlaced(let placed)? = outcome.payloads.first else { return }
        #expect(placed.personalPart)
        let state = try shop.state(ofOrder: outcome.events[0].stream)
        #expect(
            try shop.scenario.open(state.personal).data
                == .orderPlaced(
                    OrderPlacedPersonal.with {
                        $0.personal = order.personal
                    }))
    }

    @Test func `the same again changes nothing, another one is a correction, none leaves it alone`() throws {
        var shop = try Shop()
        let upsert = shop.upsert { $0.order.personal = personal("ring twice") }
        shop.scenario.when(upsert)
        let number = try #require(shop.scenario.lastTarget)
        let recorded = try shop.state(ofOrder: number).personal
        #expect(shop.scenario.when(upsert).isUnchanged)
        #expect(shop.scenario.when(shop.upsert()).isUnchanged)
        #expect(shop.scenario.when(shop.upsert { $0.order.channel = "phone" }).kinds == [.orderCorrected])
        #expect(try shop.state(ofOrder: number).personal == recorded)

        let outcome = shop.scenario.when(shop.upsert { $0.order.personal = personal("ring once") })
        #expect(outcome.kinds == [.orderCorrected])
        #expect(part(of: outcome.events.first)?.remark == "ring once")
        #expect(try shop.state(ofOrder: number).personal != recorded)
        #expect(shop.scenario.when(shop.upsert { $0.order.personal = personal("ring once") }).isUnchanged)
        #expect(shop.scenario.isReproducible)
    }

    @Test func `another customer takes the part along only where it is sent`() throws {
        var shop = try Shop()
        shop.scenario.when(shop.upsert { $0.order.personal = personal("ring twice") })
        let number = try #require(shop.scenario.lastTarget)
        let moved = shop.upsert {
            $0.order.party = Reference(number: shop.other)
            $0.order.personal = personal("ring twice")
        }
        let outcome = shop.scenario.when(moved)
        #expect(part(of: outcome.events.first)?.remark == "ring twice")
        #expect(shop.scenario.when(moved).isUnchanged)
        shop.scenario.when(shop.upsert())
        #expect(try shop.state(ofOrder: number).hasPersonal == false)
    }
}
