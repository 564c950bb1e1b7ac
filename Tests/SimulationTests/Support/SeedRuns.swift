internal import EventLog
internal import FoundationEssentials
internal import Synchronization

/// Runs many seeds, on as many threads as there are processors.
final class SeedRuns: Sendable {
    /// A seed whose run found something wrong.
    struct Failure: Sendable {
        var seed: UInt64
        var reasons: [String]

        /// What happened and how to see it again.
        var text: String {
            "seed \(seed): \(reasons.prefix(3).joined(separator: "; ")) (alone: tools/simulate --start \(seed) --seeds 1)"
        }
    }

    private struct State {
        var next: UInt64
        var report = SimulationReport()
        var failures: [Failure] = []
    }

    private let state: Mutex<State>
    private let end: UInt64
    private let deadline: ContinuousClock.Instant?
    private let bug: SeededBug?
    private let failuresMaximum: Int

    /// - Parameters:
    ///   - seconds: after which no further seed is begun; nil: all are.
    ///   - failures: after which no further seed is begun.
    init(from start: UInt64, count: Int, seconds: Int? = nil, bug: SeededBug? = nil, failures: Int = 10) {
        state = Mutex(State(next: start))
        end = start + UInt64(count)
        deadline = seconds.map { .now + .seconds($0) }
        self.bug = bug
        failuresMaximum = failures
    }

    /// Runs them all, and waits for their end.
    func run() throws -> (report: SimulationReport, failures: [Failure]) {
        let threads = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
            try DedicatedThread(named: "seeds") { while let seed = self.take() { self.run(seed) } }
        }
        for thread in threads { thread.join() }
        return state.withLock { ($0.report, $0.failures.sorted { $0.seed < $1.seed }) }
    }

    private func take() -> UInt64? {
        state.withLock { state in
            let isOver = deadline.map { .now >= $0 } ?? false
            guard state.next < end, !isOver, state.failures.count < failuresMaximum else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    private func run(_ seed: UInt64) {
        var reasons: [String] = []
        var report = SimulationReport()
        do {
            let simulation = try Simulation(seed: seed, bug: bug)
            report = try simulation.run()
            reasons = simulation.violations.map(\.description)
        } catch {
            reasons = ["the simulation failed: \(error)"]
        }
        state.withLock { state in
            state.report.add(report)
            if !reasons.isEmpty { state.failures.append(Failure(seed: seed, reasons: reasons)) }
        }
    }
}
