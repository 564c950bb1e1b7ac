import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Long texts, e-mails and files, from the upload to the last trace.
@Suite(.serialized) struct BodyTests {
    /// Bytes that occur nowhere by chance.
    private static func content(_ size: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 8)
        while bytes.count < size { withUnsafeBytes(of: random.next()) { bytes += $0 } }
        return Array(bytes.prefix(size))
    }

    private static func read(_ client: KithClient, _ item: String) async throws -> [UInt8] {
        var content: [UInt8] = []
        for try await piece in client.getBody(.with { $0.itemID = item }) { content += piece.content }
        return content
    }

    private static func code(_ client: KithClient, _ item: String) async throws -> ErrorCode? {
        do throws(KithClientError) {
            for try await _ in client.getBody(.with { $0.itemID = item }) {}
            return nil
        } catch { return error.detail?.code }
    }

    private static func email(_ id: String, _ reply: String = "") -> EmailPersonal {
        .with {
            $0.messageID = id
            $0.inReplyTo = reply
            $0.from = "ana@example.org"
        }
    }

    private static func opening(_ party: String, _ item: String, _ id: String) -> CommandBody {
        .with { body in
            body.openTicket = .with {
                $0.party = Reference(id: party)
                $0.personal.email = email(id)
                $0.bodies = [
                    .with {
                        $0.itemID = item
                        $0.role = .email
                    }
                ]
            }
        }
    }

    private static func answer(_ item: String, _ id: String, to reply: String) -> CommandBody {
        .with { body in
            body.recordCustomerMessage = .with {
                $0.message.email = email(id, reply)
                $0.bodies = [
                    .with {
                        $0.itemID = item
                        $0.role = .attachment
                        $0.personal.fileTitle = "Anas Kontoauszug.pdf"
                    }
                ]
            }
        }
    }

    @Test func `twenty megabytes go up and down over both faces`() async throws {
        try await Daemon.run { daemon in
            let content = Self.content(20_000_000, seed: 1)
            let file = daemon.folder["content"]
            try Data(content).write(to: URL(filePath: file))
            let party = newID()
            let curl = Curl(daemon)
            let native = try await daemon.withClient { client in
                try await client.accepted(Command(.person("Ana", id: party)))
                let begin = PutBodyBegin.with {
                    $0.subject = Reference(id: party)
                    $0.mediaType = "message/rfc822"
                }
                return try await client.putBody(begin, content: content).value
            }
            #expect(native.size == 20_000_000 && native.sealedSize == 20_000_000 + 20 * 28)
            let item = newID()
            let put = try await curl.get(
                "/v1/bodies/\(item)?subject.id=\(party)", "--upload-file", file, "--header",
                "Content-Type: application/pdf")
            #expect(put.status == 200 && put.body.contains(item), "\(put)")
            let again = try await curl.get(
                "/v1/bodies/\(item)?subject.id=\(party)", "--upload-file", file, "--header",
                "Content-Type: application/pdf")
            #expect(again.status == 409 && again.body.contains("BODY_TAKEN"), "\(again)")
            for id in [native.itemID, item] {
                let copy = daemon.folder["copy"]
                let answer = try await curl.get("/v1/bodies/\(id)", "--output", copy)
                #expect(answer.status == 200 && answer.fields["content-length"] == "20000000", "\(answer.fields)")
                #expect(answer.fields["x-content-type-options"] == "nosniff")
                #expect(try [UInt8](Data(contentsOf: URL(filePath: copy))) == content)
                let read = try await daemon.withClient { try await Self.read($0, id) }
                #expect(read == content)
            }
            let type = try await curl.get("/v1/bodies/\(item)", "--output", "/dev/null").fields["content-type"]
            #expect(type == "application/pdf")
            try Data(count: 25_000_001).write(to: URL(filePath: file))
            let large = try await curl.get("/v1/bodies/\(newID())", "--upload-file", file)
            #expect(large.status == 413, "\(large)")
            let post = try await curl.post("/v1/bodies", "nobody's", type: "text/plain")
            #expect(post.status == 200, "\(post)")
            let missing = try await curl.get("/v1/bodies/\(newID())")
            #expect(missing.status == 404, "\(missing)")
            let named = try await curl.get("/v1/bodies/none")
            #expect(named.status == 404, "\(named)")
        }
    }

    @Test func `a mailbox makes one ticket, and of a redacted e-mail nothing is left in any file`() async throws {
        try await Daemon.run(arguments: ["--log-level", "trace"]) { daemon in
            let (party, secret) = (newID(), "Kontonummer 4711-0815 von Ana, streng vertraulich")
            let letter = Array((secret + String(repeating: " und so weiter", count: 20_000)).utf8)
            let begin = PutBodyBegin.with {
                $0.subject = Reference(id: party)
                $0.mediaType = "message/rfc822"
            }
            let (first, second, orphan) = try await daemon.withClient { client in
                try await client.accepted(Command(.person("Ana", id: party)))
                return (
                    try await client.putBody(begin, content: letter).value,
                    try await client.putBody(begin, content: Self.content(3_000, seed: 2)).value,
                    try await client.putBody(begin, content: Array("an orphan so far".utf8)).value
                )
            }
            // The service dies between the uploads and the commands that refer to them.
            await daemon.kill()
            try await daemon.start()
            let ticket = try await daemon.withClient { client in
                let opened = try await client.accepted(Command(Self.opening(party, first.itemID, "one@ana")))
                let answered = try await client.accepted(
                    Command(Self.answer(second.itemID, "two@ana", to: "one@ana")))
                #expect(answered.bodies[0].id == opened.bodies[0].id)
                let again = try await client.submit(Command(Self.answer(orphan.itemID, "two@ana", to: "one@ana")))
                #expect(again.value.refusal == .emailKnown)
                #expect(again.value.refused.relatedIds == [opened.bodies[0].id])
                #expect(try await Self.read(client, orphan.itemID) == Array("an orphan so far".utf8))
                return opened.bodies[0].id
            }
            let traces = try Self.traces(of: first, in: daemon)
            #expect(traces.count == 3)
            for trace in traces { #expect(try !Self.files(daemon, holding: trace).isEmpty) }
            #expect(try Self.files(daemon, holding: Array(secret.utf8)).isEmpty)
            let redaction = CommandBody.with { body in
                body.reason = "sent to us by mistake"
                body.redactBody = .with {
                    $0.kind = .ticket
                    $0.target = Reference(id: ticket)
                    $0.itemID = first.itemID
                }
            }
            let position = try await daemon.withClient { try await $0.accepted(Command(redaction)).position }
            try await Self.expectGone(first, second, ticket, position, traces + [Array(secret.utf8)], daemon)
            await daemon.kill()
            try await daemon.start()
            try await Self.expectGone(first, second, ticket, position, traces + [Array(secret.utf8)], daemon)
            try await Self.expectSound(daemon)
        }
    }

    /// What a redacted item must not leave behind: its wrapped key, and its sealed content from the beginning and the end.
    private static func traces(of body: BodyReference, in daemon: Daemon) throws -> [[UInt8]] {
        let id = try #require(Identifier(body.itemID))
        let table = [UInt8](try Data(contentsOf: URL(filePath: daemon.dataDirectory + "/bodies/items")))
        let entries = stride(from: 4_096, to: table.count, by: 512)
        let entry = try #require(entries.first { Array(table[$0 + 16..<$0 + 32]) == id.bytes })
        let name = body.sealedSha256.map { String(format: "%02x", $0) }.joined()
        let sealed = [UInt8](try Data(contentsOf: URL(filePath: daemon.dataDirectory + "/bodies/sealed/" + name)))
        return [Array(table[entry + 112..<entry + 172]), Array(sealed.prefix(64)), Array(sealed.suffix(64))]
    }

    private static func files(_ daemon: Daemon, holding bytes: [UInt8]) throws -> [String] {
        let log = (path: daemon.logPath, bytes: try Data(contentsOf: URL(filePath: daemon.logPath)))
        let files = try TestFolder.files(below: daemon.dataDirectory) + [log]
        return files.filter { $0.bytes.range(of: Data(bytes)) != nil }.map { $0.path }
    }

    private static func expectGone(
        _ redacted: BodyReference, _ other: BodyReference, _ ticket: String, _ position: UInt64, _ traces: [[UInt8]],
        _ daemon: Daemon
    ) async throws {
        for trace in traces { #expect(try files(daemon, holding: trace) == []) }
        try await daemon.withClient { client in
            #expect(try await code(client, redacted.itemID) == .bodyRedacted)
            #expect(try await read(client, other.itemID) == content(3_000, seed: 2))
            let record = try await client.get(
                .with {
                    $0.kind = .ticket
                    $0.reference = Reference(id: ticket)
                    $0.atLeast = position
                }
            ).value.record
            let bodies = record.bodies
            #expect(bodies.first { $0.body.itemID == redacted.itemID }?.redacted == true)
            let attached = bodies.first { $0.body.itemID == other.itemID }
            #expect(attached?.redacted == false && attached?.personal.fileTitle == "Anas Kontoauszug.pdf")
            #expect(attached?.messageNumber == 1 && record.ticket.messages[0].itemIds == [other.itemID])
            #expect(record.ticket.personal.email.messageID == "one@ana")
            let events = try await client.events(
                .with {
                    $0.stream = .with {
                        $0.kind = .ticket
                        $0.stream = Reference(id: ticket)
                    }
                })
            let kinds: [EventKind] = [.ticketOpened, .customerMessageReceived, .bodyRedacted]
            #expect(events.map(\.kind).filter(kinds.contains) == kinds)
        }
    }

    /// The log verifies, with the service's reader and with the independent one.
    private static func expectSound(_ daemon: Daemon) async throws {
        guard Places.hasPython else { return }
        let check = try await RunOutcome(
            ChildProcess(
                Places.python, [Places.repository + "/tools/audit/read_log.py", daemon.dataDirectory, "--check"],
                output: daemon.folder["check"]))
        #expect(check.code == 0, "\(check)")
    }

    @Test func `the command line uploads and reads`() async throws {
        try await Daemon.run { daemon in
            let party = newID()
            _ = try await daemon.withClient { try await $0.accepted(Command(.person("Ana", id: party))) }
            let file = try daemon.folder.write("Grüße", to: "letter.txt")
            let put = try await daemon.kith("body", "put", file, "--party", party, "--type", "text/plain")
            #expect(put.code == 0, "\(put)")
            let item = put.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(Identifier(item) != nil)
            #expect(try await daemon.kith("body", "get", item).output == "Grüße")
            let described = try await daemon.kith("body", "get", item, "--json")
            #expect(try described.objects.first?["mediaType"] as? String == "text/plain", "\(described)")
            #expect(try await daemon.kith("body", "get", newID()).code == 1)
            let piped = try await daemon.kith("body", "put", "-", input: "nobody's")
            #expect(piped.code == 0, "\(piped)")
        }
    }
}
