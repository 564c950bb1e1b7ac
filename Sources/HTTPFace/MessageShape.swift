/// What the JSON of a message looks like: its fields in the order of their numbers.
struct MessageShape: Sendable {
    /// One field.
    struct Field: Sendable {
        /// The name in JSON.
        var name: [UInt8]
        /// The member that shows the default, for example `"revision":"0"`; nil where the absence of the field says
        /// something: messages, `optional` fields, choices.
        var defaultMember: [UInt8]?
        /// Where the field holds messages: which shape they have.
        var message: Int?
        /// The field may stand several times.
        var isList = false
        /// The field is true or false.
        var isTruth = false
    }

    var fields: [Field] = []
}

/// The shapes of every message of the protocol, read from the generated table.
struct MessageShapes: Sendable {
    /// Those of the schema.
    static let all = MessageShapes(GeneratedShapes.table)

    private var shapes: [MessageShape] = []
    private var indexes: [Substring: Int] = [:]

    /// Reads the table: a line per message, its name and then a word `name:kind` per field. Kinds are `s` text, `n`
    /// number, `l` number of 64 bits, `b` truth, `r` list, `e=NAME` enumeration with its first name, `p` value whose
    /// absence says something, `q` such a truth, `m=NAME` message, `R=NAME` list of messages.
    init(_ table: String) {
        let lines = table.split(separator: "\n").map { $0.split(separator: " ") }
        for (index, words) in lines.enumerated() { indexes[words.first ?? ""] = index }
        shapes = lines.map { words in MessageShape(fields: words.dropFirst().map(field)) }
    }

    /// The shape of the message with this name, without its package.
    func shape(named name: String) -> MessageShape? { indexes[name[...]].map(shape(at:)) }

    /// The shape that a field names.
    func shape(at index: Int) -> MessageShape { shapes[index] }

    private func field(_ word: Substring) -> MessageShape.Field {
        let parts = word.split(separator: ":", maxSplits: 1)
        let name = parts.first ?? ""
        let kind = parts.last ?? ""
        let type = kind.dropFirst(2)
        let value: String? =
            switch kind.first {
            case "s": "\"\""
            case "n": "0"
            case "l": "\"0\""
            case "b": "false"
            case "r", "R": "[]"
            case "e": "\"\(type)\""
            default: nil
            }
        return MessageShape.Field(
            name: Array(name.utf8), defaultMember: value.map { Array("\"\(name)\":\($0)".utf8) },
            message: kind.first == "m" || kind.first == "R" ? indexes[type] : nil,
            isList: kind.first == "r" || kind.first == "R", isTruth: kind.first == "b" || kind.first == "q")
    }
}
