internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// The keys under which personal data is sealed: one per subject, wrapped by the master key, in a file of fixed
/// slots.
///
/// Safe to use from any thread: locks cover bookkeeping only, the cryptography runs outside them.
package final class KeyVault: Sendable {
    /// Gives that many random bytes. Tests and simulations pass their own.
    package typealias RandomBytes = @Sendable (_ count: Int) -> [UInt8]

    /// By how many bytes a sealed part is longer than its plaintext: the nonce and the tag.
    package static let sealedOverhead = 28

    /// How many slots are filled at a time.
    package static let fillBlock: UInt32 = 4_096

    /// With fewer free slots than this, `fillAhead()` fills another block.
    package static let freeSlotsMinimum: UInt32 = 2_048

    /// The slot of the log's own key under which the keys of bodies are wrapped that concern nobody.
    package static let slotOfBodies = Slot(
        number: VaultFormat.slotOfBodies, generation: VaultFormat.firstGeneration)

    /// How many unwrapped keys stay in memory, about 100 bytes each.
    private static let cachedKeysMaximum = 65_536

    /// What the lock covers.
    struct State {
        var cache = KeyCache(capacity: cachedKeysMaximum)
        var allocation: SlotAllocation
    }

    let file: VaultFile
    let state: Mutex<State>
    /// Held while a block of slots is being filled, so that two callers do not fill the same one.
    let filling = Mutex(())
    let randomBytes: RandomBytes
    let masterKey: SymmetricKey
    let lookupHash: KeyedHash
    let fingerprintHash: KeyedHash
    let commandIDHash: KeyedHash

    /// Opens the vault, or makes one.
    ///
    /// - Parameters:
    ///   - path: The vault file.
    ///   - masterKeyPath: A file of 32 raw bytes, regular, mode 0600 or 0400, owned by the process's user.
    ///   - createIfMissing: Whether a missing vault may be made, with a master key if that is missing too. Say so
    ///     only for a new log: without its vault the personal data of an existing one is lost.
    ///   - randomBytes: Where keys and nonces come from.
    /// - Throws: `.masterKeyMissing`, `.masterKeyMode`, `.masterKeyWrongSize`, `.masterKeyWrong`, `.vaultMissing`,
    ///   `.versionUnknown`, `.damaged`, `.io`, `.full`.
    ///
    /// An opened vault gives out no slot before `startAllocating(after:)` has said which are in use.
    package init(
        path: String, masterKeyPath: String, createIfMissing: Bool,
        randomBytes: @escaping RandomBytes = KeyVault.systemRandomBytes
    ) throws(VaultError) {
        var opened = try VaultFile(path: path)
        if opened == nil, !createIfMissing {
            throw VaultError(
                .vaultMissing,
                "There is no vault at \(path). Restore it from the vault's own backup; the log's personal data "
                    + "cannot be read without it.")
        }
        let masterKey = try Self.masterKey(
            path: masterKeyPath, mayCreate: opened == nil, randomBytes: randomBytes)
        let isNew = opened == nil
        if isNew {
            try Self.create(path: path, masterKey: masterKey, randomBytes: randomBytes)
            opened = try VaultFile(path: path)
        }
        guard let file = opened else { throw VaultError(.io, "The vault \(path) has gone while it was being made.") }

        let filled = try Self.checkHeader(file: file, masterKey: masterKey, masterKeyPath: masterKeyPath)
        func logHash(_ number: UInt32) throws(VaultError) -> KeyedHash {
            let slot = Slot(number: number, generation: VaultFormat.firstGeneration)
            return KeyedHash(key: try Self.unwrap(slot: slot, file: file, masterKey: masterKey))
        }
        self.lookupHash = try logHash(0)
        self.fingerprintHash = try logHash(1)
        self.commandIDHash = try logHash(2)
        self.masterKey = masterKey
        self.file = file
        self.randomBytes = randomBytes
        self.state = Mutex(State(allocation: SlotAllocation(filled: filled, isOpen: isNew)))
    }

    /// Random bytes from the operating system: getentropy(3), whose generator is seeded before any process runs.
    package static let systemRandomBytes: RandomBytes = { count in
        // The generator of the standard library asks the system once for every eight bytes; this gives 256 at most.
        var bytes = [UInt8](repeating: 0, count: count)
        for start in stride(from: 0, to: count, by: 256) {
            let code = bytes[start..<min(start + 256, count)].withUnsafeMutableBytes {
                getentropy($0.baseAddress, $0.count)
            }
            precondition(code == 0, "the system gives random bytes: every Linux since 3.17 does")
        }
        return bytes
    }
}

// MARK: - Sealing

extension KeyVault {
    /// Seals a part with the key of a slot.
    ///
    /// - Returns: A 12-byte random nonce, the ciphertext, a 16-byte tag.
    /// - Throws: `.slotUnknown`, `.erased`, `.damaged`, `.io`.
    package func seal(
        _ plaintext: [UInt8], slot: Slot, associatedData: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let key = try key(of: slot)
        return try Self.seal(plaintext, key: key, associatedData: associatedData, randomBytes: randomBytes)
    }

