internal import Schema
internal import SwiftProtobuf

/// Names of the registry's numbers for a person: `PARTY_STATUS_CUSTOMER` is shown as `customer`.
enum Labels {
    /// A number of an enumeration in lower case, words joined by hyphens; empty where it is unspecified.
    static func of(_ value: some Enum) -> String {
        if value.rawValue == 0 { return "" }
        return words(of: value)?.joined(separator: "-") ?? String(value.rawValue)
    }

    /// A kind of aggregate, as the command line names it.
    static func of(_ value: AggregateKind) -> String {
        KindArgument.allCases.first { $0.kind == value }?.rawValue ?? words(of: value)?.joined(separator: "-") ?? ""
    }

    /// The event's name as the domain writes it, for example `OrderPlaced`.
    static func of(_ value: EventKind) -> String {
        words(of: value)?.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() ?? String(value.rawValue)
    }

    /// The words of an enumeration's case in lower case; nil where the number is not known here.
    ///
    /// The generated code does not offer the schema's names, but it makes its case names from them.
    static func words(of value: some Enum) -> [String]? {
        let name = String(describing: value)
        guard !name.contains("(") else { return nil }
        let characters = Array(name)
        var words = [""]
        for (index, character) in characters.enumerated() {
            if index > 0, character.isUppercase {
                // Abbreviations stand in capitals: commandIDReused is command, id, reused.
                let endsAbbreviation = index + 1 < characters.count && characters[index + 1].isLowercase
                if !characters[index - 1].isUppercase || endsAbbreviation { words.append("") }
            }
            words[words.count - 1] += character.lowercased()
        }
        return words
    }
}

extension ErrorCode {
    /// The code's name as the schema spells it, for example `NOT_FOUND`; its number where it is not known here.
    var label: String {
        Labels.words(of: self)?.joined(separator: "_").uppercased() ?? String(rawValue)
    }
}
