/// Where rejected rows are reported: as NDJSON into a file, or the first of them on standard error.
final class ImportReport {
    private static let shownMaximum = 20

    private let file: OutputFile?
    private var lines: Set<Int> = []
    private var shown = 0

    init(path: String?) throws(Failure) {
        if let path { file = try OutputFile(path: path) } else { file = nil }
    }

    /// Rows that were rejected, each counted once however many reasons there are.
    var rejectedRows: Int { lines.count }

    func add(_ rejection: Rejection) throws(Failure) {
        lines.insert(rejection.line)
        if let file {
            try file.line(utf8: Self.json(rejection).serialised)
        } else if shown < Self.shownMaximum {
            Console.complain("line \(rejection.line): \(rejection.code): \(Table.printable(rejection.reason))")
        } else if shown == Self.shownMaximum {
            Console.complain("… more rows were rejected; --report FILE names them all")
        }
        shown += 1
    }

    func finish() throws(Failure) {
        try file?.flush()
    }

    static func json(_ rejection: Rejection) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("line", .integer(rejection.line)), .init("code", .string(rejection.code)),
            .init("reason", .string(rejection.reason)),
        ]
        if !rejection.document.isEmpty { members.append(.init("document", .string(rejection.document))) }
        return .object(members)
    }
}
