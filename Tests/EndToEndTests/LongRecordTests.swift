import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Records whose lists grew long are still answered, within a frame.
@Suite(.serialized) struct LongRecordTests {
    private static let notes = 4_500

    /// A party with more notes than a frame takes.
    private func annotated(_ client: KithClient) async throws -> (id: String, position: UInt64) {
        let id = newID()
        var position = try await client.accepted(Command(.person("Ana", id: id))).position
        for start in stride(from: 0, to: Self.notes, by: 500) {
            var command = Command()
            command.id = newID()
            command.bodies = (start..<start + 500).map { number in
                .with {
                    $0.addNote.kind = .party
                    $0.addNote.target = Reference(id: id)
                    $0.addNote.note.text = "\(number) " + String(repeating: "x", count: 990)
                }
            }
            position = try await client.accepted(command).position
        }
        return (id, position)
    }

    @Test func `a party with thousands of notes is shown, listed and viewed`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let (id, position) = try await annotated(client)
                try await client.accepted(Command(.person("Bob")))

                var get = GetRequest()
                get.kind = .party
                get.reference = Reference(id: id)
                get.atLeast = position
                let record = try await client.get(get).value.record
                #expect(record.notes.count == 200 && record.notes.last?.text.hasPrefix("4499 ") == true)
                #expect(record.omitted.map(\.list) == ["notes"] && record.omitted.first?.count == 4_300)

                var request = CustomerRequest()
                request.party = Reference(id: id)
                request.atLeast = position
                #expect(try await client.customer(request).value.party.notes.count == 200)

                let parties = try await client.all(.party, atLeast: position + 1)
                #expect(parties.map(\.party.name.display) == ["Ana", "Bob"])

                let shown = try await daemon.kith("get", "party", id)
                #expect(shown.code == 0 && shown.output.contains("… and 4300 older notes"), "\(shown.complaint)")
            }
        }
    }

    @Test func `the socket may stand before the subcommand`() async throws {
        try await Daemon.run { daemon in
            let run = try await RunOutcome(
                daemon.startKith(["--json", "--socket", daemon.folder["nowhere.sock"], "status"]))
            #expect(run.code == 3, "\(run)")
        }
    }
}
