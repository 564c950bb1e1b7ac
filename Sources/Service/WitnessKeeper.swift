internal import Dispatch
internal import EventLog
internal import Logging
internal import Schema
internal import Synchronization

/// Writes down now and then, outside of the data directory, how large the log is and the root over it.
///
/// After the commit and beside it: a witness that cannot be written stops nobody, and what is missing in it is at most a
/// second.
final class WitnessKeeper: Sendable {
    private let witness: Witness
    private let log: EventLog
    private let logger: Logger
    private let queue = DispatchQueue(label: "kith.witness")
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        /// The last attempt failed, and that was said.
        var isFailing = false
    }

    /// Milliseconds between two times.
    private static let interval = 1_000

    /// - Parameter required: the first time must succeed.
    /// - Throws: why it did not, where it must.
    init(witness: Witness, log: EventLog, required: Bool, logger: Logger) throws(EventLogError) {
        self.witness = witness
        self.log = log
        self.logger = logger
        guard log.end.position > .none else { return }
        if required { try witness.note(log.statement) } else { note() }
    }

    /// Size of the log that stands in the file; 0 where nothing does.
    var position: UInt64 { witness.last?.size ?? 0 }

    /// Begins to write it down now and then.
    func start() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.interval)) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            note()
            start()
        }
    }

    /// Writes it down for the last time. Called when nothing is appended any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        queue.sync {}
        note()
    }

    private func note() {
        do {
            try witness.note(log.statement)
            state.withLock { $0.isFailing = false }
        } catch {
            let isNew = state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing
            }
            guard isNew else { return }
            logger.warning(
                "The witness cannot be written: a log that is rolled back will not be noticed.",
                metadata: ["path": "\(witness.path)", "error": "\(error.message)"])
        }
    }
}
