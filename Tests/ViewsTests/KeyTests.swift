internal import Schema
internal import Testing

@testable import Views

@Suite struct KeyTests {
    @Test func `keys of instants sort as the instants do`() {
        let instants = [Instant.earliest, .day(-30_000), .day(0), .day(0, seconds: 1), .day(9), .latest]
        let keys = instants.map { instant -> [UInt8] in
            var key = [UInt8].key()
            key.append(instant)
            return key
        }
        for (left, right) in zip(keys, keys.dropFirst()) { #expect(left.lexicographicallyPrecedes(right)) }
    }

    @Test func `keys of texts sort by their bytes, and an ended text before a longer one`() {
        let texts = ["", "\u{0}", "\u{0}a", "1", "A", "AB", "B", "a", "a\u{0}", "a\u{0}b", "ab", "é", "客户"]
        let keys = texts.map { text -> [UInt8] in
            var key = [UInt8].key()
            key.append(sortable: text)
            // The greatest number behind a text does not move it behind the next text.
            key.append(bigEndian: UInt64.max)
            return key
        }
        for (left, right) in zip(keys, keys.dropFirst()) { #expect(left.lexicographicallyPrecedes(right)) }
    }

    @Test func `a key with a very long text is still a key`() {
        var key = [UInt8].key()
        key.append(sortable: String(repeating: "\u{0}", count: 5_000))
        #expect(key.count <= 402)
    }

    @Test func `a reader gives back what was written, and refuses what is too short`() throws {
        var key = [UInt8].key()
        key.append(bigEndian: UInt16(513))
        key.append(Instant.day(-4))
        key.append(bigEndian: UInt64.max)
        var reader = KeyReader(key)
        #expect(try reader.integer(UInt16.self) == 513)
        #expect(try reader.instant() == .day(-4))
        #expect(try reader.integer(UInt64.self) == .max)
        let error = #expect(throws: ViewError.self) { try reader.integer(UInt8.self) }
        #expect(error?.code == .rowDamaged)
    }
}
