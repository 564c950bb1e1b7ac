internal import Schema
internal import SwiftProtobuf

/// Operator and value of a filter, made into a test for fields of one type.
struct Comparison {
    var filter: Filter
    /// Path of the filter within the request.
    var path: String

    /// Whether it asks for what is not equal.
    var negated: Bool { filter.operator == .notEquals }

    /// A test of texts; they are compared byte for byte.
    func text() throws(ViewError) -> (String) -> Bool {
        let value = filter.value
        switch filter.operator {
        case .equals: return { $0.isIdentical(to: value) }
        case .notEquals: return { !$0.isIdentical(to: value) }
        case .atLeast: return { !$0.isBefore(value) }
        case .atMost: return { !value.isBefore($0) }
        case .startsWith: return { $0.utf8.starts(with: value.utf8) }
        case .contains:
            let bytes = Array(value.utf8)
            return { Comparison.contains(Array($0.utf8), bytes) }
        case .unspecified, .UNRECOGNIZED: throw unsuited
        }
    }

    func number() throws(ViewError) -> (Int64) -> Bool {
        guard let value = Int64(filter.value) else { throw invalid("a whole number") }
        return try ordered(value)
    }

    /// A test of decimals, in units of 10^-9.
    func decimal() throws(ViewError) -> (Int128) -> Bool {
        guard let value = Decimals.billionths(text: filter.value) else { throw invalid("a number such as 12.5") }
        return try ordered(value)
    }

    func instant() throws(ViewError) -> (Instant) -> Bool {
        guard let value = Instant(text: filter.value) else {
            throw invalid("a time such as 2024-05-01T10:00:00Z, or a day such as 2024-05-01")
        }
        return try ordered(value)
    }

    func boolean() throws(ViewError) -> (Bool) -> Bool {
        switch filter.value {
        case "true": return try equal(true)
        case "false": return try equal(false)
        default: throw invalid("true or false")
        }
    }

    func choice(_ names: EnumerationNames) throws(ViewError) -> (Int) -> Bool {
        guard let value = names.number(of: filter.value) else {
            throw invalid(
                "one of "
                    + names.names.dropFirst().filter { !$0.isEmpty }.map { names.prefix + $0 }.joined(separator: ", "))
        }
        return try equal(value)
    }

    private func equal<Value: Equatable & Sendable>(_ value: Value) throws(ViewError) -> (Value) -> Bool {
        switch filter.operator {
        case .equals: return { $0 == value }
        case .notEquals: return { $0 != value }
        default: throw unsuited
        }
    }

    private func ordered<Value: Comparable & Sendable>(_ value: Value) throws(ViewError) -> (Value) -> Bool {
        switch filter.operator {
        case .atLeast: return { $0 >= value }
        case .atMost: return { $0 <= value }
        default: return try equal(value)
        }
    }

    private var unsuited: ViewError {
        ViewError(.filterInvalid, "The operator does not suit the field.", field: path + ".operator")
    }

    private func invalid(_ form: String) -> ViewError {
        ViewError(.filterInvalid, "The field is compared with \(form).", field: path + ".value")
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }
}

extension Instant {
    /// The instant that an RFC 3339 text names; a day alone stands for its beginning in UTC.
    fileprivate init?(text: String) {
        // What is no digit, sign or letter of the form could end the JSON string early.
        guard
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: ":")).contains($0) || "TZ+-.".utf8.contains($0) })
        else { return nil }
        let full = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        guard let timestamp = try? Google_Protobuf_Timestamp(jsonString: "\"\(full)\"") else { return nil }
        self.init(timestamp)
    }
}
