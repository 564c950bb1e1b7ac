internal import Testing

@testable import KeyVault

@Suite struct SealingTests {
    let folder: VaultFolder
    let vault: KeyVault

    init() throws {
        folder = try VaultFolder()
        vault = try folder.open()
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1_000, 65_536])
    func `what is sealed opens to the same bytes`(count: Int) throws {
        let slot = try vault.reserveSlot()
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let part = try vault.seal(plaintext, slot: slot, associatedData: associatedData(slot: slot))
        #expect(part.count == count + KeyVault.sealedOverhead)
        #expect(try vault.open(part, slot: slot, associatedData: associatedData(slot: slot)) == plaintext)
    }

    @Test func `the same plaintext is sealed differently each time`() throws {
        let slot = try vault.reserveSlot()
        let parts = try (0..<100).map { _ in try vault.seal([1, 2, 3], slot: slot, associatedData: []) }
        #expect(Set(parts).count == 100)
    }

    @Test func `a part opens only with the associated data it was sealed with`() throws {
        let slot = try vault.reserveSlot()
        let part = try vault.seal([1, 2, 3], slot: slot, associatedData: associatedData(slot: slot))
        for other in [associatedData(slot: slot, body: 1), associatedData(slot: slot, part: 1), []] {
            #expect(
                failure { () throws(VaultError) in
                    _ = try vault.open(part, slot: slot, associatedData: other)
                }?.code == .openFailed)
        }
    }

    @Test func `a part opens only with its own slot`() throws {
        let slot = try vault.reserveSlot()
        let other = try vault.reserveSlot()
        let data = associatedData(slot: slot)
        let part = try vault.seal([1, 2, 3], slot: slot, associatedData: data)
        let error = failure { () throws(VaultError) in _ = try vault.open(part, slot: other, associatedData: data) }
        #expect(error?.code == .openFailed)
        #expect(error?.slot == other.number)
    }

    @Test func `a slot of another generation is unknown`() throws {
        let slot = try vault.reserveSlot()
        for generation in [0, slot.generation + 1] {
            let other = Slot(number: slot.number, generation: generation)
            #expect(
                failure { () throws(VaultError) in
                    _ = try vault.seal([1], slot: other, associatedData: [])
                }?.code == .slotUnknown)
        }
    }

    @Test(arguments: [0, 3, 5, 15, 4_096, UInt32.max])
    func `the log's own slots and slots never filled seal nothing`(number: UInt32) {
        let error = failure { () throws(VaultError) in
            _ = try vault.seal([1], slot: Slot(number: number, generation: 1), associatedData: [])
        }
        #expect(error?.code == .slotUnknown)
        #expect(error?.slot == number)
    }

    @Test func `every changed bit of a part is noticed, and every missing byte`() throws {
        let slot = try vault.reserveSlot()
        let part = try vault.seal([1, 2, 3], slot: slot, associatedData: [])
        for bit in 0..<part.count * 8 {
            var changed = part
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(
                failure { () throws(VaultError) in
                    _ = try vault.open(changed, slot: slot, associatedData: [])
                }?.code == .openFailed)
        }
        for count in 0..<part.count {
            #expect(
                failure { () throws(VaultError) in
                    _ = try vault.open(Array(part.prefix(count)), slot: slot, associatedData: [])
                }?.code == .openFailed)
        }
    }

    @Test func `a destroyed key is named as erased`() throws {
        let slot = try vault.reserveSlot()
        let destroyed = SlotRecord(
            state: .destroyed, generation: slot.generation,
            wrappedKey: [UInt8](repeating: 0, count: VaultFormat.wrappedKeySize))
        try folder.damage { bytes in
            let offset = VaultFormat.offset(ofSlot: slot.number)
            bytes.replaceSubrange(offset..<offset + VaultFormat.slotSize, with: destroyed.encoded(number: slot.number))
        }
        let reopened = try folder.open()
        let error = failure { () throws(VaultError) in _ = try reopened.seal([1], slot: slot, associatedData: []) }
        #expect(error?.code == .erased)
        #expect(error?.slot == slot.number)
        #expect(throws: Never.self) { try reopened.verify() }
    }

    @Test func `associated data is laid out as the format page says`() {
        let data = KeyVault.associatedData(
            logID: Array(0..<16), commandID: Array(16..<32), body: 0x0201, part: 0x0403,
            slot: Slot(number: 0x0807_0605, generation: 0x0C0B_0A09))
        #expect(data == Array(0..<32) + Array(1...12))
    }

    @Test func `many threads seal and open at once`() async throws {
        let vault = self.vault
        let slots = try (0..<64).map { _ in try vault.reserveSlot() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<200 {
                        let slot = slots[(task * 31 + round) % slots.count]
                        let data = associatedData(slot: slot, part: UInt16(task))
                        let plaintext = Array("task \(task), round \(round)".utf8)
                        let part = try vault.seal(plaintext, slot: slot, associatedData: data)
                        #expect(try vault.open(part, slot: slot, associatedData: data) == plaintext)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
