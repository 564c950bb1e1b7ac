/// A table with aligned columns.
struct Table {
    /// How the cells of a column stand.
    enum Alignment {
        case left, right
    }

    private static let gap = "  "

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// Adds a row; cells that are missing are empty.
    mutating func add(_ cells: [String]) {
        let padding = repeatElement("", count: max(0, columns.count - cells.count))
        rows.append((cells + padding).prefix(columns.count).map(Self.printable))
    }

    /// The header and the rows, without blanks at the ends of lines.
    var lines: [String] {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
        return all.map { row in
            let cells = columns.indices.map { Self.aligned(row[$0], widths[$0], columns[$0].alignment) }
            let line = cells.joined(separator: Self.gap)
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
        }
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
