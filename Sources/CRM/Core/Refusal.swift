package import Schema

/// A definite no: the command changes nothing.
///
/// The sentence says what is wrong and what to do, and never holds personal data.
package struct Refusal: Error, Sendable, Equatable {
    /// What the caller gets, except for the index of the body, which the command path fills in.
    package var detail: ErrorDetail

    /// A refusal with a code of the registry.
    ///
    /// - Parameters:
    ///   - code: the stable code.
    ///   - sentence: what is wrong and what to do, for a person.
    ///   - field: path of the field within the body, for example `contact_points[1].personal.value`.
    package init(_ code: ErrorCode, _ sentence: String, field: String = "") {
        detail = ErrorDetail()
        detail.code = code
        detail.sentence = sentence
        detail.field = field
    }

    /// The stable code.
    package var code: ErrorCode { detail.code }

    /// The same refusal, naming the aggregates that stand in the way.
    package func related(to ids: [Identifier]) -> Refusal {
        var copy = self
        copy.detail.relatedIds = ids.map(\.description)
        return copy
    }

    /// The same refusal with what was expected and what is.
    package func expected(_ expected: UInt64, actual: UInt64) -> Refusal {
        var copy = self
        copy.detail.expected = expected
        copy.detail.actual = actual
        return copy
    }
}
