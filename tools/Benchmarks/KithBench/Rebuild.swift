internal import ArgumentParser
internal import KithClient
internal import Schema

/// Line 4: projections from an empty start, while the service runs.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Rebuilds projections through the service, as `kith rebuild` does.")

    @OptionGroup var service: ServiceOptions

    @Argument(help: "Names of the projections.")
    var names: [String]

    @Flag(help: "All at the same time instead of one after the other.")
    var together = false

    func run() async throws {
        let client = try await KithClient.connect(socketPath: service.socket)
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        var finished: [RebuildProgress] = []
        if together {
            finished = try await withThrowingTaskGroup(of: RebuildProgress.self) { group in
                for name in names { group.addTask { try await Self.rebuild(name, client) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        } else {
            for name in names { finished.append(try await Self.rebuild(name, client)) }
        }
        let events = finished.map { Int($0.target) }.max() ?? 0
        var measurement = stopwatch.measurement(operations: events)
        for progress in finished {
            measurement.details["\(progress.name).seconds"] = progress.seconds
            measurement.details["\(progress.name).equal"] = progress.digest == progress.previousDigest ? 1 : 0
        }
        try measurement.output()
        await client.close()
    }

    private static func rebuild(_ name: String, _ client: KithClient) async throws -> RebuildProgress {
        var request = RebuildRequest()
        request.name = name
        var last: RebuildProgress?
        for try await progress in client.rebuild(request) where progress.done { last = progress }
        guard let last else { throw BenchmarkFailure("The rebuild of \(name) ended before it was done.") }
        return last
    }
}
