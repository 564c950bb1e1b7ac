import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// The HTTP face of the real service, with curl.
@Suite(.serialized) struct HTTPTests {
    private static func command(_ body: CommandBody, id: String = newID()) throws -> String {
        try Command(body, id: id).jsonString()
    }

    private static func party(_ key: String, _ name: String) -> CommandBody {
        .with { body in
            body.upsertParty = .with {
                $0.key = ExternalKey(system: "shop", key: key)
                $0.kind = .person
                $0.name.display = name
            }
        }
    }

    /// Sends a command that must be accepted; the position of its last event.
    @discardableResult
    private static func accepted(_ curl: Curl, _ body: CommandBody) async throws -> UInt64 {
        let answer = try await curl.post("/v1/commands", try command(body))
        try #require(answer.status == 200, "\(answer)")
        let result = try CommandResult(jsonString: answer.body)
        guard case .accepted(let accepted)? = result.outcome else {
            Issue.record("\(answer)")
            return 0
        }
        return accepted.position
    }

    @Test func `a customer is written and read in JSON, with defaults shown`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let position = try await HTTPTests.accepted(curl, HTTPTests.party("1", "Ana Müller"))
            let customer = try await curl.get("/v1/customers/shop:1?atLeast=\(position)&timelineLimit=5")
            #expect(customer.status == 200 && customer.body.contains("Ana Müller"), "\(customer)")
            #expect(customer.fields["content-type"] == "application/json")
            #expect(customer.fields["kith-state"] == "live")
            #expect(UInt64(customer.fields["kith-position"] ?? "") ?? 0 >= position)
            let object = try customer.object
            #expect((object["aliases"] as? [Any])?.isEmpty == true)
            #expect((object["party"] as? [String: Any])?["importNumber"] as? String == "0")

