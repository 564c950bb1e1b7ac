package import Schema

/// Claims of loyalty programmes: domains 40 to 49 of `ClaimKey`.
///
/// A register is a claim that holds the number of a stream or the position of an event: it was raised once from 0.
extension ClaimKey {
    /// How many memberships a party or an employee ever had; 0 for everybody who has nothing to do with loyalty.
    package static func memberships(_ member: StreamNumber) -> ClaimKey { ClaimKey(domain: 40, bytes(member.rawValue)) }

    /// Register: the account of a membership, by its place among those of the member.
    package static func membership(_ member: StreamNumber, _ index: UInt64) -> ClaimKey {
        ClaimKey(domain: 40, bytes(member.rawValue, index))
    }

    /// Register: the account that a party or an employee has in a programme; 0 where there is none that is not closed.
    package static func enrolment(_ programme: StreamNumber, _ member: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 41, bytes(programme.rawValue, member.rawValue))
    }

    /// How many members a programme ever had.
    package static func members(_ programme: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 42, bytes(programme.rawValue))
    }

    /// Register: the account of a member, by its place in the programme.
    package static func member(_ programme: StreamNumber, _ index: UInt64) -> ClaimKey {
        ClaimKey(domain: 42, bytes(programme.rawValue, index))
    }

    /// How many programmes there are.
    package static let programmes = ClaimKey(domain: 43, [])

    /// Register: a programme, by its place among all of them.
    package static func programme(_ index: UInt64) -> ClaimKey { ClaimKey(domain: 43, bytes(index)) }

    /// Register: the event by which points of an account moved for a cause that a caller named.
    package static func pointsCause(_ account: StreamNumber, _ cause: ExternalKey) -> ClaimKey {
        ClaimKey(
            domain: 44,
            bytes(account.rawValue) + [UInt8(truncatingIfNeeded: cause.system.utf8.count)]
                + Array(cause.system.utf8) + Array(cause.key.utf8))
    }

    /// How many of a reward of limited stock are left.
    package static func rewardStock(_ reward: StreamNumber) -> ClaimKey { ClaimKey(domain: 45, bytes(reward.rawValue)) }

    /// How many of a reward an account has had, cancelled redemptions left out.
    package static func rewardTaken(_ account: StreamNumber, _ reward: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 46, bytes(account.rawValue, reward.rawValue))
    }

    /// Register: the earning of an account for an event of a coupon, by that event's position.
    package static func couponEarning(_ account: StreamNumber, _ cause: UInt64) -> ClaimKey {
        ClaimKey(domain: 48, bytes(account.rawValue, cause))
    }

    private static func bytes(_ values: UInt64...) -> [UInt8] {
        values.flatMap { value in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) } }
    }
}
