internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Targets, and the facts of every kind that count for them, in a log in memory.
struct TargetSketch {
    var deals: DealSketch

    var log: LogSketch {
        get { deals.log }
        _modify { yield &deals.log }
    }

    init(zone: String = "UTC") throws { deals = try DealSketch(zone: zone) }

    // MARK: Targets

    /// Sets a target of the first quarter of 2024, if nothing else is said.
    @discardableResult
    mutating func target(
        _ metric: TargetMetric, _ value: TargetValue, owner: Owner? = nil, first: String = "2024-01-01",
        last: String = "2024-03-31", programme: StreamNumber = .none
    ) throws -> StreamNumber {
        let set = TargetSet.with {
            $0.metric = metric
            $0.period = .of(first, last)
            if let owner { $0.owner = owner }
            $0.value = value
            $0.programmeNumber = programme.rawValue
        }
        return try log.begin(.target, .targetSet(set))
    }

    /// All targets, on one page.
    func page(
        asOf: Instant, of owner: Owner? = nil, _ populate: (inout TargetsRequest) throws -> Void = { _ in }
    ) throws -> TargetsResponse {
        try Targets.page(
            try .with(populate), of: owner, asOf: asOf, now: asOf, in: try log.fold(Targets.self)
        ).response
    }

    // MARK: People

    mutating func employee(teams: [StreamNumber] = [], at: Instant = .day(-400)) throws -> StreamNumber {
        let hired = EmployeeHired.with { $0.teamNumbers = teams.map(\.rawValue) }
        return try log.begin(.employee, .employeeHired(hired), at: at)
    }

    mutating func team() throws -> StreamNumber { try log.begin(.team, .teamDefined(TeamDefined())) }

    mutating func join(_ employee: StreamNumber, _ team: StreamNumber, at: Instant) throws {
        try log.append(employee, .teamJoined(.with { $0.teamNumber = team.rawValue }), at: at)
    }

    mutating func leave(_ employee: StreamNumber, _ team: StreamNumber, at: Instant) throws {
        try log.append(employee, .teamLeft(.with { $0.teamNumber = team.rawValue }), at: at)
    }

    mutating func party(_ owner: Owner? = nil, at: Instant = .day(-400)) throws -> StreamNumber {
        let party = try log.begin(.party, .partyRegistered(), at: at)
        if let owner { try assign(party, owner, at: at) }
        return party
    }

    mutating func assign(_ thing: StreamNumber, _ owner: Owner?, at: Instant) throws {
        try log.append(thing, .ownerAssigned(.with { if let owner { $0.owner = owner } }), at: at)
    }

    // MARK: Orders and returns

    struct Sale {
        var currency = "EUR"
        var country = ""
        var product = StreamNumber.none
        /// Nil: it is not confirmed.
        var confirmedAt: Instant?
    }

    @discardableResult
    mutating func order(
        _ party: StreamNumber, _ net: Int64, at: Instant, _ populate: (inout Sale) -> Void = { _ in }
    ) throws -> StreamNumber {
        var sale = Sale(confirmedAt: at)
        populate(&sale)
        let placed = OrderPlaced.with {
            $0.partyNumber = party.rawValue
            $0.currency = sale.currency
            $0.country = sale.country
            $0.net = net
            $0.lines = [.of(product: sale.product, net: net)]
        }
        let order = try log.begin(.order, .orderPlaced(placed), at: at)
        if let confirmedAt = sale.confirmedAt { try log.append(order, .orderConfirmed(.init()), at: confirmedAt) }
        return order
    }

    @discardableResult
    mutating func goodsReturn(
        _ party: StreamNumber, _ net: Int64, of order: StreamNumber = .none, at: Instant,
        _ populate: (inout Sale) -> Void = { _ in }
    ) throws -> StreamNumber {
        var sale = Sale()
        populate(&sale)
        let registered = ReturnRegistered.with {
            $0.partyNumber = party.rawValue
            $0.orderNumber = order.rawValue
            $0.currency = sale.currency
            $0.country = sale.country
            $0.net = net
            $0.lines = [.of(product: sale.product, net: net)]
        }
        return try log.begin(.return, .returnRegistered(registered), at: at)
    }

    // MARK: Interactions, points, trainings

    @discardableResult
    mutating func interaction(_ employee: StreamNumber = .none, at: Instant) throws -> StreamNumber {
        try log.begin(.interaction, .interactionLogged(.with { $0.detail = .of(employee, at) }), at: at)
    }

    mutating func account(_ programme: StreamNumber, _ party: StreamNumber) throws -> StreamNumber {
        let enrolled = MemberEnrolled.with {
            $0.programmeNumber = programme.rawValue
            $0.partyNumber = party.rawValue
        }
        return try log.begin(.loyaltyAccount, .memberEnrolled(enrolled), at: .day(-400))
    }

    mutating func earn(_ account: StreamNumber, _ programme: StreamNumber, _ points: Int64, at: Instant) throws {
        let earned = PointsEarned.with {
            $0.programmeNumber = programme.rawValue
            $0.points = points
        }
        try log.append(account, .pointsEarned(earned), at: at)
    }

    @discardableResult
    mutating func training(
        _ employee: StreamNumber, _ result: TrainingResult, on day: String
    ) throws -> StreamNumber {
        let recorded = TrainingRecorded.with {
            $0.employeeNumber = employee.rawValue
            $0.detail = .of(result, on: day)
        }
        return try log.begin(.training, .trainingRecorded(recorded))
    }

    // MARK: Markets

    mutating func market(categories: [String] = [], countries: [String] = []) throws -> StreamNumber {
        let defined = MarketDefined.with {
            $0.detail.categories = categories
            $0.detail.countries = countries
        }
        return try log.begin(.market, .marketDefined(defined))
    }

    mutating func size(
        _ market: StreamNumber, _ value: Money, _ first: String, _ last: String, origin: String = "study"
    ) throws {
        let recorded = MarketSizeRecorded.with {
            $0.size.period = .of(first, last)
            $0.size.value = value
            $0.size.origin = origin
        }
        try log.append(market, .marketSizeRecorded(recorded))
    }
}

extension DayRange {
    static func of(_ first: String, _ last: String) -> DayRange {
        .with {
            $0.firstDay = first
            $0.lastDay = last
        }
    }
}

extension TargetValue {
    static func money(_ minorUnits: Int64, _ currency: String = "EUR") -> TargetValue {
        .with { $0.money = .of(minorUnits, currency) }
    }

    static func count(_ count: UInt64) -> TargetValue { .with { $0.count = count } }

    static func percent(_ percent: Int64, scale: UInt32 = 0) -> TargetValue {
        .with { $0.percent = .of(percent, scale: scale) }
    }
}

extension InteractionDetail {
    static func of(_ employee: StreamNumber, _ start: Instant) -> InteractionDetail {
        .with {
            $0.employeeNumber = employee.rawValue
            $0.start = start.rawValue
        }
    }
}

extension TrainingDetail {
    static func of(_ result: TrainingResult, on day: String) -> TrainingDetail {
        .with {
            $0.result = result
            $0.days = .of(day, day)
        }
    }
}

extension Owner {
    static func employee(_ number: StreamNumber) -> Owner { .employee(number.rawValue) }

    static func team(_ number: StreamNumber) -> Owner { .team(number.rawValue) }
}
