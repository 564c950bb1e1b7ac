internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import Schema
internal import StarterPack
internal import SwiftProtobuf

/// What a new log begins with: its own opening, the administrators of the first hour (root and the user that runs the
/// service; everyone else is refused until an administrator grants something), and the starter pack.
struct FirstStart {
    let gateway: Gateway
    let queue: WorkQueue<SubmittedWork>

    /// Makes the administrators known, and waits until that is durable.
    ///
    /// - Throws: the refusal that stood in the way.
    func registerAdministrators() throws {
        let results = try carryOut(Set([0, UInt32(getuid())]).sorted().map(administrator))
        for result in results {
            if case .refused(let error)? = result.outcome { throw Refusal(error.code, error.sentence) }
        }
    }

    /// Applies a pack, and waits until it is durable. What a start that was cut short applied of it stays.
    ///
    /// - Throws: the refusal that stood in the way.
    func apply(_ pack: StarterPack) throws {
        for result in try carryOut(pack.parts.map(\.command)) {
            if case .refused(let error)? = result.outcome, !StarterPack.isThere(error.code) {
                throw Refusal(error.code, error.sentence)
            }
        }
    }

    private func carryOut(_ commands: [Command]) throws -> [CommandResult] {
        let sink = FirstStartSink()
        let checked = commands.map { gateway.check($0, by: .service) }
        let work = SubmittedWork(
            commands: checked.map(\.result), commandIDs: checked.map(\.id), asked: nil, sink: sink, tag: 0)
        let size = WorkSize(commands: commands.count, bytes: 0)
        guard queue.add(work, from: ObjectIdentifier(sink), size: size) == .taken else {
            throw Refusal(.internal, "The sequencer does not run.")
        }
        return sink.wait()
    }

    private func administrator(_ uid: UInt32) -> Command {
        var register = RegisterPrincipal()
        register.id = gateway.context.identifiers.identifier(at: gateway.context.clock.now()).description
        register.uid = uid
        register.label = uid == 0 ? "root" : "service owner"
        var grant = GrantRole()
        grant.principal.id = register.id
        grant.role = .admin
        var command = Command()
        command.idempotencyKey = Data("first-start/\(uid)".utf8)
        command.bodies = [.with { $0.registerPrincipal = register }, .with { $0.grantRole = grant }]
        return command
    }
}

/// Waits, on the thread that starts the service, for the answer of the first commands.
private final class FirstStartSink: ReplySink {
    private let replies = Monitor<[CommandResult]?>(nil)

    func deliver(_ replies: [SubmitReply]) {
        self.replies.withLockNotifying { $0 = replies.flatMap(\.results) }
    }

    func wait() -> [CommandResult] { replies.wait { $0 } }
}
