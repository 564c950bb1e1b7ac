internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import Schema
internal import SwiftProtobuf

/// What a new log begins with: its own opening, and the administrators of the first hour: root and the user that
/// runs the service. Everyone else is refused until an administrator grants something.
struct FirstStart {
    let gateway: Gateway

    /// Appends the first events and waits until they are durable.
    ///
    /// - Throws: the refusal that stood in the way.
    func run(queue: WorkQueue<SubmittedWork>) throws {
        let sink = FirstStartSink()
        var commands: [Command] = []
        for uid in Set([0, UInt32(getuid())]).sorted() { commands.append(administrator(uid)) }
        let checked = commands.map { gateway.check($0, by: .service) }
        let work = SubmittedWork(
            commands: checked.map(\.result), commandIDs: checked.map(\.id), asked: nil, sink: sink, tag: 0)
        guard queue.add(work, weight: commands.count) else { throw Refusal(.internal, "The sequencer does not run.") }
        for result in sink.wait() {
            if case .refused(let error)? = result.outcome { throw Refusal(error.code, error.sentence) }
        }
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