            let record = try await curl.get("/v1/records/party/shop:1")
            let id = try #require(try record.object["id"] as? String)
            let number = try #require(try record.object["number"] as? String)
            for reference in [id, number] {
                #expect(try await curl.get("/v1/records/party/\(reference)").object["id"] as? String == id)
            }
            let list = try await curl.get("/v1/records/party?limit=5&sort=SORT_ORDER_CHANGED")
            #expect(try (list.object["records"] as? [Any])?.count == 1, "\(list)")
            let posted = try await curl.post("/v1/queries/list", #"{"kind": "AGGREGATE_KIND_PARTY", "limit": 1}"#)
            #expect(try posted.status == 200 && (posted.object["records"] as? [Any])?.count == 1, "\(posted)")
        }
    }

    @Test func `every query is answered as on the native socket`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            try await HTTPTests.accepted(curl, HTTPTests.party("1", "Ana"))
            let party = #"{"party": {"external": {"system": "shop", "key": "1"}}}"#
            let stranger = #"{"kind": "AGGREGATE_KIND_PARTY", "reference": {"number": "999"}}"#
            // What a query needs and does not find in a new log is refused in its own way, never as an unknown query.
            for (name, request, expected) in [
                ("status", #"{"digest": true}"#, 200), ("customer", party, 200), ("opportunities", "{}", 200),
                ("recompute", "{}", 200), ("targets", "{}", 200), ("pipeline", "{}", 200), ("history", "{}", 200),
                ("list", #"{"kind": "AGGREGATE_KIND_PARTY"}"#, 200), ("list", "{}", 400), ("loyalty", "{}", 400),
                ("customer", "{}", 400), ("programme", "{}", 404), ("get", stranger, 404),
            ] {
                let answer = try await curl.post("/v1/queries/\(name)", request)
                #expect(answer.status == expected, "\(name): \(answer)")
            }
            let status = try await curl.get("/v1/status")
            #expect(try status.object["version"] as? String != nil)
            #expect(try Int(status.object["connections"] as? String ?? "") ?? 0 >= 1)
            #expect(try await curl.get("/v1/queries/status?digest=true").status == 200)
        }
    }

    @Test func `what is wrong with a request is said with its status`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            func expect(_ status: Int, _ code: String, _ answer: Curl.Answer, field: String? = nil) throws {
                #expect(answer.status == status, "\(answer)")
                #expect(try answer.object["code"] as? String == code, "\(answer)")
                if let field { #expect(try answer.object["field"] as? String == field, "\(answer)") }
                #expect(try (answer.object["sentence"] as? String)?.isEmpty == false)
                #expect(try answer.object["retryHelps"] is Bool)
            }
            try expect(404, "NOT_FOUND", try await curl.get("/v1/nothing"))
            try expect(404, "NOT_FOUND", try await curl.get("/v1/records/nothing"), field: "kind")
            try expect(404, "NOT_FOUND", try await curl.get("/v1/records/party/shop:1"))
            let method = try await curl.get("/v1/commands", "--request", "DELETE")
            try expect(405, "SCHEMA_INVALID", method)
            #expect(method.fields["allow"] == "POST")
            try expect(400, "SCHEMA_INVALID", try await curl.post("/v1/commands", "{"))
            try expect(400, "SCHEMA_INVALID", try await curl.post("/v1/commands", #"{"bodys": []}"#), field: "bodys")
            try expect(
                400, "SCHEMA_INVALID", try await curl.post("/v1/queries/list", #"{"kind": 4711}"#))
            try expect(400, "SCHEMA_INVALID", try await curl.get("/v1/status?digets=true"), field: "digets")
            try expect(400, "SCHEMA_INVALID", try await curl.get("/v1/records/party?limit=x"))
            let large = String(repeating: " ", count: 9 << 20)
            try expect(413, "LIMIT_EXCEEDED", try await curl.post("/v1/commands", large))
            try expect(
                413, "LIMIT_EXCEEDED",
                try await curl.post(
                    "/v1/commands", large, type: "application/json", "--header", "Transfer-Encoding: chunked")
            )
            // Nothing of that was the end of the service, nor did it write.
            #expect(try await curl.get("/v1/status").status == 200)
            #expect(
                try await daemon.withClient { try await $0.events(.with { $0.all = true }) }.allSatisfy {
                    $0.streamKind != .party
                })
        }
    }

    @Test func `a revision is an ETag, and a precondition of the next command`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            try await HTTPTests.accepted(curl, HTTPTests.party("1", "Ana"))
            let first = try await curl.get("/v1/records/party/shop:1")
            let tag = try #require(first.fields["etag"])
            let revision = try #require(try first.object["revision"] as? String)
            #expect(tag == "\"\(revision)\"")
            let known = try await curl.get("/v1/records/party/shop:1", "--header", "If-None-Match: \(tag)")
            #expect(known.status == 304 && known.body.isEmpty && known.fields["etag"] == tag, "\(known)")

            let change = try HTTPTests.command(HTTPTests.party("1", "Anna"))
            let changed = try await curl.post(
                "/v1/commands", change, type: "application/json", "--header", "If-Match: \(tag)")
            #expect(changed.status == 200, "\(changed)")
            let late = try HTTPTests.command(HTTPTests.party("1", "Anne"))
            let refused = try await curl.post(
                "/v1/commands", late, type: "application/json", "--header", "If-Match: \(tag)")
            #expect(refused.status == 412, "\(refused)")
            #expect(try refused.object["code"] as? String == "REVISION_CONFLICT")
            let inBody = try HTTPTests.command(HTTPTests.party("1", "Anne").with { $0.expectedRevision = 1 })
            #expect(try await curl.post("/v1/commands", inBody).status == 409)
            let fresh = try HTTPTests.command(HTTPTests.party("1", "Anne"))
            let exists = try await curl.post(
                "/v1/commands", fresh, type: "application/json", "--header", "If-None-Match: *")
            #expect(exists.status == 412, "\(exists)")
        }
    }

    @Test func `a thousand commands in lines have a thousand answers in their order`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let ids = (0..<1_000).map { _ in newID() }
            var lines = try ids.enumerated().map { index, id in
                try HTTPTests.command(HTTPTests.party("\(index)", "Person \(index)"), id: id)
            }
            lines[500] = "{ no command"
            let body = lines.joined(separator: "\n")
            let answer = try await curl.post("/v1/commands", body, type: "application/x-ndjson")
            #expect(answer.status == 200 && answer.fields["content-type"] == "application/x-ndjson", "\(answer)")
            let results = try answer.body.split(separator: "\n").map { try CommandResult(jsonString: String($0)) }
            #expect(results.count == 1_000)
            for (index, result) in results.enumerated() {
                if index == 500 {
                    #expect(result.refusal == .schemaInvalid)
                } else {
                    #expect(result.commandID == ids[index] && result.refusal == nil, "\(index): \(result)")
                }
            }
            // The same lines once more: nothing happens twice.
            let again = try await curl.post("/v1/commands", body, type: "application/x-ndjson")
            let replayed = try again.body.split(separator: "\n").map { try CommandResult(jsonString: String($0)) }
            #expect(replayed.count(where: { $0.accepted.replayed }) == 999)
        }
    }

    @Test func `a rebuild shows its progress and ends`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let answer = try await curl.post("/v1/operations/rebuild", #"{"name": "all"}"#)
            #expect(answer.status == 200, "\(answer)")
            let last = try #require(try answer.objects.last)
            #expect(last["done"] as? Bool == true && last["digest"] as? String == last["previousDigest"] as? String)
            #expect(try await curl.post("/v1/operations/rebuild", #"{"name": "nothing"}"#).status == 404)
            #expect(try await curl.post("/v1/operations/rebuild", #"{"nome": "all"}"#).status == 400)
        }
    }

    @Test func `a verification ends with what it found`() async throws {
        try await Daemon.run { daemon in
            let curl = Curl(daemon)
            let answer = try await curl.post("/v1/operations/verify", "{}")
            #expect(answer.status == 200, "\(answer)")
            let last = try #require(try answer.objects.last)
            #expect(last["done"] as? Bool == true && last["damage"] is NSNull? && last["position"] as? String != "0")
            #expect(try await curl.post("/v1/operations/verify", #"{"size": "1"}"#).status == 400)
        }
    }

    @Test(.enabled(if: OtherUser.canBeTried, OtherUser.missing))
    func `the kernel says who asks`() async throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        try await Daemon.run(in: folder, arguments: ["--group", "\(OtherUser.uid)"]) { daemon in
            let mode = try FileManager.default.attributesOfItem(atPath: daemon.httpSocketPath)[.posixPermissions]
            #expect(mode as? Int == 0o660)
            let run = try await OtherUser.run(
                "/usr/bin/curl",
                [
                    "--silent", "--unix-socket", daemon.httpSocketPath, "--write-out", "%{http_code}",
                    "http://kith/v1/status",
                ],
                in: folder, socket: daemon.socketPath)
            #expect(run.code == 0 && run.output.contains("FORBIDDEN") && run.output.hasSuffix("403"), "\(run)")
        }
    }
}
