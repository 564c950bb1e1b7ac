internal import CRM
internal import CoreMetrics
package import MetricsExposition
internal import Schema

/// What the service counts while it works. Counting takes no lock, also on the sequencer's thread.
package final class ServiceMetrics: Sendable {
    /// A face of the service.
    package enum Face: String, Sendable, CaseIterable {
        case native, http
    }

    private enum Outcome: String, CaseIterable {
        case accepted, replayed, unchanged, refused
        case dryRun = "dry_run"
    }

    /// Everything that is measured, for whoever renders it.
    package let registry = MetricsRegistry(MetricCatalogue.all)
    let gauges: ServiceGauges

    private let commits: Timer
    private let groups: Recorder
    private let outcomes: [Outcome: Counter]
    private let refusedCommands: [ErrorCode: Counter]
    private let refusedQueries: [ErrorCode: Counter]
    private let openConnections: [Face: Meter]
    private let refusedConnections: [Face: Counter]
    private let httpDurations: Timer

    /// Metrics that start at zero.
    package init() {
        let registry = registry
        gauges = ServiceGauges(registry)
        commits = registry.timer(MetricCatalogue.commits)
        groups = registry.histogram(MetricCatalogue.groupEvents)
        outcomes = Self.table { registry.counter(MetricCatalogue.commands, $0.rawValue) }
        // Every code from the start: of what appears with its first refusal, the first one is not seen.
        refusedCommands = Self.table { registry.counter(MetricCatalogue.refusals, $0.name, "command") }
        refusedQueries = Self.table { registry.counter(MetricCatalogue.refusals, $0.name, "query") }
        openConnections = Self.table { registry.gauge(MetricCatalogue.connections, $0.rawValue) }
        refusedConnections = Self.table { registry.counter(MetricCatalogue.connectionsRefused, $0.rawValue) }
        httpDurations = registry.timer(MetricCatalogue.httpDurations)
    }

    private static func table<Key: CaseIterable & Hashable, Value>(_ make: (Key) -> Value) -> [Key: Value] {
        Dictionary(uniqueKeysWithValues: Key.allCases.map { ($0, make($0)) })
    }

    // MARK: Commands and queries

    /// A group has become durable.
    func committed(events: Int, in duration: Duration) {
        commits.recordNanoseconds(duration.wholeNanoseconds)
        groups.record(events)
    }

    /// These commands have their answers.
    func answered(_ results: [CommandResult]) {
        var counts: [Outcome: Int] = [:]
        for result in results {
            let outcome: Outcome
            switch result.outcome {
            case .accepted(let accepted):
                outcome = accepted.replayed ? .replayed : accepted.dryRun ? .dryRun : .accepted
            case .refused(let error):
                refusedCommands[error.code]?.increment()
                outcome = .refused
            case .unchanged, nil: outcome = .unchanged
            }
            counts[outcome, default: 0] += 1
        }
        for (outcome, count) in counts { outcomes[outcome]?.increment(by: count) }
    }

    /// A query was refused.
    func refused(_ refusal: Refusal) { refusedQueries[refusal.code]?.increment() }

    // MARK: Faces

    /// A connection has begun.
    package func connectionOpened(_ face: Face) { openConnections[face]?.increment() }

    /// A connection has ended.
    package func connectionClosed(_ face: Face) { openConnections[face]?.decrement() }

    /// There was no room for a connection.
    package func connectionRefused(_ face: Face) { refusedConnections[face]?.increment() }

    /// A request over HTTP is about to get its answer. Methods that the face does not know count as one, so that nobody
    /// makes up series.
    package func httpAnswered(method: String, status: Int) {
        let known = ["GET", "POST", "PUT"].contains(method) ? method : "other"
        registry.counter(MetricCatalogue.httpRequests, known, "\(status)").increment()
    }

    /// An answer over HTTP is written. Not for streams, which last as long as their readers like.
    package func httpWritten(in duration: Duration) { httpDurations.recordNanoseconds(duration.wholeNanoseconds) }
}
