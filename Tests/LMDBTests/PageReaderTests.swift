internal import Foundation
internal import LMDB
internal import Testing

/// Read transactions read pages by code of our own, write transactions through LMDB: both must see the same.
@Suite struct PageReaderTests {
    @Test func `what is read is what LMDB reads, whatever was written`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("PageReaderTests: seed \(seed)")
        for round in 0..<12 as Range<UInt64> {
            var random = SeededGenerator(seed: seed &+ round)
            try compare(&random, "seed \(seed), round \(round)")
        }
    }

    private func compare(_ random: inout SeededGenerator, _ comment: Comment) throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let named = Bool.random(using: &random)
        let numbers = try environment.openTable(named: named ? "numbers" : nil, flags: .integerKey)
        let texts = named ? try environment.openTable(named: "texts") : nil
        let spread = UInt64.random(in: 50...3_000, using: &random)
        for _ in 0..<Int.random(in: 1...25, using: &random) {
            try environment.write { transaction throws in
                for _ in 0..<Int.random(in: 1...200, using: &random) {
                    try Self.change(transaction, numbers, spread, &random)
                    if let texts { try Self.change(transaction, texts, spread, &random) }
                }
            }
        }
        try environment.examine()
        try Self.expectEqual(environment, numbers, spread, comment)
        if let texts { try Self.expectEqual(environment, texts, spread, comment) }
    }

    /// Puts or deletes an entry, more of the one at first and more of the other later.
    private static func change(
        _ transaction: borrowing WriteTransaction, _ table: Table, _ spread: UInt64, _ random: inout SeededGenerator
    ) throws(LMDBError) {
        let number = UInt64.random(in: 0..<spread, using: &random)
        let key = Self.key(number)
        guard UInt64.random(in: 0..<3, using: &random) > 0 else {
            if table.flags == .integerKey {
                try transaction.delete(table, key: number)
            } else {
                try transaction.delete(table, key: key)
            }
            return
        }
        let longest = [0, 40, 300, 2_100, 9_000].randomElement(using: &random) ?? 0
        let count = Int.random(in: 0...longest, using: &random)
        let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
        if table.flags == .integerKey {
            try transaction.put(table, key: number, value: value)
        } else {
            try transaction.put(table, key: key, value: value)
        }
    }

    /// Keys of 1 to 300 bytes, many of which begin alike.
    private static func key(_ number: UInt64) -> [UInt8] {
        [UInt8](repeating: UInt8(number % 7), count: Int(number % 299)) + [UInt8]("\(number)")
    }

    private static func expectEqual(
        _ environment: Environment, _ table: Table, _ spread: UInt64, _ comment: Comment
    ) throws {
        let reading = try environment.beginRead()
        let writing = try environment.beginWrite()
        #expect(try reading.count(table) == writing.count(table), comment)
        #expect(try reading.listing(table) == writing.listing(table), comment)
        #expect(try reading.listing(table, backward: true) == writing.listing(table, backward: true), comment)
        for number in stride(from: 0, to: spread + 3, by: 3) {
            #expect(
                try reading.around(table, number, key(number)) == writing.around(table, number, key(number)), comment)
        }
        writing.abort()
    }

    @Test func `a value may take many pages`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: nil, flags: .integerKey)
        let sizes = [2_021, 2_022, 2_023, 4_079, 4_080, 4_081, 8_176, 8_177, 1 << 20]
        try environment.write { transaction throws in
            for (key, size) in sizes.enumerated() {
                try transaction.put(table, key: UInt64(key), value: [UInt8](repeating: UInt8(key), count: size))
            }
        }
        try environment.examine()
        try environment.read { transaction throws in
            for (key, size) in sizes.enumerated() {
                #expect(
                    try transaction.getBytes(table, key: UInt64(key)) == [UInt8](repeating: UInt8(key), count: size))
            }
        }
    }

    @Test func `a file that outgrows its map is read on`() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small(mapSize: 256 << 20))
        let table = try environment.openTable(named: nil, flags: .integerKey)
        try environment.write { transaction in try transaction.put(table, key: 0, value: 7) }
        let early = try environment.beginRead()
        let megabyte = [UInt8](repeating: 1, count: 1 << 20)
        try environment.write { transaction throws in
            for key in 1...150 as ClosedRange<UInt64> { try transaction.put(table, key: key, value: megabyte) }
        }
        #expect(try environment.read { transaction throws in try transaction.getBytes(table, key: 150) } == megabyte)
        #expect(try early.getUInt64(table, key: 0) == 7)
        #expect(try early.count(table) == 1)
    }

    @Test func `readers see whole commits while a writer goes on`() async throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path, options: .small())
        let table = try environment.openTable(named: "t", flags: .integerKey)
        try await withThrowingTaskGroup { group in
            group.addTask {
                for round in 1...3_000 as ClosedRange<UInt64> {
                    try environment.write { transaction throws in
                        for key in 0..<4 as Range<UInt64> { try transaction.put(table, key: key, value: round) }
                        try transaction.put(table, key: 10 + round, value: round, append: true)
                    }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    var last: UInt64 = 0
                    while last < 3_000 {
                        let transaction = try environment.beginRead()
                        guard let round = try transaction.getUInt64(table, key: 0) else { continue }
                        for key in 1..<4 as Range<UInt64> {
                            #expect(try transaction.getUInt64(table, key: key) == round)
                        }
                        #expect(try transaction.lastKey(table) == 10 + round)
                        #expect(round >= last)
                        last = round
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension TableReader where Self: ~Copyable {
    /// All entries of a table, in order.
    func listing(_ table: Table, backward: Bool = false) throws(LMDBError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        if table.flags == .integerKey {
            let body = { (key: UInt64, value: RawSpan) throws(LMDBError) -> ScanStep in
                found.append([UInt8]("\(key)=") + [UInt8](copying: value))
                return .next
            }
            if backward { try scanBackward(table, body) } else { try scan(table, body) }
        } else {
            let body = { (key: RawSpan, value: RawSpan) throws(LMDBError) -> ScanStep in
                found.append([UInt8](copying: key) + [0x3D] + [UInt8](copying: value))
                return .next
            }
            if backward {
                try scanBackward(table, from: nil as [UInt8]?, body)
            } else {
                try scan(table, from: [] as [UInt8], body)
            }
        }
        return found
    }

    /// The value of a key, and the keys that scans from there in both directions begin with.
    func around(_ table: Table, _ number: UInt64, _ key: [UInt8]) throws(LMDBError) -> [[UInt8]?] {
        var found: [[UInt8]?] = []
        if table.flags == .integerKey {
            found.append(try getBytes(table, key: number))
            let body = { (key: UInt64, _: RawSpan) throws(LMDBError) -> ScanStep in
                found.append([UInt8]("\(key)"))
                return .stop
            }
            try scan(table, from: number, body)
            try scanBackward(table, from: number, body)
        } else {
            found.append(try getBytes(table, key: key))
            let body = { (key: RawSpan, _: RawSpan) throws(LMDBError) -> ScanStep in
                found.append([UInt8](copying: key))
                return .stop
            }
            try scan(table, from: key, body)
            try scanBackward(table, from: key, body)
        }
        return found
    }
}
