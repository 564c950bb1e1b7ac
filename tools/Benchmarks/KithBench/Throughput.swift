internal import ArgumentParser
internal import Schema

/// Line 2: many clients, each with one command at a time.
struct ManyClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "many-clients",
        abstract: "Many clients, each with a connection of its own and one command at a time.")

    @OptionGroup var service: ServiceOptions

    @Option(help: "Connections.")
    var clients = 64

    @Option(help: "Seconds that are measured.")
    var seconds = 4.0

    @Option(help: "Seconds before that, which are not.")
    var warmUp = 1.0

    @Option(help: "Commands that are made ahead; the measurement ends early where they are used up.")
    var commands = 600_000

    @Option(help: "Parties for whom orders are placed.")
    var parties = 1_000

    func run() async throws {
        let parties = try await BenchmarkParties.numbers(parties, socket: service.socket)
        var source = CommandSource()
        let frames = try FrameSet(source.orders(commands, for: parties), perFrame: 1)
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        let outcome = try await Load.run(
            frames, socket: service.socket, connections: clients, window: 1, warmUpSeconds: warmUp, seconds: seconds,
            limit: service.limit)
        try stopwatch.measurement(of: outcome, ["clients": Double(clients)]).output()
    }
}

/// Line 3a: one client that pipelines frames of many commands.
struct Burst: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "burst", abstract: "One client that pipelines frames of many commands.")

    @OptionGroup var service: ServiceOptions
    @OptionGroup var pipelining: PipeliningOptions

    @Option(help: "Commands that are measured.")
    var commands = 200_000

    @Option(help: "Commands before that, which are not.")
    var warmUp = 20_000

    @Option(help: "Parties for whom orders are placed.")
    var parties = 10_000

    func run() async throws {
        let parties = try await BenchmarkParties.numbers(parties, socket: service.socket)
        var source = CommandSource()
        if warmUp > 0 {
            let frames = try FrameSet(source.orders(warmUp, for: parties), perFrame: pipelining.frame)
            _ = try await Load.run(frames, socket: service.socket, window: pipelining.window, limit: service.limit)
        }
        let frames = try FrameSet(source.orders(commands, for: parties), perFrame: pipelining.frame)
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        let outcome = try await Load.run(
            frames, socket: service.socket, window: pipelining.window, limit: service.limit)
        try stopwatch.measurement(of: outcome, pipelining.details(frames)).output()
    }
}

/// Line 3b: as line 3a, for a while, and how far behind everything derived is at the end.
struct Sustained: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sustained",
        abstract: "One client that pipelines frames for a while; then the lag of what follows.")

    @OptionGroup var service: ServiceOptions
    @OptionGroup var pipelining: PipeliningOptions

    @Option(help: "Seconds that are measured.")
    var seconds = 60.0

    @Option(help: "Commands that are made ahead; the measurement ends early where they are used up.")
    var commands = 2_000_000

    @Option(help: "Parties for whom orders are placed.")
    var parties = 10_000

    func run() async throws {
        let parties = try await BenchmarkParties.numbers(parties, socket: service.socket)
        var source = CommandSource()
        let frames = try FrameSet(source.orders(commands, for: parties), perFrame: pipelining.frame)
        let followers = try await Followers(socket: service.socket)
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        let outcome = try await Load.run(
            frames, socket: service.socket, window: pipelining.window, seconds: seconds, limit: service.limit)
        var details = try await followers.lag()
        details["catchUpSeconds"] = try await followers.catchUp(limit: service.limit)
        await followers.close()
        details.merge(pipelining.details(frames)) { lag, _ in lag }
        try stopwatch.measurement(of: outcome, details).output()
    }
}

/// Line 11: rows of purchases, each one atomic command that upserts the customer and places the order.
struct ImportRows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-rows",
        abstract: "Rows of purchases, each one atomic command of UpsertParty and PlaceOrder.")

    @OptionGroup var service: ServiceOptions
    @OptionGroup var pipelining: PipeliningOptions

    @Option(help: "Rows.")
    var rows = 100_000

    func run() async throws {
        var source = ImportedRows(count: rows)
        let frames = try FrameSet((0..<rows).lazy.map { source.command(row: $0) }, perFrame: pipelining.frame)
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        let outcome = try await Load.run(
            frames, socket: service.socket, window: pipelining.window, limit: service.limit)
        guard outcome.accepted == rows else {
            throw BenchmarkFailure("\(outcome.accepted) of \(rows) rows were new: start with an empty log.")
        }
        try stopwatch.measurement(of: outcome, pipelining.details(frames)).output()
    }
}

/// How commands are put into frames.
struct PipeliningOptions: ParsableArguments {
    @Option(help: "Commands per frame.")
    var frame = 128

    @Option(help: "Frames under way at the same time.")
    var window = 64

    func details(_ frames: FrameSet) -> [String: Double] {
        [
            "commandsPerFrame": Double(frame), "framesUnderWay": Double(window),
            "bytesPerCommand": Double(frames.byteCount) / Double(max(1, frames.commandCount)),
        ]
    }
}

extension Stopwatch {
    /// The figures of a load that this stopwatch ran along with.
    fileprivate func measurement(of outcome: Load.Outcome, _ details: [String: Double]) -> Measurement {
        var measurement = self.measurement(operations: outcome.commands, latencies: outcome.latencies)
        // The processor times are of the whole, warm-up included; so are these seconds.
        measurement.details = details.merging(["wholeSeconds": measurement.seconds]) { given, _ in given }
        measurement.seconds = outcome.seconds
        measurement.perSecond = outcome.seconds > 0 ? Double(outcome.commands) / outcome.seconds : 0
        return measurement
    }
}
