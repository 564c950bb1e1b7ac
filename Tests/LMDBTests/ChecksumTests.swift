internal import Foundation
internal import LMDB
internal import Testing

/// Tables whose values are checked: whatever bit is flipped, nothing wrong is given out, and nothing that is there is said
/// to be absent.
@Suite struct ChecksumTests {
    private static let count: UInt64 = 300

    private static func value(_ number: UInt64) -> [UInt8] {
        // Now and then one that takes pages of its own, and an empty one.
        switch number % 50 {
        case 0: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 5_000)
        case 1: []
        default: [UInt8]("value \(number) \(number &* 0x9E37_79B9_7F4A_7C15)")
        }
    }

    private static func key(_ number: UInt64) -> [UInt8] { [UInt8]("key/\(number % 7)/\(number)") }

    /// Numbers and texts; every third number is missing.
    private static func write(_ path: String) throws(LMDBError) {
        let environment = try Environment(path: path, options: .small())
        let numbers = try environment.openTable(named: "numbers", flags: [.integerKey, .checked])
        let texts = try environment.openTable(named: "texts", flags: .checked)
        try environment.write { transaction throws(LMDBError) in
            for number in 0..<count where number % 3 != 0 {
                try transaction.put(numbers, key: number, value: value(number), append: true)
                try transaction.put(texts, key: key(number), value: value(number))
            }
        }
    }

    private static func wanted(_ number: UInt64) -> [UInt8]? {
        number < count && number % 3 != 0 ? value(number) : nil
    }

    @Test func `what was written is read, in both kinds of transactions`() throws {
        let directory = try TemporaryDirectory()
        try Self.write(directory.path)
        let environment = try Environment(path: directory.path, options: .small())
        let numbers = try environment.openTable(named: "numbers", flags: [.integerKey, .checked])
        let texts = try environment.openTable(named: "texts", flags: .checked)
        for number in 0..<Self.count + 5 {
            let (one, other) = try environment.read { transaction throws(LMDBError) in
                (try transaction.getBytes(numbers, key: number), try transaction.getBytes(texts, key: Self.key(number)))
            }
            #expect(one == Self.wanted(number) && other == Self.wanted(number))
        }
        let (changed, kept, seen) = try environment.write { transaction throws(LMDBError) in
            try transaction.put(numbers, key: 7, value: [UInt8]("other"))
            try transaction.delete(numbers, key: 8)
            return (
                try transaction.getBytes(numbers, key: 7), try transaction.getBytes(texts, key: Self.key(7)),
                try transaction.entries(numbers)
            )
        }
        #expect(changed == [UInt8]("other") && kept == Self.value(7))
        #expect(seen.count == 199 && seen[7] == "other" && seen[10] == Self.value(10).text)
        #expect(try environment.read { try $0.getBytes(numbers, key: 8) } == nil)
        #expect(try environment.read { try $0.getBytes(numbers, key: 7) } == [UInt8]("other"))
    }

    @Test func `an entry of another table, or under another key, is not taken for one of its own`() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.path, options: .small())
            let checked = try environment.openTable(named: "a", flags: .checked)
            let other = try environment.openTable(named: "b")
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(checked, key: [1], value: [UInt8]("one"))
            }
            // The same bytes, sum included, as another table has them, and under another key.
            let plain = try environment.openTable(named: "a")
            let stored = try #require(try environment.read { try $0.getBytes(plain, key: [1]) })
            #expect(stored.count == 11)
            try environment.write { transaction throws(LMDBError) in
                try transaction.put(other, key: [1], value: stored)
                try transaction.put(plain, key: [2], value: stored)
                try transaction.put(plain, key: [3], value: [1, 2])
            }
        }
        let environment = try Environment(path: directory.path, options: .small())
        let tables = try ["a", "b"].map { try environment.openTable(named: $0, flags: .checked) }
        #expect(try environment.read { try $0.getBytes(tables[0], key: [1]) } == [UInt8]("one"))
        for (table, key) in [(tables[0], 2), (tables[0], 3), (tables[1], 1)] as [(Table, UInt8)] {
            let inRead = #expect(throws: LMDBError.self) {
                try environment.read { transaction throws(LMDBError) in try transaction.getBytes(table, key: [key]) }
            }
            #expect(inRead?.code == .corrupted)
            let inWrite = #expect(throws: LMDBError.self) {
                try environment.write { transaction throws(LMDBError) in
                    _ = try transaction.getBytes(table, key: [key])
                }
            }
            #expect(inWrite?.code == .corrupted)
        }
    }

    @Test func `no flipped bit gives a wrong value, or says that one is absent which is there`() throws {
        let directory = try TemporaryDirectory()
        try Self.write(directory.path)
        let file = URL(filePath: directory.path + "/data.mdb")
        let whole = try Data(contentsOf: file)
        let seed = UInt64.random(in: .min ... .max)
        print("ChecksumTests: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var named = 0
        for _ in 0..<1_500 {
            var bytes = whole
            let offset = Int.random(in: 2 * 4_096..<whole.count, using: &random)
            let mask = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            bytes[offset] ^= mask
            try bytes.write(to: file)
            if try Self.read(directory.path, "seed \(seed): bit \(mask) of byte \(offset)") > 0 { named += 1 }
        }
        #expect(named > 500)
    }

    /// Reads everything in every way; the number of ways that met an error.
    private static func read(_ path: String, _ note: Comment) throws -> Int {
        let environment = try Environment(path: path, options: .small(readOnly: true))
        let numbers: Table
        let texts: Table
        do {
            numbers = try environment.openTable(named: "numbers", flags: [.integerKey, .checked])
            texts = try environment.openTable(named: "texts", flags: .checked)
        } catch {
            // The name of a table, or what it leads to.
            return 1
        }
        var errors = 0
        func attempt(_ body: () throws -> Void) { do { try body() } catch { errors += 1 } }
        for number in stride(from: UInt64(0), to: count + 5, by: 1) {
            attempt {
                let found = try environment.read { try $0.getBytes(numbers, key: number) }
                #expect(found == wanted(number), note)
            }
            attempt {
                let found = try environment.read { try $0.getBytes(texts, key: key(number)) }
                #expect(found == wanted(number), note)
            }
        }
        for start in [0, 100, 250] as [UInt64] {
            attempt {
                var seen: [UInt64] = []
                try environment.read { transaction throws(LMDBError) in
                    try transaction.scan(numbers, from: start) { number, value in
                        seen.append(number)
                        #expect([UInt8](copying: value) == wanted(number), note)
                        return .next
                    }
                }
                #expect(seen == (start..<count).filter { $0 % 3 != 0 }, note)
            }
        }
        let keys = (0..<count).filter { $0 % 3 != 0 }.map(key).sorted { $0.lexicographicallyPrecedes($1) }
        for start in [[], [UInt8]("key/3"), [UInt8]("key/5/1")] {
            attempt {
                var seen: [[UInt8]] = []
                try environment.read { transaction throws(LMDBError) in
                    try transaction.scan(texts, from: start) { key, _ in
                        seen.append([UInt8](copying: key))
                        return .next
                    }
                }
                #expect(seen == keys.filter { !$0.lexicographicallyPrecedes(start) }, note)
            }
        }
        return errors
    }
}
