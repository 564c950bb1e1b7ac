package import Schema

/// What ownership does to the index: who owns how much that is open, and which things these are.
///
/// Open work counts under claims (in total, and for each kind of thing), so that somebody who still looks after
/// something cannot be taken out of use. Which things an owner has comes from tokens on the things' own streams.
package enum OwnerEffects {
    /// The domain of the tokens by which the things of an owner are found.
    static let domain = "owner"

    /// The effects of an event that any aggregate with an owner can have.
    package static func effects(of event: EventPayload.OneOf_Event, on kind: AggregateKind) -> [IndexEffect] {
        guard case .ownerAssigned(let assigned) = event else { return [] }
        return Self.assigned(kind, owner: assigned.owner, before: assigned.ownerBefore)
    }

    /// A thing of this kind has another owner from now on; nobody where an owner says nobody.
    package static func assigned(_ kind: AggregateKind, owner: Owner, before: Owner) -> [IndexEffect] {
        owner == before ? [] : closed(kind, owner: before) + opened(kind, owner: owner)
    }

    /// Somebody has one more open thing of this kind: it was made, or opened again.
    package static func opened(_ kind: AggregateKind, owner: Owner) -> [IndexEffect] {
        guard let key = OwnerKey(owner) else { return [] }
        return [
            .claim(.openWork(key), 1), .claim(.openWork(key, kind), 1),
            .addToken(domain: domain, value: key.token(kind)),
        ]
    }

    /// Somebody has one open thing of this kind less: it is over, or no longer his.
    package static func closed(_ kind: AggregateKind, owner: Owner) -> [IndexEffect] {
        guard let key = OwnerKey(owner) else { return [] }
        return [
            .claim(.openWork(key), -1), .claim(.openWork(key, kind), -1),
            .removeToken(domain: domain, value: key.token(kind)),
        ]
    }
}

/// An owner as a part of keys: which kind of owner, and the number of its stream.
struct OwnerKey: Hashable, Sendable {
    let bytes: [UInt8]

    /// The key of an owner; nil where it is nobody.
    init?(_ owner: Owner) {
        switch owner.owner {
        case .employeeNumber(let number): bytes = [1] + ClaimKey.bigEndian(number)
        case .teamNumber(let number): bytes = [2] + ClaimKey.bigEndian(number)
        case nil: return nil
        }
    }

    /// The value of the token that an open thing of this kind has.
    func token(_ kind: AggregateKind) -> [UInt8] {
        ClaimKey.bigEndian(UInt32(truncatingIfNeeded: kind.rawValue)) + bytes
    }
}

extension World {
    /// The open things of one kind that somebody looks after, by ascending number, at most so many.
    func owned(_ kind: AggregateKind, by owner: OwnerKey, most: Int) throws(Refusal) -> [StreamNumber] {
        try holders(of: lookupKey(domain: OwnerEffects.domain, value: owner.token(kind)), most: most)
    }
}
