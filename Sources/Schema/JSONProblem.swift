package import SwiftProtobuf

/// What is wrong with the JSON form of a message, said so that whoever wrote it can mend it. It never repeats values.
package enum JSONProblem {
    /// The field that the decoder did not know, cut to 64 characters; nil where something else is wrong.
    package static func unknownField(_ error: JSONDecodingError) -> String? {
        if case .unknownField(let name) = error { String(name.prefix(64)) } else { nil }
    }

    /// Half a sentence: what stands where it must not, and what to write instead. Nil where all that can be said is
    /// that the form is another one.
    package static func reason(_ error: JSONDecodingError) -> String? {
        switch error {
        case .unknownField(let name):
            "there is no field \"\(name.prefix(64))\" where it stands; check its spelling and place, "
                + "names are as in the schema, for example registerParty"
        case .unrecognizedEnumValue:
            "a name out of a list is not known; write it as in the schema, for example PARTY_KIND_PERSON"
        case .conflictingOneOf:
            "two fields stand together of which only one may be set; give every body one command"
        case .illegalNull: "a null stands where a value must be; leave the field out, or give it a value"
        case .messageDepthLimit: "it is nested too deep; a command is never so"
        default: wrongValue(error)
        }
    }

    /// Half a sentence for a message that was decoded, and that the schema does not know.
    package static func reason(_ defect: FormDefect) -> String? {
        switch defect {
        case .unknownNumber: "a number out of a list is not known; write the name, as in the schema"
        case .unknownField, .unreadable: nil
        }
    }

    private static func wrongValue(_ error: JSONDecodingError) -> String? {
        switch error {
        case .malformedString:
            "something else stands where a text must be; put texts in quotes, with surrogates \\uXXXX in pairs"
        case .malformedNumber, .leadingZero:
            "a number cannot be read; write it in digits, for example 12, without a sign or a fraction where its "
                + "field takes none"
        case .numberRange:
            "a number does not fit its field; write a smaller one, whole where the field takes no fraction"
        case .malformedBool: "something else stands where true or false must be; write it without quotes"
        case .malformedTimestamp:
            "a time is none; write it as in RFC 3339 with its zone, for example \"2024-05-31T09:30:00Z\""
        case .malformedDuration: "a duration is none; write seconds, for example \"1.5s\""
        case .malformedMap, .unquotedMapKey, .missingFieldNames, .schemaMismatch, .malformedFieldMask:
            "something else stands where an object must be; write {…} with the fields of the schema"
        case .invalidUTF8: "it is not UTF-8; save it in that encoding"
        case .truncated: "it ends too early; write one whole JSON object per line"
        case .trailingGarbage: "something follows the object; write one JSON object per line"
        default: nil
        }
    }
}
