internal import EventLog
internal import Synchronization

/// Whose reads they are that take turns with those of others: one object per connection.
package final class ReadSource: Sendable {
    /// The source of the task that runs; what has none shares one.
    @TaskLocal package static var current = ReadSource()

    /// What it has had of each kind of turns, in their virtual time.
    private let used = Mutex<[ObjectIdentifier: UInt64]>([:])

    /// Somebody new.
    package init() {}

    fileprivate func used(of turns: ReadTurns) -> UInt64 { used.withLock { $0[ObjectIdentifier(turns)] ?? 0 } }

    fileprivate func set(used: UInt64, of turns: ReadTurns) {
        self.used.withLock { $0[ObjectIdentifier(turns)] = used }
    }
}

/// Lets the reads of many connections take turns, a few at a time.
///
/// A client that asks for thousands of long lists would otherwise have them all under way before a single question of
/// another one. Here whoever has used least comes next (start-time fair queueing, Goyal, Vin and Cheng 1997, with
/// measured time): whoever asks seldom waits for what is under way and for nothing else.
final class ReadTurns: Sendable {
    /// What a read is taken to cost until it is known, in nanoseconds.
    private static let estimate: UInt64 = 500_000

    /// Reads of one source that wait: at most as many as a connection may have queries.
    private struct Queue {
        let source: ReadSource
        var reads: [CheckedContinuation<Void, Never>] = []
    }

    private struct State {
        var running = 0
        /// Virtual time: the share of the source that was let in last.
        var now: UInt64 = 0
        /// The greatest share of any source.
        var greatest: UInt64 = 0
        var waiting: [ObjectIdentifier: Queue] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: reads that are under way at a time.
    init(limit: Int) { self.limit = limit }

    /// Reads that wait for their turn.
    var waiting: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.reads.count } } }

    /// Does a read in its turn; at once where the task has a turn already.
    func run<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard Self.held == nil else { return try await body() }
        let turn = Turn(turns: self, source: ReadSource.current)
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
        let result: Result<Value, Failure>
        do throws(Failure) { result = .success(try await body()) } catch { result = .failure(error) }
        await turn.begin()
        return try result.get()
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
            await turns.enter(source)
            begun.withLock { $0 = MonotonicClock.nanoseconds() }
        }

        func end() { turns.leave(source, MonotonicClock.nanoseconds() - begun.withLock { $0 }) }
    }

    private func enter(_ source: ReadSource) async {
        await withCheckedContinuation { continuation in
            let next = state.withLock { state in
                // Time in which it asked nothing is not saved up.
                source.set(used: max(source.used(of: self), state.now), of: self)
                state.waiting[ObjectIdentifier(source), default: Queue(source: source)].reads.append(continuation)
                return letIn(&state)
            }
            for continuation in next { continuation.resume() }
        }
    }

    private func leave(_ source: ReadSource, _ elapsed: UInt64) {
        let next = state.withLock { state in
            state.running -= 1
            let used = source.used(of: self) - Self.estimate + elapsed
            source.set(used: used, of: self)
            state.greatest = max(state.greatest, used)
            // Nobody reads and nobody waits: nobody has had more than his share.
            if state.running == 0, state.waiting.isEmpty { state.now = state.greatest }
            return letIn(&state)
        }
        for continuation in next { continuation.resume() }
    }

    /// Takes those out of the queues who may begin.
    private func letIn(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        var next: [CheckedContinuation<Void, Never>] = []
        while state.running < limit, let (id, used) = least(state), var queue = state.waiting[id] {
            next.append(queue.reads.removeFirst())
            state.waiting[id] = queue.reads.isEmpty ? nil : queue
            state.now = max(state.now, used)
            queue.source.set(used: used + Self.estimate, of: self)
            state.greatest = max(state.greatest, used + Self.estimate)
            state.running += 1
        }
        return next
    }

    /// Of the sources that wait the one that has used least.
    private func least(_ state: State) -> (ObjectIdentifier, UInt64)? {
        var least: (ObjectIdentifier, UInt64)?
        for (id, queue) in state.waiting {
            let used = queue.source.used(of: self)
            if used < least?.1 ?? .max { least = (id, used) }
        }
        return least
    }
}
