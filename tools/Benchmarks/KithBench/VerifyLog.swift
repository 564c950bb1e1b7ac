internal import ArgumentParser
internal import EventLog
internal import Schema

/// Line 10: checks the whole log from its files, as `kith verify --directory` does, but for the index.
struct VerifyLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every record of a log and what binds the records to each other.")

    @Argument(help: "The `log` directory within the data directory.")
    var path: String

    @Option(help: "Threads that read and hash.")
    var threads = 2

    func run() throws {
        let storage = try LMDBLogStorage(reading: path)
        let verification = LogVerification(storage, through: try storage.lastPosition(), roots: [], index: nil)
        let stopwatch = Stopwatch()
        let outcome = try verification.run(threads: threads)
        var measurement = stopwatch.measurement(operations: Int(outcome.position.rawValue))
        if let damage = outcome.damage { throw BenchmarkFailure(damage.sentence) }
        measurement.details = [
            "bytes": Double(outcome.bytes),
            "megabytesPerSecond": Double(outcome.bytes) / 1_000_000 / max(measurement.seconds, 1e-9),
        ]
        try measurement.output()
    }
}
