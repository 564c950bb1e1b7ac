internal import Foundation
internal import LMDB
internal import Testing

@Suite struct EnvironmentTests {
    @Test func `a second open of the same directory is refused, under any name`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("data")
        let link = directory.appending("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        let environment = try Environment(path: path, options: .small())
        for name in [path, path + "/.", directory.path + "/./data", link] {
            let error = #expect(throws: LMDBError.self) { try Environment(path: name, options: .small()) }
            #expect(error?.code == .alreadyOpen)
            #expect(error?.subject == name)
        }
        // Refusing must not have dropped the locks or the environment.
        let table = try environment.openTable(named: nil)
        try environment.write { transaction throws in
            try transaction.put(table, key: [UInt8]("a"), value: [UInt8]("1"))
        }
    }

    @Test func `a renamed environment is still recognised, and its old name is free`() throws {
        let directory = try TemporaryDirectory()
        let first = try Environment(path: directory.appending("old"), options: .small())
        try FileManager.default.moveItem(atPath: directory.appending("old"), toPath: directory.appending("new"))
        let error = #expect(throws: LMDBError.self) {
            try Environment(path: directory.appending("new"), options: .small())
        }
        #expect(error?.code == .alreadyOpen)
        let second = try Environment(path: directory.appending("old"), options: .small())
        #expect(try second.info().lastTransaction == 0)
        #expect(try first.info().lastTransaction == 0)
    }

    @Test func `an environment can be opened again after it was closed`() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.path, options: .small(sync: .full))
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try environment.write { transaction in try transaction.put(table, key: 7, value: [1, 2, 3]) }
        }
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let value = try environment.read { transaction throws(LMDBError) in try transaction.getBytes(table, key: 7) }
        #expect(value == [1, 2, 3])
    }

    @Test func `a transaction keeps its environment open`() throws {
        let directory = try TemporaryDirectory()
        let transaction = try Environment(path: directory.path, options: .small()).beginRead()
        let error = #expect(throws: LMDBError.self) { try Environment(path: directory.path, options: .small()) }
        #expect(error?.code == .alreadyOpen)
        transaction.end()
        _ = try Environment(path: directory.path, options: .small())
    }

    @Test func `missing directories are created for the owner alone`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("a/b/c/")
        let environment = try Environment(path: path, options: .small())
        #expect(try mode(directory.appending("a")) == 0o700)
        #expect(try mode(path) == 0o700)
        #expect(try mode(path + "/data.mdb") == 0o600)
        #expect(try mode(path + "/lock.mdb") == 0o600)
        #expect(environment.path == path)
    }

    @Test func `a read-only open creates nothing`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("missing")
        let error = #expect(throws: LMDBError.self) { try Environment(path: path, options: .small(readOnly: true)) }
        #expect(error?.code == .noSuchFile)
        #expect(error?.rawCode == ENOENT)
        #expect(error?.call == "mdb_env_open")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a read-only environment reads and refuses to write`() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.path, options: .small())
            let table = try environment.openTable(named: "t")
            try environment.write { transaction in try transaction.put(table, key: [1], value: [2]) }
            try environment.sync(force: true)
        }
        let environment = try Environment(path: directory.path, options: .small(readOnly: true))
        let table = try environment.openTable(named: "t")
        #expect(
            try environment.read { transaction throws(LMDBError) in try transaction.getBytes(table, key: [1]) } == [2])
        #expect(throws: LMDBError.self) { try environment.openTable(named: "u") }
        let error = #expect(throws: LMDBError.self) { try environment.beginWrite().abort() }
        #expect(error?.code == .permission)
    }

    @Test func `a file that is not LMDB's is refused`() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 0x55, count: 16_384).write(to: URL(filePath: directory.appending("data.mdb")))
        let error = #expect(throws: LMDBError.self) { try Environment(path: directory.path, options: .small()) }
        #expect(error?.code == .invalid)
        // The failed open must not have left the path occupied.
        try FileManager.default.removeItem(atPath: directory.appending("data.mdb"))
        _ = try Environment(path: directory.path, options: .small())
    }

    @Test func `a path that is a file is refused`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.appending("file")
        try Data().write(to: URL(filePath: path))
        let error = #expect(throws: LMDBError.self) { try Environment(path: path, options: .small()) }
        #expect(error?.rawCode == ENOTDIR)
    }

    @Test func `the library says its version`() {
        #expect(Environment.libraryVersion.hasPrefix("LMDB 0.9."))
    }

    @Test func `errors say what happened and what to do`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: LMDBError.self) {
            try Environment(path: directory.appending("x"), options: .small(readOnly: true))
        }
        let text = try #require(error).description
        #expect(text.contains("noSuchFile [2] mdb_env_open (\(directory.path)/x)"))
        #expect(text.contains("No such file or directory"))
        #expect(text.contains("Check the path"))
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}

@Suite struct TableTests {
    @Test func `a table with other flags is refused`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let bytes = try environment.openTable(named: "bytes")
        #expect(throws: LMDBError.self) { try environment.openTable(named: "bytes", flags: .integerKey) }
        #expect(try environment.openTable(named: "bytes") == bytes)
        let numbers = try environment.openTable(named: "numbers", flags: .integerKey)
        let error = #expect(throws: LMDBError.self) { try environment.openTable(named: "numbers") }
        #expect(error?.code == .incompatible)
        #expect(numbers.flags == .integerKey)
    }

    @Test func `an unnamed table with entries keeps its kind of keys`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: nil)
        try environment.write { transaction in try transaction.put(table, key: [1], value: [1]) }
        let error = #expect(throws: LMDBError.self) { try environment.openTable(named: nil, flags: .integerKey) }
        #expect(error?.code == .incompatible)
    }

    @Test func `more tables than announced are refused`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        for number in 0..<4 { _ = try environment.openTable(named: "t\(number)") }
        let error = #expect(throws: LMDBError.self) { try environment.openTable(named: "t4") }
        #expect(error?.code == .tablesFull)
    }

    @Test func `tables are opened from many threads at once`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let tables = try await withThrowingTaskGroup(of: Table.self) { group in
            for task in 0..<32 {
                group.addTask { try environment.openTable(named: "t\(task % 4)", flags: .integerKey) }
            }
            return try await group.reduce(into: [Table]()) { $0.append($1) }
        }
        #expect(tables.count == 32)
        let distinct = tables.reduce(into: [Table]()) { found, table in
            if !found.contains(table) { found.append(table) }
        }
        #expect(distinct.count == 4)
    }

    @Test func `a table of another environment stops the program`() async throws {
        let result = await #expect(processExitsWith: .failure) {
            let directories = (try TemporaryDirectory.make(), try TemporaryDirectory.make())
            let first = try Environment(path: directories.0, options: .small())
            let second = try Environment(path: directories.1, options: .small())
            let table = try first.openTable(named: nil)
            _ = try second.openTable(named: nil)
            for path in [directories.0, directories.1] { try FileManager.default.removeItem(atPath: path) }
            try second.write { transaction in try transaction.put(table, key: [1], value: [1]) }
        }
        #expect(result.trapped)
    }
}
