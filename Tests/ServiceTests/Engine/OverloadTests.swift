internal import EventLog
internal import Glibc
internal import Schema
import Testing

@testable import Service

/// More commands than the service takes.
@Suite struct OverloadTests {
    /// Takes one reply, and keeps the thread that brings it as long as the test wants.
    private final class SlowSink: ReplySink {
        private struct State {
            var results: [CommandResult]?
            var isHeld = true
        }

        private let state = Monitor(State())

        func deliver(_ replies: [SubmitReply]) {
            state.withLockNotifying { $0.results = replies.flatMap(\.results) }
            state.wait { $0.isHeld ? nil : () }
        }

        func untilDelivered() { state.wait { $0.results == nil ? nil : () } }
        func letGo() { state.withLockNotifying { $0.isHeld = false } }
    }

    private static let caller = CallerIdentity.uid(UInt32(getuid()))

    @Test func `what does not fit is answered at once with when to come back, and is not carried out`() async throws {
        let test = try TestService { $0.queue.waiting = WorkSize(commands: 4, bytes: 1 << 20) }
        defer { test.remove() }
        let slow = SlowSink()
        test.service.submit(
            [.sample(1, [.upsertParty("1", name: "Ada")])], bytes: 100, from: Self.caller, to: slow, tag: 1)
        slow.untilDelivered()
        // The sequencer stands still from here on.
        async let waiting = test.submit((2...5).map { .sample($0, [.upsertParty("\($0)", name: "Ada")]) })
        while test.service.writerStatus.waiting < 4 { await Task.yield() }
        let refused = await test.submit([.sample(9, [.upsertParty("9", name: "Ada")])])
        #expect(refused.map(\.refused.code) == [.overloaded])
        #expect(refused.allSatisfy { $0.refused.retryHelps && $0.refused.retryAfterMilliseconds >= 20 })
        #expect(refused.first?.commandID == Command.sample(9, []).id)
        slow.letGo()
        #expect(await waiting.allSatisfy { $0.accepted.events.count == 1 })
        let again = try await test.accept(.sample(9, [.upsertParty("9", name: "Ada")]))
        #expect(!again.replayed, "what was turned away had no effect")
        await test.stop()
    }

    @Test func `a client with one command is served between the commands of one that sends thousands`() async throws {
        let test = try TestService()
        defer { test.remove() }
        let flood = Task {
            await withTaskGroup(of: [CommandResult].self) { group in
                for piece in 0..<100 {
                    let commands = (1...16).map {
                        Command.sample(UInt64(1_000 + piece * 16 + $0), Self.party(piece, $0))
                    }
                    group.addTask { await test.submit(commands) }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
        }
        while test.service.writerStatus.waiting < 100 { await Task.yield() }
        let single = try await test.accept(.sample(1, [.upsertParty("one", name: "Ada")]))
        let results = await flood.value
        #expect(results.count == 1_600 && results.allSatisfy { $0.accepted.events.count == 1 })
        let last = results.compactMap { $0.accepted.events.last?.position }.max() ?? 0
        #expect(single.events[0].position < last, "it did not wait for all of them")
        await test.stop()
    }

    private static func party(_ piece: Int, _ number: Int) -> [CommandBody.OneOf_Command] {
        [.upsertParty("\(piece)/\(number)", name: "Ada")]
    }
}
