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
        case .employee: EmployeeAggregate.self
        case .team: TeamAggregate.self
        case .territory: TerritoryAggregate.self
        case .offer: OfferAggregate.self
        case .coupon: CouponAggregate.self
        case .field: FieldAggregate.self
        case .interaction: InteractionAggregate.self
        case .exchangeRates: ExchangeRatesAggregate.self
        case .pipeline: PipelineAggregate.self
        case .opportunity: OpportunityAggregate.self
        case .loyaltyProgramme: ProgrammeAggregate.self
        case .loyaltyAccount: LoyaltyAccountAggregate.self
        case .reward: RewardAggregate.self
        case .redemption: RedemptionAggregate.self
        case .competitor: CompetitorAggregate.self
        case .market: MarketAggregate.self
        case .target: TargetAggregate.self
        case .training: TrainingAggregate.self
        case .promise: PromiseAggregate.self
        case .task: TaskAggregate.self
        case .appointment: AppointmentAggregate.self
        case .ticket: TicketAggregate.self
        case .serviceDesk: ServiceDeskAggregate.self
        case .queue: QueueAggregate.self
        case .calendar: CalendarAggregate.self
        case .slaPolicy: SlaPolicyAggregate.self
        case .unspecified, .log, .UNRECOGNIZED: nil
        }
    }

    /// What an event does to the index: its header, which says whose it is, and its open payload.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        let kind = event.header.streamKind
        let own: [IndexEffect] =
            switch kind {
            case .product, .priceBook: ProductEffects.effects(of: event.payload)
            case .order: OrderEffects.effects(of: event.payload, order: event.header.stream)
            case .return: ReturnEffects.effects(of: event.payload)
            case .import: ImportEffects.effects(of: event.payload)
            case .principal: PrincipalEffects.effects(of: event.payload)
            case .employee, .team, .territory: PeopleEffects.effects(of: event.payload, stream: event.header.stream)
            case .offer, .coupon: OfferEffects.effects(of: event.payload)
            case .loyaltyProgramme: ProgrammeEffects.effects(of: event)
            case .loyaltyAccount: LoyaltyAccountEffects.effects(of: event)
            case .reward, .redemption: RewardEffects.effects(of: event)
            case .pipeline: PipelineEffects.effects(of: event.payload, pipeline: event.header.stream)
            case .opportunity: OpportunityEffects.effects(of: event.payload)
            case .competitor, .market: CompetitorEffects.effects(of: event.payload, stream: event.header.stream)
            case .target, .training: TargetEffects.effects(of: event)
            case .ticket:
                TicketEffects.effects(of: event.payload)
                    + TicketStandingChange.changes(by: event.payload, occurredAt: event.occurredAt.rawValue)
                    .map { IndexEffect.ticket($0) }
            case .queue: QueueEffects.effects(of: event.payload, queue: event.header.stream)
            case .calendar, .slaPolicy: ServiceLevelEffects.effects(of: event.payload, stream: event.header.stream)
            case .field: FieldEffects.effects(ofDefinition: event.payload)
            case .promise: PromiseEffects.effects(of: event.payload)
            case .task: TaskEffects.effects(of: event.payload)
            case .appointment: AppointmentEffects.effects(of: event.payload)
            case .exchangeRates: ExchangeRatesEffects.effects(of: event)
            default: []
            }
        return own + OwnerEffects.effects(of: event.payload, on: kind)
            + LinkEffects.effects(of: event.payload, on: kind, stream: event.header.stream)
            + FieldEffects.effects(of: event) + BodyEffects.effects(of: event)
    }

    /// What an opened personal part does to the index; the stream is the event's.
    package static func effects(of personal: PersonalData, on kind: AggregateKind) -> [IndexEffect] {
        PersonalEffects.effects(of: personal, on: kind)
    }
}
