internal import ArgumentParser
internal import KithClient
internal import Schema

/// Line 1: one client, one command at a time.
struct OneClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "one-client", abstract: "One client, one command at a time.")

    @OptionGroup var service: ServiceOptions

    @Option(help: "Commands that are measured.")
    var commands = 2_000

    @Option(help: "Commands before that, which are not.")
    var warmUp = 200

    @Option(help: "Parties for whom orders are placed.")
    var parties = 1_000

    @Flag(help: "Through the Swift client library instead of a bare blocking socket.")
    var library = false

    func run() async throws {
        let parties = try await BenchmarkParties.numbers(parties, socket: service.socket)
        var source = CommandSource()
        let all = source.orders(warmUp + commands, for: parties)
        try await (library ? throughLibrary(all) : throughSocket(all)).output()
    }

    private func throughSocket(_ commands: [Command]) throws -> Measurement {
        let connection = try BlockingConnection(path: service.socket)
        let frames = try FrameSet(commands, perFrame: 1)
        return try measure { index in
            guard let frame = frames.frame(index) else { return }
            _ = try connection.call(frame)
        }
    }

    private func throughLibrary(_ commands: [Command]) async throws -> Measurement {
        let client = try await KithClient.connect(socketPath: service.socket)
        var latencies = Histogram()
        var stopwatch = Stopwatch(daemon: service.daemonPid)
        for index in 0..<(warmUp + self.commands) {
            if index == warmUp { stopwatch = Stopwatch(daemon: service.daemonPid) }
            let before = Stopwatch.now()
            let answer = try await client.submit(commands[index])
            if index >= warmUp { latencies.record(nanoseconds: Stopwatch.now() - before) }
            if case .refused(let detail)? = answer.value.outcome {
                throw BenchmarkFailure("A command was refused: \(detail.code) \(detail.sentence)")
            }
            if stopwatch.seconds > Double(service.limit) { throw BenchmarkFailure("It takes too long.") }
        }
        let measurement = stopwatch.measurement(operations: self.commands, latencies: latencies)
        await client.close()
        return measurement
    }

    private func measure(_ call: (Int) throws -> Void) throws -> Measurement {
        var latencies = Histogram()
        for index in 0..<warmUp { try call(index) }
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        for index in warmUp..<(warmUp + commands) {
            let before = Stopwatch.now()
            try call(index)
            latencies.record(nanoseconds: Stopwatch.now() - before)
            if stopwatch.seconds > Double(service.limit) { throw BenchmarkFailure("It takes too long.") }
        }
        return stopwatch.measurement(operations: commands, latencies: latencies)
    }
}
