internal import EventLog
internal import Logging
internal import Schema

/// Verifies the log in the background, round after round, at a limited rate, on a thread of its own.
///
/// It ends at the first damage, which is then in the service's log and its status: the rest of the log is not known to
/// be sound before somebody has looked at it.
final class LogScrub: Sendable {
    private struct State {
        var status = ScrubStatus()
        var isStopping = false
    }

    private let state: Monitor<State>
    private let log: EventLog
    private let clock: any LogClock
    private let bytesPerSecond: Int
    private let logger: Logger
    /// Between two rounds.
    private static let restMilliseconds = 60_000

    /// - Parameter bytesPerSecond: how much is read at most; more than 0.
    init(log: EventLog, clock: any LogClock, bytesPerSecond: Int, logger: Logger) {
        self.log = log
        self.clock = clock
        self.bytesPerSecond = bytesPerSecond
        self.logger = logger
        var first = State()
        first.status.bytesPerSecond = UInt64(bytesPerSecond)
        state = Monitor(first)
    }

    /// How it stands.
    var status: ScrubStatus { state.withLock { $0.status } }

    /// Goes on until `stop` or damage.
    func run() {
        while !isStopping {
            do {
                guard try round() else { return }
            } catch {
                // The log could not be read: not the same as damage, and the next round may tell more.
                logger.error("the log cannot be verified in the background", metadata: ["reason": "\(error.message)"])
            }
            pause(milliseconds: Self.restMilliseconds)
        }
    }

    /// Ends `run` soon.
    func stop() { state.withLockNotifying { $0.isStopping = true } }

    /// Checks the log once. False where there is nothing more to do: it is damaged, or the service stops.
    private func round() throws(EventLogError) -> Bool {
        let begun = ContinuousClock.now
        let outcome = try log.verification().run(threads: 1) { outcome in
            state.withLock { $0.status.position = outcome.position.rawValue }
            wait(for: outcome.bytes, since: begun)
            return !isStopping
        }
        if let damage = outcome.damage {
            log.note(damage)
            state.withLock { $0.status.stoppedReason = damage.sentence }
            logger.critical(
                "the log is damaged; everything before the position is sound",
                metadata: [
                    "position": "\(damage.position)", "kind": "\(damage.kind)", "reason": "\(damage.sentence)",
                ])
            return false
        }
        guard !isStopping else { return false }
        state.withLock { state in
            state.status.rounds += 1
            state.status.soundAt = clock.now().timestamp
            state.status.soundPosition = outcome.position.rawValue
        }
        return true
    }

    /// Waits until so many bytes may have been read.
    private func wait(for bytes: Int, since begun: ContinuousClock.Instant) {
        let elapsed = begun.duration(to: .now).components
        let due = bytes / max(1, bytesPerSecond / 1_000)
        pause(milliseconds: due - Int(elapsed.seconds * 1_000 + elapsed.attoseconds / 1_000_000_000_000_000))
    }

    private func pause(milliseconds: Int) {
        guard milliseconds > 0 else { return }
        _ = state.wait(milliseconds: milliseconds) { $0.isStopping ? true : nil }
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }
}
