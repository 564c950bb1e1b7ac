internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import CRM
@testable import Service

/// Time that acts through the log, in a whole service: coupons that expire by themselves.
@Suite struct SchedulerTests {
    private static let start = Instant.day(20_000)

    /// What is compared of an event of the scheduler: everything but positions and times of recording.
    private struct Fired: Equatable {
        var stream: StreamNumber
        var revision: Revision
        var kind: EventKind
        var commandID: Identifier
        var occurredAt: Instant
        var isHistoric: Bool
    }

    /// A service with an offer, in a directory that goes away.
    private static func withService(
        path given: String? = nil, clock: ManualClock, _ body: (TestService) async throws -> Void
    ) async throws {
        let service = try TestService(path: given, clock: clock)
        defer { if given == nil { service.remove() } }
        do { try await body(service) } catch {
            await service.stop()
            throw error
        }
        await service.stop()
    }

    private static func key(_ text: String) -> ExternalKey {
        .with {
            $0.system = "test"
            $0.key = text
        }
    }

    private static func offer() -> CommandBody.OneOf_Command {
        .publishOffer(
            .with {
                $0.external = [key("offer")]
                $0.terms.name = "Ten"
                $0.terms.benefit.percent.unscaled = 10
                $0.terms.validFrom = start.timestamp
            })
    }

    private static func coupon(_ number: Int, until end: Instant) -> [CommandBody.OneOf_Command] {
        [
            .upsertParty("\(number)"),
            .issueOffer(
                .with {
                    $0.external = [key("coupon \(number)")]
                    $0.offer.external = key("offer")
                    $0.party.external.system = "shop"
                    $0.party.external.key = "\(number)"
                    $0.expiresAt = end.timestamp
                }),
        ]
    }

    private static func tag(_ text: String) -> CommandBody.OneOf_Command {
        .tag(
            .with {
                $0.kind = .party
                $0.target.external.system = "shop"
                $0.target.external.key = "0"
                $0.tag = text
            })
    }

    /// All events of a log in their order.
    private static func events(of service: TestService) throws -> [StoredEvent] {
        var events: [StoredEvent] = []
        try service.service.context.log.scanChecked(from: Position(1)) { (_, record, _) throws(EventLogError) in
            events.append(try StoredEvent(reading: record))
            return true
        }
        return events
    }

    private static func fired(in service: TestService) throws -> [Fired] {
        try events(of: service).filter { $0.header.origin == .scheduler }.map { event in
            Fired(
                stream: event.header.stream, revision: event.header.revision, kind: event.header.kind,
                commandID: event.header.commandID, occurredAt: event.occurredAt,
                isHistoric: event.header.flags.contains(.historic))
        }
    }

    @Test func `what is due fires before the next command, in the order of its instants`() async throws {
        let clock = ManualClock(Self.start)
        try await Self.withService(clock: clock) { service in
            // Issued in an order that is not that of their ends; two end at once.
            let days: [Int64] = [30, 10, 20, 10]
            let coupons = days.enumerated().flatMap { Self.coupon($0, until: Self.start.days(later: $1)) }
            _ = try await service.accept(.sample(1, [Self.offer()] + coupons))
            clock.move(to: Self.start.days(later: 25))
            let tagged = try await service.accept(.sample(2, [Self.tag("late")]))
            let tag = try #require(tagged.events.first).position

            let events = try Self.events(of: service)
            let issued = events.filter { $0.header.kind == .offerIssued }.map(\.header.stream)
            let expired = events.filter { $0.header.kind == .couponExpired }
            #expect(expired.map(\.header.stream) == [issued[1], issued[3], issued[2]])
            #expect(expired.map(\.occurredAt) == [10, 10, 20].map { Self.start.days(later: $0) })
            for event in expired {
                #expect(event.header.recordedAt == Self.start.days(later: 25))
                #expect(event.position.rawValue < tag)
            }
        }
    }

    @Test func `what has expired is not redeemed by the command that wakes the scheduler`() async throws {
        let clock = ManualClock(Self.start)
        try await Self.withService(clock: clock) { service in
            let end = Self.start.days(later: 1)
            _ = try await service.accept(.sample(1, [Self.offer()] + Self.coupon(0, until: end)))
            let redeem = CommandBody.OneOf_Command.redeemOffer(.with { $0.coupon.external = Self.key("coupon 0") })
            clock.move(to: end)
            #expect(try await service.refusal(.sample(2, [redeem])) != nil)
            #expect(try Self.fired(in: service).map(\.kind) == [.couponExpired])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `the scheduler fires without any command when the clock says so`() async throws {
        let clock = ManualClock(Self.start)
        try await Self.withService(clock: clock) { service in
            _ = try await service.accept(
                .sample(1, [Self.offer()] + Self.coupon(0, until: Self.start.days(later: 1))))
            clock.move(to: Self.start.days(later: 2))
            service.service.clockMoved()
            while try Self.fired(in: service).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try Self.fired(in: service).map(\.occurredAt) == [Self.start.days(later: 1)])
        }
    }

    @Test func `a long pause and many restarts give the same events as a service that never slept`() async throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let coupons = (0..<60).flatMap { Self.coupon($0, until: Self.start.days(later: Int64($0 % 20) + 1)) }
        var expected: [Fired] = []

