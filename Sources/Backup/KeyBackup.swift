package import BodyStore
package import KeyVault
package import Schema

/// Backs up what opens a log: the keys of its vault, and its content store with the keys of the items, both sealed under a
/// backup key. Not part of the log's own backups, because keys are destroyed and records are not.
package struct KeyBackup {
    /// What a backup has come to.
    package struct Outcome: Sendable, Hashable {
        /// Path of the new file.
        package var file: String
        /// How many slots or items it holds.
        package var entries: Int
        package var bytes: Int
        /// Older ones that were deleted.
        package var deleted: [String] = []
    }

    static let slotEntrySize = 40

    private let logID: Identifier
    private let vault: KeyVault
    private let bodies: BodyStore
    private let directory: BackupDirectory
    private let report: (LogBackup.Progress) -> Void
    private let isStopped: () -> Bool

    package init(
        of logID: Identifier, vault: KeyVault, bodies: BodyStore, into directory: BackupDirectory,
        report: @escaping (LogBackup.Progress) -> Void = { _ in }, isStopped: @escaping () -> Bool = { false }
    ) {
        self.logID = logID
        self.vault = vault
        self.bodies = bodies
        self.directory = directory
        self.report = report
        self.isStopped = isStopped
    }

    /// Brings the register of erasures up to date.
    package func registerErasures() throws(BackupError) {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        try updateRegister()
    }

    private func updateRegister() throws(BackupError) {
        let before = try ErasureRegister(in: directory, of: logID)
        var register = before ?? ErasureRegister(logID: logID)
        try register.add(vault, bodies)
        if register != before { try register.write(to: directory) }
    }

    // MARK: Keys

    /// Backs the keys up, and deletes backups of them that are older than `keptDays`.
    ///
    /// - Throws: `BackupError`.
    package func backUpKeys(
        under key: BackupKey, position: Position, keptDays: Int, at now: Instant
    ) throws(BackupError) -> Outcome {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let count = Int(vault.filledSlots)
        let header = SealedTable.Header(
            kind: .keys, logID: logID, madeAt: now, position: position, entries: UInt64(count),
            entrySize: UInt32(Self.slotEntrySize))
        let name = SealedTable.name(.keys, now)
        let bytes = try SealedTable.write(header, to: directory.path, name: name, key: key) {
            (range) throws(BackupError) in
            try proceed(range.lowerBound, of: count)
            do throws(VaultError) {
                return try vault.bareSlots(UInt32(range.lowerBound)..<UInt32(range.upperBound)).map(Self.entry)
            } catch {
                throw BackupError(.log, "While reading the vault for a backup: \(error.message)")
            }
        }
        try updateRegister()
        let oldest = now.rawValue - Int64(keptDays) * 86_400_000_000
        let deleted = try deleteTables(.keys, besides: name) { $0.madeAt.rawValue < oldest }
        return Outcome(file: "\(directory.path)/\(name)", entries: count, bytes: bytes, deleted: deleted)
    }

    /// Deletes tables of a kind for which `isOld` holds; their paths.
    private func deleteTables(
        _ kind: SealedTable.Kind, besides name: String, where isOld: (SealedTable.Header) -> Bool
    ) throws(BackupError) -> [String] {
        var deleted: [String] = []
        for other in try SealedTable.names(of: kind, in: directory) where other != name {
            let path = "\(directory.path)/\(other)"
            let header = try SealedTable.Header(reading: try InputFile(path: path))
            guard header.logID == logID, isOld(header) else { continue }
            try Files.remove(path)
            deleted.append(path)
        }
        try Files.sync(directory: directory.path)
        return deleted
    }

    private func proceed(_ done: Int, of target: Int) throws(BackupError) {
        guard !isStopped() else { throw BackupError(.stopped, "The backup was cancelled.") }
        report(LogBackup.Progress(done: UInt64(done), target: UInt64(target), bytes: 0, isVerifying: false))
    }

    /// The 40 bytes of a slot: generation, whether there is a key, the key.
    private static func entry(_ bare: BareSlot) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: bare.slot.generation)
        bytes.append(littleEndian: UInt32(bare.key == nil ? 0 : 1))
        return bytes + (bare.key ?? [UInt8](repeating: 0, count: KeyVault.keySize))
    }

    static func slot(_ number: UInt32, _ entry: [UInt8]) -> BareSlot {
        let reader = ByteReader(entry)
        let hasKey: UInt32 = reader.number(at: 4)
        return BareSlot(
            slot: Slot(number: number, generation: reader.number(at: 0)),
            key: hasKey == 1 ? Array(entry[8..<slotEntrySize]) : nil)
    }

    // MARK: Contents

    /// Backs the content store up: contents that the directory does not hold yet, and the table in the place of the one
    /// before. Contents that the table does not name any more are deleted.
    ///
    /// - Throws: `BackupError`.
    package func backUpBodies(
        under key: BackupKey, position: Position, at now: Instant
    ) throws(BackupError) -> Outcome {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let contents = "\(directory.path)/\(SealedTable.contents)"
        try Files.makeDirectory(contents)
        var held = Set(try Files.names(in: contents) ?? [])
        var named: Set<String> = []
        var copied = 0
        let ids = bodies.ids
        let header = SealedTable.Header(
            kind: .bodies, logID: logID, madeAt: now, position: position, entries: UInt64(ids.count),
            entrySize: UInt32(BodyStore.entrySize))
        let name = SealedTable.name(.bodies, now)
        let bytes = try SealedTable.write(header, to: directory.path, name: name, key: key) {
            (range) throws(BackupError) in
            try proceed(range.lowerBound, of: ids.count)
            let (entries, sealed) = try items(ids[range], from: range.lowerBound)
            for content in sealed where named.insert(content.name).inserted && !held.contains(content.name) {
                copied += try Contents.copy(content, to: contents)
                held.insert(content.name)
                try proceed(range.lowerBound, of: ids.count)
            }
            return entries
        }
        try updateRegister()
        var deleted = try deleteTables(.bodies, besides: name) { _ in true }
        for old in held.subtracting(named).sorted() {
            try Files.remove("\(contents)/\(old)")
            deleted.append("\(contents)/\(old)")
        }
        return Outcome(
            file: "\(directory.path)/\(name)", entries: ids.count, bytes: bytes + copied, deleted: deleted)
    }

    private func items(
        _ ids: ArraySlice<Identifier>, from index: Int
    ) throws(BackupError) -> (entries: [[UInt8]], contents: [BodyStore.SealedContent]) {
        do throws(BodyStoreError) {
            return try bodies.entries(of: ids, from: index)
        } catch {
            throw BackupError(.log, "While reading the content store for a backup: \(error.message)")
        }
    }
}
