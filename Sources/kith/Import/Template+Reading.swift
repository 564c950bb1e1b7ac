extension Template {
    /// Reads a template: JSON with `${name}` in its strings, `$if` in objects and `$each` in objects of lists.
    init(_ json: JSONValue, path: String, _ names: inout ValueNames) throws(MappingProblem) {
        switch json {
        case .null, .bool, .number: self = .literal(json)
        case .string(let text): self = try Self.textTemplate(text, path: path, &names)
        case .array(let values):
            var elements: [Element] = []
            for (index, value) in values.enumerated() {
                elements.append(try Self.element(value, path: "\(path)[\(index)]", &names))
            }
            self = .array(elements)
        case .object(let members): self = try Self.objectTemplate(members, path: path, &names)
        }
    }

    private static func objectTemplate(
        _ members: [JSONValue.Member], path: String, _ names: inout ValueNames
    ) throws(MappingProblem) -> Template {
        var result: [Member] = []
        var conditions: [Condition] = []
        for member in members {
            let memberPath = path.isEmpty ? member.name : "\(path).\(member.name)"
            if member.name == "$if" {
                conditions = try Self.conditions(member.value, path: memberPath, &names)
            } else if member.name.hasPrefix("$") {
                throw MappingProblem(path: memberPath, message: "is not known here")
            } else {
                result.append(Member(name: member.name, template: try Template(member.value, path: memberPath, &names)))
            }
        }
        return .object(result, conditions: conditions)
    }

    /// The name of a value that must not be empty, a condition, or a list of conditions that must all hold.
    private static func conditions(
        _ json: JSONValue, path: String, _ names: inout ValueNames
    ) throws(MappingProblem) -> [Condition] {
        guard let name = json.text else { return try Condition.list(json, path: path, &names) }
        return [Condition(value: try names.index(of: name, path: path), test: .isEmpty, negated: true)]
    }

    private static func element(
        _ json: JSONValue, path: String, _ names: inout ValueNames
    ) throws(MappingProblem) -> Element {
        guard case .object(let members) = json, let each = json["$each"] else {
            return Element(template: try Template(json, path: path, &names), perRow: false)
        }
        guard each == .string("rows") else { throw MappingProblem(path: "\(path).$each", message: "must be \"rows\"") }
        let rest = JSONValue.object(members.filter { $0.name != "$each" })
        return Element(template: try Template(rest, path: path, &names), perRow: true)
    }

    /// `${name}` alone is the value; within a longer text it is a part of it. `$$` is a dollar sign.
    private static func textTemplate(
        _ text: String, path: String, _ names: inout ValueNames
    ) throws(MappingProblem) -> Template {
        var pieces: [Piece] = []
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                plain += "$"
                rest = rest.dropFirst()
                continue
            }
            guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
                throw MappingProblem(path: path, message: "has a '$' that is neither ${name} nor $$")
            }
            if !plain.isEmpty { pieces.append(.text(plain)) }
            plain = ""
            let name = String(rest[rest.index(after: rest.startIndex)..<end])
            pieces.append(.value(try names.index(of: name, path: path)))
            rest = rest[rest.index(after: end)...]
        }
        plain += rest
        if pieces.isEmpty { return .literal(.string(plain)) }
        if pieces.count == 1, plain.isEmpty, case .value(let index) = pieces[0] { return .value(index) }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        return .text(pieces)
    }
}
