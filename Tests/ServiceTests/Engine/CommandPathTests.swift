internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

@Suite struct CommandPathTests {
    @Test func `a retry gets the same answer, also after a restart`() async throws {
        let path = try TestService.makeDirectory()
        let command = Command.sample(
            1, [.upsertParty("1", name: "Ada Lovelace"), .placeOrder(party: "1", document: "D1", net: 100)])
        let first = try await TestService.running(in: path) { test in
            let first = try await test.accept(command)
            #expect(!first.replayed && first.events.count == 4)
            let again = try await test.accept(command)
            #expect(again.replayed)
            #expect(again.events == first.events)
            #expect(again.bodies.map(\.id) == first.bodies.map(\.id))
            return first
        }
        try await TestService.running(in: path) { test in
            let later = try await test.accept(command)
            #expect(later.replayed && later.events == first.events)
            #expect(later.treeSize == first.treeSize && later.root == first.root)
            test.remove()
        }
    }

    @Test func `a command id with other content is refused, in the same group as well`() async throws {
        let test = try TestService()
        let command = Command.sample(1, [.upsertParty("1", name: "Ada Lovelace")])
        var other = command
        other.bodies[0].upsertParty.name.display = "Grace Hopper"
        let results = await test.submit([command, other, command])
        #expect(results[0].accepted.events.count == 1)
        #expect(results[1].refused.code == .commandIDReused)
        #expect(results[2].accepted.replayed)
        await test.stop()
        test.remove()
    }

    @Test func `a batch happens as a whole or not at all`() async throws {
        let test = try TestService()
        let before = test.service.context.log.end.position
        var bad = Command.sample(
            1, [.upsertParty("1", name: "Ada"), .placeOrder(party: "missing", document: "D1", net: 100)])
        let refused = try await test.submit(bad)
        #expect(refused.refused.code == .referenceMissing)
        #expect(refused.refused.body == 1)
        #expect(test.service.context.log.end.position == before)
        // Refused commands bind nothing: the id may come again.
        bad.bodies[1].placeOrder.party.external.key = "1"
        #expect(try await test.accept(bad).events.count == 4)
        await test.stop()
        test.remove()
    }

    @Test func `later bodies see what earlier ones did, personal data included`() async throws {
        let test = try TestService()
        var change = ChangePartyDetail()
        change.party.external.system = "shop"
        change.party.external.key = "1"
        change.name.display = "Ada King"
        let accepted = try await test.accept(
            .sample(
                1,
                [
                    .upsertParty("1", name: "Ada Lovelace"), .changePartyDetail(change),
                    .note(onParty: "1", "calls at noon"),
                ]))
        #expect(accepted.events.map(\.kind) == [.partyRegistered, .partyDetailChanged, .noteAdded])
        #expect(accepted.bodies.map(\.revision) == [1, 2, 3])
        let record = try await test.service.get(.party("1", atLeast: accepted.treeSize), from: .uid(0)).value.record
        #expect(record.party.name.display == "Ada King")
        #expect(record.notes.map(\.text) == ["calls at noon"])
        await test.stop()
        test.remove()
    }

    @Test func `commands prepared on what has changed since are prepared again`() async throws {
        let test = try TestService()
        // Both are prepared before either is decided: each takes the party for new.
        let results = await test.submit([
            .sample(1, [.upsertParty("1", name: "Ada", email: "ada@example.com")]),
            .sample(2, [.upsertParty("1", name: "Ada", email: "ada@example.com")]),
            .sample(3, [.upsertParty("1", name: "Ada", email: "ada@lovelace.example")]),
        ])
        #expect(results[0].accepted.events.map(\.kind) == [.partyRegistered])
        #expect(results[1].unchanged.bodies.count == 1)
        #expect(results[2].accepted.events.map(\.kind) == [.contactPointAdded])
        await test.stop()
        test.remove()
    }

    @Test func `a dry run appends nothing and says what would happen`() async throws {
        let test = try TestService()
        let before = test.service.context.log.end.position
        var command = Command.sample(1, [.upsertParty("1", name: "Ada")])
        command.dryRun = true
        let accepted = try await test.accept(command)
        #expect(accepted.dryRun && accepted.events.map(\.kind) == [.partyRegistered])
        #expect(test.service.context.log.end.position == before)
        command.dryRun = false
        #expect(try await test.accept(command).replayed == false)
        await test.stop()
        test.remove()
    }

    @Test func `an expected revision that has passed is a conflict with both numbers`() async throws {
        let test = try TestService()
        _ = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada")]))
        var late = Command.sample(2, [.upsertParty("1", name: "Grace")])
        late.bodies[0].expectedRevision = 0
        let result = try await test.submit(late)
        #expect(result.refused.code == .revisionConflict)
        #expect(result.refused.expected == 0 && result.refused.actual == 1)
        await test.stop()
        test.remove()
    }

