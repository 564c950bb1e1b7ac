internal import CRM
internal import Foundation
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Service

/// Every command and every query of the protocol, for every role: what the tables here say, and nothing else. They are
/// written apart from the matrix; a new command or query belongs here as well.
@Suite struct AccessByRoleTests {
    /// The columns of the tables.
    private static let roles: [Role] = [
        .service, .importer, .auditor, .operator, .admin, .sales, .serviceAgent, .marketing,
    ]

    private static let everyday = "xx--xxxx"
    private static let administration = "----x---"
    private static let imports = "-x--x---"

    /// Commands by the number of their aggregate, a hundred numbers each.
    private static let families: [Int: String] = [
        1: everyday, 6: everyday, 7: everyday, 9: everyday, 13: everyday, 14: everyday, 15: everyday, 16: everyday,
        17: everyday, 24: everyday, 25: everyday, 30: everyday, 35: everyday, 36: everyday, 40: everyday,
        // Pipelines, service levels and queues, programmes, people and territories, the organisation, fields, principals.
        5: administration, 18: administration, 23: administration, 31: administration, 32: administration,
        37: administration, 38: administration,
        39: administration,
        34: imports,
    ]

    /// Commands that are not as the others of their aggregate.
    private static let exceptions: [String: String] = [
        // Whose customer it is changes every day; who works here does not.
        "transfer_portfolio": everyday, "assign_territory": everyday, "assign_owner": everyday,
        "set_fields": everyday,
        "set_service_desk": administration,
    ]

    private static let queries: [String: String] = [
        "get": "xxxxxxxx", "list": "xxxxxxxx", "customer": "xxxxxxxx", "status": "xxxxxxxx",
        "pipeline": "xxxxxxxx", "opportunities": "xxxxxxxx", "loyalty": "xxxxxxxx", "programme": "xxxxxxxx",
        "targets": "xxxxxxxx", "tickets": "xxxxxxxx", "service_figures": "xxxxxxxx", "ticket_clocks": "xxxxxxxx",
        "put_body": "xx--xxxx", "get_body": "xxx-xxxx",
        "history": "xxx-xxxx",
        "rebuild": "---xx---", "backup": "---xx---", "recompute": "--xxx---", "refusals": "--x-x---",
        "verify": "--xxx---",
    ]

    /// What needs no permission of its own: commands are asked for one by one, the others concern an open request.
    private static let unasked: Set = ["submit", "credit", "cancel"]

    @Test func `every command may be sent by the roles of its table, and by no others`() throws {
        let commands = try Self.members(of: "CommandBody", in: "envelope")
        #expect(commands.count > 150)
        for (name, number) in commands {
            let command = try #require(try CommandBody(serializedBytes: Self.empty(number)).command, "\(name)")
            let row = try #require(Self.exceptions[name] ?? Self.families[number / 100], "\(name)")
            let permission = AccessMatrix.permission(for: command)
            for (role, cell) in zip(Self.roles, row) {
                let isAllowed = AccessMatrix.permissions(of: role).contains(permission)
                #expect(isAllowed == (cell == "x"), "\(name), \(role)")
            }
            #expect(!AccessMatrix.permissions(of: .unspecified).contains(permission))
        }
    }

    @Test func `every query is answered for the roles of its table, and for no others`() async throws {
        let requests = try Self.members(of: "Request", in: "protocol").filter { !Self.unasked.contains($0.name) }
        #expect(Set(requests.map(\.name)) == Set(Self.queries.keys))
        let test = try TestService()
        _ = try await test.accept(.sample(1, Self.roles.indices.flatMap(Self.principal)))
        for (name, number) in requests {
            let request = try #require(try Request(serializedBytes: Self.empty(number)).request, "\(name)")
            let administrator = await Self.refusal(of: request, test, from: .uid(0))
            // One that this version does not answer is not answered for anybody.
            if administrator == .unknownCommand { continue }
            #expect(administrator != .forbidden, "\(name)")
            for (index, cell) in try #require(Self.queries[name]).enumerated() {
                let code = await Self.refusal(of: request, test, from: .uid(Self.uid(index)))
                #expect((code != .forbidden) == (cell == "x"), "\(name), \(Self.roles[index])")
            }
            #expect(await Self.refusal(of: request, test, from: .uid(4_242)) == .forbidden, "\(name)")
        }
        await test.stop()
        test.remove()
    }

    // MARK: Callers

    private static func uid(_ index: Int) -> UInt32 { UInt32(5_000 + index) }

    /// Makes a principal with one role.
    private static func principal(_ index: Int) -> [CommandBody.OneOf_Command] {
        let id = "01980000-0000-7000-8000-0000000000\(10 + index)"
        return [
            .registerPrincipal(
                .with {
                    $0.id = id
                    $0.uid = uid(index)
                }),
            .grantRole(
                .with {
                    $0.principal.id = id
                    $0.role = roles[index]
                }),
        ]
    }

    /// With which code a request is refused; nil where it is answered.
    private static func refusal(
        of request: Request.OneOf_Request, _ test: TestService, from caller: CallerIdentity
    ) async -> ErrorCode? {
        let service = test.service
        do throws(Refusal) {
            switch request {
            case .get(let get): _ = try await service.get(get, from: caller)
            case .list(let list): _ = try await service.list(list, from: caller)
            case .customer(let customer): _ = try await service.customer(customer, from: caller)
            case .history(let history): _ = try await service.history(history, from: caller)
            case .status(let status): _ = try await service.status(status, from: caller)
            case .rebuild(let rebuild): try await service.rebuild(rebuild, from: caller) { _ in }
            case .backup(let backup): try await service.backup(backup, from: caller) { _ in }
            case .verify(let verify): try await service.verify(verify, from: caller) { _ in }
            case .putBody(let put): _ = try await service.putBody(put.begin, from: caller)
            case .getBody(let get): _ = try await service.getBody(get, from: caller)
            default: _ = try await service.answer(request, from: caller)
            }
            return nil
        } catch { return error.code }
    }

    // MARK: The schema

    /// Names and numbers of the fields that stand in the one `oneof` of a message.
    private static func members(of message: String, in file: String) throws -> [(name: String, number: Int)] {
        var root = URL(filePath: #filePath)
        for _ in ["this file", "Engine", "ServiceTests", "Tests"] { root.deleteLastPathComponent() }
        let text = try String(contentsOf: root.appending(path: "schemas/kith/v1/\(file).proto"), encoding: .utf8)
        let behind = try #require(text.components(separatedBy: "\nmessage \(message) {").dropFirst().first)
        let oneof = try #require(behind.components(separatedBy: "oneof ").dropFirst().first)
        let fields = oneof.prefix { $0 != "}" }
        return fields.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { " ;".contains($0) })
            guard words.count == 4, words[2] == "=", let number = Int(words[3]) else { return nil }
            return (String(words[1]), number)
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
}
