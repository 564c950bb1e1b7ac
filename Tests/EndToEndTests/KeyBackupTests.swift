import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Keys and bodies in backups of their own: a restored service opens what the first one sealed, and nothing that was
/// erased.
@Suite(.serialized) struct KeyBackupTests {
    private static func opening(_ party: String, _ items: [String]) -> CommandBody {
        .with { body in
            body.openTicket = .with {
                $0.party = Reference(id: party)
                $0.personal.email = .with {
                    $0.messageID = "one@ana"
                    $0.from = "ana@example.org"
                }
                $0.bodies = items.map { item in
                    .with {
                        $0.itemID = item
                        $0.role = .attachment
                    }
                }
            }
        }
    }

    private static func redaction(of item: String, in ticket: String) -> CommandBody {
        .with { body in
            body.reason = "sent to us by mistake"
            body.redactBody = .with {
                $0.kind = .ticket
                $0.target = Reference(id: ticket)
                $0.itemID = item
            }
        }
    }

    private static func read(_ client: KithClient, _ item: String) async throws -> [UInt8] {
        var content: [UInt8] = []
        for try await piece in client.getBody(.with { $0.itemID = item }) { content += piece.content }
        return content
    }

    @Test func `a service that lost everything opens what was sealed, and nothing that was erased`() async throws {
        let folder = try TestFolder()
        let key = folder["backup.key"]
        try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let party = newID()
        let letters = ["the one that stays", "the one that goes"].map { Array($0.utf8) }
        let (items, ticket, end) = try await Daemon.run(in: folder) { daemon in
            let (items, opened) = try await daemon.withClient { client in
                try await client.accepted(Command(.person("Ana", id: party)))
                let begin = PutBodyBegin.with {
                    $0.subject = Reference(id: party)
                    $0.mediaType = "text/plain"
                }
                var items: [String] = []
                for letter in letters { items.append(try await client.putBody(begin, content: letter).value.itemID) }
                return (items, try await client.accepted(Command(Self.opening(party, items))))
            }
            let whole = try await daemon.kith("backup", folder["backups"], "--backup-key", key)
            #expect(whole.code == 0 && whole.output.contains("the keys"), "\(whole)")
            #expect(whole.output.contains("bodies-"), "\(whole)")
            let end = try await daemon.durablePosition()
            let ticket = opened.bodies[0].id
            try await daemon.withClient { _ = try await $0.accepted(Command(Self.redaction(of: items[1], in: ticket))) }
            let log = try await daemon.kith("backup", folder["backups"])
            #expect(log.code == 0, "\(log)")
            return (items, ticket, end)
        }
        try FileManager.default.removeItem(atPath: folder["data"])
        let restored = Daemon(in: folder, name: "restored")
        let run = try await restored.kith(
            "restore", folder["backups"], "--data-directory", folder["restored"], "--to-position", "\(end)", "--reason",
            "everything was lost", "--backup-key", key)
        #expect(run.code == 0 && run.output.contains("erased since    1"), "\(run)")
        try await restored.start()
        try await restored.withClient { client in
            let record = try await client.get(
                .with {
                    $0.kind = .ticket
                    $0.reference = Reference(id: ticket)
                    $0.atLeast = end
                })
            #expect(record.value.record.id == ticket)
            let people = try await client.all(.party, atLeast: end)
            #expect(people.map(\.party.name.display) == ["Ana"])
            #expect(try await Self.read(client, items[0]) == letters[0])
            var refusal: ErrorCode?
            do { _ = try await Self.read(client, items[1]) } catch {
                refusal = (error as? KithClientError)?.detail?.code
            }
            #expect(refusal == .bodyRedacted)
        }
        try await restored.expectCleanStop()
    }
}
