internal import Crypto
internal import FoundationEssentials
internal import KeyVault

/// The key under which backups of keys are sealed; it is none of the service's own.
package struct BackupKey: Sendable {
    private let key: SymmetricKey

    /// Reads the key of a file: 32 raw bytes, mode 0600 or 0400, owned by the process's user.
    ///
    /// - Throws: `key`.
    package init(path: String) throws(BackupError) {
        do {
            key = SymmetricKey(data: try KeyVault.guardedKey(path: path))
        } catch {
            throw BackupError(.key, error.message)
        }
    }

    /// AES-256-GCM: 12 bytes of random nonce, the ciphertext, a 16-byte tag.
    func seal(_ plaintext: [UInt8], associatedData: [UInt8]) throws(BackupError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(plaintext, using: key, authenticating: associatedData)
            return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw BackupError(.key, "The system's cryptography refused to seal \(plaintext.count) bytes: \(error).")
        }
    }

    /// Opens what `seal` made.
    ///
    /// - Throws: `key` for any other bytes, and under another key.
    func open(_ sealed: [UInt8], associatedData: [UInt8], of path: String) throws(BackupError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key, authenticating: associatedData))
        } catch {
            throw BackupError(
                .key,
                "\(path) does not open: it was made with another backup key, or is damaged. Give the right key, or use "
                    + "another copy.")
        }
    }
}
