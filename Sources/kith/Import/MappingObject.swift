/// What is wrong with a mapping, and where in it.
struct MappingProblem: Error, Equatable {
    /// For example `documents[1].bodies[0]`; empty for the whole.
    var path: String
    var message: String

    /// The failure to end with.
    var failure: Failure {
        .wrongUse(
            path.isEmpty ? "the mapping \(message)" : "\(path) of the mapping \(message)", code: "MAPPING_INVALID")
    }
}

/// An object of a mapping whose members are taken out one by one, so that what is left over is known to be unknown.
struct MappingObject {
    let path: String
    private var members: [JSONValue.Member]

    init(_ value: JSONValue, path: String) throws(MappingProblem) {
        guard case .object(let members) = value else { throw MappingProblem(path: path, message: "must be an object") }
        self.path = path
        self.members = members
    }

    /// The path of a member.
    func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// What is wrong with a member.
    func problem(_ name: String, _ message: String) -> MappingProblem {
        MappingProblem(path: path(name), message: message)
    }

    /// Takes a member out; nil where there is none.
    mutating func take(_ name: String) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        return members.remove(at: index).value
    }

    /// Takes a text out.
    mutating func text(_ name: String) throws(MappingProblem) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.text else { throw problem(name, "must be a string") }
        return text
    }

    /// Takes out a text that must be there.
    mutating func requiredText(_ name: String) throws(MappingProblem) -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw problem(name, "must be a string that is not empty")
        }
        return text
    }

    /// Takes out a text of one character.
    mutating func character(_ name: String) throws(MappingProblem) -> Character? {
        guard let text = try text(name) else { return nil }
        guard text.count == 1, let character = text.first else { throw problem(name, "must be one character") }
        return character
    }

    /// Takes out true or false.
    mutating func flag(_ name: String) throws(MappingProblem) -> Bool? {
        guard let value = take(name) else { return nil }
        guard case .bool(let flag) = value else { throw problem(name, "must be true or false") }
        return flag
    }

    /// Takes out an integer that is not negative.
    mutating func count(_ name: String) throws(MappingProblem) -> Int? {
        guard let value = take(name) else { return nil }
        guard case .number(let digits) = value, let count = Int(digits), count >= 0 else {
            throw problem(name, "must be an integer that is not negative")
        }
        return count
    }

    /// Takes out one of several words.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(MappingProblem) -> Word? where Word.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem(name, "must be one of: \(words)")
        }
        return word
    }

    /// Takes out a list of texts.
    mutating func texts(_ name: String) throws(MappingProblem) -> [String]? {
        guard let values = try list(name) else { return nil }
        let texts = values.compactMap(\.text)
        guard texts.count == values.count else { throw problem(name, "must be a list of strings") }
        return texts
    }

    /// Takes out a list.
    mutating func list(_ name: String) throws(MappingProblem) -> [JSONValue]? {
        guard let value = take(name) else { return nil }
        guard case .array(let values) = value else { throw problem(name, "must be a list") }
        return values
    }

    /// Takes out the members of an object.
    mutating func object(_ name: String) throws(MappingProblem) -> [JSONValue.Member]? {
        guard let value = take(name) else { return nil }
        guard case .object(let members) = value else { throw problem(name, "must be an object") }
        return members
    }

    /// Refuses what nobody took out.
    func finish() throws(MappingProblem) {
        if let left = members.first { throw problem(left.name, "is not known") }
    }
}
