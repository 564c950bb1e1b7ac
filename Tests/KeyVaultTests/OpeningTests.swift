internal import FoundationEssentials
internal import Testing

@testable import KeyVault

@Suite struct OpeningTests {
    let folder: VaultFolder

    init() throws {
        folder = try VaultFolder()
    }

    /// What opening an existing vault fails with.
    private func openingFailure(createIfMissing: Bool = false) -> VaultError? {
        failure { () throws(VaultError) in _ = try folder.open(createIfMissing: createIfMissing) }
    }

    @Test func `a new vault and its key are closed to others`() throws {
        _ = try folder.open()
        #expect(try folder.mode(of: folder.vaultPath) == 0o600)
        #expect(try folder.mode(of: folder.keyPath) == 0o600)
        #expect(try folder.read(folder.keyPath).count == 32)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["master.key", "vault"])
    }

    @Test func `a restart keeps keys and hashes`() throws {
        let vault = try folder.open()
        let slot = try vault.reserveSlot()
        let part = try vault.seal(Array("张伟".utf8), slot: slot, associatedData: [1])
        let again = try folder.open(createIfMissing: false)
        #expect(try again.open(part, slot: slot, associatedData: [1]) == Array("张伟".utf8))
        #expect(again.lookupToken(domain: "email", [1, 2]) == vault.lookupToken(domain: "email", [1, 2]))
        #expect(again.fingerprint([3]) == vault.fingerprint([3]))
        #expect(again.commandID(idempotencyKey: [4]) == vault.commandID(idempotencyKey: [4]))
    }

    @Test func `nothing is made unless the caller allows it`() throws {
        #expect(openingFailure()?.code == .vaultMissing)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `a vault without its master key is refused, and no key is made up`() throws {
        _ = try folder.open()
        try FileManager.default.removeItem(atPath: folder.keyPath)
        #expect(openingFailure(createIfMissing: true)?.code == .masterKeyMissing)
        #expect(!FileManager.default.fileExists(atPath: folder.keyPath))
    }

    @Test func `a new vault is made under a master key that is there`() throws {
        try folder.write([UInt8](repeating: 5, count: 32), to: folder.keyPath)
        try folder.setMode(0o400, of: folder.keyPath)
        let slot = try folder.open().reserveSlot()
        #expect(slot.number == 16)
        #expect(try folder.read(folder.keyPath) == [UInt8](repeating: 5, count: 32))
        #expect(openingFailure() == nil)
    }

    @Test func `another master key is named as wrong`() throws {
        _ = try folder.open()
        try folder.write([UInt8](repeating: 5, count: 32), to: folder.keyPath)
        try folder.setMode(0o600, of: folder.keyPath)
        #expect(openingFailure()?.code == .masterKeyWrong)
    }

    @Test(arguments: [0o644, 0o640, 0o660, 0o700, 0o604, 0o666, 0o4600])
    func `a master key that others could use is refused with the command to type`(mode: Int) throws {
        _ = try folder.open()
        try folder.setMode(mode, of: folder.keyPath)
        let error = openingFailure()
        #expect(error?.code == .masterKeyMode)
        #expect(error?.message.hasSuffix("Type: chmod 600 \(folder.keyPath)") == true)
    }

    @Test func `a command to type quotes what a shell would split`() {
        #expect(MasterKey.shellQuoted("/var/lib/kith/it's here") == "'/var/lib/kith/it'\\''s here'")
    }

    @Test(arguments: [0, 31, 33, 4_096])
    func `a master key of another size is refused`(size: Int) throws {
        _ = try folder.open()
        try folder.write([UInt8](repeating: 5, count: size), to: folder.keyPath)
        try folder.setMode(0o600, of: folder.keyPath)
        #expect(openingFailure()?.code == .masterKeyWrongSize)
    }

    @Test func `a directory in place of the master key is refused`() throws {
        _ = try folder.open()
        try FileManager.default.removeItem(atPath: folder.keyPath)
        try FileManager.default.createDirectory(atPath: folder.keyPath, withIntermediateDirectories: false)
        #expect(openingFailure()?.code == .masterKeyMode)
    }

