internal import ArgumentParser
internal import LMDB

/// What it costs to read pages by code of our own: the same keys and the same scans through a read transaction, which
/// does so, and through a write transaction, which reads through LMDB. See docs/storage-pages.md.
struct ReadPages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read-pages", abstract: "Gets and scans of a bare environment, by our own reader or by LMDB.")

    /// Who reads the pages.
    enum Reader: String, ExpressibleByArgument, CaseIterable {
        case own, lmdb
    }

    /// What is measured.
    enum Work: String, ExpressibleByArgument, CaseIterable {
        /// The value of one key after another, at random.
        case get
        /// All entries in order.
        case scan
    }

    @Argument(help: "An empty directory, or one that an earlier call filled.")
    var path: String

    @Option(help: "Who reads: own, lmdb.")
    var reader = Reader.own

    @Option(help: "What is done: get, scan.")
    var work = Work.get

    @Option(help: "Entries of the table.")
    var entries = 300_000

    @Option(help: "Bytes of a value.")
    var valueBytes = 500

    func run() throws {
        let environment = try Environment(path: path, options: EnvironmentOptions(maxTables: 1, sync: .none))
        let table = try environment.openTable(named: "log", flags: .integerKey)
        try fill(environment, table)
        let operations: Int
        let stopwatch: Stopwatch
        switch reader {
        case .own:
            let transaction = try environment.beginRead()
            _ = try visit(transaction, table)
            stopwatch = Stopwatch()
            operations = try visit(transaction, table)
        case .lmdb:
            let transaction = try environment.beginWrite()
            _ = try visit(transaction, table)
            stopwatch = Stopwatch()
            operations = try visit(transaction, table)
        }
        try stopwatch.measurement(operations: operations).output()
    }

    private func fill(_ environment: Environment, _ table: Table) throws {
        let value = [UInt8](repeating: 3, count: valueBytes)
        try environment.write { transaction throws(LMDBError) in
            guard try transaction.lastKey(table) == nil else { return }
            for key in 0..<UInt64(entries) { try transaction.put(table, key: key, value: value, append: true) }
        }
    }

    /// Does the work once; how many entries it met.
    private func visit<Transaction: TableReader & ~Copyable>(
        _ transaction: borrowing Transaction, _ table: Table
    ) throws -> Int {
        var found = 0
        switch work {
        case .get:
            var random: UInt64 = 1
            for _ in 0..<entries {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                found += try transaction.get(table, key: (random >> 33) % UInt64(entries)) { _ in 1 } ?? 0
            }
        case .scan:
            try transaction.scan(table) { _, _ throws(LMDBError) in
                found += 1
                return .next
            }
        }
        return found
    }
}
