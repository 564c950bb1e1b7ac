internal import Testing

@testable import kith

@Suite struct DelimitedParserTests {
    /// Parses a text in pieces of a length.
    private func parse(_ text: String, piece: Int = 7, delimiter: UInt8 = UInt8(ascii: ",")) -> [DelimitedParser
        .ParsedRow]
    {
        var parser = DelimitedParser(delimiter: delimiter, quote: UInt8(ascii: "\""))
        var rows: [DelimitedParser.ParsedRow] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let part = Array(bytes[start..<min(start + piece, bytes.count)])
            var offset = 0
            while let row = parser.next(part, &offset) { rows.append(row) }
        }
        if let last = parser.finish() { rows.append(last) }
        return rows
    }

    private func fields(_ rows: [DelimitedParser.ParsedRow]) -> [[String]] {
        rows.map { parsed in (0..<parsed.row.count).map(parsed.row.text) }
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `quotes, delimiters and breaks inside quotes are kept, whatever the pieces`(piece: Int) {
        let text = "a,\"b,c\",\"d \"\"e\"\"\"\r\n\"two\r\nlines\",,x\r\n"
        let rows = parse(text, piece: piece)
        #expect(fields(rows) == [["a", "b,c", "d \"e\""], ["two\r\nlines", "", "x"]])
        #expect(rows.map(\.row.line) == [1, 2])
        #expect(rows.allSatisfy { $0.defect == nil })
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `every kind of line break ends a row`(lineBreak: String) {
        let rows = parse(["1,2", "3,4", "5,6"].joined(separator: lineBreak))
        #expect(fields(rows) == [["1", "2"], ["3", "4"], ["5", "6"]])
        #expect(rows.map(\.row.line) == [1, 2, 3])
    }

    @Test func `empty lines hold no row, and lines are counted through them`() {
        let rows = parse("\n\na,b\n\r\n\nc,d")
        #expect(fields(rows) == [["a", "b"], ["c", "d"]])
        #expect(rows.map(\.row.line) == [3, 6])
    }

    @Test func `a row whose fields are all empty is a row`() {
        #expect(fields(parse(",\n\"\"\n")) == [["", ""], [""]])
    }

    @Test func `text behind a closing quote rejects the row and not the next one`() {
        let rows = parse("\"a\"b,c\n1,2\n")
        #expect(rows[0].defect?.code == .malformedQuotes)
        #expect(fields([rows[1]]) == [["1", "2"]])
        #expect(rows[1].defect == nil)
    }

    @Test func `a quote that never closes rejects the row that opened it`() {
        let rows = parse("1,2\n\"a,b\nc,d\n")
        #expect(rows.count == 2)
        #expect(rows[1].defect?.code == .malformedQuotes)
        #expect(rows[1].row.line == 2)
    }

    @Test func `a quote inside a plain field is part of it`() {
        #expect(fields(parse("5\" pipe,x\n")) == [["5\" pipe", "x"]])
    }

    @Test func `a row longer than a mebibyte is rejected and the next one read`() {
        let rows = parse(String(repeating: "x", count: 1 << 20) + "y\nok\n", piece: 65_536)
        #expect(rows.map { $0.defect?.code } == [.rowTooLong, nil])
        #expect(rows[1].row.text(0) == "ok")
    }

    @Test func `other delimiters`() {
        #expect(fields(parse("a;b,c;d\n", delimiter: UInt8(ascii: ";"))) == [["a", "b,c", "d"]])
        #expect(fields(parse("a\tb\n", delimiter: UInt8(ascii: "\t"))) == [["a", "b"]])
    }

    @Test(
        .enabled(if: SharedData.isPresent, SharedData.missing),
        arguments: [
            "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "newlines", "simple", "simple_crlf",
        ])
    func `files of the CSV spectrum give the rows that are expected of them`(name: String) throws {
        let folder = SharedData.folder + "/text/csv/"
        let format = FileFormat(
            layout: .delimited(delimiter: UInt8(ascii: ","), quote: UInt8(ascii: "\"")), header: true, columns: nil,
            skippedLines: 0)
        var reader = try RowReader(text: try SharedData.bytes(folder + name + ".csv"), format: format)
        var rows: [JSONValue] = []
        while let read = try reader.next() {
            #expect(read.defect == nil)
            rows.append(
                .object(reader.columns.indices.map { JSONValue.Member(reader.columns[$0], .string(read.row.text($0))) })
            )
        }
        let expected = try JSONParser.parse(try SharedData.bytes(folder + name + ".json"))
        #expect(JSONValue.array(rows) == expected)
    }
}
