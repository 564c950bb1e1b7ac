internal import BodyStore
package import EventLog
internal import KeyVault
package import Schema

/// Puts keys and contents back beside a restored log: from the latest backups of them, without what the register of
/// erasures names.
package struct KeyRestore {
    /// What was put back.
    package struct Outcome: Sendable, Hashable {
        /// When the backup of the keys was made, and the log's end then.
        package var madeAt: Instant
        package var position: Position
        package var slots: Int
        /// Items of the content store; nil where there is no backup of it.
        package var items: Int?
        /// Keys and items that the register of erasures kept out.
        package var erased: Int
    }

    private let directory: BackupDirectory
    private let key: BackupKey
    private let masterKeyPath: String?

    /// - Parameters:
    ///   - masterKeyPath: the file of the master key under which the keys are wrapped from now on, made where it is
    ///     missing; `master.key` in the data directory where this is nil.
    package init(from directory: BackupDirectory, under key: BackupKey, masterKeyPath: String?) {
        self.directory = directory
        self.key = key
        self.masterKeyPath = masterKeyPath
    }

    /// Restores vault and content store of a log into its data directory.
    ///
    /// - Throws: `missing` where there is no backup of the keys or no register; `key`, `damaged`, `otherLog`, …
    package func run(into data: LogDirectory, of logID: Identifier) throws(BackupError) -> Outcome {
        guard let register = try ErasureRegister(in: directory, of: logID) else {
            throw BackupError(
                .missing,
                "The register of erasures (\(directory.path)/\(ErasureRegister.name)) is not there: what was erased would "
                    + "come back. Put it back from another copy.")
        }
        guard let keys = try latest(.keys, of: logID) else {
            throw BackupError(.missing, "There is no backup of the keys of this log in \(directory.path).")
        }
        var erased = try restoreVault(keys, data, register)
        var items: Int?
        if let bodies = try latest(.bodies, of: logID) {
            erased += try restoreBodies(bodies, data, register)
            items = Int(bodies.header.entries)
        }
        return Outcome(
            madeAt: keys.header.madeAt, position: keys.header.position, slots: Int(keys.header.entries), items: items,
            erased: erased)
    }

    private func latest(_ kind: SealedTable.Kind, of logID: Identifier) throws(BackupError) -> SealedTable? {
        guard let name = try SealedTable.names(of: kind, in: directory).last else { return nil }
        let table = try SealedTable(path: "\(directory.path)/\(name)", key: key)
        guard table.header.logID == logID, table.header.kind == kind else {
            throw BackupError(.otherLog, "\(directory.path)/\(name) is a backup of another log.")
        }
        return table
    }

    private func restoreVault(
        _ table: SealedTable, _ data: LogDirectory, _ register: ErasureRegister
    ) throws(BackupError) -> Int {
        guard table.header.entrySize == KeyBackup.slotEntrySize, table.header.entries <= UInt64(UInt32.max) else {
            throw BackupError(.format, "The backup of the keys has entries of another size than this program reads.")
        }
        var erased = 0
        do {
            try KeyVault.restore(
                path: data.vaultPath, masterKeyPath: masterKeyPath ?? "\(data.path)/master.key",
                count: UInt32(table.header.entries)
            ) { range in
                try table.entries(Int(range.lowerBound)..<Int(range.upperBound)).enumerated().map { offset, entry in
                    let bare = KeyBackup.slot(range.lowerBound + UInt32(offset), entry)
                    let applied = register.applied(to: bare)
                    if bare.key != nil, applied.key == nil { erased += 1 }
                    return applied
                }
            }
        } catch let error as BackupError {
            throw error
        } catch let error as VaultError {
            throw BackupError(error.code == .full ? .diskFull : .key, error.message)
        } catch {
            throw BackupError(.io, "The vault could not be restored: \(error).")
        }
        return erased
    }

    private func restoreBodies(
        _ table: SealedTable, _ data: LogDirectory, _ register: ErasureRegister
    ) throws(BackupError) -> Int {
        var first = 0
        var erased = 0
        do {
            erased = try BodyStore.restore(
                directory: data.bodiesPath, redacted: register.bodies,
                entries: {
                    let range = first..<min(first + SealedTable.entriesPerPiece, Int(table.header.entries))
                    first = range.upperBound
                    guard !range.isEmpty else { return nil }
                    return try table.entries(range)
                },
                content: { name, path in
                    let folder = String(path.dropLast(name.utf8.count + 1))
                    try Contents.copy(from: "\(directory.path)/\(SealedTable.contents)/\(name)", name: name, to: folder)
                })
        } catch let error as BackupError {
            throw error
        } catch let error as BodyStoreError {
            throw BackupError(error.code == .full ? .diskFull : .io, error.message)
        } catch {
            throw BackupError(.io, "The contents could not be restored: \(error).")
        }
        return erased
    }
}
