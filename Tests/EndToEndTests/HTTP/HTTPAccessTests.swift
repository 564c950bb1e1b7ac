import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Who may do what over HTTP: what every role may over the native protocol, whose matrix is tested cell by cell, and
/// nothing else. The callers are services with a socket of their own for each of the two.
@Suite(.serialized) struct HTTPAccessTests {
    private static let roles: [Role] = [
        .service, .importer, .auditor, .operator, .admin, .sales, .serviceAgent, .marketing,
    ]

    /// A name per role, and one to which nothing is granted.
    private static let callers = roles.map { "role-\($0.rawValue)" } + ["nobody"]

    private static func sockets(_ folder: TestFolder) -> [String] {
        callers.flatMap {
            [
                "--service-socket", "\($0)=\(folder[$0 + ".sock"])",
                "--http-service-socket", "\($0)=\(folder[$0 + "-http.sock"])",
            ]
        }
    }

    /// Starts a service with a socket per caller for each face, and gives every caller but the last its role.
    private static func run(_ work: (Daemon) async throws -> Void) async throws {
        let folder = try TestFolder()
        try await Daemon.run(in: folder, arguments: sockets(folder)) { daemon in
            let bodies = zip(callers, roles).flatMap { name, role in
                let id = newID()
                return [
                    CommandBody.with {
                        $0.registerPrincipal.id = id
                        $0.registerPrincipal.socket = name
                    },
                    CommandBody.with {
                        $0.grantRole.principal.id = id
                        $0.grantRole.role = role
                    },
                ]
            }
            try await daemon.withClient {
                _ = try await $0.accepted(
                    Command.with {
                        $0.bodies = bodies; $0.id = newID()
                    })
            }
            try await work(daemon)
        }
    }

