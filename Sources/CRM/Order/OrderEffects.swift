package import Schema

/// What events of an order do to the index.
package enum OrderEffects {
    /// Domain of the token that orders have that are neither confirmed nor cancelled.
    static let openOrders = "open-orders"

    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event, order: StreamNumber) -> [IndexEffect] {
        switch event {
        case .orderPlaced(let placed):
            var effects = placed.external.map { IndexEffect.link(.order, $0) }
            effects.append(.addToken(domain: openOrders, value: []))
            if !placed.documentNumber.isEmpty { effects.append(.claim(.orderDocument(placed.documentNumber), 1)) }
            return effects
        case .orderCorrected(let corrected): return effects(of: corrected)
        case .orderConfirmed(let confirmed):
            return [.removeToken(domain: openOrders, value: [])] + confirmedOrders(of: confirmed.partyNumber, 1)
        case .orderCancelled(let cancelled):
            return cancelled.wasConfirmed
                ? confirmedOrders(of: cancelled.partyNumber, -1) : [.removeToken(domain: openOrders, value: [])]
        default: return []
        }
    }

    private static func effects(of corrected: OrderCorrected) -> [IndexEffect] {
        var effects: [IndexEffect] = []
        if corrected.documentNumberChanged {
            if !corrected.documentNumberBefore.isEmpty {
                effects.append(.claim(.orderDocument(corrected.documentNumberBefore), -1))
            }
            if !corrected.documentNumber.isEmpty {
                effects.append(.claim(.orderDocument(corrected.documentNumber), 1))
            }
        }
        if corrected.partyChanged, corrected.confirmed {
            effects += confirmedOrders(of: corrected.partyNumberBefore, -1)
            effects += confirmedOrders(of: corrected.partyNumber, 1)
        }
        return effects
    }

    private static func confirmedOrders(of party: UInt64, _ change: Int64) -> [IndexEffect] {
        party == 0 ? [] : [.claim(.confirmedOrders(StreamNumber(party)), change)]
    }
}
