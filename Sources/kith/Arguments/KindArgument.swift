internal import ArgumentParser
internal import Schema

/// A kind of aggregate, as it is named on the command line.
enum KindArgument: String, ExpressibleByArgument, CaseIterable {
    case party, product
    case priceBook = "price-book"
    case order
    case goodsReturn = "return"
    case importJob = "import"
    case organisation, principal
    case pipeline, opportunity
    case competitor, market, target, training, field
    case task, appointment, promise
    case employee, team, territory, offer, coupon
    case loyaltyProgramme = "loyalty-programme"
    case loyaltyAccount = "loyalty-account"
    case reward, redemption
    case interaction
    case exchangeRates = "exchange-rates"
    case ticket
    case serviceDesk = "service-desk"
    case queue, calendar
    case slaPolicy = "sla-policy"

    /// The registry's number.
    var kind: AggregateKind {
        switch self {
        case .party: .party
        case .product: .product
        case .priceBook: .priceBook
        case .order: .order
        case .goodsReturn: .return
        case .importJob: .import
        case .organisation: .organisation
        case .principal: .principal
        case .pipeline: .pipeline
        case .opportunity: .opportunity
        case .competitor: .competitor
        case .loyaltyProgramme: .loyaltyProgramme
        case .loyaltyAccount: .loyaltyAccount
        case .reward: .reward
        case .redemption: .redemption
        case .market: .market
        case .target: .target
        case .training: .training
        case .task: .task
        case .appointment: .appointment
        case .promise: .promise
        case .employee: .employee
        case .team: .team
        case .territory: .territory
        case .offer: .offer
        case .coupon: .coupon
        case .field: .field
        case .interaction: .interaction
        case .exchangeRates: .exchangeRates
        case .ticket: .ticket
        case .serviceDesk: .serviceDesk
        case .queue: .queue
        case .calendar: .calendar
        case .slaPolicy: .slaPolicy
        }
    }
}
