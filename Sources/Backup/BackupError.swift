internal import EventLog
internal import Glibc

/// Why a backup could not be made, or not be restored.
package struct BackupError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. Each stays what it is.
    package enum Code: String, Sendable, Hashable {
        /// The directory of the backups, or the new data directory, cannot be made, read or written.
        case directory
        /// Another backup writes into the directory.
        case busy
        /// There is no space left, or the file is larger than the system allows.
        case diskFull
        /// Bytes of a backup are not what was written.
        case damaged
        /// The backup has a format that this program does not know.
        case format
        /// The directory holds backups of another log, or of records that the log does not have.
        case otherLog
        /// The new data directory is not empty.
        case notEmpty
        /// The backups do not hold what is asked for.
        case missing
        /// The backup key is missing, readable for others, or the wrong one.
        case key
        /// The log or its keys failed.
        case log
        /// Nobody waits for it any more.
        case stopped
        /// The operating system refused a call.
        case io
    }

    package var code: Code
    /// What happened, and what to do about it.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension BackupError {
    /// A failure of the log while it was being backed up or restored.
    init(_ error: EventLogError, during activity: String) {
        let code: Code =
            switch error.code {
            case .diskFull: .diskFull
            case .notWritable, .locked: .directory
            default: .log
            }
        self.init(code, "While \(activity): \(error.message)")
    }

    /// Wraps the present `errno` of a refused call.
    static func system(_ call: String, _ path: String) -> BackupError {
        let number = errno
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            return BackupError(
                .diskFull, "\(path) cannot be written (\(call)): \(reason). Make room there, then begin again.")
        case EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ENOENT, ELOOP, ENAMETOOLONG:
            return BackupError(
                .directory, "\(path) cannot be used (\(call)): \(reason). Change its rights or choose another place.")
        default: return BackupError(.io, "\(path): \(call) failed: \(reason).")
        }
    }
}
