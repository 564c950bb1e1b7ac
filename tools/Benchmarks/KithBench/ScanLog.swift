internal import ArgumentParser
internal import EventLog
internal import LMDB
internal import Schema

/// The floor of line 4, line 5 in process, and what a record weighs: reads the records of a log from its first to its
/// last, straight from their environment, beside the service or without it.
struct ScanLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Reads the log's records in order, without folding anything.")

    /// What is done with each record.
    enum Depth: String, ExpressibleByArgument, CaseIterable {
        /// The cursor only.
        case cursor
        /// The fixed header is decoded.
        case header
        /// And the leaf hash is checked, as rebuilding does.
        case checked
        /// And the payload is decoded, as for an auditor.
        case decoded
    }

    @Argument(help: "The `log` directory within the data directory.")
    var path: String

    @Option(help: "What is done with each record: cursor, header, checked, decoded.")
    var depth = Depth.header

    @Option(help: "The first position to read.")
    var from: UInt64 = 1

    func run() throws {
        let environment = try Environment(
            path: path, options: EnvironmentOptions(mapSize: 1 << 40, maxTables: 0, readOnly: true))
        let table = try environment.openTable(named: nil, flags: [.integerKey])
        var records = 0
        var bytes = 0
        var mismatches = 0
        let (depth, from) = (depth, from)
        let stopwatch = Stopwatch()
        try environment.read { transaction throws(TransactionError<BenchmarkFailure>) in
            try transaction.scan(table, from: from) { _, value throws(BenchmarkFailure) in
                records += 1
                bytes += value.byteCount
                if depth != .cursor { mismatches += try Self.look(value, depth) }
                return .next
            }
        }
        var measurement = stopwatch.measurement(operations: records)
        measurement.details = [
            "bytes": Double(bytes), "bytesPerRecord": records == 0 ? 0 : Double(bytes) / Double(records),
            "mismatches": Double(mismatches),
        ]
        try measurement.output()
    }

    /// Decodes the header; returns 1 where the record is not what was written.
    private static func look(_ value: RawSpan, _ depth: Depth) throws(BenchmarkFailure) -> Int {
        guard value.byteCount > RecordLayout.leafHashLength else { throw BenchmarkFailure("A record is cut off.") }
        let split = value.byteCount - RecordLayout.leafHashLength
        let record = value.extracting(0..<split)
        do {
            let header = try EventHeader(reading: record)
            guard header.recordedAt > .earliest else { return 1 }
            if depth == .decoded {
                _ = try EventPayload.decode(kind: header.kind, payload: record.extracting(header.payloadRange))
            }
        } catch {
            throw BenchmarkFailure(error.message)
        }
        guard depth != .header else { return 0 }
        return TreeHash.leaf(record) == TreeHash(value.extracting(split..<value.byteCount)) ? 0 : 1
    }
}
