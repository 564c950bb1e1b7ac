/// What became of an import, for a person and for programs.
struct ImportSummary: Equatable {
    /// What became of the documents of one kind.
    struct DocumentCounts: Equatable {
        var accepted = 0
        /// Taken before: by this import when it ran before, or the same row by another one.
        var replayed = 0
        var unchanged = 0
        var refused = 0
    }

    var file = ""
    var mapping = ""
    var mode = ""
    var dryRun = false
    /// UUID and stream number of the import; empty and 0 in a dry run.
    var importID = ""
    var importNumber: UInt64 = 0
    var rows = RowCounts()
    var rejectedRows = 0
    var ignoredRows = 0
    /// By kind, in the order of the mapping.
    var documents: [(name: String, counts: DocumentCounts)] = []
    /// Events that were appended.
    var events = 0
    /// How often the connection was made again.
    var reconnects = 0
    var seconds = 0.0

    var acceptedRows: Int { rows.read - rejectedRows - ignoredRows }

    static func == (left: ImportSummary, right: ImportSummary) -> Bool { left.json == right.json }

    /// One object: `rows` holds the mapping's own counts beside the importer's.
    var json: JSONValue {
        var rowCounts: [JSONValue.Member] = [
            .init("read", .integer(rows.read)), .init("accepted", .integer(acceptedRows)),
            .init("rejected", .integer(rejectedRows)), .init("ignored", .integer(ignoredRows)),
            .init("duplicates", .integer(rows.duplicates)),
        ]
        rowCounts += rows.named.map { .init($0.name, .integer($0.count)) }
        let documents = documents.map { name, counts in
            JSONValue.Member(
                name,
                .members(
                    ("accepted", .integer(counts.accepted)), ("replayed", .integer(counts.replayed)),
                    ("unchanged", .integer(counts.unchanged)), ("refused", .integer(counts.refused))))
        }
        return .members(
            ("file", .string(file)), ("mapping", .string(mapping)), ("mode", .string(mode)), ("dryRun", .bool(dryRun)),
            ("importId", .string(importID)), ("importNumber", .integer(importNumber)), ("rows", .object(rowCounts)),
            ("documents", .object(documents)), ("events", .integer(events)), ("reconnects", .integer(reconnects)),
            ("seconds", .number(Self.rounded(seconds))))
    }

    /// A few lines for a person.
    var lines: [String] {
        var rowTable = Table([("rows", .left), ("", .right)])
        for (name, count) in [
            ("read", rows.read), ("accepted", acceptedRows), ("rejected", rejectedRows), ("ignored", ignoredRows),
            ("equal to an earlier row", rows.duplicates),
        ] + rows.named.map({ ($0.name, $0.count) }) {
            rowTable.add([name, String(count)])
        }
        var documentTable = Table([
            ("documents", .left), ("accepted", .right), ("replayed", .right), ("unchanged", .right),
            ("refused", .right),
        ])
        for (name, counts) in documents {
            documentTable.add(
                [name] + [counts.accepted, counts.replayed, counts.unchanged, counts.refused].map(String.init))
        }
        var fields = FieldList()
        fields.add("import", dryRun ? "none: dry run" : "\(importID) (#\(importNumber))")
        fields.add("events appended", String(events))
        fields.add("reconnected", reconnects > 0 ? String(reconnects) : "")
        fields.add("seconds", Self.rounded(seconds))
        return rowTable.lines + [""] + documentTable.lines + [""] + fields.lines
    }

    private static func rounded(_ seconds: Double) -> String {
        let hundredths = Int64((seconds * 100).rounded())
        return MoneyText.decimal(hundredths, scale: 2)
    }
}
