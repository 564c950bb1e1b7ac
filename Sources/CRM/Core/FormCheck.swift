package import Schema
package import SwiftProtobuf

/// Checks of form that many commands share.
package enum FormCheck {
    /// A text of at most `maximum` bytes; empty is fine.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    package static func text(_ text: String, _ field: String, maximum: Int = Limits.textBytes) throws(Refusal) {
        guard text.utf8.count <= maximum else {
            throw Refusal(.limitExceeded, "\(field) has more than \(maximum) bytes. Shorten it.", field: field)
        }
    }

    /// A text that must be there, of at most `maximum` bytes.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    package static func required(_ text: String, _ field: String, maximum: Int) throws(Refusal) {
        guard !text.isEmpty else { throw Refusal(.schemaInvalid, "\(field) is empty. Send it.", field: field) }
        try self.text(text, field, maximum: maximum)
    }

    /// At most `maximum` items.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    package static func count(_ count: Int, _ field: String, maximum: Int) throws(Refusal) {
        guard count <= maximum else {
            throw Refusal(.limitExceeded, "\(field) has more than \(maximum) items. Send fewer.", field: field)
        }
    }

    /// A reference that must name something in one of its forms.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    package static func reference(_ reference: Reference, _ field: String) throws(Refusal) {
        switch reference.target {
        case nil:
            throw Refusal(
                .schemaInvalid, "\(field) names nothing. Send an id, an external key or a number.", field: field)
        case .id(let id): try identifier(id, "\(field).id")
        case .external(let key): try externalKey(key, "\(field).external")
        case .number(let number):
            guard number > 0 else {
                throw Refusal(.schemaInvalid, "0 is no stream's number.", field: "\(field).number")
            }
        case .token: break
        }
    }

    /// A UUID in its text form.
    ///
    /// - Throws: SCHEMA_INVALID.
    package static func identifier(_ id: String, _ field: String) throws(Refusal) {
        guard let identifier = Identifier(id), identifier != .zero else {
            throw Refusal(.schemaInvalid, "\(field) is not a UUID in its 36-character form.", field: field)
        }
    }

    /// The id of something new: absent, or a UUID.
    ///
    /// - Throws: SCHEMA_INVALID.
    package static func newIdentifier(_ id: String) throws(Refusal) {
        if !id.isEmpty { try identifier(id, "id") }
    }

    /// The key of a record of another system.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    package static func externalKey(_ key: ExternalKey, _ field: String) throws(Refusal) {
        try required(key.system, "\(field).system", maximum: Limits.externalSystemBytes)
        try required(key.key, "\(field).key", maximum: Limits.externalKeyBytes)
    }

    /// The records of other systems that a new aggregate stands for.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    package static func externalKeys(_ keys: [ExternalKey], _ field: String = "external") throws(Refusal) {
        try count(keys.count, field, maximum: Limits.externalKeys)
        for (index, key) in keys.enumerated() { try externalKey(key, "\(field)[\(index)]") }
    }

    /// A language tag (BCP 47) in its form: letters, digits and hyphens, 2 to 35 of them; empty is fine.
    ///
    /// - Throws: SCHEMA_INVALID.
    package static func language(_ tag: String, _ field: String) throws(Refusal) {
        guard !tag.isEmpty else { return }
        let subtags = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isFormed = subtags.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(isLetterOrDigit) }
        guard tag.utf8.count <= 35, isFormed, subtags.first.map({ $0.count >= 2 }) ?? false else {
            throw Refusal(.schemaInvalid, "\(field) is not a language tag such as en or zh-Hans-CN.", field: field)
        }
    }

    /// A value of an enumeration that this version knows.
    ///
    /// - Parameter required: whether it must say something, so that 0 is refused.
    /// - Throws: SCHEMA_INVALID.
    package static func choice<Choice: SwiftProtobuf.Enum & CaseIterable>(
        _ value: Choice, _ field: String, required: Bool
    ) throws(Refusal) {
        guard Choice.allCases.contains(value), !required || value.rawValue != 0 else {
            throw Refusal(
                .schemaInvalid, "\(value.rawValue) is not one of the values that \(field) can have.", field: field)
        }
    }

    /// The fields that a command empties, among those it knows; none twice in effect.
    ///
    /// - Throws: SCHEMA_INVALID.
    package static func clear(_ fields: [String], known: Set<String>) throws(Refusal) {
        for (index, name) in fields.enumerated() where !known.contains(name) {
            let names = known.sorted().joined(separator: ", ")
            throw Refusal(.schemaInvalid, "Only these can be emptied: \(names).", field: "clear[\(index)]")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
