package import Schema
internal import SwiftProtobuf

/// A page of opportunities.
package struct OpportunityPage: Sendable, Hashable {
    package var response: OpportunitiesResponse
    /// Where the next page begins; empty: this was the last one.
    package var cursor: [UInt8]
}

extension Pipeline {
    /// Greatest number of opportunities of a page.
    package static let pageMaximum = 1_000
    /// So many opportunities a page has where the request does not say it.
    package static let pageDefault = 100

    /// A page of opportunities. In the order of their opening it takes as long as the page is; in any other it grows
    /// with the number of opportunities.
    ///
    /// - Parameters:
    ///   - request: its filter, `as_of` and `at_least` are not looked at.
    ///   - conditions: which opportunities count.
    ///   - asOf: what occurred later does not count; nil: now, or on a further page what it was on the first.
    ///   - now: the present.
    /// - Throws: `ViewError` with `requestInvalid` or `cursorForeign` where the request is at fault, with `rowDamaged`,
    ///   or what the reader throws.
    package static func opportunities(
        _ request: OpportunitiesRequest, of conditions: OpportunityConditions, asOf: Instant?, now: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> OpportunityPage {
        guard request.limit <= pageMaximum else {
            throw ViewError(
                .requestInvalid, "A page has at most \(pageMaximum) opportunities. Lower the limit.", field: "limit")
        }
        let order = request.order == .unspecified ? .opened : request.order
        var cursor: OpportunityCursor?
        if !request.cursor.isEmpty {
            cursor = try OpportunityCursor(Array(request.cursor), order: order, asOf: asOf)
        }
        let asOf = asOf ?? cursor?.asOf ?? now
        let reading = try PipelineReading(rows, pipeline: conditions.pipeline?.rawValue, asOf: asOf, in: reader)
        var list = OpportunityList(
            request, order: order, limit: request.limit == 0 ? pageDefault : Int(request.limit), after: cursor?.key)
        let after = order == .opened ? try cursor?.number : nil
        try reading.each(conditions, after: after, in: reader) { standing throws(ViewError) in
            list.add(standing)
            return order == .opened && list.isFull ? .stop : .next
        }
        let (numbers, last) = list.page
        var page = OpportunityPage(response: OpportunitiesResponse(), cursor: [])
        for number in numbers {
            guard let standing = try reading.opportunity(number, in: reader) else { continue }
            page.response.opportunities.append(standing.summary(reading.frame))
        }
        page.response.asOf = asOf.timestamp
        page.response.definitions = PipelineDefinitions.opportunities
        if let last { page.cursor = OpportunityCursor(order: order, asOf: asOf, key: last).bytes }
        return page
    }
}

/// Picks the opportunities of one page.
private struct OpportunityList {
    private let statuses: [OpportunityStatus]
    private let stage: String
    private let stalled: Bool
    private let order: OpportunityOrder
    private let limit: Int
    private let after: [UInt8]?
    /// Those with the smallest keys so far, and some more.
    private var found: [(key: [UInt8], number: UInt64)] = []

    init(_ request: OpportunitiesRequest, order: OpportunityOrder, limit: Int, after: [UInt8]?) {
        statuses = request.statuses.isEmpty ? [.open] : request.statuses
        stage = request.stage
        stalled = request.stalled
        self.order = order
        self.limit = limit
        self.after = after
    }

    /// One more was found than the page takes.
    var isFull: Bool { found.count > limit }

    mutating func add(_ standing: OpportunityStanding) {
        guard statuses.contains(standing.moment.status), !stalled || standing.isStalled,
            stage.isEmpty || stage.isIdentical(to: standing.stage.key)
        else { return }
        let key = OpportunityOrderKey.key(standing, order)
        if let after, !after.lexicographicallyPrecedes(key) { return }
        found.append((key, standing.number))
        // Now and then those that are behind the page are let go, so that a long list takes little room.
        if found.count >= 4 * (limit + 1) { sort() }
    }

    private mutating func sort() {
        found.sort { $0.key.lexicographicallyPrecedes($1.key) }
        if found.count > limit + 1 { found.removeLast(found.count - limit - 1) }
    }

    /// The numbers of the page, and the key of its last one where there are more behind it.
    var page: (numbers: [UInt64], last: [UInt8]?) {
        var list = self
        list.sort()
        let numbers = list.found.prefix(limit).map(\.number)
        guard list.isFull else { return (numbers, nil) }
        return (numbers, list.found[limit - 1].key)
    }
}
