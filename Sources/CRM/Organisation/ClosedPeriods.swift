package import Schema

/// Closed days take no facts any more that figures by period count: of parties, orders, returns, interactions,
/// opportunities, loyalty and coupons. Notes, tags, links to other systems, fields and hidden texts are taken all the
/// same, and so is what sets up the service: products, prices, programmes, settings. The rule is one of structure: it
/// holds for history and imports as well. Consequences are not asked; the facts that they follow from are.
package enum ClosedPeriods {
    private static let counted: Set<AggregateKind> = [
        .party, .order, .return, .interaction, .opportunity, .loyaltyAccount, .redemption, .coupon,
    ]

    /// The first instant that the organisation has not closed; nil where nothing is closed.
    package static func openSince(in world: any World) throws(Refusal) -> Instant? {
        guard let number = try world.singleton(.organisation) else { return nil }
        return try world.state(OrganisationAggregate.self, of: number)?.closedUntil
    }

    /// Refuses a fact of a closed day, and a correction that would change one.
    ///
    /// - Throws: PERIOD_CLOSED.
    package static func check(
        _ payload: EventPayload.OneOf_Event, on kind: AggregateKind, _ number: StreamNumber, occurredAt: Instant,
        openSince: Instant?, _ world: any World
    ) throws(Refusal) {
        guard let openSince, counted.contains(kind), !isExempt(payload) else { return }
        let earliest = try corrected(payload, number, world).min()
        guard min(occurredAt.rawValue, earliest ?? occurredAt.rawValue) < openSince.rawValue else { return }
        throw Refusal(
            .periodClosed, "The fact belongs to a period that is closed. Reopen it, or use a date after it.",
            field: "occurred_at")
    }

    private static func isExempt(_ payload: EventPayload.OneOf_Event) -> Bool {
        switch payload {
        case .noteAdded, .tagged, .untagged, .externalLinked, .externalUnlinked, .fieldsSet, .interactionLinked,
            .interactionRedacted, .bodyRedacted:
            true
        default: false
        }
    }

    /// The instants for which a correction changes what is counted, before and after it.
    private static func corrected(
        _ payload: EventPayload.OneOf_Event, _ number: StreamNumber, _ world: any World
    ) throws(Refusal) -> [Int64] {
        switch payload {
        case .orderCorrected(let corrected):
            let before = try world.state(OrderAggregate.self, of: number)?.placedAt
            return [before, corrected.hasPlacedAt ? corrected.placedAt : nil].compactMap { $0 }
        case .returnCorrected(let corrected):
            let before = try world.state(ReturnAggregate.self, of: number)?.registeredAt
            return [before, corrected.hasRegisteredAt ? corrected.registeredAt : nil].compactMap { $0 }
        case .interactionCorrected(let corrected): return [corrected.validFrom]
        case .opportunityCorrected(let corrected):
            let state = try world.state(OpportunityAggregate.self, of: number)
            return state.map { instants(of: corrected, $0) } ?? []
        default: return []
        }
    }

    /// When an opportunity counts by what a correction changes, before and after it. Notes count nowhere.
    private static func instants(of corrected: OpportunityCorrected, _ state: OpportunityState) -> [Int64] {
        var instants: [Int64] = []
        if corrected.hasOpenedAt {
            instants.append(corrected.openedAt)
            if !state.openingUnknown { instants.append(state.openedAt) }
        }
        if corrected.hasClosedAt { instants.append(corrected.closedAt) }
        let isOfFigures =
            corrected.hasOpenedAt || corrected.hasClosedAt || corrected.hasAmount || corrected.hasLossReason
            || corrected.hasCompetitorNumber
        if isOfFigures, state.hasClosedAt { instants.append(state.closedAt) }
        return instants
    }
}
