internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Random ledgers, and the same answers computed from a plain list of lots.
@Suite struct LoyaltyOracleTests {
    private static func ledger(_ random: inout SeededGenerator) throws -> (LedgerSketch, StreamNumber) {
        var sketch = LedgerSketch()
        let programme = try sketch.programme()
        let party = try sketch.log.begin(.party, .partyRegistered(), personal: .partyRegistered(.init()))
        let accounts = try (0..<3).map { try sketch.enrol(programme, party: party, at: .day(Int64($0))) }
        var day: Int64 = 3
        for _ in 0..<200 {
            day += Int64.random(in: 0...2, using: &random)
            guard let account = accounts.randomElement(using: &random) else { continue }
            try step(
                &sketch, account, accounts, .day(day, seconds: Int64.random(in: 0..<86_400, using: &random)), &random)
        }
        return (sketch, programme)
    }

    private static func step(
        _ sketch: inout LedgerSketch, _ account: StreamNumber, _ accounts: [StreamNumber], _ at: Instant,
        _ random: inout SeededGenerator
    ) throws {
        let state = try #require(sketch.accounts[account])
        let active = state.balance.active
        func later(_ days: ClosedRange<Int64>, _ random: inout SeededGenerator) -> Instant {
            Instant(microseconds: at.rawValue + Int64.random(in: days, using: &random) * 86_400_000_000)
        }
        switch Int.random(in: 0..<14, using: &random) {
        case 0...3:
            let points = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int64.random(in: 1...50, using: &random)
            }
            let kind = Int.random(in: 0...2, using: &random)
            try sketch.earn(
                account, points, order: Bool.random(using: &random) ? UInt64.random(in: 500...600, using: &random) : 0,
                net: 1_000, at: at, locks: Int.random(in: 0...2, using: &random) == 0 ? later(1...20, &random) : nil,
                expires: kind == 0 ? later(1...120, &random) : nil, withInactivity: kind == 1)
        case 4, 5:
            if active > 0 { try sketch.spend(account, Int64.random(in: 1...active, using: &random), at: at) }
        case 6: try sketch.reverse(account, Int64.random(in: 1...60, using: &random), at: at)
        case 7: try sketch.reverseSpending(account, at: at)
        case 8: try sketch.expire(account, at: at)
        case 9: try sketch.withdrawExpiry(account, at: at)
        case 10:
            let locked = state.lots.filter { $0.locksUntil != nil && $0.left > 0 }
            if let lot = locked.randomElement(using: &random) { try sketch.unlock(account, lot.earning, at: at) }
        case 11:
            let points = Int64.random(in: -30...30, using: &random)
            if points > 0 {
                try sketch.adjust(account, points, expires: later(1...90, &random), at: at)
            } else if points < 0, active >= -points {
                try sketch.adjust(account, points, at: at)
            }
        case 12:
            guard let other = accounts.randomElement(using: &random), other != account, active > 0 else { return }
            let points = Int64.random(in: 1...active, using: &random)
            try sketch.transfer(account, to: other, points, expires: later(1...90, &random), at: at)
        default:
            let reversed = state.sums.reversed
            if reversed > 0 {
                try sketch.withdrawReversal(account, Int64.random(in: 1...reversed, using: &random), at: at)
            }
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `random ledgers are told as a plain list of lots tells them`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (sketch, programme) = try LoyaltyOracleTests.ledger(&random)
        let comment: Comment = "seed \(seed)"
        let store = try sketch.log.fold(Loyalty.self)
        let asOf = Instant.day(Int64.random(in: 0...300, using: &random), seconds: 12_345)
        var sum = PointsBalance()
        var expiring: [Int64] = [0, 0, 0]
        for (number, account) in sketch.accounts.sorted(by: { $0.key < $1.key }) {
            let request = LoyaltyRequest.with { $0.lotLimit = 1_000 }
            let page = try #require(try Loyalty.accounts(.account(number), request, asOf: asOf, in: store), comment)
            let view = try #require(page.response.accounts.first, comment)
            #expect(view.summary.balance == account.balance, comment)
            let ordered = account.ordered
            #expect(view.lots.map(\.earning) == ordered.map(\.earning), comment)
            #expect(view.lots.map(\.lot) == ordered.map(\.lot), comment)
            #expect(view.lots.map(\.left) == ordered.map(\.left), comment)
            #expect(view.lots.map(\.hasLocksUntil) == ordered.map { $0.locksUntil != nil }, comment)
            let naive = ([30, 60, 90] as [Int64]).map { days in
                account.ordered.reduce(Int64(0)) { sum, lot in
                    guard let end = account.end(lot), end > asOf.rawValue,
                        end <= asOf.rawValue + days * 86_400_000_000
                    else { return sum }
                    return sum + lot.left
                }
            }
            let summary = view.summary
            #expect([summary.expiring30Days, summary.expiring60Days, summary.expiring90Days] == naive, comment)
            let ending = account.ordered.reduce(Int64(0)) { sum, lot in
                account.end(lot).map { $0 > asOf.rawValue } ?? false ? sum + lot.left : sum
            }
            #expect(view.expiry.reduce(0) { $0 + $1.points } == ending, comment)
            for column in PointsBalance.columns { sum[keyPath: column] += account.balance[keyPath: column] }
            expiring = zip(expiring, naive).map(+)
        }
        let answer = try #require(try Loyalty.programme(programme, .init(), asOf: .day(1_000), in: store), comment)
        #expect(answer.balance == sum && answer.debt == sketch.accounts.values.reduce(0) { $0 + $1.debt }, comment)
        #expect(answer.earnedInPeriod == sum.earned && answer.spentInPeriod == sum.spent, comment)
        #expect(answer.expiredInPeriod == sum.expired && answer.reversedInPeriod == sum.reversed, comment)
        let soon = try #require(try Loyalty.programme(programme, .init(), asOf: asOf, in: store), comment)
        #expect([soon.expiring30Days, soon.expiring60Days, soon.expiring90Days] == expiring, comment)
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `the same events give the same store, however they come`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (sketch, _) = try LoyaltyOracleTests.ledger(&random)
        func check<P: Projection>(_ projection: P.Type) throws {
            let store = try sketch.log.fold(P.self)
            for page in [1, 7, 1_000] { #expect(try sketch.log.fold(P.self, page: page) == store, "seed \(seed)") }
            var half = LogSketchHalf(sketch.log)
            #expect(try half.fold(P.self) == store, "seed \(seed)")
        }
        try check(Loyalty.self)
        try check(Customer360.self)
    }
}

/// A log of which the first half is folded before the second.
private struct LogSketchHalf {
    let log: LogSketch

    init(_ log: LogSketch) { self.log = log }

    mutating func fold<P: Projection>(_ projection: P.Type) throws(ViewError) -> MemoryStore {
        let middle = log.events.count / 2
        var store = MemoryStore(for: projection)
        for event in log.events[..<middle] where P.kinds.contains(event.header.kind) {
            try P().apply(event, to: &store)
        }
        return try log.fold(projection, onto: store, from: middle)
    }
}
