internal import ArgumentParser
internal import Glibc
internal import LMDB

/// The other side of line 1: commits of a bare LMDB environment, with the same bytes and the same syncs.
struct BareCommits: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-commits", abstract: "Durable commits of a bare LMDB environment.")

    @Argument(help: "An empty directory on the disk to be measured.")
    var path: String

    @Option(help: "Bytes of a record.")
    var recordBytes = 300

    @Option(help: "Records in a commit.")
    var records = 1

    @Option(help: "Commits that are measured.")
    var commits = 2_000

    @Option(help: "Commits before that, which are not.")
    var warmUp = 200

    @Option(help: "Mebibytes of zeros that are written to the file before.")
    var fill = 64

    func run() throws {
        let environment = try Environment(path: path, options: EnvironmentOptions(maxTables: 0))
        let table = try environment.openTable(named: nil, flags: [.integerKey])
        if fill > 0 {
            try environment.preallocate(from: environment.fileSize(), bytes: fill << 20)
            // The disk comes to rest, as before every other measurement.
            sync()
            sleep(2)
        }
        let record = (0..<recordBytes).map { UInt8(truncatingIfNeeded: $0) }
        var key: UInt64 = 0
        var latencies = Histogram()
        for _ in 0..<warmUp { try commit(environment, table, record, &key) }
        let stopwatch = Stopwatch()
        for _ in 0..<commits {
            let before = Stopwatch.now()
            try commit(environment, table, record, &key)
            latencies.record(nanoseconds: Stopwatch.now() - before)
        }
        var measurement = stopwatch.measurement(operations: commits * records, latencies: latencies)
        measurement.details = [
            "recordBytes": Double(recordBytes), "recordsPerCommit": Double(records), "filledMebibytes": Double(fill),
        ]
        try measurement.output()
    }

    private func commit(_ environment: Environment, _ table: Table, _ record: [UInt8], _ key: inout UInt64) throws {
        let transaction = try environment.beginWrite()
        for _ in 0..<records {
            key += 1
            try transaction.put(table, key: key, value: record, append: true)
        }
        try transaction.commit()
    }
}
