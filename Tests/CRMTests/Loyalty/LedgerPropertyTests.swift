import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct LedgerPropertyTests {
    @Test(arguments: (1...12).map { UInt64($0) * 7_919 })
    func `at every event all points are accounted for, whatever happens`(seed: UInt64) throws {
        var play = try Play(seed: seed)
        var checked = 0
        for _ in 0..<150 {
            try play.step()
            while checked < play.club.scenario.events.count {
                let event = play.club.scenario.events[checked].stored
                if let balance = event.payload.ledger?.balance {
                    #expect(balance.isBalanced, "seed \(seed), event \(checked + 1): \(balance)")
                }
                checked += 1
            }
            for account in play.accounts { try check(account, play, seed) }
        }
        #expect(play.accepted > 60, "seed \(seed)")
        #expect(play.club.scenario.isReproducible, "seed \(seed)")
    }

    @Test(arguments: (1...4).map { UInt64($0) * 104_729 })
    func `ten years in one step are the same as day by day`(seed: UInt64) throws {
        var play = try Play(seed: seed)
        for _ in 0..<60 { try play.step() }
        var once = play.club.scenario
        var daily = once
        let first = once.events.count
        let end = once.now.rawValue + 3_653 * Play.day
        once.advance(to: Instant(microseconds: end))
        var now = daily.now.rawValue
        while now < end {
            now += Play.day
            daily.advance(to: Instant(microseconds: now))
        }
        #expect(once.events.count > first, "seed \(seed)")
        #expect(once.events.count == daily.events.count, "seed \(seed)")
        for (one, other) in zip(once.events, daily.events) {
            #expect(one.stream == other.stream, "seed \(seed)")
            #expect(one.stored.occurredAt == other.stored.occurredAt, "seed \(seed)")
            #expect(one.stored.payload == other.stored.payload, "seed \(seed)")
            #expect(one.stored.header.causation == other.stored.header.causation, "seed \(seed)")
        }
    }

    private func check(_ account: StreamNumber, _ play: Play, _ seed: UInt64) throws {
        let state = try play.club.state(of: account)
        let unlocked = state.earnings.filter { !$0.hasLocksUntil }.reduce(0) { $0 + $1.left }
        let locked = state.earnings.filter(\.hasLocksUntil).reduce(0) { $0 + $1.left }
        let at = "seed \(seed), event \(play.club.scenario.events.count)"
        #expect(state.balance.active == unlocked - state.debt, "\(at)")
        #expect(state.balance.locked == locked, "\(at)")
        #expect(state.hasInactiveAt == state.earnings.contains(where: \.expiresWithInactivity), "\(at)")
        #expect(state.debt >= 0 && (state.debt == 0 || unlocked == 0), "\(at)")
        #expect(state.balance.isBalanced, "\(at)")
        #expect(state.earnings.allSatisfy { earning in earning.lots.allSatisfy { $0.left > 0 } }, "\(at)")
        #expect(state.earnings.map(\.position) == state.earnings.map(\.position).sorted(), "\(at)")
        for order in state.orders {
            for line in order.lines {
                #expect(line.reversed <= line.earned && line.reversed >= 0, "\(at), order \(order.orderNumber)")
                #expect(line.taken.points <= line.reversed, "\(at), order \(order.orderNumber)")
            }
        }
    }
}

/// Members who do all that can be done to points, at random.
private struct Play {
    static let day: Int64 = 86_400_000_000

