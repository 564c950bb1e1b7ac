internal import Schema

/// Limits of loyalty programmes.
enum LoyaltyLimits {
    /// Points of one movement. What rules would give the lines of an order beyond it, in all, they do not give: so the
    /// sums of an account hold nine million of the greatest movements.
    static let points: Int64 = 1_000_000_000_000
    static let rules = 200
    static let tiers = 50
    static let keyBytes = 64
    static let conditionProducts = 100
    static let conditionWords = 20
    static let expiryDays: UInt32 = 36_500
    static let expiryPeriods: UInt32 = 1_200
    static let lockDays: UInt32 = 36_500
    static let reviewDays: UInt32 = 3_660
    static let graceDays: UInt32 = 36_500
    /// Movements of lots that one event holds; further ones are in further events.
    static let movementsPerEvent = 400
    /// Members that are looked at in one step of a review.
    static let membersPerStep: UInt64 = 200
    static let redeemed: UInt32 = 1_000
    static let trackingBytes = 128

    /// A number of points that a command moves.
    ///
    /// - Throws: AMOUNT_INVALID where it is none, negative or beyond all measure.
    static func check(points: Int64, _ field: String) throws(Refusal) {
        guard points > 0, points <= self.points else {
            throw Refusal(.amountInvalid, "\(field) is a number from 1 to 1,000,000,000,000.", field: field)
        }
    }
}
