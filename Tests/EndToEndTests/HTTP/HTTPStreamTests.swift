import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Events over HTTP, for whoever polls and whoever follows.
@Suite(.serialized) struct HTTPStreamTests {
    /// Waits until the output of a program satisfies a condition.
    private static func output(
        of process: ChildProcess, until condition: (String) -> Bool
    ) async throws -> String {
        for _ in 0..<1_000 {
            let text = try String(contentsOfFile: process.outputPath, encoding: .utf8)
            if condition(text) { return text }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try String(contentsOfFile: process.outputPath, encoding: .utf8)
    }

    /// Whether the service comes to have so many connections; the one that asks counts, and ended ones go by and by.
    private static func connections(_ curl: Curl, become count: String) async throws -> Bool {
        for _ in 0..<200 {
            if try await curl.get("/v1/status").object["connections"] as? String == count { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    private static func ids(_ text: String) -> [Int] {
        text.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap { Int($0.dropFirst(4)) }
    }

    @Test func `whoever polls reads pages, one behind the other`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            try await daemon.withClient { client in
                for number in 0..<20 { try await client.accepted(Command(.person("Person \(number)"))) }
            }
            let end = Int(try await daemon.durablePosition())
            var after = 0
            var positions: [Int] = []
            while true {
                let page = try await curl.get("/v1/events?after=\(after)&limit=7").object
                let events = try #require(page["events"] as? [[String: Any]])
                positions += events.compactMap { ($0["position"] as? String).flatMap { Int($0) } }
                if page["caughtUp"] as? Bool == true, positions.last == end { break }
                try #require(!events.isEmpty)
                after = try #require(positions.last)
            }
            #expect(positions == Array(1...end))
            let empty = try await curl.get("/v1/events?after=\(end)")
            #expect(try empty.status == 200 && (empty.object["events"] as? [Any])?.isEmpty == true, "\(empty)")
            #expect(try await curl.get("/v1/events?after=\(end + 7)").status == 409)
            let lines = try await curl.get("/v1/events?limit=5", "--header", "Accept: application/x-ndjson")
            #expect(try lines.objects.count == 5)
            let kinds = try await curl.get("/v1/events?eventKinds=EVENT_KIND_PARTY_REGISTERED&limit=1000")
            #expect(try (kinds.object["events"] as? [Any])?.count == 20, "\(kinds)")
            let stream = try await curl.post(
                "/v1/queries/history",
                #"{"stream": {"kind": "AGGREGATE_KIND_PARTY", "stream": {"number": "\#(end)"}}, "from": "1"}"#)
            #expect(try (stream.object["events"] as? [Any])?.count == 1, "\(stream)")
        }
    }

    @Test func `server-sent events bring what is appended later, and go on where they ended`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let before = Int(try await daemon.durablePosition())
            let following = try curl.start("/v1/events?after=\(before)", "--header", "Accept: text/event-stream")
            defer { following.kill(SIGKILL) }
            try await Task.sleep(for: .milliseconds(300))
            try await daemon.withClient { client in _ = try await client.accepted(Command(.person("Ana"))) }
            let text = try await HTTPStreamTests.output(of: following) { HTTPStreamTests.ids($0) == [before + 1] }
            #expect(HTTPStreamTests.ids(text) == [before + 1], "\(text)")
            #expect(text.contains("data: {\"position\":\"\(before + 1)\""))

            try await daemon.withClient { client in _ = try await client.accepted(Command(.person("Bea"))) }
            let again = try curl.start(
                "/v1/events?after=0", "--header", "Accept: text/event-stream", "--header",
                "Last-Event-ID: \(before + 1)")
            defer { again.kill(SIGKILL) }
            let rest = try await HTTPStreamTests.output(of: again) { !HTTPStreamTests.ids($0).isEmpty }
            #expect(HTTPStreamTests.ids(rest) == [before + 2], "\(rest)")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `a stop of the service ends streams, and a client that goes leaves nothing behind`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let gone = try curl.start("/v1/events", "--header", "Accept: text/event-stream")
            _ = try await HTTPStreamTests.output(of: gone) { !HTTPStreamTests.ids($0).isEmpty }
            #expect(try await HTTPStreamTests.connections(curl, become: "2"))
            gone.kill(SIGKILL)
            _ = await gone.exitCode()
            #expect(try await HTTPStreamTests.connections(curl, become: "1"))

            let events = try curl.start("/v1/events", "--header", "Accept: text/event-stream")
            let lines = try curl.start("/v1/events?follow=true", "--header", "Accept: application/x-ndjson")
            for process in [events, lines] { _ = try await HTTPStreamTests.output(of: process) { !$0.isEmpty } }
            let begun = ContinuousClock.now
            #expect(await daemon.stop() == 0)
            #expect(ContinuousClock.now - begun < .seconds(8))
            for process in [events, lines] {
                #expect(await process.exitCode() == 0)
                let text = try String(contentsOfFile: process.outputPath, encoding: .utf8)
                #expect(text.contains("CANCELLED"), "\(text.suffix(200))")
            }
        }
    }

    @Test func `a port takes tokens, and nobody without one`() async throws {
        let folder = try TestFolder()
        let token = String(repeating: "kith-test-", count: 5)
        let file = try folder.write(token + "\n", to: "shop.token")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        try await Daemon.run(in: folder, arguments: ["--http-port", "0", "--http-token", "shop=\(file)"]) { daemon in
            let log = try String(contentsOfFile: daemon.logPath, encoding: .utf8)
            let port = try #require(log.firstMatch(of: /port=(\d+)/).flatMap { Int($0.1) }, "\(log)")
            let curl = Curl(folder, port: port, token: token)
            for stranger in [Curl(folder, port: port), Curl(folder, port: port, token: token + "x")] {
                let answer = try await stranger.get("/v1/status")
                #expect(
                    answer.status == 401 && answer.fields["www-authenticate"]?.hasPrefix("Bearer") == true, "\(answer)")
                #expect(try await stranger.get("/v1/nothing").status == 401)
            }
            // Known by its token, and nothing granted yet.
            #expect(try await curl.get("/v1/status").status == 403)
            let grant = try await daemon.kith("access", "grant", "--token-name", "shop", "--role", "service")
            #expect(grant.code == 0, "\(grant)")
            #expect(try await curl.get("/v1/status").status == 200)
            let command = try Command(.person("Ana")).jsonString()
            #expect(try await curl.post("/v1/commands", command).status == 200)
            let settings = #"{"id": "\#(newID())", "bodies": [{"setOrganisation": {"name": "x", "currency": "EUR"}}]}"#
            #expect(try await curl.post("/v1/commands", settings).status == 403)
        }
    }

    @Test func `a port without a token, and a token that others can read, end the start`() async throws {
        let folder = try TestFolder()
        let open = try folder.write(String(repeating: "x", count: 40), to: "open.token")
        let bare = try await Daemon(in: folder, arguments: ["--http-port", "0"]).outcome()
        #expect(bare.code == 2 && bare.complaint.contains("httpToken"), "\(bare)")
        let readable = try await Daemon(
            in: folder, name: "other", arguments: ["--http-port", "0", "--http-token", "shop=\(open)"]
        ).outcome()
        #expect(readable.code == 1 && readable.complaint.contains("mode"), "\(readable)")
    }
}
