internal import Crypto
internal import FoundationEssentials
internal import Synchronization

/// What a backup of the vault holds of a slot: its key as it is, not wrapped by anything.
package struct BareSlot: Sendable, Hashable {
    package var slot: Slot
    /// 32 bytes; nil where the key was destroyed.
    package var key: [UInt8]?

    package init(slot: Slot, key: [UInt8]?) {
        self.slot = slot
        self.key = key
    }
}

/// Leaving the vault, for a backup under another key, and coming back.
extension KeyVault {
    /// Bytes of a key.
    package static let keySize = VaultFormat.keySize

    /// How many slots are filled, the log's own among them.
    package var filledSlots: UInt32 { state.withLock { $0.allocation.filled } }

    /// The keys of some of the filled slots.
    ///
    /// - Throws: `damaged`, `io`.
    package func bareSlots(_ numbers: Range<UInt32>) throws(VaultError) -> [BareSlot] {
        var slots: [BareSlot] = []
        slots.reserveCapacity(numbers.count)
        for number in numbers {
            let bytes = try file.read(count: VaultFormat.slotSize, at: VaultFormat.offset(ofSlot: number))
            let record = try SlotRecord(decoding: bytes, number: number)
            let slot = Slot(number: number, generation: record.generation)
            switch record.state {
            case .destroyed: slots.append(BareSlot(slot: slot, key: nil))
            case .filled:
                let key = try Self.unwrap(slot: slot, file: file, masterKey: masterKey)
                slots.append(BareSlot(slot: slot, key: key.withUnsafeBytes { Array($0) }))
            case .empty:
                throw VaultError(.damaged, "Slot \(number) of the vault file has lost its key.", slot: number)
            }
        }
        return slots
    }

    /// The slots whose keys were destroyed.
    ///
    /// - Throws: `damaged`, `io`.
    package func destroyedSlots() throws(VaultError) -> [Slot] {
        var destroyed: [Slot] = []
        for number in 0..<filledSlots {
            let bytes = try file.read(count: VaultFormat.slotSize, at: VaultFormat.offset(ofSlot: number))
            let record = try SlotRecord(decoding: bytes, number: number)
            if record.state == .destroyed { destroyed.append(Slot(number: number, generation: record.generation)) }
        }
        return destroyed
    }

    /// Makes a vault of slots that a backup held, wrapped by the master key of a file, which is made where it is missing.
    ///
    /// - Parameters:
    ///   - count: how many slots there are.
    ///   - slots: gives those of a range of numbers, each range once and in order.
    /// - Throws: `VaultError`; what `slots` throws.
    package static func restore(
        path: String, masterKeyPath: String, count: UInt32,
        randomBytes: @escaping RandomBytes = systemRandomBytes,
        slots: (Range<UInt32>) throws -> [BareSlot]
    ) throws {
        let masterKey = try Self.masterKey(path: masterKeyPath, mayCreate: true, randomBytes: randomBytes)
        let identity = VaultFormat.headerIdentity(vaultID: randomBytes(16))
        let verification = try seal(
            [UInt8](repeating: 0, count: VaultFormat.keySize), key: masterKey, associatedData: identity,
            randomBytes: randomBytes)
        var bytes = VaultFormat.encodeHeader(identity: identity, verification: verification)
        bytes += [UInt8](repeating: 0, count: VaultFormat.headerSize - bytes.count)
        let mark = VaultFormat.encodeFillMark(count)
        for offset in VaultFormat.fillMarkOffsets { bytes.replaceSubrange(offset..<offset + mark.count, with: mark) }
        var first: UInt32 = 0
        while first < count {
            let end = min(count, first + fillBlock)
            for bare in try slots(first..<end) {
                bytes += try record(bare, masterKey: masterKey, randomBytes: randomBytes).encoded(
                    number: bare.slot.number)
            }
            first = end
        }
        try VaultFile.create(path: path, bytes: bytes)
    }

    private static func record(
        _ bare: BareSlot, masterKey: SymmetricKey, randomBytes: RandomBytes
    ) throws(VaultError) -> SlotRecord {
        guard let key = bare.key else {
            return SlotRecord(
                state: .destroyed, generation: bare.slot.generation,
                wrappedKey: [UInt8](repeating: 0, count: VaultFormat.wrappedKeySize))
        }
        let wrapped = try seal(
            key, key: masterKey, associatedData: bare.slot.wrappingData, randomBytes: randomBytes)
        return SlotRecord(state: .filled, generation: bare.slot.generation, wrappedKey: wrapped)
    }

    /// The key in a file that is guarded as a master key has to be: 32 raw bytes, mode 0600 or 0400, the process's own.
    ///
    /// - Throws: `masterKeyMissing`, `masterKeyMode`, `masterKeyWrongSize`, `io`.
    package static func guardedKey(path: String) throws(VaultError) -> [UInt8] {
        guard let key = try MasterKey.read(path: path) else {
            throw VaultError(
                .masterKeyMissing,
                "There is no key at \(path). Make one: (umask 077; head -c 32 /dev/urandom > "
                    + "\(MasterKey.shellQuoted(path))), and keep a copy of it elsewhere.")
        }
        return key.withUnsafeBytes { Array($0) }
    }
}
