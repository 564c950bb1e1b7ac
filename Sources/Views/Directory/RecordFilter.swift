internal import Schema
internal import SwiftProtobuf

/// A condition of a list, ready to be tried on rows.
struct RecordFilter {
    private enum Condition {
        case row((StreamNumber, DirectoryRow) -> Bool)
        /// A condition on the UUID of another aggregate, which its own row says.
        case partyID((DirectoryRow) -> StreamNumber, (String) -> Bool)
    }

    private let condition: Condition

    /// The conditions of a request.
    ///
    /// - Throws: `ViewError` with `unknownField` or `filterInvalid`.
    static func filters(
        _ request: ListRequest, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> [RecordFilter] {
        var filters: [RecordFilter] = []
        for (index, filter) in request.filters.enumerated() {
            let field =
                try OwnFields.field(filter.field, of: request.kind, in: reader)
                ?? RecordFields.field(filter.field, of: request.kind)
            filters.append(try RecordFilter(filter, field, kind: request.kind, path: "filters[\(index)]"))
        }
        return filters
    }

    private init(_ filter: Filter, _ field: RecordField?, kind: AggregateKind, path: String) throws(ViewError) {
        guard let field else {
            let names = RecordFields.names(of: kind).joined(separator: ", ")
            throw ViewError(
                .unknownField, "Records of this kind have no open field of that name. There are: \(names).",
                field: path + ".field")
        }
        let comparison = Comparison(filter: filter, path: path)
        condition =
            switch field {
            case .text(let read): .row(RecordFilter.one(try comparison.text(), read))
            case .texts(let read): .row(RecordFilter.any(try comparison.text(), comparison.negated, read))
            case .boolean(let read): .row(RecordFilter.one(try comparison.boolean(), read))
            case .instant(let read): .row(RecordFilter.one(try comparison.instant(), read))
            case .choice(let names, let read): .row(RecordFilter.one(try comparison.choice(names), read))
            case .choices(let names, let read):
                .row(RecordFilter.any(try comparison.choice(names), comparison.negated, read))
            case .numbers(let read): .row(RecordFilter.any(try comparison.number(), comparison.negated, read))
            case .decimals(let read): .row(RecordFilter.any(try comparison.decimal(), comparison.negated, read))
            case .booleans(let read): .row(RecordFilter.any(try comparison.boolean(), comparison.negated, read))
            case .instants(let read): .row(RecordFilter.any(try comparison.instant(), comparison.negated, read))
            case .number(let read): .row(RecordFilter.number(try comparison.number(), read))
            case .partyID(let read): .partyID(read, try comparison.text())
            }
    }

    private static func one<Value>(
        _ test: @escaping (Value) -> Bool, _ read: @escaping (DirectoryRow) -> Value
    ) -> (StreamNumber, DirectoryRow) -> Bool {
        { _, row in test(read(row)) }
    }

    /// One of several values meets the condition; where it is "not equal", all of them.
    private static func any<Value>(
        _ test: @escaping (Value) -> Bool, _ negated: Bool, _ read: @escaping (DirectoryRow) -> [Value]
    ) -> (StreamNumber, DirectoryRow) -> Bool {
        { _, row in negated ? read(row).allSatisfy(test) : read(row).contains(where: test) }
    }

    private static func number(
        _ test: @escaping (Int64) -> Bool, _ read: @escaping (StreamNumber, DirectoryRow) -> Int64
    ) -> (StreamNumber, DirectoryRow) -> Bool {
        { stream, row in test(read(stream, row)) }
    }

    /// Whether a record meets the condition.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    func matches(
        _ stream: StreamNumber, _ row: DirectoryRow, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Bool {
        switch condition {
        case .row(let test): return test(stream, row)
        case .partyID(let read, let test):
            let party = read(row)
            guard party != .none, let id = try Directory.id(of: party, in: reader) else { return test("") }
            return test(id.description)
        }
    }
}
