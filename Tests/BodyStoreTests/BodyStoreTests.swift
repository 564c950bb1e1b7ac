internal import FoundationEssentials
internal import KeyVault
internal import Schema
internal import Synchronization
internal import Testing

@testable import BodyStore

@Suite struct BodyStoreTests {
    private let folder: Folder
    private let id = Identifier(high: 3, low: 4)

    init() throws { folder = try Folder() }

    private func content(_ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    @Test(arguments: [0, 1, 1_000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2_500_000])
    func `what was put there comes back, also after a restart`(size: Int) throws {
        let content = content(size)
        let body = try folder.open().put(id, content, for: try folder.subject())
        #expect(body.size == size && body.mediaType == "text/plain" && body.sealedHash.count == 32)
        let store = try folder.open()
        #expect(try store.body(id) == body)
        #expect(try store.content(id) == content)
        #expect(try store.verify().isEmpty)
        #expect(try folder.contents.count == 1 && folder.arriving.isEmpty)
    }

    @Test func `nothing of a content or its key stands open`() throws {
        let text = Array("She wants her money back, and the door repainted.".utf8)
        let owner = try folder.subject()
        let store = try folder.open()
        try store.put(id, text, for: owner)
        try store.put(Identifier(high: 5, low: 6), text, for: .nobody)
        #expect(try !folder.holds(Array("money".utf8)))
        #expect(try folder.contents.count == 2)
        #expect(try store.content(Identifier(high: 5, low: 6)) == text)
    }

    @Test func `a redacted item is gone for good, and others stay`() throws {
        let other = Identifier(high: 5, low: 6)
        let store = try folder.open()
        try store.put(id, content(5_000), for: try folder.subject())
        try store.put(other, content(10))
        let entry = try store.table.withLock { (table) throws(BodyStoreError) in try table.entry(of: id) }
        try store.refer(to: id, from: Position(8))
        #expect(try folder.holds(entry.wrappedKey))
        try store.redact(id, by: Position(9))
        #expect(try !folder.holds(entry.wrappedKey))
        #expect(try folder.contents.count == 1)
        for store in [store, try folder.open()] {
            #expect(failure { () throws(BodyStoreError) in _ = try store.reader(id) } == .redacted)
            #expect(failure { () throws(BodyStoreError) in try store.refer(to: id, from: Position(9)) } == .redacted)
            let body = try store.body(id)
            #expect(body.redactedBy == Position(9) && body.referredBy == Position(8) && body.size == 5_000)
            try store.redact(id, by: Position(10))
            #expect(try store.body(id).redactedBy == Position(9))
            #expect(try store.content(other) == content(10))
            #expect(try store.verify().isEmpty)
        }
        #expect(failure { () throws(BodyStoreError) in try store.put(id, []) } == .taken)
    }

    @Test func `what nothing refers to is taken away, and its place used again`() throws {
        let store = try folder.open()
        let kept = Identifier(high: 5, low: 6)
        let young = Identifier(high: 7, low: 8)
        try store.put(id, content(10), at: Instant(microseconds: 1))
        try store.put(kept, content(20), at: Instant(microseconds: 1))
        try store.put(young, content(30), at: Instant(microseconds: 9))
        try store.refer(to: kept, from: Position(4))
        try store.refer(to: kept, from: Position(5))
        #expect(try store.body(kept).referredBy == Position(4))
        #expect(try store.unreferred().map(\.id) == [id, young].sorted())
        #expect(store.counts == (items: 3, unreferred: 2))
        #expect(failure { () throws(BodyStoreError) in try store.remove(kept) } == .taken)
        try store.remove(id)
        #expect(try folder.open().unreferred().map(\.id) == [young])
        #expect(failure { () throws(BodyStoreError) in _ = try store.body(id) } == .unknown)
        #expect(try folder.contents.count == 2)
        let length = try FileManager.default.attributesOfItem(atPath: "\(folder.bodies)/items")[.size] as? Int
        try store.put(id, content(40))
        #expect(try FileManager.default.attributesOfItem(atPath: "\(folder.bodies)/items")[.size] as? Int == length)
        let again = try folder.open()
        #expect(try again.content(id) == content(40) && again.content(kept) == content(20))
        #expect(try again.content(young) == content(30))
    }

    @Test func `what is not as announced is refused, and leaves nothing behind`() throws {
        let store = try folder.open()
        func upload(_ size: Int) throws(BodyStoreError) -> BodyUpload {
            try store.begin(id, for: .nobody, mediaType: "text/plain", size: size)
        }
        var outcomes: [BodyStoreError.Code?] = []
        do {
            let more = try upload(3)
            outcomes.append(failure { () throws(BodyStoreError) in try more.append([1, 2, 3, 4]) })
            let less = try upload(3)
            try less.append([1, 2])
            #expect(less.received == 2)
            outcomes.append(failure { () throws(BodyStoreError) in _ = try less.finish(at: Instant(microseconds: 1)) })
            let other = try upload(1)
            try other.append([1])
            outcomes.append(
                failure { () throws(BodyStoreError) in
                    _ = try other.finish(
                        contentHash: [UInt8](repeating: 0, count: 32), at: Instant(microseconds: 1))
                })
            #expect(try folder.arriving.count == 3)
        }
        #expect(outcomes == [.mismatch, .mismatch, .mismatch])
        #expect(try folder.arriving.isEmpty && folder.contents.isEmpty)
        #expect(failure { () throws(BodyStoreError) in _ = try upload(25_000_001) } == .tooLarge)
        #expect(failure { () throws(BodyStoreError) in _ = try upload(-1) } == .tooLarge)
    }

    @Test func `of two uploads of one id the first one stays`() throws {
        let store = try folder.open()
        let first = try store.begin(id, for: .nobody, mediaType: "text/plain", size: 1)
        let second = try store.begin(id, for: .nobody, mediaType: "text/plain", size: 1)
        try first.append([1])
        try second.append([2])
        _ = try first.finish(at: Instant(microseconds: 1))
        #expect(failure { () throws(BodyStoreError) in _ = try second.finish(at: Instant(microseconds: 2)) } == .taken)
        #expect(try store.content(id) == [1])
        #expect(failure { () throws(BodyStoreError) in try store.put(id, [3]) } == .taken)
        #expect(try folder.contents.count == 1)
    }

    @Test func `what a crash left is taken away at start`() throws {
        try folder.open().put(id, content(10))
        for name in ["sealed/0011", "arriving/22"] {
            try Data([1, 2, 3]).write(to: URL(filePath: "\(folder.bodies)/\(name)"))
        }
        // A torn entry behind the last one was never acknowledged.
        try folder.damage("items") { $0 += [UInt8](repeating: 9, count: 100) }
        let store = try folder.open()
        #expect(try folder.contents.count == 1 && folder.arriving.isEmpty)
        let other = Identifier(high: 5, low: 6)
        try store.put(other, content(20))
        #expect(try folder.open().content(other) == content(20))
        #expect(try folder.open().content(id) == content(10))
    }

    @Test func `damage is found, and never served as right`() throws {
        let size = 2_500_000
        let store = try folder.open()
        try store.put(id, content(size))
        let name = "sealed/\(try #require(try folder.contents.first))"
        let piece = (1 << 20) + 28
        let damages: [(inout [UInt8]) -> Void] = [
            { $0[piece + 100] ^= 1 },
            { bytes in
                let first = Array(bytes[..<piece])
                bytes.replaceSubrange(..<piece, with: Array(bytes[piece..<2 * piece]))
                bytes.replaceSubrange(piece..<2 * piece, with: first)
            },
            { $0.removeLast() },
            { $0 += [0] },
        ]
        for damage in damages {
            let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(folder.bodies)/\(name)")))
            try folder.damage(name, damage)
            #expect(try store.verify() == [id])
            #expect(failure { () throws(BodyStoreError) in _ = try store.content(id) } == .damaged)
            try folder.damage(name) { $0 = whole }
        }
        #expect(try store.content(id) == content(size))
        try FileManager.default.removeItem(atPath: "\(folder.bodies)/\(name)")
        #expect(try store.verify() == [id])
        #expect(failure { () throws(BodyStoreError) in _ = try store.reader(id) } == .damaged)
        try folder.damage("items") { $0[4_096 + 60] ^= 1 }
        #expect(failure { () throws(BodyStoreError) in _ = try folder.open() } == .damaged)
        try folder.damage("items") { $0[0] ^= 1 }
        #expect(failure { () throws(BodyStoreError) in _ = try folder.open() } == .versionUnknown)
    }

    @Test func `an entry or a key of another item opens nothing`() throws {
        let store = try folder.open()
        let owner = try folder.subject()
        let other = Identifier(high: 5, low: 6)
        try store.put(id, content(10), for: owner)
        try store.put(other, content(20), for: owner)
        let swapped = try store.table.withLock { (table) throws(BodyStoreError) -> BodyEntry in
            var entry = try table.entry(of: id)
            entry.wrappedKey = try table.entry(of: other).wrappedKey
            return entry
        }
        try store.table.withLock { (table) throws(BodyStoreError) in try table.put(swapped) }
        #expect(failure { () throws(BodyStoreError) in _ = try store.reader(id) } == .damaged)
        try folder.damage("items") { bytes in
            let first = Array(bytes[4_096..<4_608])
            bytes.replaceSubrange(4_608..<5_120, with: first)
        }
        #expect(failure { () throws(BodyStoreError) in _ = try folder.open() } == .damaged)
    }

    @Test func `an item is gone with the key of its subject`() throws {
        let store = try folder.open()
        let unknown = BodyOwner.subject(number: 7, slot: 4_096, generation: 1)
        #expect(failure { () throws(BodyStoreError) in try store.put(id, [1], for: unknown) } == .damaged)
        #expect(failure { () throws(BodyStoreError) in _ = try store.body(id) } == .unknown)
    }
}