    var club: Club
    var accounts: [StreamNumber]
    var accepted = 0
    private var random: SeededGenerator
    private var orders: [(key: UInt64, command: UpsertOrder)] = []
    private var returns: [UpsertReturn] = []

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        let kind: [ExpiryKind] = [.none, .days, .monthEnd, .yearEnd, .inactivity]
        let chosen = kind[Int(seed % 5)]
        club = try Club.earning("1.37") { scenario in
            scenario.when(SetLockDays.with { $0.days = seed % 2 == 0 ? 0 : 9 })
            scenario.when(
                SetExpiryPolicy.with {
                    $0.policy.kind = chosen
                    if chosen == .days || chosen == .inactivity { $0.policy.days = 45 }
                })
            for (rank, threshold) in [0, 100, 1_000].enumerated() {
                scenario.when(
                    DefineTier.with {
                        $0.tier.key = "\(threshold)"
                        $0.tier.threshold = Int64(threshold)
                        $0.tier.rank = UInt32(rank)
                    })
            }
            scenario.when(
                SetTierPolicy.with {
                    $0.policy.review = .everyDays
                    $0.policy.basis = .earnedSinceChange
                    $0.policy.days = 100
                })
        }
        let other = Reference(number: club.shop.other)
        accounts = [club.account, try club.scenario.made(EnrolMember.with { $0.party = other })]
    }

    mutating func step() throws {
        let account = Reference(number: accounts[Int.random(in: 0..<2, using: &random)])
        let outcome: Outcome
        switch Int.random(in: 0..<15, using: &random) {
        case 0, 1, 2: outcome = place()
        case 3: outcome = correct()
        case 4, 5: outcome = bringBack()
        case 6: outcome = correctReturn()
        case 7: outcome = cancel()
        case 8, 9:
            let points = Int64.random(in: 1...60, using: &random)
            outcome = club.scenario.when(
                SpendPoints.with {
                    $0.account = account
                    $0.points = points
                })
        case 10: outcome = giveBack(account)
        case 11: outcome = transfer()
        case 12: outcome = adjust(account)
        case 13: outcome = freezeOrExpire(account)
        default: outcome = club.wait(Int64.random(in: 1...40, using: &random))
        }
        if !outcome.events.isEmpty { accepted += 1 }
    }

    private mutating func place() -> Outcome {
        var command = UpsertOrder()
        let key = random.next()
        command.key = ExternalKey(system: "shop", key: "\(key)")
        command.order.party = Reference(
            number: Bool.random(using: &random) ? club.shop.customer : club.shop.other)
        command.order.currency = "EUR"
        command.order.reached = .confirmed
        command.order.lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in line() }
        orders.append((key, command))
        // Some orders are recorded late, when points that they would have kept have ended.
        let days = Bool.random(using: &random) ? Int64.random(in: 0...60, using: &random) * Play.day : 0
        return club.scenario.when(command, at: Instant(microseconds: club.scenario.now.rawValue - days))
    }

    private mutating func line() -> OrderLineInput {
        var line = club.shop.line(club.shop.pen, "4", "1")
        line.net = Int64.random(in: 0...9_000, using: &random)
        return line
    }

    private mutating func correct() -> Outcome {
        guard let place = orders.indices.randomElement(using: &random) else { return .unchanged }
        let line = Int.random(in: 0..<orders[place].command.order.lines.count, using: &random)
        orders[place].command.order.lines[line] = self.line()
        if Int.random(in: 0..<4, using: &random) == 0 {
            orders[place].command.order.party = Reference(number: club.shop.other)
        }
        return club.scenario.when(orders[place].command)
    }

    private mutating func bringBack() -> Outcome {
        guard let order = orders.randomElement(using: &random) else { return .unchanged }
        var command = UpsertReturn()
        command.key = ExternalKey(system: "shop", key: "R\(random.next())")
        command.goodsReturn.order = Reference(external: order.command.key)
        let line = Int.random(in: 0..<order.command.order.lines.count, using: &random)
        command.goodsReturn.lines = [
            ReturnLineInput.with {
                $0.orderLine = UInt32(line + 1)
                $0.quantity = decimal("1")
                $0.net = Int64.random(in: 0...(order.command.order.lines[line].net / 2 + 1), using: &random)
            }
        ]
        returns.append(command)
        let days = Int64.random(in: 0...20, using: &random) * Play.day
        return club.scenario.when(command, at: Instant(microseconds: club.scenario.now.rawValue - days))
    }

    private mutating func correctReturn() -> Outcome {
        guard let place = returns.indices.randomElement(using: &random) else { return .unchanged }
        let net = returns[place].goodsReturn.lines[0].net
        returns[place].goodsReturn.lines[0].net = Int64.random(in: 0...(net * 2 + 1), using: &random)
        if Int.random(in: 0..<4, using: &random) == 0, let order = orders.randomElement(using: &random) {
            returns[place].goodsReturn.order = Reference(external: order.command.key)
            returns[place].goodsReturn.lines[0].orderLine = 1
        }
        return club.scenario.when(returns[place])
    }

    private mutating func cancel() -> Outcome {
        guard let order = orders.randomElement(using: &random) else { return .unchanged }
        return club.scenario.when(
            CancelOrder.with { $0.order = Reference(external: order.command.key) }, reason: "gone")
    }

    private mutating func giveBack(_ account: Reference) -> Outcome {
        let events = club.scenario.events
        let spendings = events.filter { $0.stored.header.kind == .pointsSpent }
        guard let spending = spendings.randomElement(using: &random) else { return .unchanged }
        let points = Int64.random(in: 0...10, using: &random)
        return club.scenario.when(
            ReverseSpending.with {
                $0.account = Reference(number: spending.stream)
                $0.spending = spending.stored.position.rawValue
                $0.points = points
                $0.graceDays = 3
            })
    }

    private mutating func transfer() -> Outcome {
        let isForth = Bool.random(using: &random)
        let points = Int64.random(in: 1...30, using: &random)
        return club.scenario.when(
            TransferPoints.with {
                $0.from = Reference(number: accounts[isForth ? 0 : 1])
                $0.to = Reference(number: accounts[isForth ? 1 : 0])
                $0.points = points
            })
    }

    private mutating func adjust(_ account: Reference) -> Outcome {
        let points = Int64.random(in: -20...20, using: &random)
        return club.scenario.when(
            AdjustPoints.with {
                $0.account = account
                $0.points = points
            }, reason: "count")
    }

    private mutating func freezeOrExpire(_ account: Reference) -> Outcome {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return club.scenario.when(FreezeAccount.with { $0.account = account })
        case 1, 2: return club.scenario.when(UnfreezeAccount.with { $0.account = account })
        case 3: return club.scenario.when(UnlockPoints.with { $0.account = account })
        default:
            let earnings = club.scenario.events.filter { $0.stored.header.kind == .pointsEarned }
            guard let earning = earnings.randomElement(using: &random) else { return .unchanged }
            return club.scenario.when(
                ReverseEarning.with {
                    $0.account = Reference(number: earning.stream)
                    $0.earning = earning.stored.position.rawValue
                    $0.points = 1
                })
        }
    }
}
