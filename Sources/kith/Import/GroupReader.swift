internal import Schema

/// Collects the rows of a file into groups.
///
/// Memory: where the mapping says that rows of a group stand together, one group, and 16 bytes per row and per group
/// to notice what comes twice. Where it does not, the whole file.
struct GroupReader {
    private var reader: RowReader
    private let mapping: ImportMapping
    private let values: RowScope.Values
    private let groupColumns: [Int]
    private let keyColumns: [Int]
    private let orderColumns: [Int]
    private var occurrences: [Digest: Int32] = [:]
    private var finishedGroups: Set<Digest> = []
    /// A row that was read and belongs to the next group.
    private var waiting: (row: RowGroup.KeyedRow, problem: RowScope.Problem?)?
    /// Groups of a file that is held in memory, last first.
    private var collected: [RowGroup]?
    private(set) var counts = RowCounts()

    /// - Throws: wrong use where the mapping names columns that the file does not have.
    init(_ reader: RowReader, mapping: ImportMapping) throws(Failure) {
        do throws(MappingProblem) {
            try mapping.checkColumns(reader.columns)
        } catch {
            throw error.failure
        }
        func place(_ column: String) -> Int { reader.columns.firstIndex(of: column) ?? 0 }
        self.reader = reader
        self.mapping = mapping
        values = mapping.values(in: reader.columns)
        groupColumns = mapping.group.map(place)
        orderColumns = mapping.order.map(place)
        if case .columns(let columns) = mapping.key { keyColumns = columns.map(place) } else { keyColumns = [] }
        counts.named = mapping.counts.map { ($0.name, 0) }
    }

    /// The next group, or nil at the end of the file.
    mutating func next() throws(Failure) -> RowGroup? {
        if mapping.sorted { return try nextAdjacent() }
        if collected == nil { collected = try collectAll() }
        return collected?.popLast()
    }

    /// Names of the file's columns.
    var columns: [String] { reader.columns }

    // MARK: Rows that stand together

    private mutating func nextAdjacent() throws(Failure) -> RowGroup? {
        guard let first = try takeRow() else { return nil }
        var group = RowGroup(rows: [first.row], problem: first.problem)
        guard let key = groupKey(first.row.row) else { return group }
        while let next = try takeRow() {
            guard groupKey(next.row.row) == key else {
                waiting = next
                break
            }
            group.rows.append(next.row)
            group.problem = group.problem ?? next.problem
        }
        if !finishedGroups.insert(key).inserted, group.problem == nil {
            let reason = "rows of this group stand elsewhere too; the mapping needs \"sorted\": false"
            group.problem = RowScope.Problem(line: first.row.row.line, defect: RowDefect(.groupSplit, reason))
        }
        sort(&group)
        return group
    }

    private mutating func takeRow() throws(Failure) -> (row: RowGroup.KeyedRow, problem: RowScope.Problem?)? {
        if let row = waiting {
            waiting = nil
            return row
        }
        return try readRow()
    }

    // MARK: Rows in any order

    /// All groups, those of the latest time first. Equal times are ordered by what the rows hold, so that the order
    /// of the rows in the file changes nothing.
    private mutating func collectAll() throws(Failure) -> [RowGroup] {
        var groups: [RowGroup] = []
        var places: [Digest: Int] = [:]
        while let (row, problem) = try readRow() {
            if let key = groupKey(row.row), let place = places[key] {
                groups[place].rows.append(row)
                groups[place].problem = groups[place].problem ?? problem
            } else {
                if let key = groupKey(row.row) { places[key] = groups.count }
                groups.append(RowGroup(rows: [row], problem: problem))
            }
        }
        for index in groups.indices { sort(&groups[index]) }
        let times = groups.map(time)
        let order = groups.indices.sorted { left, right in
            if times[left] != times[right] { return times[left].precedes(times[right]) }
            return Self.precedes(groups[left].rows[0], groups[right].rows[0])
        }
        return order.reversed().map { groups[$0] }
    }

    private func time(of group: RowGroup) -> MappedValue {
        guard let index = mapping.occurredAt, group.problem == nil else { return .none }
        // A group whose time cannot be read comes last, and is rejected when its documents are made.
        return (try? RowScope(values: values, rows: group.rows.map(\.row)).value(index)) ?? .none
    }

    /// Orders the rows of a group by the mapping's columns, then by all they hold. Without such columns, and rows
    /// that stand together, the order of the file stays.
    private func sort(_ group: inout RowGroup) {
        guard group.rows.count > 1, !mapping.order.isEmpty || !mapping.sorted else { return }
        group.rows.sort { left, right in
            for column in orderColumns where column < left.row.count && column < right.row.count {
                if let order = Self.compare(left.row.text(column), right.row.text(column)) { return order }
            }
            return Self.precedes(left, right)
        }
    }

    /// Numbers are ordered as numbers, other texts by their bytes; nil where they are equal.
    private static func compare(_ left: String, _ right: String) -> Bool? {
        if left == right { return nil }
        if let first = DecimalNumber(left), let second = DecimalNumber(right) {
            if first < second { return true }
            if second < first { return false }
        }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func precedes(_ left: RowGroup.KeyedRow, _ right: RowGroup.KeyedRow) -> Bool {
        if left.row.hasSameFields(as: right.row) { return left.occurrence < right.occurrence }
        return left.row.precedes(right.row)
    }

    // MARK: Reading

    private mutating func readRow() throws(Failure) -> (row: RowGroup.KeyedRow, problem: RowScope.Problem?)? {
        guard let read = try reader.next() else { return nil }
        counts.read += 1
        let occurrence = count(read.row)
        var defect = read.defect
        if defect == nil { countNamed(read.row) }
        if defect == nil, !keyColumns.isEmpty, countKey(read.row) {
            defect = RowDefect(.duplicateKey, "an earlier row has the same key")
        }
        let problem = defect.map { RowScope.Problem(line: read.row.line, defect: $0) }
        return (RowGroup.KeyedRow(row: read.row, occurrence: occurrence), problem)
    }

    private mutating func count(_ row: Row) -> Int {
        let identity = Digest(row.identity)
        let occurrence = occurrences[identity, default: 0] + 1
        occurrences[identity] = occurrence
        if occurrence > 1 { counts.duplicates += 1 }
        return Int(occurrence)
    }

    /// Whether the key was there before. Keys and rows share a table: a key is told from a row by a first byte.
    private mutating func countKey(_ row: Row) -> Bool {
        var bytes: [UInt8] = [1]
        for column in keyColumns { bytes.appendMeasured(row[column]) }
        return occurrences.updateValue(1, forKey: Digest(bytes)) != nil
    }

    private mutating func countNamed(_ row: Row) {
        let scope = RowScope(values: values, rows: [row])
        for (index, count) in mapping.counts.enumerated() {
            // A value that cannot be read is not counted; the row is rejected where a document needs it.
            let holds = try? scope.holds(count.conditions)
            if holds == true { counts.named[index].count += 1 }
        }
    }

    /// Nil where rows are not grouped, or the row is too short to tell its group.
    private func groupKey(_ row: Row) -> Digest? {
        guard !groupColumns.isEmpty, groupColumns.allSatisfy({ $0 < row.count }) else { return nil }
        return Digest(row, columns: groupColumns)
    }
}

extension ImportMapping {
    /// The mapping's values with the places of their columns.
    func values(in columns: [String]) -> RowScope.Values {
        RowScope.Values(
            rules: values,
            places: values.map { rule in
                if case .column(let column) = rule.source { columns.firstIndex(of: column) } else { nil }
            })
    }
}
