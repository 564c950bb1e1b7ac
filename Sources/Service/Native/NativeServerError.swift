/// Why a socket or a port cannot be opened.
package struct NativeServerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case pathTooLong, directoryMissing, notASocket, inUse, groupUnknown, portTaken, tokenFile, system
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
        /// The port cannot be listened at.
        package static let portTaken = Code(kind: .portTaken)
        /// The file of a bearer token is missing, open to others, or holds no token.
        package static let tokenFile = Code(kind: .tokenFile)
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

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Code and message.
    package var description: String { "\(code): \(message)" }
}
