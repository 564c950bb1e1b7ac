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

    @Test func `what a command did to a stream that is not in memory is seen by what follows`() async throws {
        let path = try TestService.makeDirectory()
        let party = Reference.with {
            $0.external.system = "shop"
            $0.external.key = "1"
        }
        let tag = CommandBody.OneOf_Command.tag(
            .with {
                $0.kind = .party
                $0.target = party
                $0.tag = "vip"
            })
        try await TestService.running(in: path) { test in
            // With a territory, its policy looks at every party that is tagged.
            let territory = DefineTerritory.with {
                $0.name = "Everywhere"
                $0.rules = [.with { $0.tag = "vip" }]
            }
            _ = try await test.accept(
                .sample(1, [.upsertParty("1", name: "Ada"), .upsertParty("2"), .defineTerritory(territory)]))
        }
        try await TestService.running(in: path) { test in
            // Noted first: the state is not needed for it.
            let change = ChangePartyDetail.with {
                $0.party = party
                $0.name.display = "Ada King"
            }
            let accepted = try await test.accept(
                .sample(2, [.note(onParty: "1", "calls at noon"), tag, .changePartyDetail(change)]))
            #expect(accepted.events.map(\.kind).contains(.territoryAssigned))
            #expect(accepted.bodies.last?.revision == UInt64(accepted.events.count + 1))
        }
        try await TestService.running(in: path) { test in
            let position = test.service.context.log.end.position.rawValue
            let record = try await test.service.get(.party("1", atLeast: position), from: .uid(0)).value.record
            #expect(record.party.name.display == "Ada King")
            test.remove()
        }
    }

    @Test func `positions that cannot be are refused`() async throws {
        let test = try TestService()
        let programme = DefineProgramme.with { $0.label = "Club" }
        let defined = try await test.accept(.sample(1, [.upsertParty("1"), .defineProgramme(programme)]))
        let enrol = EnrolMember.with {
            $0.programme.number = defined.bodies[1].number
            $0.party.number = defined.bodies[0].number
        }
        let account = try await test.accept(.sample(2, [.enrolMember(enrol)])).bodies[0].number
        for (number, position) in [0, 1, UInt64(Int64.max), .max - 1, .max].enumerated() {
            let reverse = ReverseEarning.with {
                $0.account.number = account
                $0.earning = position
            }
            let spending = ReverseSpending.with {
                $0.account.number = account
                $0.spending = position
                $0.points = 1
            }
            #expect(try await test.refusal(.sample(UInt64(10 + number), [.reverseEarning(reverse)])) != nil)
            #expect(try await test.refusal(.sample(UInt64(20 + number), [.reverseSpending(spending)])) != nil)
        }
        await test.stop()
        test.remove()
    }

    @Test func `only importers take part in an import`() async throws {
        let test = try TestService()
        let seller = RegisterPrincipal.with { $0.uid = 4_711 }
        _ = try await test.accept(.sample(1, [.registerPrincipal(seller)]))
        let grant = GrantRole.with {
            $0.principal.external = .with {
                $0.system = "uid"
                $0.key = "4711"
            }
            $0.role = .sales
        }
        _ = try await test.accept(.sample(2, [.grantRole(grant)]))
        let open = StartImport.with {
            $0.id = Command.sample(3, []).id
            $0.fileHash = Data(repeating: 7, count: 32)
            $0.mapping = "test"
            $0.mappingHash = Data(repeating: 8, count: 32)
            $0.mode = .live
        }
        _ = try await test.accept(.sample(3, [.startImport(open)]))
        var row = Command.sample(4, [.upsertParty("1", name: "Ada")])
        #expect(try await test.submit(row, as: 4_711).accepted.events.count == 1)
        row = .sample(5, [.upsertParty("2", name: "Grace")])
        row.importJob.id = open.id
        #expect(try await test.submit(row, as: 4_711).refused.code == .forbidden)
        #expect(try await test.accept(row).events.count == 1)
        await test.stop()
        test.remove()
    }
}
