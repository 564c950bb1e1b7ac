internal import Foundation
internal import LMDB
internal import Testing

/// A map that becomes larger by itself, and readers that die or are too many.
@Suite struct GrowthTests {
    private static func growing(_ mapSize: Int = 128 << 10, to largest: Int? = 64 << 20) -> EnvironmentOptions {
        EnvironmentOptions(mapSize: mapSize, largestMapSize: largest, maxTables: 4, maxReaders: 16, sync: .none)
    }

    private static func count(_ environment: Environment, _ table: Table) throws -> Int {
        try environment.read { transaction throws(LMDBError) in try transaction.count(table) }
    }

    @Test func `a full map grows by itself, under readers that come and go`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: Self.growing())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 0, value: 42) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<2_000 {
                        let value = try environment.read { transaction throws(LMDBError) in
                            try transaction.getUInt64(table, key: 0)
                        }
                        #expect(value == 42)
                    }
                }
            }
            group.addTask {
                let value = [UInt8](repeating: 7, count: 1_000)
                for round in 0..<40 as Range<UInt64> {
                    try environment.write { transaction throws(LMDBError) in
                        for key in 1...100 as ClosedRange<UInt64> {
                            try transaction.put(table, key: round * 100 + key, value: value, append: true)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Self.count(environment, table) == 4_001)
        #expect(try environment.info().mapSize >= 4 << 20)
    }

    @Test func `a map that is as large as it may become is full`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: Self.growing(to: 512 << 10))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let error = #expect(throws: LMDBError.self) {
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(table, key: 1, value: [UInt8](repeating: 7, count: 1 << 20))
            }
        }
        #expect(error?.code == .mapFull)
        #expect(try environment.info().mapSize == 512 << 10)
        #expect(try Self.count(environment, table) == 0)
    }

    @Test func `a reader that stays holds the growth up, and nothing else`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: Self.growing())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let reader = try environment.beginRead()
        let value = [UInt8](repeating: 7, count: 1 << 20)
        let error = #expect(throws: LMDBError.self) {
            try environment.write { transaction throws(LMDBError) in try transaction.put(table, key: 1, value: value) }
        }
        #expect(error?.code == .mapFull)
        #expect(try Self.count(environment, table) == 0)
        reader.end()
        try environment.write { transaction throws(LMDBError) in try transaction.put(table, key: 1, value: value) }
        #expect(try Self.count(environment, table) == 1)
    }

    @Test func `a map that another process has made larger is adopted`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: Self.growing(to: nil))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: 1) }
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            let environment = try Environment(path: path, options: .small(mapSize: 8 << 20))
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(table, key: 2, value: [UInt8](repeating: 7, count: 2 << 20))
            }
        }
        #expect(try Self.count(environment, table) == 2)
        try environment.write { transaction in try transaction.put(table, key: 3, value: 3) }
        #expect(try Self.count(environment, table) == 3)
        #expect(try environment.info().mapSize >= 2 << 20)
    }

    @Test func `the slot of a reader that was killed is cleared, and pins nothing any more`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: Self.growing())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: 1) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let transaction = try Environment(path: path, options: .small()).beginRead()
            kill(getpid(), SIGKILL)
            transaction.end()
        }
        let pinned = try environment.info().lastTransaction
        let reader = try #require(try environment.readers().first)
        #expect(reader.processID != getpid() && reader.snapshot == pinned)
        for round in 2..<10 as Range<UInt64> {
            try environment.write { transaction in try transaction.put(table, key: round, value: round) }
        }
        #expect(try environment.info().oldestSnapshot == pinned)
        #expect(try environment.checkReaders() == 1)
        #expect(try environment.info().oldestSnapshot == nil && environment.readers().isEmpty)
    }

    @Test func `the open environments below a directory are known, and are not kept open by that`() throws {
        let directory = try TemporaryDirectory()
        let (durable, built) = (directory.path + "/durable", directory.path + "/built")
        do {
            let environment = try Environment(path: durable)
            let other = try Environment(path: built, options: Self.growing())
            #expect(
                Environment.open(below: directory.path).map(ObjectIdentifier.init) == [ObjectIdentifier(environment)])
            #expect(Environment.open(below: durable).isEmpty && other.path == built)
        }
        #expect(Environment.open(below: directory.path).isEmpty)
        _ = try Environment(path: durable)
    }
}
