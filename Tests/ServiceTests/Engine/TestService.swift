internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Replay
internal import Schema
internal import ServiceLifecycle
internal import Synchronization
import Testing

@testable import Service

/// A whole service in a directory of its own, without sockets.
final class TestService: Sendable {
    let path: String
    let service: KithService
    private let running: Task<Void, any Error>

    init(
        path: String? = nil, clock: any LogClock = SystemClock(),
        _ change: (inout ServiceConfiguration) -> Void = { _ in }
    ) throws {
        self.path = try path ?? Self.makeDirectory()
        var configuration = ServiceConfiguration(
            dataDirectory: self.path + "/data", masterKeyPath: self.path + "/master.key",
            socketPath: self.path + "/socket")
        configuration.logReserveBytes = 1 << 20
        configuration.ballastBytes = 1 << 20
        change(&configuration)
        let service = try KithService(
            configuration: configuration, clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        self.service = service
        running = Task { try await service.run() }
    }

    /// Stops as the daemon does: what was taken is finished.
    func stop() async {
        service.replay.stop()
        _ = await running.result
    }

    /// Runs `body` with a service in a directory, and lets go of the directory afterwards.
    static func running<Value>(in path: String, _ body: (TestService) async throws -> Value) async throws -> Value {
        let test = try TestService(path: path)
        do {
            let value = try await body(test)
            await test.stop()
            return value
        } catch {
            await test.stop()
            throw error
        }
    }

    /// The directory goes away with the test.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    static func makeDirectory() throws -> String {
        let path = "/tmp/kith-service-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Sends commands in one request and waits for their results.
    func submit(_ commands: [Command], as uid: UInt32 = UInt32(getuid())) async -> [CommandResult] {
        await withCheckedContinuation { continuation in
            service.submit(commands, bytes: 0, from: .uid(uid), to: OneReply(continuation), tag: 1)
        }
    }

    func submit(_ command: Command, as uid: UInt32 = UInt32(getuid())) async throws -> CommandResult {
        try #require(await submit([command], as: uid).first)
    }

    /// The results of a command that must be accepted.
    func accept(_ command: Command) async throws -> Accepted {
        let result = try await submit(command)
        guard case .accepted(let accepted)? = result.outcome else {
            Issue.record("not accepted: \(result.refused.code) \(result.refused.sentence)")
            return Accepted()
        }
        return accepted
    }

    /// The code of a command that must be refused.
    func refusal(_ command: Command) async throws -> ErrorCode? {
        let result = try await submit(command)
        guard case .refused(let error)? = result.outcome else { return nil }
        return error.code
    }
}

/// Takes one reply.
private final class OneReply: ReplySink {
    private let continuation: Mutex<CheckedContinuation<[CommandResult], Never>?>

    init(_ continuation: CheckedContinuation<[CommandResult], Never>) { self.continuation = Mutex(continuation) }

    func deliver(_ replies: [SubmitReply]) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: replies.flatMap(\.results))
    }
}

extension Command {
    /// A command with an id made from a small number.
    static func sample(_ number: UInt64, _ bodies: [CommandBody.OneOf_Command]) -> Command {
        var command = Command()
        command.id = Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 | number).description
        command.bodies = bodies.map { body in
            var wrapped = CommandBody()
            wrapped.command = body
            return wrapped
        }
        return command
    }
}

extension CommandBody.OneOf_Command {
    static func upsertParty(_ key: String, name: String = "", email: String = "") -> Self {
        var upsert = UpsertParty()
        upsert.key.system = "shop"
        upsert.key.key = key
        upsert.kind = .person
        if !name.isEmpty { upsert.name.display = name }
        if !email.isEmpty {
            var point = ContactPointInput()
            point.kind = .email
            point.personal.value = email
            upsert.contactPoints = [point]
        }
        return .upsertParty(upsert)
    }

    static func placeOrder(party key: String, document: String, net: Int64, reached: OrderStatus = .confirmed) -> Self {
        var order = PlaceOrder()
        order.party.external.system = "shop"
        order.party.external.key = key
        order.documentNumber = document
        order.currency = "EUR"
        var line = OrderLineInput()
        line.quantity.unscaled = 1
        line.net = net
        order.lines = [line]
        order.reached = reached
        return .placeOrder(order)
    }

    static func note(onParty key: String, _ text: String) -> Self {
        var note = AddNote()
        note.kind = .party
        note.target.external.system = "shop"
        note.target.external.key = key
        note.note.text = text
        return .addNote(note)
    }
}
