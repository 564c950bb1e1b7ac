internal import FoundationEssentials
internal import Synchronization
internal import Testing

@testable import KeyVault

/// A folder of its own for one test, removed with it.
final class VaultFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/vault-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var vaultPath: String { path + "/vault" }
    var keyPath: String { path + "/master.key" }

    /// Makes the vault, or opens it if it is there already.
    func open(
        createIfMissing: Bool = true, randomBytes: @escaping KeyVault.RandomBytes = KeyVault.systemRandomBytes
    ) throws(VaultError) -> KeyVault {
        try KeyVault(
            path: vaultPath, masterKeyPath: keyPath, createIfMissing: createIfMissing, randomBytes: randomBytes)
    }

    func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// Overwrites a file in place, keeping its mode.
    func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    func setMode(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// Changes the vault file's bytes in place.
    func damage(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = try read(vaultPath)
        change(&bytes)
        try write(bytes, to: vaultPath)
    }
}

/// What the operation throws, which has to be a `VaultError`.
func failure(_ operation: () throws(VaultError) -> Void) -> VaultError? {
    do throws(VaultError) {
        try operation()
        return nil
    } catch {
        return error
    }
}

/// Ids for associated data; their content does not matter.
func associatedData(slot: Slot, body: UInt16 = 0, part: UInt16 = 0) -> [UInt8] {
    KeyVault.associatedData(
        logID: [UInt8](repeating: 0x11, count: 16), commandID: [UInt8](repeating: 0x22, count: 16), body: body,
        part: part, slot: slot)
}
