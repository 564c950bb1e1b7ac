import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Names in every script go in and come out byte for byte.
@Suite(.serialized, .enabled(if: Places.hasSharedData, Places.sharedDataMissing)) struct NameTests {
    /// Registers each name, and reads it back from the record, the customer view and the history.
    private static func expectUnchanged(_ names: [String], kind: PartyKind) async throws {
        try await Daemon.run { daemon in
            let ids = names.map { _ in newID() }
            let commands = zip(ids, names).map { id, name in
                Command(CommandBody.person(name, id: id).with { $0.registerParty.kind = kind })
            }
            try await daemon.withClient { client in
                let results = try await client.submit(commands).value
                let refused = zip(names, results).filter { $1.refusal != nil }
                #expect(refused.isEmpty, "\(refused.prefix(3))")
                let position = results.map(\.accepted.position).max() ?? 0

                let bytes = names.map { Array($0.utf8) }
                let records = try await client.all(.party, atLeast: position)
                let byID = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0) })
                #expect(ids.map { Array((byID[$0]?.party.name.display ?? "").utf8) } == bytes)

                let views = try await client.customers(ids.map { Reference(id: $0) }, asOf: .init(seconds: 0, nanos: 0))
                #expect(views.map { Array($0.party.party.name.display.utf8) } == bytes)

                let events = try await client.events(
                    .with {
                        $0.kind = .partyRegistered
                        $0.reveal = true
                        $0.purpose = "test"
                    })
                let opened = events.flatMap(\.subjects).map(\.personal.partyRegistered.name.display).filter {
                    !$0.isEmpty
                }
                #expect(opened.map { Array($0.utf8) } == bytes)
            }
        }
    }

    @Test func `every naughty string is a name, but the empty one`() async throws {
        let data = try Data(contentsOf: URL(filePath: Places.sharedData + "/text/blns.json"))
        let strings = try JSONDecoder().decode([String].self, from: data)
        #expect(strings.count > 200)
        try await NameTests.expectUnchanged(strings.filter { !$0.isEmpty }, kind: .person)

        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            try await daemon.withClient { client in
                let result = try await client.submit(Command(.person(""))).value
                #expect(result.refusal == .identityRequired)
            }
            #expect(try await daemon.durablePosition() == before)
        }
    }

    /// One line of the file of people.
    private struct Person: Decodable {
        var name: String
        var company: String
    }

    private static func people() throws -> [Person] {
        let text = try String(contentsOfFile: Places.sharedData + "/text/people_by_locale.jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Person.self, from: Data($0.utf8)) }
    }

    @Test func `names of people in 68 locales come out as they went in`() async throws {
        let people = try NameTests.people()
        #expect(people.count > 1_000)
        try await NameTests.expectUnchanged(people.map(\.name), kind: .person)
    }

    @Test func `names of companies in 68 locales come out as they went in`() async throws {
        try await NameTests.expectUnchanged(try NameTests.people().map(\.company), kind: .organisation)
    }
}
