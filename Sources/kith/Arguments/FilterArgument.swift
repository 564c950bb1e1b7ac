internal import ArgumentParser
internal import Schema

/// A condition on a field: `field=value`, `!=`, `>=`, `<=`, `^=` (starts with) or `~=` (contains).
struct FilterArgument: ExpressibleByArgument, Equatable {
    private static let operators: [Character: FilterOperator] = [
        "!": .notEquals, ">": .atLeast, "<": .atMost, "^": .startsWith, "~": .contains,
    ]

    var filter = Filter()

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
        let before = argument.index(before: sign)
        let special = Self.operators[argument[before]]
        filter.field = String(argument[..<(special == nil ? sign : before)])
        filter.operator = special ?? .equals
        filter.value = String(argument[argument.index(after: sign)...])
        guard !filter.field.isEmpty else { return nil }
    }
}
