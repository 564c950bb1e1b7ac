internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import Schema
import Testing

@testable import Service

/// Points on real purchases: balances, returns, time, and that all of it can be computed again.
@Suite(.serialized, .enabled(if: Purchases.isPresent, Purchases.missing)) struct LoyaltyRealDataTests {
    /// 1996-12-31, before the first purchase, and 1998-09-15, after the last one has come back.
    private static let cdnow = (opened: Instant.day(9_861), imported: Instant.day(10_484))
    /// 2010-11-30 and 2011-03-01.
    private static let retail = (opened: Instant.day(14_943), imported: Instant.day(15_034))

    @Test(.timeLimit(.minutes(5)))
    func `CDNOW earns points whose balances add up at every event, and returns reverse exactly their lots`()
        async throws
    {
        let purchases = try Purchases.cdnow()
        try await Self.withShop(opened: Self.cdnow.opened) { shop in
            try await shop.importing(purchases, at: Self.cdnow.imported)
            let audit = try LedgerAudit(shop.service.service)
            audit.expectExactReversals()
            // One earning per order that is worth at least a point, a reversal for what it gave.
            #expect(audit.kinds[.orderConfirmed] == 6_919)
            #expect(audit.kinds[.pointsEarned] == purchases.orders.count { $0.lines[0].net >= 100 })
            #expect(audit.kinds[.returnRegistered] == purchases.returns.count)
            #expect((audit.kinds[.earningReversed] ?? 0) > 1_000)
            #expect((audit.kinds[.tierChanged] ?? 0) > 100)
            let expected = purchases.pointsByHand(until: Self.cdnow.imported)
            #expect(audit.balances.values.reduce(0) { $0 + $1.earned } == expected.earned)
            #expect(audit.balances.values.reduce(0) { $0 + $1.reversed } == expected.reversed)
            #expect(audit.balances.values.reduce(0) { $0 + $1.expired } == expected.expired)
            #expect(expected.reversed > 5_000 && expected.expired > 50_000)
            try await Self.expectRecomputed(shop)

            // Ten years later everything has come to its end.
            await shop.advance(to: Self.cdnow.imported.days(later: 3_653))
            let end = try LedgerAudit(shop.service.service)
            for balance in end.balances.values {
                #expect(balance.active == 0 && balance.locked == 0)
                #expect(balance.earned == balance.expired + balance.reversed)
            }
            try await Self.expectRecomputed(shop)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `Online Retail earns points line by line, and free credit notes reverse nothing`() async throws {
        let purchases = try Purchases.onlineRetail()
        try #require(purchases.creditNotes.count > 100)
        try await Self.withShop(opened: Self.retail.opened) { shop in
            try await shop.importing(purchases, at: Self.retail.imported)
            let audit = try LedgerAudit(shop.service.service)
            audit.expectExactReversals()
            #expect(audit.kinds[.returnRegistered] == purchases.returns.count + purchases.creditNotes.count)
            // Only returns that name an order can reverse; some gave nothing worth a point.
            #expect((audit.kinds[.earningReversed] ?? 0) <= purchases.returns.count)
            #expect((audit.kinds[.earningReversed] ?? 0) > 50)
            try await Self.expectRecomputed(shop)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `ten years in one step give the same events as day by day`() async throws {
        let purchases = try Purchases.cdnow(customers: 200)
        let end: Int64 = 3_653
        let once = try await Self.withShop(opened: Self.cdnow.opened) { shop in
            try await shop.importing(purchases, at: Self.cdnow.imported)
            await shop.advance(to: Self.cdnow.imported.days(later: end))
            return try Self.events(of: shop)
        }
        let daily = try await Self.withShop(opened: Self.cdnow.opened) { shop in
            try await shop.importing(purchases, at: Self.cdnow.imported)
            for day in 1...end { await shop.advance(to: Self.cdnow.imported.days(later: day)) }
            return try Self.events(of: shop)
        }
        #expect(once.count == daily.count)
        for (one, other) in zip(once, daily) { try #require(one == other) }
        #expect(once.count { $0.contains("pointsExpired") || $0.contains("PointsExpired") } > 100)
    }

    // MARK: Support

    private static func withShop<Value>(
        opened: Instant, _ body: (LoyaltyShop) async throws -> Value
    ) async throws -> Value {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shop = try await LoyaltyShop(path: path, opened: opened)
        do {
            let value = try await body(shop)
            await shop.service.stop()
            return value
        } catch {
            await shop.service.stop()
            throw error
        }
    }

    /// Every consequence, computed anew from the facts, is the one that is in the log.
    private static func expectRecomputed(_ shop: LoyaltyShop) async throws {
        let answer = try await shop.service.service.answer(.recompute(RecomputeRequest()), from: .uid(UInt32(getuid())))
        guard case .recompute(let recomputed) = answer.value else {
            Issue.record("another answer")
            return
        }
        #expect(recomputed.divergences.isEmpty, "\(recomputed.divergences.prefix(5))")
        #expect(recomputed.position == answer.reflects.position)
        #expect(recomputed.consequences > 1_000)
    }

    /// The events in a form in which two logs can be compared: without ids, times of recording and keys.
    private static func events(of shop: LoyaltyShop) throws -> [String] {
        var events: [String] = []
        try shop.service.service.context.log.scanChecked(from: Position(1)) {
            (header, record, _) throws(EventLogError) in
            let event = try StoredEvent(reading: record)
            events.append(
                "\(header.position) \(header.stream)/\(header.revision) \(header.kind) \(header.origin) "
                    + "\(header.occurredAt) \(header.kind == .logOpened ? "" : "\(event.payload)")")
            return true
        }
        return events
    }
}
