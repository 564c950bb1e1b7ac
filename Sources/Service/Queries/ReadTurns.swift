internal import EventLog
internal import Synchronization

/// Whose reads they are that take turns with those of others: one object per connection.
package final class ReadSource: Sendable {
    /// The source of the task that runs; what has none shares one.
    @TaskLocal package static var current = ReadSource()

    /// Somebody new.
    package init() {}
}

/// Lets the reads of many connections take turns, a few at a time.
///
/// A client that asks for thousands of long lists would otherwise have them all under way before a single question of
/// another one. Here whoever has used least comes next (start-time fair queueing with measured time): whoever asks
/// seldom waits for what is under way and for nothing else.
final class ReadTurns: Sendable {
    /// What a read is taken to cost until it is known, in nanoseconds.
    private static let estimate: UInt64 = 500_000

    private struct Source {
        /// Virtual time up to which it has had its share.
        var used: UInt64
        var running = 0
        /// At most as many as a connection may have queries.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private struct State {
        var running = 0
        /// Virtual time: the share of the source that was let in last.
        var now: UInt64 = 0
        var sources: [ObjectIdentifier: Source] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: reads that are under way at a time.
    init(limit: Int) { self.limit = limit }

    /// Reads that wait for their turn.
    var waiting: Int { state.withLock { $0.sources.values.reduce(0) { $0 + $1.waiting.count } } }

    /// Does a read in its turn; at once where the task has a turn already.
    func run<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard Self.held == nil else { return try await body() }
        // The source is kept until the read is over, so that its identity is not another one's.
        let source = ReadSource.current
        let turn = Turn(turns: self, source: source)
        await turn.begin()
        let result = await Self.$held.withValue(turn) { () async -> Result<Value, Failure> in
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        turn.end()
        return try result.get()
    }

    /// Waits for something that others bring about, and gives the turn that the task has to them meanwhile.
    static func waiting<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let turn = held else { return try await body() }
        turn.end()
        do throws(Failure) {
            let value = try await body()
            await turn.begin()
            return value
        } catch {
            await turn.begin()
            throw error
        }
    }

    /// The turn that the running task has.
    @TaskLocal private static var held: Turn?

    /// The turn of one task.
    private final class Turn: Sendable {
        private let turns: ReadTurns
        private let source: ReadSource
        private let begun = Mutex<UInt64>(0)

        init(turns: ReadTurns, source: ReadSource) {
            self.turns = turns
            self.source = source
        }

        func begin() async {
            await turns.enter(ObjectIdentifier(source))
            begun.withLock { $0 = MonotonicClock.nanoseconds() }
        }

        func end() {
            let elapsed = MonotonicClock.nanoseconds() - begun.withLock { $0 }
            turns.leave(ObjectIdentifier(source), elapsed)
        }
    }

    private func enter(_ id: ObjectIdentifier) async {
        await withCheckedContinuation { continuation in
            let next = state.withLock { state in
                var source = state.sources[id] ?? Source(used: state.now)
                // Time in which it asked nothing is not saved up.
                if source.running == 0, source.waiting.isEmpty { source.used = max(source.used, state.now) }
                source.waiting.append(continuation)
                state.sources[id] = source
                return letIn(&state)
            }
            for continuation in next { continuation.resume() }
        }
    }

    private func leave(_ id: ObjectIdentifier, _ elapsed: UInt64) {
        let next = state.withLock { state in
            state.running -= 1
            if var source = state.sources[id] {
                source.running -= 1
                source.used = source.used - Self.estimate + elapsed
                let isOver = source.running == 0 && source.waiting.isEmpty && source.used <= state.now
                state.sources[id] = isOver ? nil : source
            }
            return letIn(&state)
        }
        for continuation in next { continuation.resume() }
    }

    /// Takes those out of the queues who may begin.
    private func letIn(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        var next: [CheckedContinuation<Void, Never>] = []
        while state.running < limit {
            guard
                let id = state.sources.lazy.filter({ !$0.value.waiting.isEmpty })
                    .min(by: { $0.value.used < $1.value.used })?.key,
                var source = state.sources[id]
            else { break }
            let continuation = source.waiting.removeFirst()
            state.now = max(state.now, source.used)
            source.used += Self.estimate
            source.running += 1
            state.sources[id] = source
            state.running += 1
            next.append(continuation)
        }
        if state.running == 0 {
            // Nobody waits and nobody reads: nobody has had more than his share.
            state.sources = [:]
        }
        return next
    }
}
