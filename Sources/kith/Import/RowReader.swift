/// Reads the rows of a file one by one, holding a piece of the file and one row in memory.
struct RowReader {
    /// A row with what is wrong with it.
    struct ReadRow: Equatable {
        var row: Row
        var defect: RowDefect?
    }

    private static let pieceLength = 256 * 1024
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let format: FileFormat
    /// Appends the next bytes; false at the end.
    private let read: (_ count: Int, _ bytes: inout [UInt8]) throws(Failure) -> Bool
    private var parser: DelimitedParser
    private var buffer: [UInt8] = []
    private var offset = 0
    private var ended = false
    /// Names of the columns, in the order of a row's fields.
    private(set) var columns: [String] = []

    /// Opens a file and reads its header.
    ///
    /// - Throws: wrong use where the file is not UTF-8 text or its header is not what the mapping says.
    init(_ file: InputFile, format: FileFormat) throws(Failure) {
        try self.init(format: format) { (count, bytes) throws(Failure) in try file.read(count, into: &bytes) }
    }

    /// Reads text that is in memory.
    init(text: [UInt8], format: FileFormat) throws(Failure) {
        var rest = text[...]
        try self.init(format: format) { (count, bytes) throws(Failure) in
            let piece = rest.prefix(count)
            bytes.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
            return !piece.isEmpty
        }
    }

    private init(
        format: FileFormat, read: @escaping (_ count: Int, _ bytes: inout [UInt8]) throws(Failure) -> Bool
    ) throws(Failure) {
        self.format = format
        self.read = read
        // Files without delimiters are read as rows of one field, a line each, which is split afterwards.
        parser =
            switch format.layout {
            case .delimited(let delimiter, let quote): DelimitedParser(delimiter: delimiter, quote: quote)
            case .blank, .fixed: DelimitedParser(delimiter: nil, quote: nil)
            }
        try readStart()
        try readHeader()
    }

    /// The next row, or nil at the end.
    mutating func next() throws(Failure) -> ReadRow? {
        guard let parsed = try nextParsed() else { return nil }
        if let defect = parsed.defect { return ReadRow(row: parsed.row, defect: defect) }
        guard parsed.row.isText else {
            return ReadRow(row: parsed.row, defect: RowDefect(.notUTF8, "the row is not UTF-8"))
        }
        return Self.split(parsed.row, format: format, columnCount: columns.count)
    }

    private mutating func nextParsed() throws(Failure) -> DelimitedParser.ParsedRow? {
        while true {
            if let row = parser.next(buffer, &offset) {
                if isBlankLine(row) { continue }
                return row
            }
            if ended { return parser.finish().flatMap { isBlankLine($0) ? nil : $0 } }
            try fill()
        }
    }

    /// Without delimiters a line of blanks is as empty as an empty one; with them it is a field.
    private func isBlankLine(_ parsed: DelimitedParser.ParsedRow) -> Bool {
        if case .delimited = format.layout { return false }
        return parsed.defect == nil && parsed.row[0].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func fill() throws(Failure) {
        buffer.removeAll(keepingCapacity: true)
        offset = 0
        ended = !(try read(Self.pieceLength, &buffer))
    }

    private mutating func readStart() throws(Failure) {
        try fill()
        if buffer.starts(with: Self.byteOrderMark) { offset = Self.byteOrderMark.count }
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            throw .wrongUse("the file is UTF-16; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)")
        }
        // Lines to be skipped may hold anything, quotes too: they are not parsed.
        for _ in 0..<format.skippedLines { try skipLine() }
    }

    private mutating func skipLine() throws(Failure) {
        while true {
            if let lineFeed = buffer[offset...].firstIndex(of: UInt8(ascii: "\n")) {
                offset = lineFeed + 1
                parser.countSkippedLine()
                return
            }
            if ended { return }
            try fill()
        }
    }

    private mutating func readHeader() throws(Failure) {
        guard format.header else {
            columns = format.columns ?? []
            return
        }
        guard let parsed = try nextParsed() else {
            // A file without even a header has no rows: an import of nothing, where the mapping names the columns.
            guard let columns = format.columns else { throw .wrongUse("the file is empty: it has no header") }
            self.columns = columns
            return
        }
        guard parsed.defect == nil, parsed.row.isText else { throw .wrongUse("the header of the file cannot be read") }
        let row = Self.split(parsed.row, format: format, columnCount: nil).row
        columns = (0..<row.count).map(row.text)
        if let expected = format.columns, expected != columns {
            throw .wrongUse("the header of the file names other columns than the mapping: \(columns)")
        }
    }

    /// Splits a line that the parser left whole, and compares the number of fields with that of columns.
    private static func split(_ line: Row, format: FileFormat, columnCount: Int?) -> ReadRow {
        let row: Row
        switch format.layout {
        case .delimited: row = line
        case .blank: row = splitAtBlanks(line)
        case .fixed(let columns): return splitAtPlaces(line, columns)
        }
        guard let columnCount, row.count != columnCount else { return ReadRow(row: row) }
        let reason = "the row has \(row.count) fields, the file has \(columnCount) columns"
        return ReadRow(row: row, defect: RowDefect(.raggedRow, reason))
    }

    private static func splitAtBlanks(_ line: Row) -> Row {
        var row = Row(line: line.line)
        for field in line[0].split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
            row.append(contentsOf: field)
            row.endField()
        }
        return row
    }

    /// Lines may end before the last column: blanks at their ends are often cut off.
    private static func splitAtPlaces(_ line: Row, _ columns: [FileFormat.FixedColumn]) -> ReadRow {
        let scalars = Array(line.text(0).unicodeScalars)
        var row = Row(line: line.line)
        var end = 0
        for column in columns {
            let range = min(column.start - 1, scalars.count)..<min(column.start - 1 + column.width, scalars.count)
            var field = scalars[range]
            while field.last == " " { field = field.dropLast() }
            field = field.drop { $0 == " " }
            for scalar in field { row.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? []) }
            row.endField()
            end = max(end, column.start - 1 + column.width)
        }
        guard scalars.dropFirst(end).contains(where: { $0 != " " }) else { return ReadRow(row: row) }
        return ReadRow(row: row, defect: RowDefect(.raggedRow, "the row goes on behind the last column"))
    }
}
