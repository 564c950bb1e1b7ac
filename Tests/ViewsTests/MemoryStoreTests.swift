internal import Testing

@testable import Views

@Suite struct MemoryStoreTests {
    private let table = TableID(0)

    @Test func `scans show what a sorted dictionary would, from either side, behind any key`() throws {
        for seed in UInt64(1)...40 {
            var random = SeededGenerator(seed: seed)
            var store = MemoryStore(tableCount: 1)
            var model: [[UInt8]: [UInt8]] = [:]
            for _ in 0..<60 {
                let key = MemoryStoreTests.key(&random)
                if Bool.random(using: &random) || Bool.random(using: &random) {
                    let row = [UInt8.random(in: 0...255, using: &random)]
                    try store.put(table, key, row)
                    model[key] = row
                } else {
                    try store.delete(table, key)
                    model[key] = nil
                }
            }
            for _ in 0..<40 {
                let prefix = Array(MemoryStoreTests.key(&random).prefix(Int.random(in: 0...2, using: &random)))
                let after = Bool.random(using: &random) ? prefix + MemoryStoreTests.key(&random) : nil
                for descending in [false, true] {
                    let shown = try keys(store, prefix: prefix, after: after, descending: descending)
                    let expected = MemoryStoreTests.expected(model, prefix, after, descending)
                    #expect(shown == expected, "seed \(seed), prefix \(prefix), after \(after ?? [])")
                }
            }
            for (key, row) in model { #expect(try store.get(table, key) == row) }
            #expect(store.count(table) == model.count)
        }
    }

    @Test func `a scan ends where its body says so`() throws {
        var store = MemoryStore(tableCount: 1)
        for key in UInt8(1)...9 { try store.put(table, [key], []) }
        var seen = 0
        try store.scan(table, prefix: []) { (_, _) throws(ViewError) in
            seen += 1
            return seen == 4 ? .stop : .next
        }
        #expect(seen == 4)
    }

    @Test func `a key that the disk would not take is refused`() throws {
        var store = MemoryStore(tableCount: 1)
        for key in [[], [UInt8](repeating: 1, count: 512)] {
            #expect { try store.put(table, key, [1]) } throws: { ($0 as? ViewError)?.code == .eventUnfit }
            #expect(try store.get(table, key) == nil)
            try store.delete(table, key)
        }
        try store.put(table, .key(0), [1])
        try store.put(table, [UInt8](repeating: 1, count: 511), [2])
        #expect(store.count(table) == 2)
    }

    private static func key(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in UInt8.random(in: 0...3, using: &random) }
    }

    private static func expected(
        _ model: [[UInt8]: [UInt8]], _ prefix: [UInt8], _ after: [UInt8]?, _ descending: Bool
    ) -> [[UInt8]] {
        let keys = model.keys.filter { $0.starts(with: prefix) }.sorted { $0.lexicographicallyPrecedes($1) }
        let directed = descending ? keys.reversed() : keys
        guard let after else { return directed }
        return directed.filter {
            descending ? $0.lexicographicallyPrecedes(after) : after.lexicographicallyPrecedes($0)
        }
    }

    private func keys(
        _ store: MemoryStore, prefix: [UInt8], after: [UInt8]?, descending: Bool
    ) throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try store.scan(table, prefix: prefix, after: after, descending: descending) { (key, _) throws(ViewError) in
            keys.append(key)
            return .next
        }
        return keys
    }
}