    /// Opens what `seal` made, given the same slot and associated data.
    ///
    /// - Throws: `.openFailed` for any other bytes, `.slotUnknown`, `.erased`, `.damaged`, `.io`.
    package func open(
        _ part: [UInt8], slot: Slot, associatedData: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let key = try key(of: slot)
        do {
            let box = try AES.GCM.SealedBox(combined: part)
            return Array(try AES.GCM.open(box, using: key, authenticating: associatedData))
        } catch {
            throw VaultError(
                .openFailed,
                "A part sealed with slot \(slot.number), generation \(slot.generation), does not open: the record "
                    + "is damaged, or the vault belongs to another log.",
                slot: slot.number)
        }
    }

    /// What a part is bound to besides its key: 44 bytes, all of them known before the event is ordered.
    ///
    /// - Parameters:
    ///   - logID: The log's id, 16 bytes.
    ///   - commandID: The command's id, 16 bytes.
    ///   - body: The command body's number, from 0.
    ///   - part: The part's number within the body, from 0.
    ///   - slot: The slot whose key seals the part.
    package static func associatedData(
        logID: [UInt8], commandID: [UInt8], body: UInt16, part: UInt16, slot: Slot
    ) -> [UInt8] {
        precondition(logID.count == 16 && commandID.count == 16, "log and command ids have 16 bytes")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44)
        bytes += logID
        bytes += commandID
        bytes.append(littleEndian: body)
        bytes.append(littleEndian: part)
        bytes.append(littleEndian: slot.number)
        bytes.append(littleEndian: slot.generation)
        return bytes
    }

    static func seal(
        _ plaintext: [UInt8], key: SymmetricKey, associatedData: [UInt8], randomBytes: RandomBytes
    ) throws(VaultError) -> [UInt8] {
        do {
            let nonce = try AES.GCM.Nonce(data: randomBytes(VaultFormat.nonceSize))
            let box = try AES.GCM.seal(plaintext, using: key, nonce: nonce, authenticating: associatedData)
            var part: [UInt8] = []
            part.reserveCapacity(plaintext.count + sealedOverhead)
            part += nonce
            part += box.ciphertext
            part += box.tag
            return part
        } catch {
            throw VaultError(.io, "The system's cryptography refused to seal \(plaintext.count) bytes.")
        }
    }
}

// MARK: - Keys

extension KeyVault {
    /// The unwrapped key of a subject's slot, from the cache or the file.
    func key(of slot: Slot) throws(VaultError) -> SymmetricKey {
        let (cached, filled) = state.withLock { ($0.cache.key(slot), $0.allocation.filled) }
        if let cached { return cached }
        let isUsable = slot.number >= VaultFormat.firstSubjectSlot || slot == Self.slotOfBodies
        guard isUsable, slot.number < filled else {
            throw VaultError(.slotUnknown, "The vault has no subject's key in slot \(slot.number).", slot: slot.number)
        }
        let key = try Self.unwrap(slot: slot, file: file, masterKey: masterKey)
        state.withLock { $0.cache.insert(key, slot: slot) }
        return key
    }

    /// Reads a slot and unwraps its key.
    static func unwrap(slot: Slot, file: VaultFile, masterKey: SymmetricKey) throws(VaultError) -> SymmetricKey {
        let bytes = try file.read(count: VaultFormat.slotSize, at: VaultFormat.offset(ofSlot: slot.number))
        let record = try SlotRecord(decoding: bytes, number: slot.number)
        guard slot.generation > 0, slot.generation <= record.generation else {
            throw VaultError(
                .slotUnknown, "Slot \(slot.number) has never had a generation \(slot.generation).", slot: slot.number)
        }
        guard record.state == .filled, record.generation == slot.generation else {
            throw VaultError(
                .erased, "The key in slot \(slot.number), generation \(slot.generation), was destroyed.",
                slot: slot.number)
        }
        do {
            let box = try AES.GCM.SealedBox(combined: record.wrappedKey)
            return SymmetricKey(data: try AES.GCM.open(box, using: masterKey, authenticating: slot.wrappingData))
        } catch {
            throw VaultError(
                .damaged,
                "The key in slot \(slot.number) does not unwrap. Restore the vault file from its own backup.",
                slot: slot.number)
        }
    }

    /// Reads every filled slot and unwraps its key, as a scrubber does.
    ///
    /// - Throws: `.damaged` with the first bad slot, `.io`.
    package func verify() throws(VaultError) {
        let filled = state.withLock { $0.allocation.filled }
        for number in 0..<filled {
            let bytes = try file.read(count: VaultFormat.slotSize, at: VaultFormat.offset(ofSlot: number))
            let record = try SlotRecord(decoding: bytes, number: number)
            switch record.state {
            case .destroyed: continue
            case .filled:
                let slot = Slot(number: number, generation: record.generation)
                _ = try Self.unwrap(slot: slot, file: file, masterKey: masterKey)
            case .empty:
                throw VaultError(.damaged, "Slot \(number) of the vault file has lost its key.", slot: number)
            }
        }
    }
}

extension Slot {
    /// What a wrapped key is bound to besides the master key: number and generation.
    var wrappingData: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: number)
        bytes.append(littleEndian: generation)
        return bytes
    }
}