    private static func withClient<Value>(
        _ caller: String, _ daemon: Daemon, _ work: (KithClient) async throws -> Value
    ) async throws -> Value {
        let client = try await KithClient.connect(socketPath: daemon.folder[caller + ".sock"])
        do {
            let value = try await work(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// Every command of the schema with nothing in it, to be decided only.
    private static func commands() throws -> [Command] {
        (100...9_999).compactMap { number in
            guard let body = try? CommandBody(serializedBytes: empty(number)), body.command != nil else { return nil }
            return Command(body).with { $0.dryRun = true }
        }
    }

    /// The bytes of a message in which this field is set to an empty message.
    private static func empty(_ field: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var tag = field << 3 | 2
        while tag > 0x7F {
            bytes.append(UInt8(tag & 0x7F | 0x80))
            tag >>= 7
        }
        return bytes + [UInt8(tag), 0]
    }

    @Test func `every command is refused over HTTP for the same roles as over the native protocol`() async throws {
        try await HTTPAccessTests.run { daemon in
            let commands = try HTTPAccessTests.commands()
            #expect(commands.count > 200)
            let lines = try commands.map { try $0.jsonString() }.joined(separator: "\n")
            var allowed: [String: Int] = [:]
            for caller in HTTPAccessTests.callers {
                let native = try await HTTPAccessTests.withClient(caller, daemon) { client in
                    try await client.submit(commands).value.map(\.refusal)
                }
                let curl = Curl(daemon.folder, socket: daemon.folder[caller + "-http.sock"])
                let answer = try await curl.post("/v1/commands", lines, type: "application/x-ndjson")
                let http = try answer.body.split(separator: "\n").map { try CommandResult(jsonString: String($0)) }
                #expect(http.map(\.refusal) == native, "\(caller)")
                allowed[caller] = native.count { $0 != .forbidden }
                // On its own, what is forbidden has the status that says it, and the rest has another one.
                for index in [native.firstIndex(of: .forbidden), native.firstIndex { $0 != .forbidden }] {
                    guard let index else { continue }
                    let single = try await curl.post("/v1/commands", try commands[index].jsonString())
                    #expect((single.status == 403) == (native[index] == .forbidden), "\(caller): \(single)")
                }
            }
            // Whoever writes nothing may send none of them, administrators all; what lies between differs.
            for (caller, role) in zip(HTTPAccessTests.callers, HTTPAccessTests.roles) {
                switch role {
                case .admin: #expect(allowed[caller] == commands.count)
                case .auditor, .operator: #expect(allowed[caller] == 0)
                default: #expect((1..<commands.count).contains(allowed[caller] ?? 0), "\(role)")
                }
            }
            #expect(allowed["nobody"] == 0)
        }
    }

    @Test func `every query is refused over HTTP for the same roles as over the native protocol`() async throws {
        try await HTTPAccessTests.run { daemon in
            let text = try String(contentsOfFile: Places.repository + "/schemas/openapi.json", encoding: .utf8)
            var names: [String] = []
            for name in text.matches(of: /"\/v1\/queries\/(\w+)": \{/).map({ String($0.1) }) {
                // One that this version does not answer is not answered for anybody.
                let code = try await HTTPAccessTests.refusal(of: name, "role-5", daemon)
                if code != .unknownCommand { names.append(name) }
            }
            #expect(names.count > 9)
            for caller in HTTPAccessTests.callers {
                let curl = Curl(daemon.folder, socket: daemon.folder[caller + "-http.sock"])
                for name in names {
                    let native = try await HTTPAccessTests.refusal(of: name, caller, daemon) == .forbidden
                    let answer = try await curl.post("/v1/queries/\(name)", "{}")
                    #expect((answer.status == 403) == native, "\(caller), \(name): \(answer)")
                    if native { #expect(try answer.object["code"] as? String == "FORBIDDEN") }
                    if caller == "nobody" { #expect(answer.status == 403, "\(name)") }
                }
                // Paths of their own, which ask the same.
                let record = try await curl.get("/v1/records/party")
                #expect((record.status == 403) == (caller == "nobody"), "\(caller): \(record)")
                for (operation, asked) in [("rebuild", #"{"name": "nothing"}"#), ("verify", "{}")] {
                    let answer = try await curl.post("/v1/operations/\(operation)", asked)
                    let native = try await HTTPAccessTests.refusal(of: operation, caller, daemon) == .forbidden
                    #expect((answer.status == 403) == native, "\(caller), \(operation): \(answer)")
                }
            }
        }
    }

    /// With which code the native protocol refuses a query without fields; nil where it answers.
    private static func refusal(
        of name: String, _ caller: String, _ daemon: Daemon
    ) async throws -> ErrorCode? {
        try await withClient(caller, daemon) { client in
            do {
                switch name {
                case "history": for try await _ in client.history(HistoryRequest()) {}
                case "rebuild": for try await _ in client.rebuild(RebuildRequest()) {}
                case "verify": for try await _ in client.verify() {}
                default:
                    let numbers = (1...200).lazy.compactMap { try? Request(serializedBytes: empty($0)).request }
                    let camel = name.split(separator: "_").enumerated()
                        .map { $0.offset == 0 ? String($0.element) : $0.element.capitalized }.joined()
                    let request = try #require(numbers.first { $0.jsonName == camel }, "\(name)")
                    _ = try await client.answer(request)
                }
                return nil
            } catch let error as KithClientError {
                return try #require(error.detail, "\(error)").code
            }
        }
    }

    @Test func `whoever may act on behalf of a person does so over HTTP, and nobody else`() async throws {
        try await HTTPAccessTests.run { daemon in
            let curl = Curl(daemon.folder, socket: daemon.folder["role-1-http.sock"])
            let person = try await daemon.withClient { client in
                try await client.accepted(Command(.person("Ana"))).bodies.first?.id ?? ""
            }
            let command = try Command(.person("Bea")).with { $0.onBehalfOf.id = person }.jsonString()
            let refused = try await curl.post("/v1/commands", command)
            #expect(refused.status == 403, "\(refused)")
            #expect(try refused.object["field"] as? String == "on_behalf_of")
            try await daemon.withClient { client in
                let principals = try await client.all(.principal)
                let service = try #require(principals.first { $0.principal.socket == "role-1" })
                try await client.accepted(
                    Command(
                        .with {
                            $0.allowOnBehalfOf.principal.id = service.id
                            $0.allowOnBehalfOf.allowed = true
                        }))
            }
            let answer = try await curl.post("/v1/commands", command)
            #expect(answer.status == 200, "\(answer)")
            let position = try CommandResult(jsonString: answer.body).accepted.position
            let page = try await curl.get("/v1/events?after=\(position - 1)&limit=1")
            let event = try #require((try page.object["events"] as? [[String: Any]])?.first)
            #expect(event["principal"] as? String != "0" && event["onBehalfOf"] as? String != "0", "\(page)")
        }
    }

    @Test func `what was refused over HTTP stands in the journal, for auditors and administrators`() async throws {
        try await HTTPAccessTests.run { daemon in
            let nobody = Curl(daemon.folder, socket: daemon.folder["nobody-http.sock"])
            #expect(try await nobody.get("/v1/customers/shop:secret-key").status == 403)
            let service = Curl(daemon.folder, socket: daemon.folder["role-1-http.sock"])
            let id = newID()
            let settings = #"{"id": "\#(id)", "bodies": [{"setOrganisation": {"name": "x", "currency": "EUR"}}]}"#
            #expect(try await service.post("/v1/commands", settings).status == 403)
            #expect(try await service.get("/v1/queries/refusals").status == 403)
            let auditor = Curl(daemon.folder, socket: daemon.folder["role-3-http.sock"])
            let journal = try await auditor.get("/v1/queries/refusals?counts=true")
            #expect(journal.status == 200 && !journal.body.contains("secret-key"), "\(journal)")
            let response = try RefusalsResponse(jsonString: journal.body)
            #expect(response.refusals.map(\.query) == ["refusals", "", "customer"])
            #expect(response.refusals.map(\.command) == ["", "setOrganisation", ""])
            #expect(response.refusals.map(\.socket) == ["role-1", "role-1", "nobody"])
            #expect(response.refusals[1].commandID == id && response.refusals[1].kind == .organisation)
            #expect(response.refusals[1].principalNumber > 0 && response.refusals[2].principalNumber == 0)
            #expect(response.counts.total == 3 && response.counts.codes.map(\.code) == [.forbidden])
            let shown = try await daemon.kith("refusals", "--unknown-callers", "--zone", "UTC")
            #expect(shown.code == 0 && shown.output.contains("nobody (socket nobody)"), "\(shown)")
            #expect(shown.output.contains("customer") && !shown.output.contains("setOrganisation"), "\(shown)")
            let counted = try await daemon.kith("refusals", "--counts")
            #expect(counted.code == 0 && counted.output.contains("FORBIDDEN"), "\(counted)")
        }
    }
}
