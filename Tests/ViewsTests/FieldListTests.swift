internal import FoundationEssentials
internal import Schema
internal import Testing

@testable import Views

@Suite struct FieldListTests {
    @Test func `the description of the protocol lists the fields of every kind`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(contentsOf: URL(filePath: "/" + root + "/docs/protocol.md"), encoding: .utf8)
        let section = try #require(text.split(separator: "## Lists").last?.split(separator: "\n## ").first)
        var listed: [String: [String]] = [:]
        for line in section.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|")
            listed[cells[0].trimmed] = cells[1].split(separator: " ").map { $0.filter { $0 != "`" } }
        }
        let common = try #require(listed["all"])
        #expect(listed.count == RecordFields.kinds.count + 2)
        for kind in RecordFields.kinds {
            let own = try #require(listed["\(kind)".words], "\(kind)")
            #expect(RecordFields.names(of: kind) == (common + own).sorted(), "\(kind)")
        }
    }
}

extension String {
    /// "price book" for "priceBook".
    fileprivate var words: String { reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) } }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
