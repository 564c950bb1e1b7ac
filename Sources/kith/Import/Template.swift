/// A part of a command in protobuf's JSON mapping, with places for values.
indirect enum Template: Sendable {
    case literal(JSONValue)
    /// `"${name}"`: the value, with the JSON type that it has.
    case value(Int)
    /// A text with values in it; left out where one of them is empty.
    case text([Piece])
    case array([Element])
    /// An object; left out where its `$if` does not hold.
    case object([Member], conditions: [Condition])

    enum Piece: Equatable, Sendable {
        case text(String)
        case value(Int)
    }

    struct Element: Sendable {
        var template: Template
        /// `"$each": "rows"`: repeated for each row of the group.
        var perRow: Bool
    }

    struct Member: Sendable {
        var name: String
        var template: Template
    }

    /// The JSON for these rows; nil where it is left out.
    func render(_ scope: RowScope) throws(RowScope.Problem) -> JSONValue? {
        switch self {
        case .literal(let value): return value
        case .value(let index): return try scope.value(index).json
        case .text(let pieces): return try Self.joined(pieces, scope).map { .string($0) }
        case .array(let elements): return .array(try Self.rendered(elements, scope))
        case .object(let members, let conditions):
            guard try scope.holds(conditions) else { return nil }
            var result: [JSONValue.Member] = []
            for member in members {
                if let value = try member.template.render(scope) { result.append(JSONValue.Member(member.name, value)) }
            }
            return .object(result)
        }
    }

    /// The JSON with null in place of every value: shows whether the fields exist, without any row.
    var outline: JSONValue {
        switch self {
        case .literal(let value): value
        case .value, .text: .null
        case .array(let elements):
            // A list must not hold null; what stands in place of an element is checked with the rows.
            .array(elements.map(\.template.outline).filter { $0 != .null })
        case .object(let members, _): .object(members.map { JSONValue.Member($0.name, $0.template.outline) })
        }
    }

    private static func joined(_ pieces: [Piece], _ scope: RowScope) throws(RowScope.Problem) -> String? {
        var result = ""
        for piece in pieces {
            switch piece {
            case .text(let text): result += text
            case .value(let index):
                guard let text = try scope.value(index).text else { return nil }
                result += text
            }
        }
        return result
    }

    private static func rendered(_ elements: [Element], _ scope: RowScope) throws(RowScope.Problem) -> [JSONValue] {
        var values: [JSONValue] = []
        for element in elements {
            if element.perRow {
                for row in scope.places {
                    if let value = try element.template.render(scope.only(row)) { values.append(value) }
                }
            } else if let value = try element.template.render(scope) {
                values.append(value)
            }
        }
        return values
    }
}
