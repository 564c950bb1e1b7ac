internal import CRM
internal import Schema
internal import Service
internal import Synchronization

/// Commands of one request and their answers, in the order of the commands.
///
/// Used from three sides: one task begins batches, the thread on which a group became durable delivers their answers, one
/// task takes them.
/// It bounds how many wait: whoever begins batches asks for room first.
final class CommandExchange: ReplySink {
    fileprivate struct Batch {
        /// Per command what it was refused with before it got to the command path; nil where it went there.
        var results: [CommandResult?]
        var bytes: Int
        var reply: SubmitReply?
    }

    fileprivate struct State {
        var batches: [UInt64: Batch] = [:]
        var nextTag: UInt64 = 0
        var nextAnswer: UInt64 = 0
        var commands = 0
        var bytes = 0
        /// No more batches begin.
        var isFinished = false
        /// No more answers are taken.
        var isClosed = false
        var beginner: CheckedContinuation<Bool, Never>?
        var taker: CheckedContinuation<[CommandResult]?, Never>?

        /// How many commands may wait at the moment.
        let window: @Sendable () -> Int

        init(window: @escaping @Sendable () -> Int) { self.window = window }

        var hasRoom: Bool {
            commands < min(HTTPLimits.openCommands, window()) && bytes < HTTPLimits.openBytes
        }

        /// The next answer, where it is there: nil to wait, nil within where no more comes.
        mutating func take() -> [CommandResult]?? {
            guard let batch = batches[nextAnswer] else { return isFinished ? .some(nil) : nil }
            guard let reply = batch.reply else { return nil }
            batches[nextAnswer] = nil
            nextAnswer += 1
            commands -= batch.results.count
            bytes -= batch.bytes
            var rest = reply.results[...]
            return batch.results.compactMap { $0 ?? rest.popFirst() }
        }
    }

    private let state: Mutex<State>

    /// - Parameter window: how many commands may wait at the moment, beside what `HTTPLimits` says.
    init(window: @escaping @Sendable () -> Int = { .max }) { state = Mutex(State(window: window)) }

    /// Waits until more commands may begin; false where nobody takes answers any more.
    func room() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.isClosed || state.isFinished { return false }
                if state.hasRoom { return true }
                state.beginner = continuation
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Begins a batch; nil where no more may begin. What is not refused already is to be submitted with this tag.
    func begin(_ results: [CommandResult?], bytes: Int) -> UInt64? {
        state.withLock { state in
            guard !state.isFinished, !state.isClosed else { return nil }
            let tag = state.nextTag
            state.nextTag += 1
            state.commands += results.count
            state.bytes += bytes
            state.batches[tag] = Batch(results: results, bytes: bytes)
            return tag
        }
    }

    func deliver(_ replies: [SubmitReply]) {
        change { state in for reply in replies { state.batches[reply.tag]?.reply = reply } }
    }

    /// No more batches begin.
    func finish() {
        change { $0.isFinished = true }
    }

    /// No more answers are taken.
    func close() {
        change { $0.isClosed = true }
    }

    /// The results of the next batch; nil behind the last one.
    func next() async -> [CommandResult]? {
        await withCheckedContinuation { continuation in
            let (answer, beginner) = state.withLock { state in
                let answer = state.take()
                if answer == nil { state.taker = continuation }
                return (answer, state.readyBeginner())
            }
            beginner?.resume(returning: true)
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let (taker, answer, beginner, goesOn) = state.withLock { state in
            body(&state)
            var taker: CheckedContinuation<[CommandResult]?, Never>?
            var answer: [CommandResult]?
            if state.taker != nil, let found = state.take() {
                answer = found
                taker = state.taker
                state.taker = nil
            }
            let goesOn = !state.isClosed && !state.isFinished
            return (taker, answer, state.readyBeginner(), goesOn)
        }
        beginner?.resume(returning: goesOn)
        taker?.resume(returning: answer)
    }
}

extension CommandExchange.State {
    /// Whoever waits to begin, where the wait is over.
    fileprivate mutating func readyBeginner() -> CheckedContinuation<Bool, Never>? {
        guard hasRoom || isClosed || isFinished else { return nil }
        defer { beginner = nil }
        return beginner
    }
}
