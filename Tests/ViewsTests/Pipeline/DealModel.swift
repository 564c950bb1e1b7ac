internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Random opportunities, and how each stood at an instant by carrying out again everything that occurred until then.
/// The organisation's clock is 8 hours ahead all year.
struct DealModel {
    /// How an opportunity stands.
    struct State {
        var status = OpportunityStatus.open
        var stage = ""
        var probability: Int64 = 0
        var category = ForecastCategory.pipeline
        var amount: Money?
        var closeDate = ""
        var pushes = 0
        var owner: Owner?
        var visits: [String] = []
        var closedAt: Instant?
    }

    struct Deal {
        var number: StreamNumber
        var openedAt: Instant?
        var products: Set<UInt64>
        var hasParty: Bool
        /// What happened, in the order in which it was recorded.
        var steps: [(at: Instant, change: (inout State) -> Void)] = []
        /// What holds of it once all is recorded.
        var last = State()

        func state(at instant: Instant) -> State? {
            guard let start = openedAt ?? steps.first?.at, start <= instant else { return nil }
            var state = State()
            for (index, step) in steps.enumerated() where index == 0 || step.at <= instant {
                step.change(&state)
                if state.status == .open { state.closedAt = nil } else { state.closedAt = state.closedAt ?? step.at }
            }
            return state
        }
    }

    private(set) var sketch: DealSketch
    private(set) var deals: [Deal] = []
    private var random: SeededGenerator
    private var now: Int64 = 0

    static let open = ["new", "talk", "offer"]
    private static let dates = ["", "2024-02-10", "2024-03-31", "2024-04-01", "2024-07-15"]

