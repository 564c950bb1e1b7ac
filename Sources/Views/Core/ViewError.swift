/// Why a view could not be folded or read.
///
/// The message is for a person and never holds personal data.
package struct ViewError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    package enum Code: Sendable, Hashable {
        /// A row cannot be read: the store is damaged, and the projection must be rebuilt.
        case rowDamaged
        /// An event does not fit what the log said before it: the projection must not go on.
        case eventUnfit
        /// The storage beneath the store failed; the message is the storage's own.
        case storageFailed
        /// A filter names a field that the records of this kind do not have, or that is not open.
        case unknownField
        /// A filter's operator or value does not suit its field.
        case filterInvalid
        /// A cursor was not made by a list of this kind, sort order and direction.
        case cursorForeign
        /// Another part of a request cannot be answered as it stands.
        case requestInvalid
    }

    package var code: Code
    /// What happened and what to do about it.
    package var message: String
    /// Path of the request's field concerned, for example `filters[1].value`; empty where it is none.
    package var field: String

    package init(_ code: Code, _ message: String, field: String = "") {
        self.code = code
        self.message = message
        self.field = field
    }

    /// Whether the request is at fault, so that its sender can mend it.
    package var isOfRequest: Bool {
        switch code {
        case .rowDamaged, .eventUnfit, .storageFailed: false
        case .unknownField, .filterInvalid, .cursorForeign, .requestInvalid: true
        }
    }

    package var description: String { message }
}
