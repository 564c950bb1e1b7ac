package import Schema

/// Every domain of claims. A number is never given a second meaning: claims are made again from the log, but
/// a running service and its index must agree.
extension ClaimKey {
    /// How many products and variants have this stock keeping unit: 0 or 1.
    package static func sku(_ sku: String) -> ClaimKey { ClaimKey(domain: 1, sku.utf8) }

    /// How many orders have this document number: 0 or 1.
    package static func orderDocument(_ number: String) -> ClaimKey { ClaimKey(domain: 2, number.utf8) }

    /// How many returns have this document number: 0 or 1.
    package static func returnDocument(_ number: String) -> ClaimKey { ClaimKey(domain: 3, number.utf8) }

    /// What has come back of one line of an order.
    package static func returned(order: StreamNumber, line: UInt32) -> ClaimKey {
        ClaimKey(domain: 4, bigEndian(order.rawValue) + bigEndian(line))
    }

    /// How many confirmed orders a party has.
    package static func confirmedOrders(_ party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 5, bigEndian(party.rawValue))
    }

    /// How many principals are administrators of everything.
    package static let admins = ClaimKey(domain: 6, [])

    /// Whether an aggregate has a tag: 0 or 1.
    package static func tag(_ stream: StreamNumber, _ tag: String) -> ClaimKey {
        ClaimKey(domain: 7, bigEndian(stream.rawValue) + Array(tag.utf8))
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
