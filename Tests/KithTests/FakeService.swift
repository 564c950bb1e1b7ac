internal import FoundationEssentials
internal import Schema
internal import Synchronization

@testable import kith

/// A service that takes every command once, and can be told to go away or to refuse.
final class FakeService: Sendable {
    /// What happens to a frame.
    enum Fate: Sendable {
        /// The connection ends after so many commands of the frame were taken, before any answer.
        case lostAfter(Int)
        /// The command at this index of the frame, and those behind it, are refused for now.
        case overloadedFrom(Int)
    }

    private struct State {
        var taken: [Data: CommandResult] = [:]
        var order: [Command] = []
        var fates: [Fate] = []
        var connections = 0
        var frames: [Int] = []
        var dryRuns = 0
    }

    private let state: Mutex<State>
    /// Refuses what this says, by the body's key or document.
    private let refusal: @Sendable (Command) -> ErrorCode?

    init(fates: [Fate] = [], refusing refusal: @escaping @Sendable (Command) -> ErrorCode? = { _ in nil }) {
        var state = State()
        state.fates = fates
        self.state = Mutex(state)
        self.refusal = refusal
    }

    /// The commands that were taken, in their order, without those that start and commit imports.
    var commands: [Command] {
        state.withLock { $0.order }.filter { command in
            switch command.bodies.first?.command {
            case .startImport, .commitImport: false
            default: true
            }
        }
    }

    var all: [Command] { state.withLock { $0.order } }
    var connections: Int { state.withLock { $0.connections } }
    var dryRuns: Int { state.withLock { $0.dryRuns } }
    var frames: [Int] { state.withLock { $0.frames } }

    func delivery(patience: Duration = .seconds(10)) -> CommandDelivery {
        CommandDelivery(patience: patience, sleep: { _ in }) { () throws(ChannelError) in
            self.state.withLock { $0.connections += 1 }
            return Channel(service: self)
        }
    }

    fileprivate func submit(_ commands: [Command]) throws(ChannelError) -> [CommandResult] {
        try state.withLock { (state) throws(ChannelError) in
            state.frames.append(commands.count)
            let fate = state.fates.isEmpty ? nil : state.fates.removeFirst()
            var results: [CommandResult] = []
            for (index, command) in commands.enumerated() {
                if case .lostAfter(index)? = fate { throw .lost("the service went away") }
                if case .overloadedFrom(let first)? = fate, index >= first {
                    results.append(Self.refused(.overloaded, retry: true))
                } else {
                    results.append(take(command, &state))
                }
            }
            if case .lostAfter? = fate { throw .lost("the service went away") }
            return results
        }
    }

    private func take(_ command: Command, _ state: inout State) -> CommandResult {
        if var known = state.taken[command.idempotencyKey] {
            known.accepted.replayed = true
            return known
        }
        if command.dryRun { state.dryRuns += 1 }
        if let code = refusal(command) { return Self.refused(code, retry: false) }
        var result = CommandResult()
        result.accepted.dryRun = command.dryRun
        if command.dryRun { return result }
        var receipt = EventReceipt()
        receipt.position = UInt64(state.order.count + 1)
        result.accepted.events = [receipt]
        var body = BodyResult()
        body.id = "01930ad2-7c40-7000-8000-\(String(1_000_000_000_00 + state.order.count))"
        body.number = receipt.position
        result.accepted.bodies = [body]
        state.order.append(command)
        state.taken[command.idempotencyKey] = result
        return result
    }

    private static func refused(_ code: ErrorCode, retry: Bool) -> CommandResult {
        var result = CommandResult()
        result.refused.code = code
        result.refused.sentence = "no"
        result.refused.retryHelps = retry
        if code == .illegalTransition { result.refused.field = "import_job" }
        return result
    }

    private struct Channel: CommandChannel {
        let service: FakeService

        func submit(_ commands: [Command]) async throws(ChannelError) -> [CommandResult] {
            try service.submit(commands)
        }

        func close() async {}
    }
}
