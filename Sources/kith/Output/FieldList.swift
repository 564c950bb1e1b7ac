/// Names and values below each other, the values aligned.
struct FieldList {
    private var fields: [(name: String, value: String)] = []

    /// Adds a field; one without a value is left out.
    mutating func add(_ name: String, _ value: String) {
        if !value.isEmpty { fields.append((name, Table.printable(value))) }
    }

    var lines: [String] {
        let width = fields.map { DisplayWidth.of($0.name) }.max() ?? 0
        return fields.map { field in
            field.name + String(repeating: " ", count: width + 2 - DisplayWidth.of(field.name)) + field.value
        }
    }
}
