internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// The key that wraps every key of the vault: 32 raw bytes in a file that only the service's user can read.
enum MasterKey {
    static let size = 32

    /// Reads the key, after checking that the file is the process's own and closed to others; nil when there is
    /// no file.
    static func read(path: String) throws(VaultError) -> SymmetricKey? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw VaultError.system("open", path: path)
        }
        defer { close(descriptor) }
        try checkAccess(descriptor: descriptor, path: path)

        // One byte more than a key, so that a longer file is noticed.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw VaultError.system("pread", path: path) }
        guard count == size else {
            throw VaultError(
                .masterKeyWrongSize,
                "The master key file \(path) must hold exactly \(size) raw bytes. Put the right file there; do not "
                    + "edit it.")
        }
        return SymmetricKey(data: bytes.prefix(size))
    }

    private static func checkAccess(descriptor: Int32, path: String) throws(VaultError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw VaultError.system("fstat", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw VaultError(.masterKeyMode, "The master key \(path) is not a regular file.")
        }
        guard status.st_uid == geteuid() else {
            throw VaultError(
                .masterKeyMode,
                "The master key file \(path) belongs to user \(status.st_uid), the service runs as user "
                    + "\(geteuid()). Type: chown \(geteuid()) \(shellQuoted(path))")
        }
        let mode = status.st_mode & 0o7777
        guard mode == 0o600 || mode == 0o400 else {
            throw VaultError(
                .masterKeyMode,
                "The master key file \(path) has mode \(String(mode, radix: 8)), so that others could use it. "
                    + "Type: chmod 600 \(shellQuoted(path))")
        }
    }

    /// The path as a shell takes it, so that the command in a message can be typed as it stands.
    static func shellQuoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        if plain { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
