/// What went wrong in the vault, and what to do about it. Carries neither key bytes nor personal data.
package struct VaultError: Error, Sendable {
    /// Which kind of failure it is. More codes can be added without breaking callers.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String, Sendable {
            case masterKeyMissing, masterKeyMode, masterKeyWrongSize, masterKeyWrong
            case vaultMissing, versionUnknown, damaged, io, full, slotUnknown, erased, openFailed
        }

        private let wrapped: Wrapped

        /// There is no master key file at the configured path.
        package static let masterKeyMissing = Code(wrapped: .masterKeyMissing)
        /// The master key file is not a regular file, not the process's own, or others may read it.
        package static let masterKeyMode = Code(wrapped: .masterKeyMode)
        /// The master key file does not hold exactly 32 bytes.
        package static let masterKeyWrongSize = Code(wrapped: .masterKeyWrongSize)
        /// The vault was wrapped under another master key.
        package static let masterKeyWrong = Code(wrapped: .masterKeyWrong)
        /// There is no vault file at the configured path, and the caller did not allow making one.
        package static let vaultMissing = Code(wrapped: .vaultMissing)
        /// The vault was written in a format that this program does not know.
        package static let versionUnknown = Code(wrapped: .versionUnknown)
        /// The vault file is truncated or its bytes have changed; `slot` names the first bad slot.
        package static let damaged = Code(wrapped: .damaged)
        /// The operating system refused a call.
        package static let io = Code(wrapped: .io)
        /// The disk is full, or every slot number has been given out.
        package static let full = Code(wrapped: .full)
        /// No key of that slot number and generation has ever been in this vault.
        package static let slotUnknown = Code(wrapped: .slotUnknown)
        /// The slot's key has been destroyed.
        package static let erased = Code(wrapped: .erased)
        /// The sealed part is not what was sealed with this key and associated data.
        package static let openFailed = Code(wrapped: .openFailed)

        package var description: String { wrapped.rawValue }
    }

    /// The kind of failure.
    package let code: Code
    /// What happened and what to do about it, as a sentence for an operator.
    package let message: String
    /// The slot concerned, where there is one.
    package let slot: UInt32?
    /// The `errno` of the refused system call, where there is one.
    package let systemError: Int32?
    /// Where the error was made, as `file:line`.
    package let location: String

    init(
        _ code: Code, _ message: String, slot: UInt32? = nil, systemError: Int32? = nil,
        fileID: String = #fileID, line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.slot = slot
        self.systemError = systemError
        self.location = "\(fileID):\(line)"
    }
}

extension VaultError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "\(code): \(message)" }

    package var debugDescription: String { "\(code): \(message) (\(location))" }
}
