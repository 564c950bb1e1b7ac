/// Rows that become documents together.
struct RowGroup {
    /// The rows in the order of the mapping.
    var rows: [KeyedRow]
    /// Why the group cannot be taken, where that is known from reading alone.
    var problem: RowScope.Problem?

    /// A row and what it is among rows that are equal to it.
    struct KeyedRow {
        var row: Row
        /// 1 for the first of equal rows, 2 for the next, and so on.
        var occurrence: Int
    }

    /// The lines on which the rows stand.
    var lines: [Int] { rows.map(\.row.line) }
}

/// Numbers that the report holds.
struct RowCounts: Equatable {
    var read = 0
    /// Rows that equal an earlier row.
    var duplicates = 0
    /// Counts of the mapping, in its order.
    var named: [(name: String, count: Int)] = []

    static func == (left: RowCounts, right: RowCounts) -> Bool {
        left.read == right.read && left.duplicates == right.duplicates
            && left.named.elementsEqual(right.named) { $0.name == $1.name && $0.count == $1.count }
    }
}