    @Test func `a vault of a later format is not touched`() throws {
        _ = try folder.open()
        try folder.damage { $0[8] = 2 }
        #expect(openingFailure()?.code == .versionUnknown)
    }

    @Test(arguments: [0, 1, 104, 4_096, 4_096 + 96 * 3 + 5, 4_096 + 96 * 4_096 - 1])
    func `a truncated vault is damaged`(length: Int) throws {
        _ = try folder.open()
        try folder.damage { $0.removeSubrange(length...) }
        let error = openingFailure()
        #expect(error?.code == .damaged)
        if length >= 4_096 { #expect(error?.slot == UInt32((length - 4_096) / 96)) }
    }

    @Test func `a flipped bit in any byte of the header is noticed`() throws {
        _ = try folder.open()
        let whole = try folder.read(folder.vaultPath)
        for byte in 0..<104 {
            var changed = whole
            changed[byte] ^= 0x10
            try folder.write(changed, to: folder.vaultPath)
            let code = openingFailure()?.code
            #expect(code == .damaged || code == .versionUnknown, "byte \(byte)")
        }
    }

    @Test func `one torn fill mark costs nothing, two are damage`() throws {
        _ = try folder.open()
        try folder.damage { $0[512] ^= 1 }
        #expect(openingFailure() == nil)
        try folder.damage { $0[1_024] ^= 1 }
        #expect(openingFailure()?.code == .damaged)
    }

    @Test func `a flipped bit in any byte of a slot names the slot`() throws {
        let vault = try folder.open()
        let slots = try (0..<96).map { _ in try vault.reserveSlot() }
        try folder.damage { bytes in
            for (byte, slot) in slots.enumerated() { bytes[VaultFormat.offset(ofSlot: slot.number) + byte] ^= 0x04 }
        }
        let reopened = try folder.open()
        for slot in slots {
            let error = failure { () throws(VaultError) in _ = try reopened.seal([1], slot: slot, associatedData: []) }
            #expect(error?.code == .damaged)
            #expect(error?.slot == slot.number)
        }
        let first = failure { () throws(VaultError) in try reopened.verify() }
        #expect(first?.code == .damaged)
        #expect(first?.slot == 16)
    }

    @Test func `a slot copied to another's place is noticed`() throws {
        let vault = try folder.open()
        let slot = try vault.reserveSlot()
        try folder.damage { bytes in
            let from = VaultFormat.offset(ofSlot: slot.number + 1)
            let place = VaultFormat.offset(ofSlot: slot.number)
            bytes.replaceSubrange(place..<place + 96, with: bytes[from..<from + 96])
        }
        let reopened = try folder.open()
        #expect(
            failure { () throws(VaultError) in
                _ = try reopened.seal([1], slot: slot, associatedData: [])
            }?.code == .damaged)
    }

    @Test func `damage to the log's own keys is noticed at start`() throws {
        _ = try folder.open()
        try folder.damage { $0[VaultFormat.offset(ofSlot: 1) + 30] ^= 1 }
        let error = openingFailure()
        #expect(error?.code == .damaged)
        #expect(error?.slot == 1)
    }

    @Test func `slots beyond the fill mark, left by a crash while filling, are filled anew`() throws {
        let vault = try folder.open()
        for _ in 0..<4_080 { _ = try vault.reserveSlot() }
        try folder.damage { $0 += [UInt8](repeating: 0xEE, count: 96 * 100 + 7) }
        let reopened = try folder.open()
        try reopened.startAllocating(after: 4_095)
        let slot = try reopened.reserveSlot()
        #expect(slot.number == 4_096)
        #expect(throws: Never.self) { try reopened.verify() }
    }

    @Test func `descriptions hold no bytes of the key`() throws {
        _ = try folder.open()
        try folder.write(Array("secretsecretsecretsecretsecret!!".utf8), to: folder.keyPath)
        try folder.setMode(0o600, of: folder.keyPath)
        let error = try #require(openingFailure())
        #expect(!"\(error)\(String(reflecting: error))".contains("secretsecret"))
    }
}
