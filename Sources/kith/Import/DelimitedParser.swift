/// Splits text with delimiters into rows, as RFC 4180 has it: fields may be quoted, a quoted field may hold
/// delimiters, line breaks and doubled quotes. Line breaks are LF, CRLF or CR.
///
/// A machine over bytes: it takes a piece of any length and keeps its place, so that no more than a row is held.
/// (SwiftCSV reads a whole file into one string and is stopped by the first malformed row; here a row is rejected
/// and the next one read.)
struct DelimitedParser {
    /// What became of a row.
    struct ParsedRow: Equatable {
        var row: Row
        var defect: RowDefect?
    }

    private enum State {
        case rowStart, fieldStart, plain, quoted, quoteInQuoted, skippingRow
    }

    /// The longest row that is kept, in bytes.
    static let maximumRowLength = 1 << 20

    /// Nil: every line is one field.
    private let delimiter: UInt8?
    private let quote: UInt8?
    private var state = State.rowStart
    private var row = Row(line: 1)
    private var defect: RowDefect?
    private var line = 1
    private var previousWasReturn = false

    init(delimiter: UInt8?, quote: UInt8?) {
        self.delimiter = delimiter
        self.quote = quote
    }

    /// Takes bytes until a row is complete.
    ///
    /// - Parameter offset: where to begin; moved behind what was taken.
    /// - Returns: a row, or nil where the bytes end before the row does.
    mutating func next(_ bytes: [UInt8], _ offset: inout Int) -> ParsedRow? {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            let isSecondOfBreak = previousWasReturn && byte == UInt8(ascii: "\n")
            previousWasReturn = byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n") || previousWasReturn, !isSecondOfBreak { line += 1 }
            // CRLF counts as one break: outside quotes its second byte says nothing, inside it belongs to the text.
            if isSecondOfBreak, state == .rowStart { continue }
            if let complete = take(byte) { return complete }
        }
        return nil
    }

    /// A line was passed over before the first row.
    mutating func countSkippedLine() {
        line += 1
        row = Row(line: line)
    }

    /// The last row, where the text does not end with a line break.
    mutating func finish() -> ParsedRow? {
        switch state {
        case .rowStart: return nil
        case .quoted: defect = defect ?? RowDefect(.malformedQuotes, "a quoted field does not end")
        default: break
        }
        return endRow()
    }

    private mutating func take(_ byte: UInt8) -> ParsedRow? {
        switch state {
        case .rowStart:
            if isBreak(byte) { return startRow() }
            startField(byte)
        case .fieldStart:
            startField(byte)
            if isBreak(byte) { return endRow() }
        case .plain:
            if byte == delimiter {
                endField()
            } else if isBreak(byte) {
                return endRow()
            } else {
                append(byte)
            }
        case .quoted:
            if byte == quote { state = .quoteInQuoted } else { append(byte) }
        case .quoteInQuoted:
            return takeAfterQuote(byte)
        case .skippingRow:
            if isBreak(byte) { return endRow() }
        }
        return nil
    }

    private mutating func startField(_ byte: UInt8) {
        if byte == quote {
            state = .quoted
        } else if byte == delimiter {
            endField()
        } else {
            state = .plain
            if !isBreak(byte) { append(byte) }
        }
    }

    private mutating func takeAfterQuote(_ byte: UInt8) -> ParsedRow? {
        if byte == quote {
            state = .quoted
            append(byte)
        } else if byte == delimiter {
            endField()
        } else if isBreak(byte) {
            return endRow()
        } else {
            skip(RowDefect(.malformedQuotes, "text follows a closing quote"))
        }
        return nil
    }

    private mutating func append(_ byte: UInt8) {
        row.append(byte)
        if row.byteCount > Self.maximumRowLength {
            skip(RowDefect(.rowTooLong, "the row is longer than \(Self.maximumRowLength) bytes"))
        }
    }

    private mutating func skip(_ reason: RowDefect) {
        defect = reason
        state = .skippingRow
    }

    private mutating func endField() {
        row.endField()
        state = .fieldStart
    }

    private mutating func endRow() -> ParsedRow {
        row.endField()
        let complete = ParsedRow(row: row, defect: defect)
        _ = startRow()
        return complete
    }

    /// Empty lines hold no row.
    private mutating func startRow() -> ParsedRow? {
        row = Row(line: line)
        defect = nil
        state = .rowStart
        return nil
    }

    private func isBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
