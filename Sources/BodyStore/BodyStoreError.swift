internal import Glibc

/// What went wrong in the content store, and what to do about it. Carries neither key bytes nor content.
package struct BodyStoreError: Error, Sendable, CustomStringConvertible {
    /// Which kind of failure it is.
    package enum Code: Sendable, Hashable {
        /// There is no such item, or nothing referred to it for so long that it was removed.
        case unknown
        /// The item's key was destroyed by itself.
        case redacted
        /// The key under which the item's own is wrapped was destroyed.
        case erased
        /// There is an item with this id already.
        case taken
        /// What arrived is not what was announced.
        case mismatch
        /// The item is greater than what is stored.
        case tooLarge
        /// What is stored is not what was put there.
        case damaged
        /// The store was written in a format that this program does not know.
        case versionUnknown
        /// The operating system refused a call.
        case io
        /// The disk is full.
        case full
    }

    package let code: Code
    /// What happened and what to do about it, as a sentence.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }

    /// Wraps the present `errno` of a refused call.
    static func system(_ call: String, _ path: String) -> BodyStoreError {
        let number = errno
        let reason = String(cString: strerror(number))
        guard number == ENOSPC || number == EDQUOT else { return BodyStoreError(.io, "\(call) \(path): \(reason).") }
        return BodyStoreError(.full, "\(call) \(path): \(reason). Make room on that disk and try again.")
    }
}
