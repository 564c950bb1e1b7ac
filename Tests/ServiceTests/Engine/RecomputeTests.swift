internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import CRM
@testable import Service

/// Recomputing says where a log holds something else than what follows from its facts.
@Suite struct RecomputeTests {
    private static let start = Instant.day(20_000)

    /// A log in which a party has ordered without confirming it, and has a coupon for ten days.
    private struct Shop {
        var party = StreamNumber.none
        var order = StreamNumber.none
        var coupon = StreamNumber.none
    }

    /// A log, what somebody does to it behind the service's back, and what recomputing finds.
    private static func divergences(
        after tamper: (Shop, inout Tampering) throws -> Void
    ) async throws -> [String] {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shop = try await open(path)
        let opened = try OpenedLog(
            configuration: configuration(path), clock: ManualClock(start.days(later: 1)),
            identifiers: SystemIdentifierSource())
        do {
            var tampering = Tampering(opened: opened)
            try tamper(shop, &tampering)
            try tampering.writer.flushIndex()
        }
        let replay = ConsequenceReplay(context: opened.context)
        try replay.run(through: opened.context.log.end.position)
        opened.context.log.close()
        return replay.result.divergences.map { "\($0.what) \($0.computed) \($0.recorded)" }
    }

    private static func open(_ path: String) async throws -> Shop {
        let service = try TestService(path: path, clock: ManualClock(start))
        let accepted = try await service.accept(
            .sample(
                1,
                [
                    .upsertParty("1"), .placeOrder(party: "1", document: "A", net: 500, reached: .placed),
                    .publishOffer(
                        .with {
                            $0.external = [
                                .with {
                                    $0.system = "shop"
                                    $0.key = "offer"
                                }
                            ]
                            $0.terms.name = "Ten"
                            $0.terms.benefit.percent.unscaled = 10
                        }),
                    .issueOffer(
                        .with {
                            $0.offer.external.system = "shop"
                            $0.offer.external.key = "offer"
                            $0.party.external.system = "shop"
                            $0.party.external.key = "1"
                            $0.expiresAt = start.days(later: 10).timestamp
                        }),
                ]))
        await service.stop()
        let numbers = accepted.bodies.map { StreamNumber($0.number) }
        return Shop(party: numbers[0], order: numbers[1], coupon: numbers[3])
    }

    private static func configuration(_ path: String) -> ServiceConfiguration {
        ServiceConfiguration(
            dataDirectory: path + "/data", masterKeyPath: path + "/master.key", socketPath: path + "/socket")
    }

    /// Writes events into a log as no service would.
    private struct Tampering {
        let context: LogContext
        let writer: LogWriter
        private var command: UInt64 = 100

        init(opened: OpenedLog) {
            context = opened.context
            writer = opened.context.log.makeWriter(clock: opened.context.clock)
        }

        /// The events of one command, in a group of their own.
        mutating func write(
            _ events: [(StreamNumber, EventPayload.OneOf_Event, Origin)]
        ) throws {
            command += 1
            try writer.begin()
            for (index, event) in events.enumerated() {
                let encoded = try EventPayload.encode(event.1)
                let previous = Position(writer.nextPosition.rawValue - 1)
                _ = try writer.append(
                    EventDraft(
                        stream: .existing(event.0), kind: encoded.kind, payload: encoded.payload, origin: event.2,
                        flags: index == 0 ? .fingerprintOpen : [], occurredAt: writer.recordedAt,
                        commandIndex: UInt16(index), commandCount: UInt16(events.count), body: 0,
                        commandID: Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 | command),
                        correlationID: .zero,
                        causation: index == 0 ? .none : previous,
                        principal: .none, onBehalfOf: .none, importNumber: .none, subjects: [],
                        fingerprint: index == 0 ? Array(repeating: 0, count: 32) : [], changes: []))
            }
            try writer.commit()
        }

        /// Where the next event goes.
        var next: UInt64 { writer.nextPosition.rawValue }
    }

    private static func confirmed(_ shop: Shop) -> EventPayload.OneOf_Event {
        .orderConfirmed(.with { $0.partyNumber = shop.party.rawValue })
    }

    private static func becameCustomer(from: PartyStatus, cause: UInt64) -> EventPayload.OneOf_Event {
        .partyStatusChanged(
            .with {
                $0.from = from
                $0.to = .customer
                $0.policyVersion = CustomerStatusPolicy.version
                $0.causePositions = [cause]
            })
    }

    @Test func `a log that the service wrote holds what follows`() async throws {
        #expect(try await Self.divergences { _, _ in } == [])
    }

    @Test func `a consequence that is written as the policy draws it is right`() async throws {
        let found = try await Self.divergences { shop, log in
            let cause = log.next
            try log.write([
                (shop.order, Self.confirmed(shop), .command),
                (shop.party, Self.becameCustomer(from: .suspect, cause: cause), .policy),
            ])
        }
        #expect(found == [])
    }

    @Test func `a consequence that is missing is found`() async throws {
        let found = try await Self.divergences { shop, log in
            try log.write([(shop.order, Self.confirmed(shop), .command)])
        }
        #expect(found == ["missing partyStatusChanged unspecified"])
    }

    @Test func `a consequence that says something else is found`() async throws {
        let found = try await Self.divergences { shop, log in
            let cause = log.next
            try log.write([
                (shop.order, Self.confirmed(shop), .command),
                (shop.party, Self.becameCustomer(from: .prospect, cause: cause), .policy),
            ])
        }
        #expect(found == ["payload partyStatusChanged partyStatusChanged"])
    }

    @Test func `a consequence of nothing is found`() async throws {
        let found = try await Self.divergences { shop, log in
            try log.write([(shop.party, Self.becameCustomer(from: .suspect, cause: 5), .policy)])
        }
        #expect(found == ["unexpected unspecified partyStatusChanged"])
    }

    @Test func `a timer that fired too early is found`() async throws {
        let found = try await Self.divergences { shop, log in
            try log.write([(shop.coupon, .couponExpired(CouponExpired()), .scheduler)])
        }
        #expect(found == ["unexpected unspecified couponExpired"])
    }

    @Test func `a timer that did not fire is found`() async throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shop = try await Self.open(path)
        let opened = try OpenedLog(
            configuration: Self.configuration(path), clock: ManualClock(Self.start.days(later: 11)),
            identifiers: SystemIdentifierSource())
        defer { opened.context.log.close() }
        var tampering = Tampering(opened: opened)
        try tampering.write([(shop.party, .tagged(.with { $0.tag = "late" }), .command)])
        let replay = ConsequenceReplay(context: opened.context)
        try replay.run(through: opened.context.log.end.position)
        #expect(replay.result.divergences.map(\.what) == ["missing"])
        #expect(replay.result.divergences.map(\.position) == [tampering.next - 1])
    }
}
