/// The rows from which a template takes its values.
struct RowScope {
    /// What is wrong, and with which row.
    struct Problem: Error, Equatable {
        /// Line of the row.
        var line: Int
        var defect: RowDefect
    }

    /// Values of a mapping, with the places of their columns in a file.
    struct Values {
        let rules: [ValueRule]
        /// Per rule its column's place in a row; nil for constants.
        let places: [Int?]
    }

    let values: Values
    let rows: [Row]

    /// The scope of one of the rows.
    func only(_ row: Int) -> RowScope { RowScope(values: values, rows: [rows[row]]) }

    /// A value for these rows, chosen as its rule says where there are several.
    func value(_ index: Int) throws(Problem) -> MappedValue {
        let rule = values.rules[index]
        var result = try value(index, of: rows[0])
        for row in rows.dropFirst() where rule.choice != .first {
            let other = try value(index, of: row)
            switch rule.choice {
            case .same:
                guard other == result else {
                    let reason =
                        "\(rule.name) differs from that of line \(rows[0].line), which belongs to the same group"
                    throw Problem(line: row.line, defect: RowDefect(.valuesDiffer, reason))
                }
            case .least: if other.precedes(result) { result = other }
            case .greatest: if result.precedes(other) || result == .none { result = other }
            case .first: break
            }
        }
        return result
    }

    private func value(_ index: Int, of row: Row) throws(Problem) -> MappedValue {
        do throws(RowDefect) {
            return try values.rules[index].value(of: values.places[index].map(row.text) ?? "")
        } catch {
            throw Problem(line: row.line, defect: error)
        }
    }
}
