/// A table with aligned columns.
struct Table {
    /// How the cells of a column stand.
    enum Alignment {
        case left, right
    }

    private static let gap = "  "

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []
    /// Columns, by their index, whose cells may be cut where the table is wider than the terminal.
    private let flexible: Set<Int>
    /// Columns, by their index, that are left out where the table is wider than the terminal and they hold nothing
    /// but zeros.
    private let dispensable: Set<Int>

    init(
        _ columns: [(title: String, alignment: Alignment)], flexible: Set<Int> = [], dispensable: Set<Int> = []
    ) {
        self.columns = columns
        self.flexible = flexible
        self.dispensable = dispensable
    }

    /// Whether it has no rows.
    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; cells that are missing are empty.
    mutating func add(_ cells: [String]) {
        let padding = repeatElement("", count: max(0, columns.count - cells.count))
        rows.append((cells + padding).prefix(columns.count).map(Self.printable))
    }

    /// The header and the rows, without blanks at the ends of lines.
    var lines: [String] { lines(in: .unlimited) }

    /// The same in so much room as there is: columns that say nothing are left out, the last ones first, and flexible
    /// ones are cut, the widest first. What is wider still stays so, since a number that is cut is a wrong one.
    func lines(in layout: TextLayout) -> [String] {
        let all = [columns.map(\.title)] + rows
        let natural = columns.indices.map { column in all.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
        let shown = layout.width.map { self.shown(natural, in: $0) } ?? Array(columns.indices)
        let widths = layout.width.map { fitted(natural, of: shown, into: $0) } ?? natural
        return all.map { row in
            let cells = shown.map { column in
                let cell = DisplayWidth.cut(row[column], to: widths[column])
                return Self.aligned(layout.isolated(cell), widths[column], columns[column].alignment)
            }
            let line = cells.joined(separator: Self.gap)
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
        }
    }

    /// How much wider than the room these columns are; negative where there is room left.
    private func excess(_ widths: [Int], of shown: [Int], over room: Int) -> Int {
        shown.reduce(0) { $0 + widths[$1] } + Self.gap.count * max(0, shown.count - 1) - room
    }

    /// The columns that are shown.
    private func shown(_ natural: [Int], in room: Int) -> [Int] {
        var shown = Array(columns.indices)
        for column in dispensable.sorted(by: >) where excess(natural, of: shown, over: room) > 0 {
            if rows.allSatisfy({ Self.saysNothing($0[column]) }) { shown.removeAll { $0 == column } }
        }
        return shown
    }

    /// Whether a cell is empty or a zero, with whatever decimals.
    private static func saysNothing(_ cell: String) -> Bool { cell.allSatisfy { $0 == "0" || $0 == "." } }

    /// The least width that a flexible column is cut to.
    private static let flexibleMinimum = 8

    private func fitted(_ natural: [Int], of shown: [Int], into room: Int) -> [Int] {
        var widths = natural
        var excess = excess(natural, of: shown, over: room)
        while excess > 0 {
            let candidates = flexible.filter { widths[$0] > Self.flexibleMinimum && shown.contains($0) }
            guard let widest = candidates.max(by: { (widths[$0], $1) < (widths[$1], $0) }) else { return widths }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func aligned(_ cell: String, _ width: Int, _ alignment: Alignment) -> String {
        let blanks = String(repeating: " ", count: max(0, width - DisplayWidth.of(cell)))
        return alignment == .left ? cell + blanks : blanks + cell
    }

    /// A text with nothing in it that could move the cursor or change the direction of what follows: names and
    /// notes come from outside.
    static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result.append("\u{FFFD}")
            case .format where scalar.value != 0x200C && scalar.value != 0x200D: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
