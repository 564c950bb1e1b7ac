internal import LMDB
internal import Testing

@Suite struct ScanTests {
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

    @Test func `integer keys sort as numbers beyond 32 bits`() throws {
        let keys: [UInt64] = [0, 1, 255, 256, 1 << 32 - 1, 1 << 32, 1 << 32 + 1, 1 << 63, .max - 1, .max]
        try environment.write { transaction throws in
            for key in keys.shuffled() { try transaction.put(numbers, key: key, value: key) }
        }
        #expect(try forward(from: 0) == keys)
        #expect(try backward(from: .max) == keys.reversed())
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.lastKey(numbers) } == .max)
        #expect(try environment.read { transaction throws(LMDBError) in try transaction.firstKey(numbers) } == 0)
    }

    @Test func `integer scans begin at the bound or next to it`() throws {
        try environment.write { transaction throws in
            for key in [10, 20, 30] as [UInt64] { try transaction.put(numbers, key: key, value: []) }
        }
        #expect(try forward(from: 20) == [20, 30])
        #expect(try forward(from: 11) == [20, 30])
        #expect(try forward(from: 31) == [])
        #expect(try backward(from: 20) == [20, 10])
        #expect(try backward(from: 29) == [20, 10])
        #expect(try backward(from: 31) == [30, 20, 10])
        #expect(try backward(from: 9) == [])
        #expect(try backward(from: 10) == [10])
    }

    @Test func `scans of an empty table visit nothing`() throws {
        #expect(try forward(from: 0) == [])
        #expect(try backward(from: .max) == [])
        #expect(try backward(from: 5) == [])
        #expect(try forward(from: "") == [])
        #expect(try backward(from: nil) == [])
        #expect(try backward(from: "a") == [])
    }

    @Test func `byte scans begin at the bound or next to it`() throws {
        try environment.write { transaction throws in
            for key in ["b", "a", "ab", "c"] { try transaction.put(texts, key: [UInt8](key), value: [UInt8](key)) }
        }
        #expect(try forward(from: "") == ["a", "ab", "b", "c"])
        #expect(try forward(from: "ab") == ["ab", "b", "c"])
        #expect(try forward(from: "aa") == ["ab", "b", "c"])
        #expect(try forward(from: "d") == [])
        #expect(try backward(from: nil) == ["c", "b", "ab", "a"])
        #expect(try backward(from: "ab") == ["ab", "a"])
        #expect(try backward(from: "abc") == ["ab", "a"])
        #expect(try backward(from: "d") == ["c", "b", "ab", "a"])
        #expect(try backward(from: "A") == [])
        #expect(try backward(from: "") == [])
    }

    @Test func `a scan stops when it is told to`() throws {
        try environment.write { transaction throws in
            for key in 1...100 as ClosedRange<UInt64> { try transaction.put(numbers, key: key, value: []) }
        }
        var seen: [UInt64] = []
        try environment.read { transaction throws(LMDBError) in
            try transaction.scan(numbers, from: 50) { key, _ in
                seen.append(key)
                return key == 52 ? .stop : .next
            }
        }
        #expect(seen == [50, 51, 52])
    }

    @Test func `the error of a scan's closure ends the scan and comes out`() throws {
        try environment.write { transaction throws in
            for key in 1...9 as ClosedRange<UInt64> { try transaction.put(numbers, key: key, value: []) }
        }
        var last: UInt64 = 0
        try environment.read { transaction throws in
            let error = #expect(throws: TransactionError<Refusal>.self) {
                try transaction.scan(numbers) { key, _ throws(Refusal) in
                    last = key
                    if key == 3 { throw .no }
                    return .next
                }
            }
            #expect(error == .body(.no))
        }
        #expect(last == 3)
        // The spans are given back, also after an error: a change is allowed again.
        try environment.write { transaction throws in
            #expect(throws: TransactionError<Refusal>.self) {
                try transaction.scan(numbers) { _, _ throws(Refusal) in throw .no }
            }
            try transaction.delete(numbers, key: 1)
        }
    }

    @Test func `scans nest, and read inside one another`() throws {
        try environment.write { transaction throws in
            for key in 1...3 as ClosedRange<UInt64> { try transaction.put(numbers, key: key, value: key) }
        }
        var pairs = 0
        try environment.read { transaction throws(LMDBError) in
            try transaction.scan(numbers) { outer, _ throws(LMDBError) in
                try transaction.scan(numbers, from: outer) { inner, _ throws(LMDBError) in
                    if try transaction.getUInt64(numbers, key: inner) == inner { pairs += 1 }
                    return .next
                }
                return .next
            }
        }
        #expect(pairs == 6)
    }

    @Test func `a hundred thousand appended records are scanned equal`() throws {
        let count: UInt64 = 100_000
        for start in stride(from: 1, through: count, by: 10_000) {
            let transaction = try environment.beginWrite()
            for key in start..<start + 10_000 {
                try transaction.put(numbers, key: key, value: record(key), append: true)
            }
            try transaction.commit()
        }
        try environment.read { transaction throws in
            var expected: UInt64 = 1
            try transaction.scan(numbers) { key, value in
                guard key == expected, [UInt8](copying: value) == record(key) else { return .stop }
                expected += 1
                return .next
            }
            #expect(expected == count + 1)
            try transaction.scanBackward(numbers) { key, value in
                expected -= 1
                guard key == expected, [UInt8](copying: value) == record(key) else { return .stop }
                return .next
            }
            #expect(expected == 1)
            #expect(try transaction.count(numbers) == Int(count))
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random changes give what a dictionary gives`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<40 {
            let before = model
            let transaction = try environment.beginWrite()
            for _ in 0..<50 {
                let key = [UInt8(random.next() % 64), UInt8(random.next() % 4)]
                if random.next() % 3 == 0 {
                    #expect(try transaction.delete(texts, key: key) == (model.removeValue(forKey: key) != nil))
                } else {
                    let value = [UInt8](repeating: UInt8(random.next() % 256), count: Int(random.next() % 3_000))
                    try transaction.put(texts, key: key, value: value)
                    model[key] = value
                }
            }
            if random.next() % 4 == 0 {
                transaction.abort()
                model = before
            } else {
                try transaction.commit()
            }
            var found: [[UInt8]: [UInt8]] = [:]
            var order: [[UInt8]] = []
            try environment.read { transaction throws(LMDBError) in
                try transaction.scan(texts, from: []) { key, value in
                    order.append([UInt8](copying: key))
                    found[[UInt8](copying: key)] = [UInt8](copying: value)
                    return .next
                }
            }
            #expect(found == model, "seed \(seed)")
            #expect(order == model.keys.sorted { $0.lexicographicallyPrecedes($1) }, "seed \(seed)")
        }
    }

    /// A record whose bytes and length depend on its key.
    private func record(_ key: UInt64) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: key &* 31), count: 40 + Int(key % 200))
    }

    private func forward(from key: UInt64) throws -> [UInt64] {
        var keys: [UInt64] = []
        try environment.read { transaction throws in
            try transaction.scan(numbers, from: key) { key, _ in
                keys.append(key)
                return .next
            }
        }
        return keys
    }

    private func backward(from key: UInt64) throws -> [UInt64] {
        var keys: [UInt64] = []
        try environment.read { transaction throws in
            try transaction.scanBackward(numbers, from: key) { key, _ in
                keys.append(key)
                return .next
            }
        }
        return keys
    }

    private func forward(from key: String) throws -> [String] {
        var keys: [String] = []
        try environment.read { transaction throws in
            try transaction.scan(texts, from: [UInt8](key)) { key, value in
                #expect([UInt8](copying: key) == [UInt8](copying: value))
                keys.append([UInt8](copying: key).text)
                return .next
            }
        }
        return keys
    }

    private func backward(from key: String?) throws -> [String] {
        var keys: [String] = []
        try environment.read { transaction throws in
            try transaction.scanBackward(texts, from: key.map { [UInt8]($0) }) { key, _ in
                keys.append([UInt8](copying: key).text)
                return .next
            }
        }
        return keys
    }
}
