internal import KithClient
internal import Schema

/// Everything that follows the log: how far behind it is.
struct Followers {
    private let client: KithClient

    init(socket: String) async throws { client = try await KithClient.connect(socketPath: socket) }

    /// The lag of the slowest projection, in events and seconds, and that of the index, in events.
    func lag() async throws -> [String: Double] {
        let status = try await client.status().value
        return [
            "lagEvents": Double(status.projections.map(\.lagEvents).max() ?? 0),
            "lagSeconds": Double(status.projections.map(\.lagMicroseconds).max() ?? 0) / 1e6,
            "indexLagEvents": Double(status.durablePosition - min(status.indexPosition, status.durablePosition)),
        ]
    }

    /// Waits until every projection is where the log is now; the seconds that took.
    func catchUp(limit: Int) async throws -> Double {
        let stopwatch = Stopwatch()
        let end = try await client.status().value.durablePosition
        while try await client.status().value.projections.contains(where: { $0.position < end }) {
            guard stopwatch.seconds < Double(limit) else { throw BenchmarkFailure("The projections do not catch up.") }
            try await Task.sleep(for: .milliseconds(20))
        }
        return stopwatch.seconds
    }

    func close() async { await client.close() }
}
