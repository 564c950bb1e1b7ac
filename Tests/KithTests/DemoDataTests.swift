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

    @Test func `opportunities and points come where they are asked for, and change nothing else`() throws {
        let options = DemoOptions(seed: 5, parties: 400, opportunities: 100, loyalty: true)
        let all = Array(DemoData(options))
        #expect(Array(DemoData(options)) == all && Set(all.map(\.id)).count == all.count)
        var known: Set<String> = []
        var last: [String: Int64] = [:]
        for command in all {
            let body = command.bodies[0]
            #expect(Self.references(body).allSatisfy { known.contains($0.key) }, "\(body)")
            known.formUnion(Self.made(body).map(\.key))
            // What becomes of an opportunity does so one day after the other.
            for key in (body.openOpportunity.external + [Self.opportunity(body)]).map(\.key) where !key.isEmpty {
                #expect(last[key, default: 0] < command.occurredAt.seconds)
                last[key] = command.occurredAt.seconds
            }
        }
        #expect(last.count == 100)
        let won = all.filter { $0.bodies[0].winOpportunity.hasOpportunity }.count
        let lost = all.filter { $0.bodies[0].loseOpportunity.hasOpportunity }.count
        #expect(won > 30 && lost > 15 && won + lost < 98)
        let members = all.filter { !$0.bodies[0].enrolMember.external.isEmpty }.count
        #expect((180...300).contains(members))
        let ordered = all.map(\.bodies[0]).filter { !$0.placeOrder.lines.isEmpty }
        #expect(ordered == commands.map(\.bodies[0]).filter { !$0.placeOrder.lines.isEmpty })
    }

    @Test func `tickets come as one import where they are asked for, and change nothing else`() throws {
        let all = Array(DemoData(DemoOptions(seed: 5, parties: 400, tickets: 200)))
        #expect(Set(all.map(\.id)).count == all.count)
        let ofTickets = all.filter { $0.hasImportJob }
        let start = try #require(all.first { !$0.bodies[0].startImport.id.isEmpty })
        #expect(ofTickets.allSatisfy { $0.importJob.id == start.bodies[0].startImport.id })
        #expect(all.last?.bodies[0].commitImport.importJob == ofTickets.first?.importJob)
        var last: [String: Int64] = [:]
        var open: Set<String> = []
        for command in ofTickets {
            let body = command.bodies[0]
            let key = try #require(Self.ticket(body))
            #expect((last[key] == nil) == !body.openTicket.external.isEmpty, "\(body)")
            #expect(last[key, default: 0] < command.occurredAt.seconds)
            last[key] = command.occurredAt.seconds
            if body.resolveTicket.hasTicket || body.closeTicket.hasTicket { open.remove(key) } else { open.insert(key) }
        }
        #expect(last.count > 190 && (5...60).contains(open.count))
        let ordered = all.map(\.bodies[0]).filter { !$0.placeOrder.lines.isEmpty }
        #expect(ordered == commands.map(\.bodies[0]).filter { !$0.placeOrder.lines.isEmpty })
    }

    @Test func `small and odd sizes`() {
        #expect(Array(DemoData(DemoOptions(parties: 0, products: 0, days: 0))).count >= 2)
        let tiny = DemoOptions(parties: 1, products: 1, opportunities: 5, loyalty: true, days: 1)
        #expect(Array(DemoData(tiny)).allSatisfy { !$0.bodies[0].openOpportunity.hasParty })
        #expect(Array(DemoData(DemoOptions(parties: 3, ordersPerParty: 0, products: 2))).count == 5)
    }

    /// The key of the ticket that a command is about.
    private static func ticket(_ body: CommandBody) -> String? {
        let keys = [
            body.claimTicket.ticket, body.recordAgentReply.ticket, body.recordCustomerMessage.ticket,
            body.awaitCustomer.ticket, body.resolveTicket.ticket, body.reopenTicket.ticket, body.closeTicket.ticket,
        ].map(\.external)
        return (body.openTicket.external + keys).map(\.key).first { !$0.isEmpty }
    }

    private static func references(_ body: CommandBody) -> [ExternalKey] {
        var keys = [
            body.placeOrder.party, body.registerReturn.order, body.addNote.target, body.tag.target,
            body.recordNeed.party, body.recordNeed.product, body.recordPreference.party, body.openOpportunity.party,
            body.openOpportunity.pipeline, body.openOpportunity.owner.employee, body.enrolMember.party,
            body.enrolMember.programme, body.publishEarningRule.programme, body.defineTier.programme,
        ].map(\.external)
        keys += body.openOpportunity.lines.map(\.product.external) + body.hireEmployee.teams.map(\.external)
        keys.append(opportunity(body))
        keys += body.placeOrder.lines.map(\.product.external) + body.registerReturn.lines.map(\.product.external)
        return keys.filter { !$0.key.isEmpty }
    }

    private static func made(_ body: CommandBody) -> [ExternalKey] {
        body.registerParty.external + body.placeOrder.external + body.registerReturn.external + [body.upsertProduct.key]
            + body.definePipeline.external + body.defineTeam.external + body.hireEmployee.external
            + body.openOpportunity.external + body.defineProgramme.external + body.enrolMember.external
    }

    /// The opportunity that a step is about.
    private static func opportunity(_ body: CommandBody) -> ExternalKey {
        switch body.command {
        case .advanceStage(let step): step.opportunity.external
        case .setCloseDate(let step): step.opportunity.external
        case .winOpportunity(let step): step.opportunity.external
        case .loseOpportunity(let step): step.opportunity.external
        case .abandonOpportunity(let step): step.opportunity.external
        default: ExternalKey()
        }
    }
}
