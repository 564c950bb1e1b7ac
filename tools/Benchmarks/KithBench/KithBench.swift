internal import ArgumentParser

/// One measurement per call, printed as one JSON object. `tools/bench` calls it, with the service and what it is
/// compared to side by side, and makes the table.
@main
struct KithBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith-bench",
        abstract: "Measures one thing and prints its figures as one JSON object. tools/bench makes the table of them.",
        subcommands: [
            OneClient.self, ManyClients.self, Burst.self, Sustained.self, ImportRows.self, Rebuild.self, ScanLog.self,
            ReadHistory.self, BareCommits.self, ReadPages.self, VerifyLog.self, SealParts.self,
        ])
}

/// Where the service is.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Path of the service's socket.")
    var socket: String

    @Option(help: "Process id of the service, to tell its processor time.")
    var daemonPid: Int32?

    @Option(help: "Seconds after which the measurement is given up.")
    var limit: Int = 300
}

/// Why a measurement has no figures.
struct BenchmarkFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
