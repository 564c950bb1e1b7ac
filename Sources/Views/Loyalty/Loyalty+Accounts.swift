package import Schema
internal import SwiftProtobuf

/// Whose accounts are asked for, by number.
package enum LoyaltyScope: Sendable, Hashable {
    /// A party or an employee.
    case member(StreamNumber)
    case account(StreamNumber)
    case programme(StreamNumber)
}

/// A page of accounts.
package struct LoyaltyPage: Sendable {
    /// The answer without its cursor.
    package var response: LoyaltyResponse
    /// Where the next page begins; empty: this was the last one.
    package var cursor: [UInt8]

    package init(response: LoyaltyResponse, cursor: [UInt8]) {
        self.response = response
        self.cursor = cursor
    }
}

extension Loyalty {
    /// Greatest number of accounts of a page, and of lots and movements of an account.
    package static let entriesMaximum: UInt32 = 1_000
    /// So many days of an expiry schedule.
    static let expiryDaysMaximum = 400
    /// A page ends behind the account with which it takes more bytes than this, by a careful estimate; one account takes
    /// about half as much at most.
    static let pageBytesMaximum = 1 << 20

    /// A page of accounts, or nil where the scope is an account that there is not.
    ///
    /// `at_least`, the scope and `as_of` of the request are not looked at.
    ///
    /// - Throws: `ViewError` with `requestInvalid` or `cursorForeign` where the request is at fault, with `rowDamaged`,
    ///   or what the reader throws.
    package static func accounts(
        _ scope: LoyaltyScope, _ request: LoyaltyRequest, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> LoyaltyPage? {
        try check(request)
        var page = AccountsPage(request, asOf: asOf, try SettingsRows(settings).clock(in: reader))
        switch scope {
        case .account(let number):
            guard try page.add(number, in: reader) != nil else { return nil }
        case .member(let number): try page.fill(from: ledger.holders, of: number, in: reader)
        case .programme(let number): try page.fill(from: members, of: number, in: reader)
        }
        page.response.definitions = LoyaltyDefinitions.account
        return LoyaltyPage(response: page.response, cursor: page.cursor)
    }

    private static func check(_ request: LoyaltyRequest) throws(ViewError) {
        let limits = [
            ("limit", request.limit), ("lot_limit", request.lotLimit), ("movement_limit", request.movementLimit),
        ]
        for (field, limit) in limits where limit > entriesMaximum {
            throw ViewError(
                .requestInvalid, "At most \(entriesMaximum) are sent at once. Lower the limit.", field: field)
        }
    }
}

/// A page of accounts that is being made.
private struct AccountsPage {
    var response = LoyaltyResponse()
    private(set) var cursor: [UInt8] = []
    private let request: LoyaltyRequest
    private let asOf: Instant
    private let clock: OrganisationClock
    private var summaries: LoyaltySummaries
    private var bytes = 0

    init(_ request: LoyaltyRequest, asOf: Instant, _ clock: OrganisationClock) {
        self.request = request
        self.asOf = asOf
        self.clock = clock
        summaries = LoyaltySummaries(Loyalty.ledger, asOf: asOf)
    }

    /// Adds the accounts that stand in a table under the number, from the request's cursor on.
    mutating func fill(
        from table: TableID, of number: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let prefix = [UInt8].key(number.rawValue)
        var after: [UInt8]?
        if !request.cursor.isEmpty {
            after = try ListCursor(Array(request.cursor), prefix: prefix, descending: false).key
        }
        let limit = request.limit == 0 ? 100 : Int(request.limit)
        var keys: [[UInt8]] = []
        try reader.scan(table, prefix: prefix, after: after, descending: false) { (key, _) throws(ViewError) in
            keys.append(key)
            return keys.count > limit ? .stop : .next
        }
        var last: [UInt8]?
        for key in keys {
            let isFull = response.accounts.count == limit || bytes > Loyalty.pageBytesMaximum
            let account = try LoyaltyTables.account(of: key)
            if isFull {
                cursor = ListCursor(descending: false, key: last ?? key).bytes
                return
            }
            guard try add(account, in: reader) != nil else {
                throw ViewError(.rowDamaged, "A list names an account that is not there. Rebuild the projection.")
            }
            last = key
        }
    }

    /// Adds an account; nil where there is none with this number.
    mutating func add(
        _ account: StreamNumber, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Void? {
        guard let summary = try summaries.summary(of: account, in: reader) else { return nil }
        var view = LoyaltyAccountView()
        view.summary = summary
        let inactiveAt = summary.hasInactiveAt ? Instant(summary.inactiveAt)?.rawValue : nil
        let live = try LiveEarnings(of: account, inactiveAt: inactiveAt, Loyalty.ledger, in: reader)
        let lotLimit = request.hasLotLimit ? Int(request.lotLimit) : 20
        (view.lots, view.lotsCut) = live.lots(after: request.lotsAfter, limit: lotLimit)
        view.expiry = live.expiry(after: asOf, clock, limit: Loyalty.expiryDaysMaximum)
        try addMovements(of: account, to: &view, in: reader)
        bytes += view.sizeEstimate
        response.accounts.append(view)
        return ()
    }

    private func addMovements(
        of account: StreamNumber, to view: inout LoyaltyAccountView,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) {
        let limit = request.hasMovementLimit ? Int(request.movementLimit) : 20
        let prefix = [UInt8].key(account.rawValue)
        let before = request.movementsBefore
        let after = before == 0 ? nil : LoyaltyTables.pairKey(account.rawValue, before)
        var movements: [LoyaltyMovement] = []
        var isCut = false
        try reader.scan(Loyalty.movements, prefix: prefix, after: after, descending: true) {
            (key, bytes) throws(ViewError) in
            guard movements.count < limit else {
                isCut = true
                return .stop
            }
            var parts = KeyReader(key)
            _ = try parts.integer(UInt64.self)
            var movement = try decodedRow(LoyaltyMovement.self, bytes)
            movement.position = try parts.integer(UInt64.self)
            movements.append(movement)
            return .next
        }
        view.movements = movements
        view.movementsCut = isCut
    }
}

extension LoyaltyAccountView {
    /// Bytes that the account takes at most, texts of tiers and rules counted with what deciders allow them.
    fileprivate var sizeEstimate: Int {
        600 + summary.programmeLabel.utf8.count + summary.tierLabel.utf8.count + lots.count * 200 + expiry.count * 24
            + movements.count * 360
    }
}
