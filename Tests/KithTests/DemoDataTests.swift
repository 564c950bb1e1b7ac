internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

@Suite struct DemoDataTests {
    private let commands = Array(DemoData(DemoOptions(seed: 5, parties: 400)))

    @Test func `the same options give the same commands, another seed others`() {
        #expect(Array(DemoData(DemoOptions(seed: 5, parties: 400))) == commands)
        #expect(Array(DemoData(DemoOptions(seed: 6, parties: 400))) != commands)
    }

    @Test func `ids, e-mail addresses and telephones are unique`() {
        #expect(Set(commands.map(\.id)).count == commands.count)
        #expect(commands.map(\.id) == commands.map(\.id).sorted())
        let points = commands.flatMap { $0.bodies[0].registerParty.contactPoints }.map(\.personal.value).filter {
            !$0.isEmpty
        }
        #expect(Set(points).count == points.count)
        #expect(
            points.filter { $0.hasPrefix("+") }.allSatisfy {
                (9...16).contains($0.count) && $0.dropFirst().allSatisfy(\.isNumber)
            })
        #expect(
            points.filter { !$0.hasPrefix("+") }.allSatisfy {
                $0.utf8.allSatisfy { $0 < 0x80 } && $0.contains("@example.")
            })
    }

    @Test func `nothing refers to what comes later`() {
        var known: Set<String> = []
        for command in commands {
            for body in command.bodies {
                #expect(Self.references(body).allSatisfy { known.contains($0.key) })
                known.formUnion(Self.made(body).map(\.key))
            }
        }
    }

    @Test func `the facts of one party come in the order of their times`() {
        var last: [String: Int64] = [:]
        for command in commands {
            let body = command.bodies[0]
            let targets = [body.addNote.target, body.tag.target, body.recordNeed.party, body.recordPreference.party]
            let parties = body.registerParty.external + targets.map(\.external)
            for key in parties.map(\.key) where !key.isEmpty {
                #expect(last[key, default: 0] <= command.occurredAt.seconds)
                last[key] = command.occurredAt.seconds
            }
        }
        #expect(last.count == 400)
    }

    @Test func `the data are life-like: many scripts, orders of a few customers, some returns`() {
        let registered = commands.map(\.bodies[0].registerParty).filter { $0.kind != .unspecified }
        #expect(registered.count == 400)
        #expect(Set(registered.map(\.detail.country)).count >= 10)
        #expect(registered.contains { $0.kind == .organisation && !$0.name.taxNumber.isEmpty })
        let orders = commands.map(\.bodies[0].placeOrder).filter { !$0.lines.isEmpty }
        let byParty = Dictionary(grouping: orders, by: \.party.external.key).values.map(\.count).sorted(by: >)
        #expect((2.5...5.5).contains(Double(orders.count) / 400))
        #expect(Double(byParty.prefix(80).reduce(0, +)) > 0.5 * Double(orders.count))
        #expect(commands.contains { $0.bodies[0].registerReturn.lines.count == 1 })
        #expect(commands.contains { !$0.bodies[0].addNote.note.text.isEmpty })
    }

    @Test func `small and odd sizes`() {
        #expect(Array(DemoData(DemoOptions(parties: 0, products: 0, days: 0))).count >= 2)
        #expect(Array(DemoData(DemoOptions(parties: 3, ordersPerParty: 0, products: 2))).count == 5)
    }

    private static func references(_ body: CommandBody) -> [ExternalKey] {
        var keys = [
            body.placeOrder.party, body.registerReturn.order, body.addNote.target, body.tag.target,
            body.recordNeed.party, body.recordNeed.product, body.recordPreference.party,
        ].map(\.external)
        keys += body.placeOrder.lines.map(\.product.external) + body.registerReturn.lines.map(\.product.external)
        return keys.filter { !$0.key.isEmpty }
    }

    private static func made(_ body: CommandBody) -> [ExternalKey] {
        body.registerParty.external + body.placeOrder.external + body.registerReturn.external + [body.upsertProduct.key]
    }
}
