internal import Foundation
internal import LMDB
internal import Testing

@Suite struct FileTests {
    @Test func `a full map is a typed error, and growing it helps`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(mapSize: 128 << 10))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let value = [UInt8](repeating: 7, count: 1_000)
        let error = #expect(throws: LMDBError.self) {
            try environment.write { transaction throws(LMDBError) in
                for key in 1...1_000 as ClosedRange<UInt64> {
                    try transaction.put(table, key: key, value: value, append: true)
                }
            }
        }
        #expect(error?.code == .mapFull)
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(table) } == 0)
        try environment.setMapSize(8 << 20)
        #expect(try environment.info().mapSize == 8 << 20)
        try environment.write { transaction throws in
            for key in 1...1_000 as ClosedRange<UInt64> {
                try transaction.put(table, key: key, value: value, append: true)
            }
        }
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(table) } == 1_000)
    }

    @Test func `a transaction that met a full map can only be aborted`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(mapSize: 128 << 10))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let transaction = try environment.beginWrite()
        let value = [UInt8](repeating: 7, count: 100_000)
        let full = #expect(throws: LMDBError.self) {
            for key in 1...9 as ClosedRange<UInt64> { try transaction.put(table, key: key, value: value) }
        }
        #expect(full?.code == .mapFull)
        let again = #expect(throws: LMDBError.self) { try transaction.put(table, key: 1, value: []) }
        #expect(again?.code == .badTransaction)
        do {
            try transaction.commit()
            Issue.record("the commit must fail")
        } catch {
            #expect(error.code == .badTransaction)
            #expect(error.call == "mdb_txn_commit")
        }
        // The write lock is free again.
        try environment.write { transaction in try transaction.put(table, key: 1, value: []) }
    }

    @Test func `the map is not replaced under a transaction`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let transaction = try environment.beginRead()
        let error = #expect(throws: LMDBError.self) { try environment.setMapSize(128 << 20) }
        #expect(error?.code == .busy)
        transaction.end()
        try environment.setMapSize(128 << 20)
        #expect(try environment.info().mapSize == 128 << 20)
    }

    @Test func `the map grows while readers come and go`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: 42) }
        try await withThrowingTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<2_000 {
                        let value = try environment.read { transaction throws(LMDBError) in
                            try transaction.getUInt64(table, key: 1)
                        }
                        #expect(value == 42)
                    }
                }
            }
            group.addTask {
                var size = 64 << 20
                for _ in 0..<200 {
                    do throws(LMDBError) {
                        try environment.setMapSize(size + 4_096)
                        size += 4_096
                    } catch {
                        #expect(error.code == .busy)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `preallocated space is used by later commits`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(sync: .full))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: [UInt8]("kept")) }
        let used = try environment.info().usedBytes
        try environment.preallocate(from: used, bytes: 3 << 20)
        #expect(try environment.fileSize() == used + (3 << 20))
        // A second call, and one that lies within the file, change nothing.
        try environment.preallocate(from: used, bytes: 3 << 20)
        try environment.preallocate(from: 0, bytes: 4_096)
        #expect(try environment.fileSize() == used + (3 << 20))
        // Commits grow through the filled part and beyond its end.
        for round in 0..<5 as Range<UInt64> {
            try environment.write { transaction throws in
                for key in 2...1_001 as ClosedRange<UInt64> {
                    let value = [UInt8](repeating: UInt8(round), count: 1_000)
                    try transaction.put(table, key: round * 1_000 + key, value: value, append: true)
                }
            }
        }
        #expect(try environment.fileSize() > used + (3 << 20))
        try environment.read { transaction throws in
            #expect(try transaction.getBytes(table, key: 1)?.text == "kept")
            #expect(try transaction.count(table) == 5_001)
            #expect(try transaction.getBytes(table, key: 5_001) == [UInt8](repeating: 4, count: 1_000))
        }
    }

    @Test func `preallocation does not go beyond the map`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(mapSize: 1 << 20))
        try environment.preallocate(from: 1_000_000, bytes: .max)
        #expect(try environment.fileSize() == 1 << 20)
        #expect(try environment.freeSpace() > 0)
    }

    @Test func `a preallocated environment opens again`() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.path, options: .small(sync: .full))
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try environment.preallocate(from: 0, bytes: 1 << 20)
            try environment.write { transaction in try transaction.put(table, key: 1, value: [1]) }
        }
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.lastKey(table) } == 1)
        #expect(try environment.fileSize() >= 1 << 20)
    }

    @Test func `readers are counted, and one too many is a typed error`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(maxReaders: 2))
        #expect(try environment.info().readersInUse == 0)
        #expect(try environment.info().oldestSnapshot == nil)
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: [1]) }
        let first = try environment.beginRead()
        let snapshot = try environment.info().lastTransaction
        try environment.write { transaction in try transaction.put(table, key: 2, value: [1]) }
        let second = try environment.beginRead()
        let info = try environment.info()
        #expect(info.readersInUse == 2)
        #expect(info.oldestSnapshot == snapshot)
        #expect(info.lastTransaction == snapshot + 1)
        #expect(info.maxReaders == 2)
        #expect(info.pageSize == Int(sysconf(Int32(_SC_PAGESIZE))))
        let error = #expect(throws: LMDBError.self) { try environment.beginRead().end() }
        #expect(error?.code == .readersFull)
        // Writing goes on, and so does reading once a slot is free.
        try environment.write { transaction in try transaction.put(table, key: 3, value: [1]) }
        first.end()
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(table) } == 3)
        #expect(try environment.checkReaders() == 0)
        second.end()
        #expect(try environment.info().readersInUse == 0)
    }

    @Test func `an environment that is built without flushes is flushed once`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(sync: .none))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 1, value: [1]) }
        try environment.sync(force: true)
        #expect(environment.fileDescriptor >= 0)
    }
}
