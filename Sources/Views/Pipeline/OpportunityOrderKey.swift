internal import Schema

/// Keys by which opportunities are sorted; they end with the opportunity's number, so that each has its own.
enum OpportunityOrderKey {
    /// As of one instant an opportunity has one key in every order.
    static func key(_ standing: OpportunityStanding, _ order: OpportunityOrder) -> [UInt8] {
        var key = [UInt8].key(capacity: 32)
        switch order {
        case .closeDate:
            key.append(standing.moment.closeDate.isEmpty ? 1 : 0)
            key.append(sortable: standing.moment.closeDate, limit: 16)
        case .weighted:
            key.append(standing.weighted == nil ? 1 : 0)
            key.append(sortable: standing.moment.amount.currency, limit: 16)
            key.append(largestFirst: standing.weighted ?? 0)
        case .daysInStage:
            key.append(standing.daysInStage == nil ? 1 : 0)
            key.append(largestFirst: Int64(clamping: standing.daysInStage ?? 0))
        case .opened, .unspecified, .UNRECOGNIZED: break
        }
        key.append(bigEndian: standing.number)
        return key
    }
}

extension [UInt8] {
    fileprivate mutating func append(largestFirst value: Int64) {
        append(bigEndian: ~(UInt64(bitPattern: value) ^ (1 << 63)))
    }
}

/// Where a list of opportunities goes on, and as of when it is told. What stands in it is no secret and no promise: the
/// client sends it back as it came.
///
/// Bytes: version (1), order, instant (8), key of the last opportunity.
struct OpportunityCursor {
    private static let version: UInt8 = 1

    var order: OpportunityOrder
    var asOf: Instant
    var key: [UInt8]

    init(order: OpportunityOrder, asOf: Instant, key: [UInt8]) {
        self.order = order
        self.asOf = asOf
        self.key = key
    }

    /// Reads a cursor that came back.
    ///
    /// - Parameter asOf: what the request says itself; nil: what the cursor says.
    /// - Throws: `ViewError` with `cursorForeign` where a list of another order or instant made it, or none.
    init(_ bytes: [UInt8], order: OpportunityOrder, asOf: Instant?) throws(ViewError) {
        guard bytes.count >= 18, bytes.count <= 511, bytes[0] == OpportunityCursor.version,
            bytes[1] == UInt8(truncatingIfNeeded: order.rawValue)
        else { throw OpportunityCursor.foreign }
        var reader = KeyReader(Array(bytes[2..<10]))
        let made = try reader.instant()
        guard made >= .earliest, made <= .latest, asOf == nil || asOf == made else { throw OpportunityCursor.foreign }
        self.init(order: order, asOf: made, key: Array(bytes[10...]))
    }

    private static let foreign = ViewError(
        .cursorForeign, "The cursor was made by another list. Send it with the order and the instant it came from.",
        field: "cursor")

    /// The last opportunity's number, with which every key ends.
    var number: UInt64 {
        get throws(ViewError) {
            var reader = KeyReader(Array(key.suffix(8)))
            return try reader.integer(UInt64.self)
        }
    }

    var bytes: [UInt8] {
        var bytes = [UInt8].key(capacity: 10 + key.count)
        bytes.append(OpportunityCursor.version)
        bytes.append(UInt8(truncatingIfNeeded: order.rawValue))
        bytes.append(asOf)
        return bytes + key
    }
}
