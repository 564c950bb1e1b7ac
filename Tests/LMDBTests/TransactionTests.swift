internal import Foundation
internal import LMDB
internal import Testing

@Suite struct TransactionTests {
    /// What a closure of a test throws.
    private enum Refusal: Error, Equatable { case no }

    private let directory: TemporaryDirectory
    private let environment: Environment
    private let numbers: Table
    private let texts: Table

    init() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        numbers = try environment.openTable(named: "numbers", flags: .integerKey)
        texts = try environment.openTable(named: "texts")
        self.environment = environment
        self.directory = directory
    }

    @Test func `what was put is read again, of any length`() throws {
        let lengths = [0, 1, 7, 8, 2_022, 2_023, 4_096, 70_000]
        try environment.write { transaction throws in
            for length in lengths {
                let value = [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length)
                try transaction.put(numbers, key: UInt64(length), value: value)
                try transaction.put(texts, key: [UInt8]("\(length)"), value: value)
            }
        }
        try environment.read { transaction throws in
            for length in lengths {
                let value = [UInt8](repeating: UInt8(truncatingIfNeeded: length), count: length)
                #expect(try transaction.getBytes(numbers, key: UInt64(length)) == value)
                #expect(try transaction.getBytes(texts, key: [UInt8]("\(length)")) == value)
                #expect(try transaction.get(numbers, key: UInt64(length)) { $0.byteCount } == length)
            }
            #expect(try transaction.getBytes(numbers, key: 99) == nil)
            #expect(try transaction.getBytes(texts, key: [0xFF]) == nil)
            #expect(try transaction.count(numbers) == lengths.count)
        }
    }

    @Test func `numbers are stored and read as numbers`() throws {
        try environment.write { transaction throws in
            try transaction.put(numbers, key: 1, value: UInt64.max - 1)
            try transaction.put(texts, key: [UInt8]("position"), value: UInt64(258))
            try transaction.put(texts, key: [UInt8]("short"), value: [1, 2])
        }
        try environment.read { transaction throws in
            #expect(try transaction.getUInt64(numbers, key: 1) == .max - 1)
            #expect(try transaction.getUInt64(texts, key: [UInt8]("position")) == 258)
            #expect(try transaction.getBytes(texts, key: [UInt8]("position")) == [2, 1, 0, 0, 0, 0, 0, 0])
            #expect(try transaction.getUInt64(texts, key: [UInt8]("none")) == nil)
            let error = #expect(throws: LMDBError.self) { try transaction.getUInt64(texts, key: [UInt8]("short")) }
            #expect(error?.code == .badSize)
        }
    }

    @Test func `an append out of order is refused and changes nothing`() throws {
        try environment.write { transaction throws in
            try transaction.put(numbers, key: 5, value: [UInt8]("five"), append: true)
            for key in [5, 4, 0] as [UInt64] {
                let error = #expect(throws: LMDBError.self) {
                    try transaction.put(numbers, key: key, value: [UInt8]("again"), append: true)
                }
                #expect(error?.code == .keyExists)
                #expect(error?.call == "mdb_put")
            }
            // The transaction goes on.
            try transaction.put(numbers, key: 6, value: [UInt8]("six"), append: true)
        }
        let entries = try environment.read { transaction throws(LMDBError) in try transaction.entries(numbers) }
        #expect(entries == [5: "five", 6: "six"])
    }

    @Test func `a key that must be new is refused when it is not`() throws {
        try environment.write { transaction throws in
            try transaction.put(texts, key: [1], value: [1], noOverwrite: true)
            let error = #expect(throws: LMDBError.self) {
                try transaction.put(texts, key: [1], value: [2], noOverwrite: true)
            }
            #expect(error?.code == .keyExists)
            #expect(try transaction.getBytes(texts, key: [1]) == [1])
            try transaction.put(texts, key: [1], value: [3])
            #expect(try transaction.getBytes(texts, key: [1]) == [3])
        }
    }

    @Test func `a write that throws leaves nothing`() throws {
        let error = #expect(throws: TransactionError<Refusal>.self) {
            try environment.write { transaction throws(Refusal) in
                do {
                    try transaction.put(numbers, key: 1, value: [1])
                    #expect(try transaction.count(numbers) == 1)
                } catch {
                    Issue.record(error)
                }
                throw Refusal.no
            }
        }
        #expect(error == .body(.no))
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(numbers) } == 0)
    }

    @Test func `a transaction that is dropped or aborted leaves nothing`() throws {
        let before = try environment.info().lastTransaction
        do {
            let transaction = try environment.beginWrite()
            try transaction.put(numbers, key: 1, value: [1])
        }
        let transaction = try environment.beginWrite()
        try transaction.put(numbers, key: 2, value: [1])
        transaction.abort()
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(numbers) } == 0)
        #expect(try environment.info().lastTransaction == before)
    }

    @Test func `a write transaction sees its own changes`() throws {
        let transaction = try environment.beginWrite()
        try transaction.put(numbers, key: 1, value: [UInt8]("one"))
        try transaction.put(numbers, key: 2, value: [UInt8]("two"))
        #expect(try transaction.getBytes(numbers, key: 1)?.text == "one")
        #expect(try transaction.entries(numbers) == [1: "one", 2: "two"])
        #expect(try transaction.lastKey(numbers) == 2)
        #expect(try transaction.delete(numbers, key: 2))
        #expect(try !transaction.delete(numbers, key: 2))
        #expect(try transaction.lastKey(numbers) == 1)
        try transaction.commit()
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(numbers) } == 1)
    }

    @Test func `a reader does not see a later commit`() throws {
        try environment.write { transaction in try transaction.put(numbers, key: 1, value: [UInt8]("old")) }
        let snapshot = try environment.beginRead()
        try environment.write { transaction throws in
            try transaction.put(numbers, key: 1, value: [UInt8]("new"))
            try transaction.put(numbers, key: 2, value: [UInt8]("two"))
        }
        #expect(try snapshot.entries(numbers) == [1: "old"])
        let now = try environment.read { transaction throws(LMDBError) in try transaction.entries(numbers) }
        #expect(now == [1: "new", 2: "two"])
        #expect(try snapshot.getBytes(numbers, key: 1)?.text == "old")
    }

    @Test func `a read transaction moves between threads`() async throws {
        try environment.write { transaction in try transaction.put(numbers, key: 1, value: [UInt8]("one")) }
        let snapshot = try environment.beginRead()
        for _ in 0..<20 { await Task.yield() }
        #expect(try snapshot.getBytes(numbers, key: 1)?.text == "one")
    }

    @Test func `clearing removes all entries of one table`() throws {
        try environment.write { transaction throws in
            for key in 0..<1_000 as Range<UInt64> { try transaction.put(numbers, key: key, value: [1]) }
            try transaction.put(texts, key: [1], value: [1])
        }
        try environment.write { transaction throws in
            try transaction.clear(numbers)
            #expect(try transaction.count(numbers) == 0)
            #expect(try transaction.lastKey(numbers) == nil)
            #expect(try transaction.firstKey(numbers) == nil)
        }
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.count(texts) } == 1)
    }

    @Test func `bytes are deleted by key`() throws {
        try environment.write { transaction throws in
            try transaction.put(texts, key: [1], value: [1])
            #expect(try transaction.delete(texts, key: [1]))
            #expect(try !transaction.delete(texts, key: [1]))
        }
    }

    @Test func `keys of a wrong length are refused`() throws {
        try environment.write { transaction throws in
            for length in [0, 512] {
                let error = #expect(throws: LMDBError.self) {
                    try transaction.put(texts, key: [UInt8](repeating: 1, count: length), value: [1])
                }
                #expect(error?.code == .badSize)
            }
            try transaction.put(texts, key: [UInt8](repeating: 1, count: 511), value: [1])
        }
    }

    @Test func `a reserved value is written in its place`() throws {
        try environment.write { transaction throws in
            for length in [0, 3, 3_000] {
                try transaction.putReserving(numbers, key: UInt64(length + 1), count: length, append: true) { output in
                    for byte in 0..<length { output.append(UInt8(truncatingIfNeeded: byte)) }
                }
            }
            let error = #expect(throws: LMDBError.self) {
                try transaction.putReserving(numbers, key: 1, count: 1, append: true) { $0.append(0 as UInt8) }
            }
            #expect(error?.code == .keyExists)
        }
        try environment.read { transaction throws in
            for length in [0, 3, 3_000] {
                let value = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
                #expect(try transaction.getBytes(numbers, key: UInt64(length + 1)) == value)
            }
        }
    }

    @Test func `the error of a reading closure is told apart from the store's`() throws {
        try environment.write { transaction in try transaction.put(numbers, key: 1, value: [1]) }
        try environment.read { transaction throws in
            let error = #expect(throws: TransactionError<Refusal>.self) {
                try transaction.get(numbers, key: 1) { (_) throws(Refusal) -> Int in throw Refusal.no }
            }
            #expect(error == .body(.no))
            let missing = try transaction.get(numbers, key: 2) { (_) throws(Refusal) -> Int in throw Refusal.no }
            #expect(missing == nil)
        }
    }

    @Test func `writers on many threads take turns`() async throws {
        let numbers = numbers
        let environment = environment
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        try environment.write { transaction throws in
                            let next = (try transaction.lastKey(numbers) ?? 0) + 1
                            try transaction.put(numbers, key: next, value: [], append: true)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.lastKey(numbers) } == 400)
    }
}

