package import Schema

/// Who is a customer: a party with at least one confirmed order.
///
/// The first confirmed order makes a party a customer. Where the last one is cancelled, what the policy had made of
/// the party is withdrawn; a status that somebody commanded since then stays.
package enum CustomerStatusPolicy: Policy {
    /// Stands on every consequence, so that a later version can be told from this one.
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for fact in facts {
            for (party, change) in changes(fact.payload) where party != .none {
                // The claim counts the fact already. A body that changes it twice for one party does not exist.
                let after = try context.world.claim(.confirmedOrders(party))
                guard let state = try context.world.state(PartyAggregate.self, of: party) else { continue }
                consequences += Self.consequences(
                    party: state, number: party, confirmedOrdersBefore: after - change, change: change,
                    cause: fact.position, at: fact.occurredAt)
            }
        }
        return consequences
    }

    /// Whose count of confirmed orders a fact changes, and by how much.
    private static func changes(_ fact: EventPayload.OneOf_Event) -> [(StreamNumber, Int64)] {
        switch fact {
        case .orderConfirmed(let confirmed): [(StreamNumber(confirmed.partyNumber), 1)]
        case .orderCancelled(let cancelled) where cancelled.wasConfirmed:
            [(StreamNumber(cancelled.partyNumber), -1)]
        case .orderCorrected(let corrected) where corrected.partyChanged && corrected.confirmed:
            [(StreamNumber(corrected.partyNumberBefore), -1), (StreamNumber(corrected.partyNumber), 1)]
        default: []
        }
    }

    /// What one more or one fewer confirmed order makes of a party.
    ///
    /// - Parameters:
    ///   - number: the party's stream.
    ///   - confirmedOrdersBefore: how many confirmed orders the party had before the fact.
    ///   - change: +1 where an order was confirmed, -1 where a confirmed one was cancelled.
    ///   - cause: position of that fact.
    ///   - instant: when that fact occurred.
    package static func consequences(
        party: PartyState, number: StreamNumber, confirmedOrdersBefore: Int64, change: Int64, cause: Position,
        at instant: Instant
    ) -> [NewEvent] {
        let payload: EventPayload.OneOf_Event
        if confirmedOrdersBefore == 0 && change > 0 && party.status != .customer {
            var changed = PartyStatusChanged()
            changed.from = party.status
            changed.to = .customer
            changed.policyVersion = version
            changed.causePositions = [cause.rawValue]
            payload = .partyStatusChanged(changed)
        } else if confirmedOrdersBefore + change == 0 && change < 0 && party.policyPosition > 0 {
            var withdrawn = PartyStatusWithdrawn()
            withdrawn.from = party.status
            withdrawn.to = party.statusBeforePolicy
            withdrawn.policyVersion = version
            withdrawn.withdrawnPosition = party.policyPosition
            withdrawn.causePositions = [cause.rawValue]
            payload = .partyStatusWithdrawn(withdrawn)
        } else {
            return []
        }
        return [
            .consequence(
                payload, on: .other(number), subjects: [NewSubject(.number(number), .self_)], cause: cause,
                occurredAt: instant)
        ]
    }
}