        let awake = ManualClock(Self.start)
        try await Self.withService(clock: awake) { service in
            _ = try await service.accept(.sample(1, [Self.offer()] + coupons))
            for day in 1...30 {
                awake.move(to: Self.start.days(later: Int64(day)))
                _ = try await service.accept(.sample(UInt64(100 + day), [Self.tag("day \(day)")]))
            }
            expected = try Self.fired(in: service)
        }
        #expect(expected.count == 60)

        let sleeping = ManualClock(Self.start)
        try await Self.withService(path: path, clock: sleeping) { service in
            _ = try await service.accept(.sample(1, [Self.offer()] + coupons))
        }
        for day: Int64 in [7, 7, 30] {
            sleeping.move(to: Self.start.days(later: day))
            try await Self.withService(path: path, clock: sleeping) { service in
                _ = try await service.accept(.sample(UInt64(200 + day), [Self.tag("day \(day)")]))
                let fired = try Self.fired(in: service)
                // Ids of commands hang on the log, which is another one.
                #expect(fired.map(\.occurredAt) == Array(expected.map(\.occurredAt).prefix(fired.count)))
                #expect(fired.map(\.stream) == Array(expected.map(\.stream).prefix(fired.count)))
                #expect(Set(fired.map(\.commandID)).count == fired.count)
                #expect(fired.count == (day == 7 ? 21 : 60))
            }
        }
    }

    @Test func `many timers at once are written in groups of at most a thousand events`() async throws {
        // Every reading of the clock is another instant, and a group is recorded at one.
        let clock = ManualClock(Self.start, tick: 1)
        try await Self.withService(clock: clock) { service in
            let end = Self.start.days(later: 1)
            _ = try await service.accept(.sample(1, [Self.offer()]))
            for block in 0..<25 {
                let bodies = (0..<100).flatMap { Self.coupon(block * 100 + $0, until: end) }
                _ = try await service.accept(.sample(UInt64(10 + block), bodies))
            }
            clock.move(to: end)
            let tagged = try await service.accept(.sample(2, [Self.tag("late")]))
            let tag = try #require(tagged.events.first).position

            let fired = try Self.events(of: service).filter { $0.header.origin == .scheduler }
            #expect(fired.count == 2_500)
            #expect(fired.allSatisfy { $0.position.rawValue < tag })
            let groups = Dictionary(grouping: fired, by: \.header.recordedAt).mapValues(\.count)
            #expect(groups.count >= 3)
            #expect(groups.values.allSatisfy { $0 <= 1_000 })
        }
    }

    @Test func `timers of an open import wait, and those due by its latest fact are history`() async throws {
        let clock = ManualClock(Self.start.days(later: 100))
        try await Self.withService(clock: clock) { service in
            let job = Command.sample(1, []).id
            let open = StartImport.with {
                $0.id = job
                $0.fileHash = Data(repeating: 7, count: 32)
                $0.mapping = "test"
                $0.mappingHash = Data(repeating: 8, count: 32)
                $0.mode = .historic
            }
            _ = try await service.accept(.sample(1, [.startImport(open)]))
            let ends: [Int64] = [10, 60]
            let rows = [
                (Self.start, [Self.offer()]),
                (Self.start, Self.coupon(0, until: Self.start.days(later: ends[0]))),
                (Self.start.days(later: 40), Self.coupon(1, until: Self.start.days(later: ends[1]))),
            ]
            for (number, row) in rows.enumerated() {
                var command = Command.sample(UInt64(10 + number), row.1)
                command.mode = .historic
                command.importJob.id = job
                command.occurredAt = row.0.timestamp
                _ = try await service.accept(command)
            }
            // Both are long due, and a command from outside comes: nothing fires while the import is open.
            _ = try await service.accept(.sample(20, [.upsertParty("outside")]))
            #expect(try Self.fired(in: service).isEmpty)

            _ = try await service.accept(.sample(21, [.commitImport(.with { $0.importJob.id = job })]))
            _ = try await service.accept(.sample(22, [Self.tag("after")]))
            let fired = try Self.fired(in: service)
            #expect(fired.map(\.kind) == [.couponExpired, .couponExpired])
            #expect(fired.map(\.occurredAt) == ends.map { Self.start.days(later: $0) })
            #expect(fired.map(\.isHistoric) == [true, false])
        }
    }

    @Test func `a timer that is set again to an instant at which it has fired fires again`() async throws {
        let clock = ManualClock(Self.start)
        try await Self.withService(clock: clock) { service in
            let end = Self.start.days(later: 1)
            let accepted = try await service.accept(
                .sample(
                    1,
                    [Self.offer()] + Self.coupon(0, until: end)
                        + [.placeOrder(party: "0", document: "A", net: 500)]))
            clock.move(to: Self.start.days(later: 2))
            // It was redeemed in time, as is learned too late, and then that was a mistake: it ends as it did before.
            var late = Command.sample(
                2,
                [
                    .redeemOffer(
                        .with {
                            $0.coupon.external = Self.key("coupon 0")
                            $0.order.number = accepted.bodies[3].number
                        })
                ])
            late.occurredAt = Self.start.timestamp
            _ = try await service.accept(late)
            let reversed = CommandBody.OneOf_Command.reverseOfferRedemption(
                .with { $0.coupon.external = Self.key("coupon 0") })
            _ = try await service.accept(.sample(3, [reversed]))
            _ = try await service.accept(.sample(4, [Self.tag("after")]))
            let fired = try Self.fired(in: service)
            #expect(fired.map(\.kind) == [.couponExpired, .couponExpired])
            #expect(Set(fired.map(\.commandID)).count == 2)
            #expect(service.service.context.log.index.parkedTimers == 0)
        }
    }
}