@Suite struct MisuseTests {
    @Test func `a change inside a scan of the same transaction stops the program`() async {
        let result = await #expect(processExitsWith: .failure) {
            let path = try TemporaryDirectory.make()
            let environment = try Environment(path: path, options: .small())
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try FileManager.default.removeItem(atPath: path)
            try environment.write { transaction throws in
                try transaction.put(table, key: 1, value: [1])
                try transaction.scan(table) { key, _ in
                    try transaction.delete(table, key: key)
                    return .next
                }
            }
        }
        #expect(result.trapped)
    }

    @Test func `a second write transaction on the same thread stops the program`() async {
        let result = await #expect(processExitsWith: .failure) {
            let path = try TemporaryDirectory.make()
            let environment = try Environment(path: path, options: .small())
            try FileManager.default.removeItem(atPath: path)
            let first = try environment.beginWrite()
            let second = try environment.beginWrite()
            second.abort()
            first.abort()
        }
        #expect(result.trapped)
    }

    @Test func `integers and bytes are not mixed as keys`() async {
        let result = await #expect(processExitsWith: .failure) {
            let path = try TemporaryDirectory.make()
            let environment = try Environment(path: path, options: .small())
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try FileManager.default.removeItem(atPath: path)
            try environment.write { transaction in try transaction.put(table, key: [1, 2, 3], value: [1]) }
        }
        #expect(result.trapped)
    }

    @Test func `a reserved value that is not filled stops the program`() async {
        let result = await #expect(processExitsWith: .failure) {
            let path = try TemporaryDirectory.make()
            let environment = try Environment(path: path, options: .small())
            let table = try environment.openTable(named: nil, flags: .integerKey)
            try FileManager.default.removeItem(atPath: path)
            try environment.write { transaction throws in
                try transaction.putReserving(table, key: 1, count: 2) { $0.append(1 as UInt8) }
            }
        }
        #expect(result.trapped)
    }

    @Test func `a write transaction that ends on another thread stops the program`() async {
        let result = await #expect(processExitsWith: .failure) {
            let path = try TemporaryDirectory.make()
            let environment = try Environment(path: path, options: .small())
            try FileManager.default.removeItem(atPath: path)
            let carrier = Carrier(try environment.beginWrite())
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                Thread.detachNewThread {
                    carrier.end()
                    continuation.resume()
                }
            }
        }
        #expect(result.trapped)
    }
}

/// Takes a transaction to another thread, past the compiler's objection.
private final class Carrier: @unchecked Sendable {
    private var transaction: WriteTransaction?

    init(_ transaction: consuming WriteTransaction) {
        self.transaction = consume transaction
    }

    func end() {
        if let transaction = transaction.take() { transaction.abort() }
    }
}
