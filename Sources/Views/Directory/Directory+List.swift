package import Schema

/// A page of a list.
package struct DirectoryPage: Sendable {
    package var records: [SealedRecord]
    /// Where the next page begins; empty: this was the last one.
    package var cursor: [UInt8]

    package init(records: [SealedRecord], cursor: [UInt8]) {
        self.records = records
        self.cursor = cursor
    }
}

extension Directory {
    /// Greatest number of records of a page.
    package static let pageRecordsMaximum = 1_000
    /// So many records a page has where the request does not say it.
    package static let pageRecordsDefault = 100
    /// So many records are looked at for one page: with a filter that few of them meet, a page ends early, so that
    /// nobody reads the store for long. Such a page has fewer records than asked for, even none, and a cursor.
    package static let pageScanMaximum = 20_000
    /// A page ends before a record with which it would take more bytes than this, opened; only one that is greater by
    /// itself is a page alone. With `RecordLimits` this keeps every answer within one frame.
    package static let pageBytesMaximum = 1 << 20

    /// A page of records of one kind. `at_least` of the request is not looked at.
    ///
    /// - Throws: `ViewError` with `requestInvalid`, `unknownField`, `filterInvalid` or `cursorForeign` where the
    ///   request is at fault, with `rowDamaged`, or what the reader throws.
    package static func list(
        _ request: ListRequest, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> DirectoryPage {
        var listing = DirectoryListing(request)
        while true {
            if let page = try listing.piece(in: reader) { return page }
        }
    }

    fileprivate static func sortOrder(of request: ListRequest) throws(ViewError) -> SortOrder {
        guard RecordFields.kinds.contains(request.kind) else {
            throw ViewError(.requestInvalid, "Records of this kind are not listed. Name another kind.", field: "kind")
        }
        if request.sort == .unspecified { return .registered }
        if SortKey.orders(of: request.kind).contains(request.sort) { return request.sort }
        let sentence =
            request.sort == .label
            ? "These records have no open label; what they are called is sealed. Choose another sort order."
            : "The sort order is not known."
        throw ViewError(.requestInvalid, sentence, field: "sort")
    }

    fileprivate static func limit(of request: ListRequest) throws(ViewError) -> Int {
        guard request.limit <= pageRecordsMaximum else {
            throw ViewError(
                .requestInvalid, "A page has at most \(pageRecordsMaximum) records. Lower the limit.", field: "limit")
        }
        return request.limit == 0 ? pageRecordsDefault : Int(request.limit)
    }
}

/// A page of a list on its way, piece by piece: whoever makes it can do something else in between, as long as the rows stay
/// what they are.
package struct DirectoryListing: Sendable {
    /// So many records are looked at in a piece: about half a millisecond.
    static let pieceRecords = 64

    private let request: ListRequest
    private var page: PageInProgress?

    /// The page that a request asks for.
    package init(_ request: ListRequest) { self.request = request }

    /// Looks at some more records.
    ///
    /// - Returns: the page, once it is complete.
    /// - Throws: as `Directory.list` does.
    package mutating func piece(
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> DirectoryPage? {
        let prefix = SortKey.prefix(request.kind, try Directory.sortOrder(of: request))
        var page: PageInProgress
        if let begun = self.page { page = begun } else { page = try begin(prefix) }
        let filters = try RecordFilter.filters(request, in: reader)
        var left = Self.pieceRecords
        try reader.scan(
            Directory.order, prefix: prefix, after: page.lastKey, descending: request.descending
        ) { (key, _) throws(ViewError) in
            guard left > 0 else { return .stop }
            left -= 1
            return try page.look(at: key, filters, in: reader)
        }
        guard left > 0 || page.isCut else {
            self.page = page
            return nil
        }
        guard page.isCut, let last = page.lastKey else { return DirectoryPage(records: page.records, cursor: []) }
        let cursor = ListCursor(descending: request.descending, key: last)
        return DirectoryPage(records: page.records, cursor: cursor.bytes)
    }

    private func begin(_ prefix: [UInt8]) throws(ViewError) -> PageInProgress {
        var page = PageInProgress(limit: try Directory.limit(of: request))
        if !request.cursor.isEmpty {
            let cursor = try ListCursor(Array(request.cursor), prefix: prefix, descending: request.descending)
            page.lastKey = cursor.key
        }
        return page
    }
}

private struct PageInProgress: Sendable {
    let limit: Int
    var records: [SealedRecord] = []
    /// The last key that the page, or the one before it, is done with.
    var lastKey: [UInt8]?
    /// Whether there are keys behind the last one.
    var isCut = false
    private var looked = 0
    private var bytes = 0

    init(limit: Int) { self.limit = limit }

    mutating func look(
        at key: [UInt8], _ filters: [RecordFilter], in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> ScanStep {
        guard records.count < limit, looked < Directory.pageScanMaximum else {
            isCut = true
            return .stop
        }
        looked += 1
        let stream = SortKey.stream(of: key)
        let reading = RecordReading(Directory.records)
        guard let row = try reading.row(of: stream, in: reader) else {
            throw ViewError(.rowDamaged, "A sort order names a record that is not there. Rebuild the directory.")
        }
        for filter in filters where try !filter.matches(stream, row.row, in: reader) {
            lastKey = key
            return .next
        }
        let record = try reading.record(of: stream, row, in: reader)
        guard records.isEmpty || bytes + record.size <= Directory.pageBytesMaximum else {
            isCut = true
            return .stop
        }
        lastKey = key
        bytes += record.size
        records.append(record)
        return .next
    }
}