    @Test func `facts too far ahead, out of order or out of range are refused`() async throws {
        let test = try TestService()
        var ahead = Command.sample(1, [.upsertParty("1", name: "Ada")])
        ahead.occurredAt.seconds = Int64(Date().timeIntervalSince1970) + 400
        #expect(try await test.refusal(ahead) == .futureOccurredAt)
        var range = Command.sample(2, [.upsertParty("1", name: "Ada")])
        range.occurredAt.seconds = 300_000_000_000
        #expect(try await test.refusal(range) == .schemaInvalid)
        _ = try await test.accept(.sample(3, [.upsertParty("1", name: "Ada")]))
        var early = Command.sample(4, [.note(onParty: "1", "older")])
        early.occurredAt.seconds = 1_000_000_000
        #expect(try await test.refusal(early) == .occurredOutOfOrder)
        await test.stop()
        test.remove()
    }

    @Test func `tokens are no form of reference from outside`() async throws {
        let test = try TestService()
        var inside = Command.sample(1, [.note(onParty: "1", "x")])
        inside.bodies[0].addNote.target.token = Data(repeating: 1, count: 16)
        #expect(try await test.refusal(inside) == .schemaInvalid)
        var above = Command.sample(2, [.upsertParty("1", name: "Ada")])
        above.importJob.token = Data(repeating: 1, count: 16)
        #expect(try await test.refusal(above) == .schemaInvalid)
        await test.stop()
        test.remove()
    }

    @Test func `nobody but administrators gets in before a grant`() async throws {
        let test = try TestService()
        let stranger: UInt32 = 54_321
        #expect(
            try await test.submit(.sample(1, [.upsertParty("1", name: "Ada")]), as: stranger).refused.code == .forbidden
        )
        var register = RegisterPrincipal()
        register.id = "01980000-0000-7000-8000-0000000000aa"
        register.uid = stranger
        var grant = GrantRole()
        grant.principal.id = register.id
        grant.role = .service
        _ = try await test.accept(.sample(2, [.registerPrincipal(register), .grantRole(grant)]))
        #expect(
            try await test.submit(.sample(3, [.upsertParty("1", name: "Ada")]), as: stranger).accepted.events.count == 1
        )
        var historic = Command.sample(4, [.upsertParty("2", name: "Grace")])
        historic.mode = .historic
        #expect(try await test.submit(historic, as: stranger).refused.code == .forbidden)
        var settings = SetOrganisation()
        settings.zone = "Asia/Shanghai"
        #expect(
            try await test.submit(.sample(5, [.setOrganisation(settings)]), as: stranger).refused.code == .forbidden)
        await test.stop()
        test.remove()
    }

    @Test func `a slot of a party that was not made goes to the next one, never to two`() async throws {
        let test = try TestService()
        // The second takes a slot at the gateway and turns out to be the same party.
        _ = await test.submit([
            .sample(1, [.upsertParty("1", name: "Ada")]), .sample(2, [.upsertParty("1", name: "Ada")]),
            .sample(3, [.upsertParty("2", name: "Grace")]),
            .sample(4, [.upsertParty("2", name: "Grace"), .placeOrder(party: "none", document: "", net: 1)]),
            .sample(5, [.upsertParty("3", name: "Edith")]),
        ])
        var slots: [UInt32] = []
        try test.service.context.log.scanChecked(from: Position(1)) { header, record, _ in
            if header.kind == .partyRegistered { slots.append(header.subject(0, in: record).keySlot) }
            return true
        }
        #expect(slots.count == 3 && Set(slots).count == 3)
        await test.stop()
        test.remove()
    }

    @Test func `the organisation is one, found by its kind, also when the index is made again`() async throws {
        let path = try TestService.makeDirectory()
        var settings = SetOrganisation()
        settings.zone = "Asia/Shanghai"
        settings.currency = "CNY"
        let first = Command.sample(1, [.setOrganisation(settings)])
        settings.name = "示例公司"
        let second = Command.sample(2, [.setOrganisation(settings)])
        let id = try await TestService.running(in: path) { try await $0.accept(first).bodies.first?.id }
        try FileManager.default.removeItem(atPath: path + "/data/index")
        try await TestService.running(in: path) { test in
            let accepted = try await test.accept(second)
            #expect(accepted.bodies.first?.id == id)
            #expect(accepted.bodies.first?.revision == 2)
            test.remove()
        }
    }
}

extension GetRequest {
    static func party(_ key: String, atLeast: UInt64) -> GetRequest {
        var request = GetRequest()
        request.kind = .party
        request.reference.external.system = "shop"
        request.reference.external.key = key
        request.atLeast = atLeast
        return request
    }
}
