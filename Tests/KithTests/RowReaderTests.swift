internal import Testing

@testable import kith

@Suite struct RowReaderTests {
    private static let comma = FileFormat.Layout.delimited(delimiter: UInt8(ascii: ","), quote: UInt8(ascii: "\""))

    private func read(_ bytes: [UInt8], _ format: FileFormat) throws -> (columns: [String], rows: [RowReader.ReadRow]) {
        var reader = try RowReader(text: bytes, format: format)
        var rows: [RowReader.ReadRow] = []
        while let row = try reader.next() { rows.append(row) }
        return (reader.columns, rows)
    }

    private func fields(_ row: RowReader.ReadRow) -> [String] { (0..<row.row.count).map(row.row.text) }

    @Test func `a byte order mark is no part of the first column`() throws {
        let format = FileFormat(layout: Self.comma, header: true, columns: nil, skippedLines: 0)
        let result = try read([0xEF, 0xBB, 0xBF] + Array("id,name\n1,Ana\n".utf8), format)
        #expect(result.columns == ["id", "name"])
        #expect(fields(result.rows[0]) == ["1", "Ana"])
    }

    @Test func `rows with too few or too many fields are reported with their line`() throws {
        let format = FileFormat(layout: Self.comma, header: true, columns: nil, skippedLines: 0)
        let rows = try read(Array("a,b\n1,2\n3\n4,5,6\n7,8\n".utf8), format).rows
        #expect(rows.map { $0.defect?.code } == [nil, .raggedRow, .raggedRow, nil])
        #expect(rows.map(\.row.line) == [2, 3, 4, 5])
    }

    @Test func `UTF-16 is refused with advice, a row that is not UTF-8 is rejected alone`() throws {
        let format = FileFormat(layout: Self.comma, header: false, columns: ["a", "b"], skippedLines: 0)
        #expect(throws: Failure.self) { try read([0xFF, 0xFE, 0x61, 0], format) }
        let rows = try read(Array("x,".utf8) + [0xE4, 0x0A] + Array("y,z\n".utf8), format).rows
        #expect(rows.map { $0.defect?.code } == [.notUTF8, nil])
    }

    @Test func `runs of blanks separate, and blanks in front do not count`() throws {
        let format = FileFormat(
            layout: .blank, header: false, columns: ["id", "day", "n", "amount"], skippedLines: 0)
        let rows = try read(
            Array(" 00004 19970101  2   29.33\r\n\r\n 00004\t19970118 2 29.73\r\n   \r\n1 2\r\n".utf8), format
        ).rows
        #expect(
            rows.map(fields) == [
                ["00004", "19970101", "2", "29.33"], ["00004", "19970118", "2", "29.73"], ["1", "2"],
            ])
        #expect(rows.map { $0.defect?.code } == [nil, nil, .raggedRow])
        #expect(rows.map(\.row.line) == [1, 3, 5])
    }

    @Test func `fixed columns count characters, and lines may end early`() throws {
        let format = FileFormat(
            layout: .fixed([.init(name: "name", start: 1, width: 6), .init(name: "n", start: 8, width: 3)]),
            header: false, columns: ["name", "n"], skippedLines: 1)
        let rows = try read(Array("name   n\nJürgen 042\n李      7\nAna\nAna    1  x\n".utf8), format).rows
        #expect(rows.map(fields) == [["Jürgen", "042"], ["李", "7"], ["Ana", ""], ["Ana", "1"]])
        #expect(rows.map { $0.defect?.code } == [nil, nil, nil, .raggedRow])
        #expect(rows.map(\.row.line) == [2, 3, 4, 5])
    }

    @Test func `a header that differs from the mapping's columns is wrong use`() throws {
        let format = FileFormat(layout: Self.comma, header: true, columns: ["a", "b"], skippedLines: 0)
        #expect(throws: Failure.self) { try read(Array("b,a\n".utf8), format) }
        #expect(try read(Array("a,b\n".utf8), format).rows.isEmpty)
        #expect(try read([], format).rows.isEmpty)
    }

    @Test func `pieces of a file do not show in its rows`() throws {
        let text = (0..<50_000).map { "\($0),\"x\($0 % 7)\r\ny\"\r\n" }.joined()
        let file = try TemporaryFile(text.utf8)
        let format = FileFormat(layout: Self.comma, header: false, columns: ["n", "x"], skippedLines: 0)
        var reader = try RowReader(try InputFile(path: file.path), format: format)
        var count = 0
        while let row = try reader.next() {
            guard row.defect == nil, row.row.text(0) == String(count), row.row.line == 2 * count + 1 else {
                Issue.record("row \(count) is \(row)")
                return
            }
            count += 1
        }
        #expect(count == 50_000)
    }
}
