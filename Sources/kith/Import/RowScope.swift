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
    /// The rows of the group, in the order of the mapping.
    let group: [Row]
    /// Places of those of them that the values are taken from.
    let places: Range<Int>

    init(values: Values, rows: [Row]) {
        self.init(values: values, group: rows, places: rows.indices)
    }

    private init(values: Values, group: [Row], places: Range<Int>) {
        self.values = values
        self.group = group
        self.places = places
    }

    /// The scope of one of the rows. Rows before it are still known.
    func only(_ place: Int) -> RowScope { RowScope(values: values, group: group, places: place..<(place + 1)) }

    /// A value for these rows, chosen as its rule says where there are several.
    func value(_ index: Int) throws(Problem) -> MappedValue {
        let rule = values.rules[index]
        var result = try value(index, at: rule.choice == .last ? places.upperBound - 1 : places.lowerBound)
        guard rule.choice != .first, rule.choice != .last else { return result }
        for place in places.dropFirst() {
            let other = try value(index, at: place)
            switch rule.choice {
            case .same:
                guard other == result else {
                    let first = group[places.lowerBound].line
                    let reason = "\(rule.name) differs from that of line \(first), which belongs to the same group"
                    throw Problem(line: group[place].line, defect: RowDefect(.valuesDiffer, reason))
                }
            case .least: result = Self.extreme(.least, result, other)
            case .greatest: result = Self.extreme(.greatest, result, other)
            case .first, .last: break
            }
        }
        return result
    }

    /// Whether all conditions hold.
    func holds(_ conditions: [Condition]) throws(Problem) -> Bool {
        for condition in conditions {
            var other = MappedValue.none
            if case .isSameAs(let index) = condition.test { other = try value(index) }
            guard condition.holds(for: try value(condition.value), other: other) else { return false }
        }
        return true
    }

    // MARK: One row

    /// The value of the row at a place of the group.
    private func value(_ index: Int, at place: Int) throws(Problem) -> MappedValue {
        let rule = values.rules[index]
        switch rule.reach {
        case .itself: return try ownValue(index, at: place)
        case .earlier(let conditions):
            for earlier in stride(from: place - 1, through: 0, by: -1) where try only(earlier).holds(conditions) {
                return try ownValue(index, at: earlier)
            }
            return try naming(place) { () throws(RowDefect) in try rule.valueOfNoRow() }
        case .soFar(let extreme):
            var result = MappedValue.none
            for earlier in 0...place {
                result = Self.extreme(extreme, result, try ownValue(index, at: earlier))
            }
            return result
        }
    }

    private func ownValue(_ index: Int, at place: Int) throws(Problem) -> MappedValue {
        let rule = values.rules[index]
        if case .values(let others, let extreme) = rule.source {
            var result = MappedValue.none
            for other in others { result = Self.extreme(extreme, result, try value(other, at: place)) }
            return result
        }
        let field = values.places[index].map(group[place].text) ?? ""
        return try naming(place) { () throws(RowDefect) in try rule.value(of: field) }
    }

    /// Says with which row something is wrong.
    private func naming(
        _ place: Int, _ work: () throws(RowDefect) -> MappedValue
    ) throws(Problem) -> MappedValue {
        do throws(RowDefect) {
            return try work()
        } catch {
            throw Problem(line: group[place].line, defect: error)
        }
    }

    private static func extreme(
        _ extreme: ValueRule.Extreme, _ left: MappedValue, _ right: MappedValue
    ) -> MappedValue {
        guard left != .none else { return right }
        guard right != .none else { return left }
        return switch extreme {
        case .least: right.precedes(left) ? right : left
        case .greatest: left.precedes(right) ? right : left
        }
    }
}
