internal import Testing

@testable import KeyVault

@Suite struct SlotTests {
    let folder: VaultFolder

    init() throws {
        folder = try VaultFolder()
    }

    @Test func `twenty thousand slots are distinct, and all have keys after a restart`() throws {
        let vault = try folder.open()
        let slots = try (0..<20_000).map { _ in try vault.reserveSlot() }
        #expect(Set(slots).count == 20_000)
        #expect(slots.allSatisfy { $0.number >= 16 && $0.generation == 1 })
        try vault.verify()

        let last = try #require(slots.last)
        let part = try vault.seal([7], slot: last, associatedData: [])
        let reopened = try folder.open(createIfMissing: false)
        #expect(try reopened.open(part, slot: last, associatedData: []) == [7])
    }

    @Test func `every slot has a key of its own`() throws {
        let vault = try folder.open()
        let keys = try (0..<1_000).map { _ in try vault.key(of: try vault.reserveSlot()) }
        for (index, key) in keys.enumerated() {
            #expect(!keys[(index + 1)...].contains(key), "slot \(index + 16)")
        }
    }

    @Test func `concurrent reservations never meet`() async throws {
        let vault = try folder.open()
        let slots = try await withThrowingTaskGroup(of: [Slot].self) { group in
            for _ in 0..<4 {
                group.addTask { try (0..<2_500).map { _ in try vault.reserveSlot() } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(slots.count == 10_000)
        #expect(Set(slots).count == 10_000)
    }

    @Test func `a released slot is given out again`() throws {
        let vault = try folder.open()
        let slot = try vault.reserveSlot()
        let free = vault.freeSlots
        vault.release(slot)
        #expect(vault.freeSlots == free + 1)
        #expect(try vault.reserveSlot() == slot)
    }

    @Test func `filling ahead waits until few are free, then adds a block`() throws {
        let vault = try folder.open()
        #expect(vault.freeSlots == 4_080)
        try vault.fillAhead()
        #expect(vault.freeSlots == 4_080)
        for _ in 0..<2_033 { _ = try vault.reserveSlot() }
        #expect(vault.freeSlots == 2_047)
        try vault.fillAhead()
        #expect(vault.freeSlots == 2_047 + 4_096)
    }

    @Test func `after a restart slots go on after the highest that the log names`() throws {
        do {
            let vault = try folder.open()
            for _ in 0..<10 { _ = try vault.reserveSlot() }
        }
        let vault = try folder.open()
        vault.markUsed([Slot(number: 18, generation: 1), Slot(number: 40, generation: 1)])
        try vault.startAllocating(after: 30)
        #expect(try vault.reserveSlot() == Slot(number: 41, generation: 1))
        #expect(try vault.reserveSlot() == Slot(number: 42, generation: 1))
    }

    @Test func `an empty log starts with slot 16`() throws {
        _ = try folder.open()
        let vault = try folder.open()
        try vault.startAllocating(after: 0)
        #expect(try vault.reserveSlot() == Slot(number: 16, generation: 1))
    }

    @Test func `a vault older than its log is refused`() throws {
        _ = try folder.open()
        let vault = try folder.open()
        let error = failure { () throws(VaultError) in try vault.startAllocating(after: 4_096) }
        #expect(error?.code == .damaged)
        #expect(error?.slot == 4_096)
    }

    @Test func `the cache of keys is bounded and forgets what was not used lately`() throws {
        let vault = try folder.open()
        var cache = KeyCache(capacity: 100)
        let first = try vault.reserveSlot()
        let key = try vault.key(of: first)
        for number in 0..<1_000 {
            cache.insert(key, slot: Slot(number: UInt32(number), generation: 9))
            if number == 0 { cache.insert(key, slot: first) }
            if number < 500 { #expect(cache.key(first) != nil) }
            #expect(cache.count <= 101)
        }
        #expect(cache.key(first) == nil)
    }
}
