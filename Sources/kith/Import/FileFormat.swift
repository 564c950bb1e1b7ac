/// How the rows of a file are laid out.
struct FileFormat: Equatable, Sendable {
    /// How a row is split into fields.
    enum Layout: Equatable, Sendable {
        /// By a delimiter, with RFC 4180 quotes where there is a quote character.
        case delimited(delimiter: UInt8, quote: UInt8?)
        /// By runs of blanks and tabs.
        case blank
        /// By place in the line.
        case fixed([FixedColumn])
    }

    /// A column of a file with fixed columns; places count characters (Unicode scalars).
    struct FixedColumn: Equatable, Sendable {
        var name: String
        /// First place, from 1.
        var start: Int
        var width: Int
    }

    var layout: Layout
    /// Whether the first row names the columns.
    var header: Bool
    /// Names of the columns; nil where the header alone gives them.
    var columns: [String]?
    /// Lines before the header or the first row.
    var skippedLines: Int
}
