package import Schema

/// Every aggregate of the domain. One line per aggregate.
package enum AggregateRegistry {
    /// The aggregate of this kind, or nil where it has no decider (the log itself).
    package static func aggregate(of kind: AggregateKind) -> (any Aggregate.Type)? {
        switch kind {
        case .party: PartyAggregate.self
        case .product: ProductAggregate.self
        case .priceBook: PriceBookAggregate.self
        case .order: OrderAggregate.self
        case .return: ReturnAggregate.self
        case .import: ImportAggregate.self
        case .organisation: OrganisationAggregate.self
        case .principal: PrincipalAggregate.self
        case .unspecified, .log, .employee, .UNRECOGNIZED: nil
        }
    }

    /// What an event's open payload does to the index.
    package static func effects(of event: EventPayload.OneOf_Event, on kind: AggregateKind, stream: StreamNumber)
        -> [IndexEffect]
    {
        let own: [IndexEffect] =
            switch kind {
            case .product, .priceBook: ProductEffects.effects(of: event)
            case .order: OrderEffects.effects(of: event, order: stream)
            case .return: ReturnEffects.effects(of: event)
            case .import: ImportEffects.effects(of: event)
            case .principal: PrincipalEffects.effects(of: event)
            default: []
            }
        return own + LinkEffects.effects(of: event, on: kind, stream: stream)
    }

    /// What an opened personal part does to the index; the stream is the event's.
    package static func effects(of personal: PersonalData, on kind: AggregateKind) -> [IndexEffect] {
        PersonalEffects.effects(of: personal, on: kind)
    }
}