    init(seed: UInt64, steps: Int) throws {
        random = SeededGenerator(seed: seed)
        sketch = try DealSketch(zone: "Asia/Shanghai")
        for _ in 0..<steps {
            now += Int64(pick(4)) * 10_000 + Int64(pick(3)) * 3_600
            try step()
        }
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func amount() -> Money? {
        pick(5) == 0 ? nil : .of(Int64(pick(20_000)), pick(4) == 0 ? "USD" : "EUR")
    }

    private mutating func any(_ condition: (State) -> Bool) -> Int? {
        deals.indices.filter { condition(deals[$0].last) }.randomElement(using: &random)
    }

    private mutating func step() throws {
        switch pick(12) {
        case 0...2: try begin()
        case 3: try move()
        case 4: try setAmount()
        case 5: try moveCloseDate()
        case 6: try assign()
        case 7, 8: try close()
        case 9: try reopen()
        case 10: try correctClosing()
        default: try correctOpening()
        }
    }

    /// Notes a step of the model, at the present.
    private mutating func note(_ index: Int, _ change: @escaping (inout State) -> Void) {
        deals[index].steps.append((.day(0, seconds: now), change))
        change(&deals[index].last)
    }

    private mutating func begin() throws {
        var opening = DealSketch.Opening()
        opening.amount = amount()
        opening.stage = Self.open[pick(3)]
        opening.closeDate = Self.dates[pick(5)]
        opening.owner = pick(3) == 0 ? nil : pick(2) == 0 ? .team(UInt64(pick(2) + 5)) : .employee(UInt64(pick(3) + 5))
        opening.products = (0..<pick(3)).map { _ in UInt64(pick(3) + 1) }
        opening.party = pick(3) == 0 ? .none : StreamNumber(99)
        opening.isUnknown = pick(8) == 0
        let at = Instant.day(0, seconds: now)
        let chosen = opening
        let number = try sketch.open(at: at) { $0 = chosen }
        deals.append(
            Deal(
                number: number, openedAt: opening.isUnknown ? nil : at, products: Set(opening.products),
                hasParty: opening.party != .none))
        note(deals.count - 1) { state in
            Self.enter(chosen.stage, &state)
            state.amount = chosen.amount
            state.closeDate = chosen.closeDate
            state.owner = chosen.owner
        }
    }

    private static func enter(_ key: String, _ state: inout State) {
        let stage = DealSketch.stage(key)
        state.stage = key
        state.probability = Int64(stage.probability)
        state.category = stage.category
        if state.visits.last != key { state.visits.append(key) }
    }

    private mutating func move() throws {
        guard let index = any({ $0.status == .open }) else { return }
        let from = Self.open.firstIndex(of: deals[index].last.stage) ?? 0
        let to = pick(3)
        let at = Instant.day(0, seconds: now)
        if to > from { try sketch.advance(deals[index].number, to: Self.open[to], at: at) }
        if to < from { try sketch.regress(deals[index].number, to: Self.open[to], at: at) }
        if to != from { note(index) { Self.enter(Self.open[to], &$0) } }
    }

    private mutating func setAmount() throws {
        guard let index = any({ $0.status == .open }) else { return }
        let amount = amount()
        try sketch.setAmount(deals[index].number, amount, at: .day(0, seconds: now))
        note(index) { $0.amount = amount }
    }

    private mutating func moveCloseDate() throws {
        guard let index = any({ $0.status == .open }) else { return }
        let to = Self.dates[pick(5)]
        let from = deals[index].last.closeDate
        try sketch.moveCloseDate(deals[index].number, from: from, to: to, at: .day(0, seconds: now))
        note(index) { state in
            if from < to, from != "" { state.pushes += 1 }
            state.closeDate = to
        }
    }

    private mutating func assign() throws {
        guard let index = any({ _ in true }) else { return }
        let owner = Owner.employee(UInt64(pick(3) + 5))
        try sketch.assign(deals[index].number, to: owner, at: .day(0, seconds: now))
        note(index) { $0.owner = owner }
    }

    private mutating func close() throws {
        guard let index = any({ $0.status == .open }) else { return }
        let number = deals[index].number
        let at = Instant.day(0, seconds: now)
        let amount = amount()
        switch pick(5) {
        case 0:
            try sketch.abandon(number, at: at, stage: deals[index].last.stage, amount)
            note(index) { state in
                state.status = .abandoned
                state.probability = 0
                state.category = .omitted
                state.amount = amount
            }
        case 1, 2:
            try sketch.win(number, at: at, amount)
            note(index) { state in
                state.status = .won
                Self.enter("won", &state)
                state.amount = amount
            }
        default:
            try sketch.lose(number, at: at, amount)
            note(index) { state in
                state.status = .lost
                Self.enter("lost", &state)
                state.amount = amount
            }
        }
    }

    private mutating func reopen() throws {
        guard let index = any({ $0.status != .open }) else { return }
        let stage = Self.open[pick(3)]
        let amount = deals[index].last.amount
        try sketch.reopen(
            deals[index].number, at: .day(0, seconds: now), stage: stage, amount, closeDate: "2024-08-01")
        note(index) { state in
            state.status = .open
            Self.enter(stage, &state)
            state.amount = amount
            state.closeDate = "2024-08-01"
        }
    }

    /// Only of one that nothing happened to since, and to a time after what happened before.
    private mutating func correctClosing() throws {
        let candidates = deals.indices.filter { index in
            let deal = deals[index]
            guard deal.last.status != .open, deal.steps.count > 1, let before = deal.state(at: .latest) else {
                return false
            }
            return before.closedAt == deal.steps.last?.at
        }
        guard let index = candidates.randomElement(using: &random), let last = deals[index].steps.last else { return }
        let earliest = deals[index].steps[deals[index].steps.count - 2].at.rawValue
        let at = Instant(microseconds: Int64.random(in: earliest...last.at.rawValue, using: &random))
        // An owner's change at the closing's own instant is a step of its own.
        guard deals[index].steps.count(where: { $0.at == last.at }) == 1 else { return }
        try sketch.correct(deals[index].number, at: .day(0, seconds: now)) { $0.closedAt = at.rawValue }
        deals[index].steps[deals[index].steps.count - 1].at = at
    }

    private mutating func correctOpening() throws {
        guard let index = any({ _ in true }), let first = deals[index].steps.first else { return }
        let at = Instant(microseconds: first.at.rawValue - Int64(pick(40)) * 3_600_000_000)
        try sketch.correct(deals[index].number, at: .day(0, seconds: now)) { $0.openedAt = at.rawValue }
        deals[index].openedAt = at
    }

    /// When the last step was taken.
    var end: Instant { .day(0, seconds: now) }
}
