/// Why a socket cannot be opened.
package struct NativeServerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case pathTooLong, directoryMissing, notASocket, inUse, groupUnknown, system
        }

        private let kind: Kind

        /// The path does not fit into a socket address.
        package static let pathTooLong = Code(kind: .pathTooLong)
        /// The directory of the path does not exist.
        package static let directoryMissing = Code(kind: .directoryMissing)
        /// There is something at the path that is no socket.
        package static let notASocket = Code(kind: .notASocket)
        /// A process answers at the path.
        package static let inUse = Code(kind: .inUse)
        /// The configured group does not exist.
        package static let groupUnknown = Code(kind: .groupUnknown)
        /// A call of the system failed.
        package static let system = Code(kind: .system)

        /// The name of the code.
        package var description: String { kind.rawValue }
    }

    /// The kind of failure.
    package var code: Code
    /// What happened and what to do about it.
    package var message: String
    /// What failed beneath, where there is something.
    package var cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Code and message.
    package var description: String { "\(code): \(message)" }
}
