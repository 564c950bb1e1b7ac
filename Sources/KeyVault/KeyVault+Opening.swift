internal import Crypto
internal import FoundationEssentials

/// Making a vault, and checking one that is there.
extension KeyVault {
    /// Reads the master key, or makes one where neither vault nor key exists.
    static func masterKey(
        path: String, mayCreate: Bool, randomBytes: RandomBytes
    ) throws(VaultError) -> SymmetricKey {
        if let key = try MasterKey.read(path: path) { return key }
        guard mayCreate else {
            throw VaultError(
                .masterKeyMissing,
                "There is no master key at \(path). Put the file with its 32 bytes there, then type: chmod 600 "
                    + MasterKey.shellQuoted(path))
        }
        try VaultFile.create(path: path, bytes: randomBytes(MasterKey.size))
        guard let key = try MasterKey.read(path: path) else {
            throw VaultError(.masterKeyMissing, "The master key \(path) has gone while it was being made.")
        }
        return key
    }

    /// Why the vault could not be opened again with the master key file that is there now, for a person; nil where it
    /// could.
    package func problem(withMasterKeyAt path: String) -> String? {
        do {
            guard try Self.masterKey(path: path, mayCreate: false, randomBytes: randomBytes) == masterKey else {
                return "The master key file \(path) holds another key than the service runs with. "
                    + "Put the right one there."
            }
            return nil
        } catch {
            return error.message
        }
    }

    /// Writes a vault whose first block is filled: the log's own keys and the first subjects'.
    static func create(path: String, masterKey: SymmetricKey, randomBytes: RandomBytes) throws(VaultError) {
        let identity = VaultFormat.headerIdentity(vaultID: randomBytes(16))
        let verification = try seal(
            [UInt8](repeating: 0, count: VaultFormat.keySize), key: masterKey, associatedData: identity,
            randomBytes: randomBytes)
        var bytes = VaultFormat.encodeHeader(identity: identity, verification: verification)
        bytes += [UInt8](repeating: 0, count: VaultFormat.headerSize - bytes.count)
        let mark = VaultFormat.encodeFillMark(fillBlock)
        for offset in VaultFormat.fillMarkOffsets { bytes.replaceSubrange(offset..<offset + mark.count, with: mark) }
        bytes += try freshSlots(0..<fillBlock, masterKey: masterKey, randomBytes: randomBytes).bytes
        try VaultFile.create(path: path, bytes: bytes)
    }

    /// Whether the master key opens the vault, and the file is as long as it says. Nothing is written or made.
    ///
    /// - Throws: what `init` would, of that.
    package static func check(path: String, masterKeyPath: String) throws(VaultError) {
        guard let file = try VaultFile(path: path, readOnly: true) else {
            throw VaultError(.vaultMissing, "There is no vault at \(path). Restore it from the vault's own backup.")
        }
        guard let masterKey = try MasterKey.read(path: masterKeyPath) else {
            throw VaultError(
                .masterKeyMissing, "There is no master key at \(masterKeyPath). Put the one of this vault there.")
        }
        let filled = try checkHeader(file: file, masterKey: masterKey, masterKeyPath: masterKeyPath)
        guard filled > 0 else { return }
        _ = try unwrap(
            slot: Slot(number: 0, generation: VaultFormat.firstGeneration), file: file, masterKey: masterKey)
    }

    /// Checks the header, the master key and the file's length, and gives the number of filled slots.
    static func checkHeader(
        file: VaultFile, masterKey: SymmetricKey, masterKeyPath: String
    ) throws(VaultError) -> UInt32 {
        let header = try file.read(count: VaultFormat.headerSize, at: 0)
        let (verification, associatedData) = try VaultFormat.decodeHeader(header)
        do {
            let box = try AES.GCM.SealedBox(combined: verification)
            _ = try AES.GCM.open(box, using: masterKey, authenticating: associatedData)
        } catch {
            throw VaultError(
                .masterKeyWrong,
                "The master key in \(masterKeyPath) is not the one that this vault was made with. Put the right "
                    + "one there.")
        }
        let marks = VaultFormat.fillMarkOffsets.map { offset in
            VaultFormat.decodeFillMark(header.dropFirst(offset).prefix(VaultFormat.fillMarkSize))
        }
        guard let filled = marks.compactMap(\.self).max(), filled >= VaultFormat.firstSubjectSlot else {
            throw VaultError(
                .damaged, "The fill marks of the vault file are damaged. Restore it from the vault's own backup.")
        }
        try checkLength(file: file, filled: filled)
        return filled
    }

    /// A truncated file is noticed here; other damage when a slot is used, or by `verify()`.
    private static func checkLength(file: VaultFile, filled: UInt32) throws(VaultError) {
        let length = try file.length()
        guard length < VaultFormat.offset(ofSlot: filled) else { return }
        let first = UInt32(max(0, length - VaultFormat.headerSize) / VaultFormat.slotSize)
        throw VaultError(
            .damaged,
            "The vault file ends in slot \(first); \(filled) slots were filled. Restore it from the vault's own "
                + "backup.",
            slot: first)
    }

    /// Newly filled slots: their bytes in the file, and their keys.
    static func freshSlots(
        _ numbers: Range<UInt32>, masterKey: SymmetricKey, randomBytes: RandomBytes
    ) throws(VaultError) -> (bytes: [UInt8], keys: [(Slot, SymmetricKey)]) {
        var bytes: [UInt8] = []
        var keys: [(Slot, SymmetricKey)] = []
        bytes.reserveCapacity(numbers.count * VaultFormat.slotSize)
        keys.reserveCapacity(numbers.count)
        for number in numbers {
            let slot = Slot(number: number, generation: VaultFormat.firstGeneration)
            let key = randomBytes(VaultFormat.keySize)
            let wrapped = try seal(
                key, key: masterKey, associatedData: slot.wrappingData, randomBytes: randomBytes)
            let record = SlotRecord(state: .filled, generation: slot.generation, wrappedKey: wrapped)
            bytes += record.encoded(number: number)
            keys.append((slot, SymmetricKey(data: key)))
        }
        return (bytes, keys)
    }
}
