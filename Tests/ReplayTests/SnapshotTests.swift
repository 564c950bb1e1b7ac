internal import LMDB
internal import Schema
internal import Testing
internal import Views

@testable import Replay

@Suite struct SnapshotTests {
    private static let owner = StoreOwner(log: Identifier(high: 1, low: 2), epoch: 1, version: 1)

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `reads and scans over all layers equal those of a plain store`(seed: UInt64) throws {
        let folder = try TestFolder()
        let store = try ProjectionTables(
            path: folder.path + "/store", names: ["a", "b"], owner: Self.owner, sync: .none)
        var random = SeededGenerator(seed: seed)
        var model = MemoryStore(tableCount: 2)
        let overlay = Overlay(tableCount: 2)
        var frozen: FrozenChanges?
        var emptyBelow = [true, true]
        for round in 1...80 {
            try change(&model, overlay, &random)
            if frozen == nil, Int.random(in: 0..<4, using: &random) == 0 { frozen = overlay.freeze() }
            if let changes = frozen, Int.random(in: 0..<3, using: &random) == 0 {
                let checkpoint = Checkpoint(position: Position(UInt64(round)), recordedAt: .earliest)
                try store.commit(changes, checkpoint, of: Self.owner)
                // Between the end of the writing and the moment at which that is noted, both are there.
                if Bool.random(using: &random) {
                    frozen = nil
                    emptyBelow = try store.emptyTables()
                }
            }
            let snapshot = ProjectionSnapshot(
                overlay: overlay, frozen: frozen, transaction: try store.environment.beginRead(), tables: store.tables,
                emptyBelow: emptyBelow)
            try compare(snapshot, model, &random)
        }
    }

    private func change(_ model: inout MemoryStore, _ overlay: Overlay, _ random: inout SeededGenerator) throws {
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let table = Int.random(in: 0...1, using: &random)
            let key = randomKey(&random, shortest: 1)
            if Int.random(in: 0..<3, using: &random) == 0 {
                try model.delete(TableID(table), key)
                overlay.set(table, RowKey(key), .deleted)
            } else {
                let row = (0..<Int.random(in: 0..<4, using: &random)).map { _ in UInt8.random(in: 0...9, using: &random)
                }
                try model.put(TableID(table), key, row)
                overlay.set(table, RowKey(key), .row(row))
            }
        }
    }

    private func compare(
        _ snapshot: borrowing ProjectionSnapshot, _ model: MemoryStore, _ random: inout SeededGenerator
    ) throws {
        for _ in 0..<20 {
            let table = TableID(Int.random(in: 0...1, using: &random))
            let key = randomKey(&random, shortest: 1)
            let found = try snapshot.get(table, key)
            #expect(found == (try model.get(table, key)))
            let prefix = randomKey(&random, shortest: 0, longest: 2)
            let after = Bool.random(using: &random) ? nil : randomKey(&random, shortest: 0)
            let descending = Bool.random(using: &random)
            let limit = Int.random(in: 1..<20, using: &random)
            let rows = try collect(snapshot, table, prefix, after, descending, limit)
            let expected = try collect(model, table, prefix, after, descending, limit)
            #expect(rows == expected, "prefix \(prefix), after \(String(describing: after)), descending \(descending)")
        }
    }

    private func collect(
        _ reader: borrowing some ProjectionReader & ~Copyable, _ table: TableID, _ prefix: [UInt8], _ after: [UInt8]?,
        _ descending: Bool, _ limit: Int
    ) throws -> [[UInt8]] {
        var rows: [[UInt8]] = []
        try reader.scan(table, prefix: prefix, after: after, descending: descending) { key, row in
            rows.append(key + [0xAA] + row)
            return rows.count < limit ? .next : .stop
        }
        return rows
    }

    /// Few different bytes, so that prefixes and equal keys are frequent; some keys are longer than eight bytes.
    private func randomKey(_ random: inout SeededGenerator, shortest: Int, longest: Int = 4) -> [UInt8] {
        var key = (0..<Int.random(in: shortest...longest, using: &random)).map { _ in
            [0, 1, 254, 255].randomElement(using: &random) ?? 0
        }
        if longest > 2, !key.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
            key = [1, 1, 1, 1, 1, 1, 1] + key
        }
        return key.map { UInt8($0) }
    }

    @Test func `keys are ordered and told apart as their bytes are`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let left = randomKey(&random, shortest: 0)
            let right = Int.random(in: 0..<10, using: &random) == 0 ? left : randomKey(&random, shortest: 0)
            #expect((RowKey(left) < RowKey(right)) == left.lexicographicallyPrecedes(right))
            #expect((RowKey(left) == RowKey(right)) == (left == right))
            if left == right { #expect(RowKey(left).quickHash == RowKey(right).quickHash) }
        }
    }

    @Test func `the digest depends on rows and not on how they came about`() throws {
        let folder = try TestFolder()
        let first = try ProjectionTables(
            path: folder.path + "/first", names: ["a", "b"], owner: Self.owner, sync: .none)
        let second = try ProjectionTables(
            path: folder.path + "/second", names: ["a", "b"], owner: Self.owner, sync: .none)
        let overlay = Overlay(tableCount: 2)
        overlay.set(0, RowKey([1]), .row([9]))
        overlay.set(1, RowKey([2]), .row([]))
        try first.commit(overlay.freeze(), Checkpoint(position: Position(1), recordedAt: .earliest), of: Self.owner)
        overlay.set(0, RowKey([1]), .row([9]))
        overlay.set(1, RowKey([2]), .row([]))
        overlay.set(0, RowKey([3]), .row([3]))
        try second.commit(overlay.freeze(), Checkpoint(position: Position(2), recordedAt: .latest), of: Self.owner)
        #expect(try first.digest(first.environment.beginRead()) != second.digest(second.environment.beginRead()))
        overlay.set(0, RowKey([3]), .deleted)
        try second.commit(overlay.freeze(), Checkpoint(position: Position(3), recordedAt: .latest), of: Self.owner)
        #expect(try first.digest(first.environment.beginRead()) == second.digest(second.environment.beginRead()))
    }
}
