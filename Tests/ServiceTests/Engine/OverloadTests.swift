internal import EventLog
internal import Glibc
internal import Schema
import Testing

@testable import Service

/// More commands than the service takes, and commands of one client beside thousands of another one.
@Suite struct OverloadTests {
    /// Gathers results, and keeps the thread that brings the first ones as long as the test wants.
    private final class Sink: ReplySink {
        private struct State {
            var results: [CommandResult] = []
            var isHeld: Bool
        }

        private let state: Monitor<State>

        init(isHeld: Bool) { state = Monitor(State(isHeld: isHeld)) }

        func deliver(_ replies: [SubmitReply]) {
            let new = replies.flatMap(\.results)
            state.withLockNotifying { $0.results += new }
            _ = state.wait { state -> Bool? in state.isHeld ? nil : true }
        }

        var results: [CommandResult] { state.withLock { $0.results } }
        func letGo() { state.withLockNotifying { $0.isHeld = false } }
    }

    /// A command whose answer holds up whoever makes groups durable until its sink lets go.
    private static func hold(_ service: KithService) async -> Sink {
        let sink = Sink(isHeld: true)
        submit([Command.sample(1, [.upsertParty("held", name: "Ada")])], to: sink, service)
        while sink.results.isEmpty { await Task.yield() }
        return sink
    }

    private static func submit(_ commands: [Command], to sink: Sink, _ service: KithService) {
        service.submit(commands, bytes: 100, from: .uid(UInt32(getuid())), to: sink, tag: 1)
    }

    private static func parties(_ numbers: ClosedRange<UInt64>) -> [Command] {
        numbers.map { Command.sample($0, [.upsertParty("\($0)", name: "Ada")]) }
    }

    @Test func `what does not fit is answered at once with when to come back, and is not carried out`() async throws {
        let test = try TestService {
            $0.queue.waiting = WorkSize(commands: 4, bytes: 1 << 20)
            $0.queue.groupCommands = 1
        }
        defer { test.remove() }
        let held = await Self.hold(test.service)
        // Nothing becomes durable from here on: one more command is decided at most, four can wait.
        var sinks: [Sink] = []
        var refused: [CommandResult] = []
        var number: UInt64 = 1
        while refused.isEmpty, number < 20 {
            number += 1
            let sink = Sink(isHeld: false)
            Self.submit(Self.parties(number...number), to: sink, test.service)
            refused = sink.results
            if refused.isEmpty { sinks.append(sink) }
        }
        #expect((4...5).contains(sinks.count))
        #expect(refused.map(\.refused.code) == [.overloaded])
        #expect(refused.allSatisfy { $0.refused.retryHelps && $0.refused.retryAfterMilliseconds >= 20 })
        #expect(refused.map(\.commandID) == Self.parties(number...number).map(\.id))
        held.letGo()
        for sink in sinks {
            while sink.results.isEmpty { await Task.yield() }
            #expect(sink.results.allSatisfy { $0.accepted.events.count == 1 })
        }
        let again = try await test.accept(Self.parties(number...number)[0])
        #expect(!again.replayed && again.events.count == 1, "what was turned away had no effect")
        await test.stop()
    }

    @Test func `a single command comes between those of a client that sends thousands`() async throws {
        let test = try TestService()
        defer { test.remove() }
        let held = await Self.hold(test.service)
        let (flood, single) = (Sink(isHeld: false), Sink(isHeld: false))
        for piece in 0..<60 as Range<UInt64> {
            Self.submit(Self.parties(1_000 + piece * 16...1_015 + piece * 16), to: flood, test.service)
        }
        Self.submit(Self.parties(2...2), to: single, test.service)
        held.letGo()
        while flood.results.count < 960 { await Task.yield() }
        let positions = flood.results.flatMap { $0.accepted.events.map(\.position) }
        #expect(positions.count == 960 && positions == positions.sorted())
        let own = try #require(single.results.first?.accepted.events.first?.position)
        // A turn is half a millisecond, or one piece where that takes longer.
        #expect(positions.filter { $0 < own }.count < 480, "it did not wait for all of them")
        await test.stop()
    }
}
