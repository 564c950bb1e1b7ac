public import Schema

/// Why a request to the service has no answer.
///
/// `code` is for programs, `message` for a person. Where the service itself said no, `detail` holds its refusal.
public struct KithClientError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notReachable, closed, protocolViolation, refused, cancelled, tooLarge
        }

        private let kind: Kind

        /// No service answers at the socket path: it is not running, the path is wrong, or access is denied.
        public static let notReachable = Code(kind: .notReachable)
        /// The connection ended before the answer came. What became of an open command is not known: connect again
        /// and send the same command id again; the answer says what happened.
        public static let closed = Code(kind: .closed)
        /// The service sent bytes that are not of the protocol; the connection is closed.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The service refused the request; `detail` says why.
        public static let refused = Code(kind: .refused)
        /// The calling task was cancelled. A command that was already sent may still be carried out.
        public static let cancelled = Code(kind: .cancelled)
        /// The request does not fit into a frame of 4 MiB; nothing was sent.
        public static let tooLarge = Code(kind: .tooLarge)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// What happened and what to do about it.
    public var message: String
    /// The service's refusal, where there is one.
    public var detail: ErrorDetail?
    /// The failure of the system or of the transport beneath, where there is one.
    public var cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// A refusal of the service.
    static func refused(_ detail: ErrorDetail) -> KithClientError {
        var error = KithClientError(.refused, detail.sentence)
        error.detail = detail
        return error
    }

    static let cancelled = KithClientError(.cancelled, "The request was cancelled by its caller.")

    static func protocolViolation(_ message: String, cause: (any Error)? = nil) -> KithClientError {
        KithClientError(.protocolViolation, message, cause: cause)
    }

    /// Code and message; never holds personal data.
    public var description: String { "\(code): \(message)" }
}
