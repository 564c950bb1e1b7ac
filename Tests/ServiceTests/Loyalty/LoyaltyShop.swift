internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// A service whose customers are members of a programme with two tiers, a lock of 30 days and an end after a year, and
/// into which purchases are imported as history.
struct LoyaltyShop {
    let service: TestService
    let clock: ManualClock
    private static let programme = ExternalKey.with {
        $0.system = "test"
        $0.key = "programme"
    }

    /// - Parameter opened: when the programme begins.
    init(path: String, opened: Instant) async throws {
        clock = ManualClock(opened)
        service = try TestService(path: path, clock: clock)
        try await define()
    }

    private func define() async throws {
        var programme = DefineProgramme()
        programme.external = [Self.programme]
        programme.label = "Club"
        var rule = PublishEarningRule()
        rule.key = "base"
        rule.rate = .with { $0.unscaled = 1 }
        var lock = SetLockDays()
        lock.days = 30
        var expiry = SetExpiryPolicy()
        expiry.policy.kind = .days
        expiry.policy.days = 365
        var gold = DefineTier()
        gold.tier = .with {
            $0.key = "gold"
            $0.label = "Gold"
            $0.threshold = 200
            $0.rank = 2
        }
        var basic = DefineTier()
        basic.tier = .with {
            $0.key = "basic"
            $0.label = "Basic"
            $0.rank = 1
        }
        var policy = SetTierPolicy()
        policy.policy.review = .yearEnd
        policy.policy.basis = .active
        _ = try await service.accept(
            .sample(
                1,
                [
                    .defineProgramme(programme), .publishEarningRule(rule), .setLockDays(lock),
                    .setExpiryPolicy(expiry),
                    .defineTier(basic), .defineTier(gold), .setTierPolicy(policy),
                ]))
    }

    /// Imports purchases as history at an instant: members first, then orders and returns in the order of their time.
    func importing(_ purchases: Purchases, at instant: Instant) async throws {
        await advance(to: instant)
        var start = StartImport()
        start.id = Self.id(2)
        start.fileHash = Data(repeating: 7, count: 32)
        start.mapping = "test"
        start.mappingHash = Data(repeating: 8, count: 32)
        start.mode = .historic
        _ = try await service.accept(.sample(2, [.startImport(start)]))
        var number: UInt64 = 10
        let begin = purchases.orders.map(\.at).min() ?? instant
        try await send(
            members(of: purchases).map { bodies in
                number += 1
                return Self.historic(number, bodies, at: begin)
            })
        let documents = orders(of: purchases) + returns(of: purchases) + creditNotes(of: purchases)
        try await send(
            documents.sorted { $0.0 < $1.0 }.map { at, body in
                number += 1
                return Self.historic(number, [body], at: at)
            })
        var commit = CommitImport()
        commit.importJob.id = Self.id(2)
        _ = try await service.accept(.sample(3, [.commitImport(commit)]))
        // What is due by now fires behind the commit.
        await advance(to: instant)
    }

    private func send(_ commands: [Command]) async throws {
        var rest = commands[...]
        while !rest.isEmpty {
            let results = await service.submit(Array(rest.prefix(500)))
            for result in results {
                guard case .refused(let error)? = result.outcome else { continue }
                Issue.record("refused: \(error.code) \(error.sentence) \(error.field)")
            }
            rest = rest.dropFirst(500)
        }
    }

    /// Moves the clock, and lets everything fire that is due by then.
    func advance(to instant: Instant) async {
        clock.move(to: instant)
        var tag = Tag()
        tag.kind = .party
        tag.target.number = 1
        tag.tag = "x"
        var command = Command.sample(9, [.tag(tag)])
        command.dryRun = true
        // Refused or not: before it is decided, the timers fire.
        _ = await service.submit([command])
    }

    // MARK: Commands

    private func members(of purchases: Purchases) -> [[CommandBody.OneOf_Command]] {
        let customers = Set((purchases.orders + purchases.creditNotes).map(\.customer))
        return customers.filter { !$0.isEmpty }.sorted().map { customer in
            var enrol = EnrolMember()
            enrol.programme.external = Self.programme
            enrol.party.external.system = "shop"
            enrol.party.external.key = customer
            return [.upsertParty(customer), .enrolMember(enrol)]
        }
    }

    private func orders(of purchases: Purchases) -> [(Instant, CommandBody.OneOf_Command)] {
        purchases.orders.map { bought in
            var order = PlaceOrder()
            if !bought.customer.isEmpty {
                order.party.external.system = "shop"
                order.party.external.key = bought.customer
            }
            order.documentNumber = bought.document
            order.external = [Self.key(of: bought)]
            order.currency = purchases.currency
            order.lines = bought.lines.map { line in
                .with {
                    $0.quantity.unscaled = line.quantity
                    $0.net = line.net
                }
            }
            order.reached = .completed
            return (bought.at, .placeOrder(order))
        }
    }

    private func returns(of purchases: Purchases) -> [(Instant, CommandBody.OneOf_Command)] {
        purchases.returns.map { back in
            var goods = RegisterReturn()
            goods.order.external = Self.key(of: purchases.orders[back.order])
            goods.lines = [
                .with {
                    $0.orderLine = UInt32(back.line)
                    $0.quantity.unscaled = back.quantity
                    $0.net = back.net
                }
            ]
            return (back.at, .registerReturn(goods))
        }
    }

    private func creditNotes(of purchases: Purchases) -> [(Instant, CommandBody.OneOf_Command)] {
        purchases.creditNotes.map { note in
            var goods = RegisterReturn()
            if !note.customer.isEmpty {
                goods.party.external.system = "shop"
                goods.party.external.key = note.customer
            }
            goods.documentNumber = note.document
            goods.currency = purchases.currency
            goods.lines = note.lines.map { line in
                .with {
                    $0.quantity.unscaled = abs(line.quantity)
                    $0.net = abs(line.net)
                }
            }
            return (note.at, .registerReturn(goods))
        }
    }

    private static func key(of order: Purchases.Order) -> ExternalKey {
        .with {
            $0.system = "shop"
            $0.key = order.document
        }
    }

    private static func historic(_ number: UInt64, _ bodies: [CommandBody.OneOf_Command], at instant: Instant)
        -> Command
    {
        var command = Command.sample(number, bodies)
        command.mode = .historic
        command.occurredAt = instant.timestamp
        command.importJob.id = id(2)
        return command
    }

    private static func id(_ number: UInt64) -> String {
        Identifier(high: 0x0197_0000_0000_7000, low: 0x8000_0000_0000_0000 | number).description
    }
}
