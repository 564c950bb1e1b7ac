internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Random facts for targets, kept as plain lists: the oracle of the view. Days are those of Shanghai, eight hours ahead
/// of UTC all year.
struct TargetModel {
    struct Deal {
        /// How it stood from its changes on, in their order.
        var states: [State]
    }

    struct State {
        var at: Instant
        var status = OpportunityStatus.open
        var amount: Money? = .of(1_000)
        var probability: Int64 = 10
        var closeDate = ""
        var owner: Owner?
    }

    struct Sale {
        var isReturn = false
        var party: StreamNumber
        var net: Int64
        var currency = "EUR"
        var at: Instant
        var confirmedAt: Instant?
        var cancelledAt: Instant?
    }

    /// An interaction, points or a training.
    struct Activity {
        var metric: TargetMetric
        var at: Instant
        /// Of an interaction or a training.
        var employee = StreamNumber.none
        /// Of points.
        var party = StreamNumber.none
        var programme = StreamNumber.none
        var amount: Int64 = 1
        var counts = true
    }

    struct Change {
        var at: Instant
        var team: StreamNumber
        var isMember: Bool
    }

    var sketch: TargetSketch
    var random: SeededGenerator
    var now = Instant.day(0)
    let teams: [StreamNumber]
    let employees: [StreamNumber]
    let parties: [StreamNumber]
    let programmes: [StreamNumber]
    var accounts: [(stream: StreamNumber, party: StreamNumber, programme: StreamNumber)] = []
    var deals: [StreamNumber: Deal] = [:]
    var sales: [StreamNumber: Sale] = [:]
    var activities: [StreamNumber: Activity] = [:]
    var owners: [StreamNumber: [(at: Instant, owner: Owner?)]] = [:]
    var members: [StreamNumber: [Change]] = [:]

    init(seed: UInt64, steps: Int) throws {
        var sketch = try TargetSketch(zone: "Asia/Shanghai")
        teams = [try sketch.team(), try sketch.team()]
        employees = try (0..<3).map { _ in try sketch.employee() }
        parties = try (0..<4).map { _ in try sketch.party() }
        programmes = try (0..<2).map { _ in try sketch.log.begin(.loyaltyProgramme, .programmeDefined(.init())) }
        for party in parties {
            for programme in programmes {
                accounts.append((try sketch.account(programme, party), party, programme))
            }
        }
        self.sketch = sketch
        random = SeededGenerator(seed: seed)
        for _ in 0..<steps { try step() }
        for _ in 0..<30 { try setTarget() }
    }

    // MARK: Choices

    mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    mutating func one<C: Collection>(_ choices: C) -> C.Element? { choices.randomElement(using: &random) }

    /// The same for the same seed, whatever the dictionary's order.
    mutating func key<Value>(
        _ values: [StreamNumber: Value], where condition: (Value) -> Bool
    ) -> StreamNumber? {
        one(values.filter { condition($0.value) }.keys.sorted())
    }

    mutating func owner() -> Owner? {
        switch pick(5) {
        case 0: nil
        case 1: one(teams).map { .team($0) }
        default: one(employees).map { .employee($0) }
        }
    }

    /// Some time before the present.
    mutating func earlier() -> Instant {
        Instant(microseconds: now.rawValue - Int64(pick(20 * 86_400)) * 1_000_000)
    }

    mutating func amount() -> Money { .of(Int64(pick(5_000)), pick(4) == 0 ? "USD" : "EUR") }

    static func date(_ day: Int64) -> String { DealModel.date(day) }
}

extension TargetModel {
    /// The day of an instant, counted from 1970-01-01.
    static func day(_ instant: Instant) -> Int64 {
        let shown = instant.rawValue + 8 * 3_600_000_000
        let day = shown / 86_400_000_000
        return shown % 86_400_000_000 < 0 ? day - 1 : day
    }
}
