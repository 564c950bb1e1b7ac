internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// The clocks of tickets in a whole service: what an import makes of history, and the query that explains them.
@Suite struct TicketClockPathTests {
    private static let history = Instant.day(20_000)
    private static let present = Instant.day(20_100)
    private static let job = Command.sample(1, []).id

    private static func later(_ hours: Int64, than instant: Instant = history) -> Instant {
        Instant(microseconds: instant.rawValue + hours * 3_600_000_000)
    }

    private static func ticket(_ name: String) -> Reference {
        Reference.with {
            $0.external.system = "desk"
            $0.external.key = name
        }
    }

    private static func open(_ name: String) -> CommandBody.OneOf_Command {
        .openTicket(
            .with {
                $0.external = [ticket(name).external]
                $0.party.external.system = "shop"
                $0.party.external.key = "1"
            })
    }

    private static func reply(_ name: String) -> CommandBody.OneOf_Command {
        .recordAgentReply(
            .with {
                $0.ticket = ticket(name)
                $0.message.text = "here you are"
                $0.public = true
            })
    }

    private static func resolve(_ name: String) -> CommandBody.OneOf_Command {
        .resolveTicket(
            .with {
                $0.ticket = ticket(name)
                $0.code = "fixed"
            })
    }

    /// A level that promises a response within 4 hours, a further one within 2 and a resolution within 16, since before
    /// the history.
    private static func setUp(_ test: TestService) async throws {
        var level = DefineSlaPolicy()
        level.content.label = "All"
        level.content.roundTheClock = true
        level.content.targets = [(SlaClockKind.firstResponse, UInt64(4)), (.nextResponse, 2), (.resolution, 16)].map {
            kind, hours in
            SlaTarget.with {
                $0.clock = kind
                $0.seconds = hours * 3_600
            }
        }
        var command = Command.sample(2, [.upsertParty("1"), .defineSlaPolicy(level)])
        command.occurredAt = Instant.day(19_000).timestamp
        _ = try await test.accept(command)
        let start = StartImport.with {
            $0.id = job
            $0.fileHash = Data(repeating: 7, count: 32)
            $0.mapping = "test"
            $0.mappingHash = Data(repeating: 8, count: 32)
            $0.mode = .historic
        }
        _ = try await test.accept(.sample(1, [.startImport(start)]))
    }

    private static func row(
        _ test: TestService, _ number: UInt64, _ hours: Int64, _ body: CommandBody.OneOf_Command
    ) async throws {
        var command = Command.sample(number, [body])
        command.mode = .historic
        command.importJob.id = job
        command.occurredAt = later(hours).timestamp
        _ = try await test.accept(command)
    }

    private static func events(of test: TestService, _ kind: EventKind) throws -> [StoredEvent] {
        var events: [StoredEvent] = []
        try test.service.context.log.scanChecked(from: Position(1)) { (header, record, _) throws(EventLogError) in
            if header.kind == kind { events.append(try StoredEvent(reading: record)) }
            return true
        }
        return events
    }

    private static func clocks(
        _ test: TestService, _ name: String, asOf: Instant? = nil
    ) async throws -> TicketClocksResponse {
        var request = TicketClocksRequest()
        request.ticket = ticket(name)
        request.atLeast = test.service.context.log.end.position.rawValue
        if let asOf { request.asOf = asOf.timestamp }
        guard
            case .ticketClocks(let response) = try await test.service.answer(
                .ticketClocks(request), from: .uid(0)
            ).value
        else { throw Unexpected() }
        return response
    }

    @Test func `an import says what was too late and breaks no promise itself`() async throws {
        let clock = ManualClock(Self.present)
        let test = try TestService(clock: clock)
        defer { test.remove() }
        try await Self.setUp(test)
        // In time; too late; open since before the end of the history; opened at its end.
        try await Self.row(test, 10, 0, Self.open("good"))
        try await Self.row(test, 11, 1, Self.reply("good"))
        try await Self.row(test, 12, 3, Self.resolve("good"))
        try await Self.row(test, 13, 0, Self.open("late"))
        try await Self.row(test, 14, 20, Self.resolve("late"))
        try await Self.row(test, 15, 30, Self.open("waiting"))
        try await Self.row(test, 16, 40, Self.open("fresh"))
        clock.move(to: Self.present.days(later: 1))
        _ = try await test.accept(.sample(20, [.upsertParty("2")]))
        let late = [Self.later(4), Self.later(16)]
        #expect(try Self.events(of: test, .slaBreached).map(\.occurredAt) == late)

        // The end of the import is 60 days after that of the history: nobody knows what was done in between.
        _ = try await test.accept(.sample(21, [.commitImport(.with { $0.importJob.id = Self.job })]))
        let committed = Self.present.days(later: 1)
        clock.move(to: Self.later(2, than: committed))
        _ = try await test.accept(.sample(22, [.upsertParty("3")]))
        let breaches = try Self.events(of: test, .slaBreached)
        #expect(breaches.map(\.occurredAt) == late + [Self.later(34)])
        let stopped = try Self.events(of: test, .slaClockStopped).compactMap { event -> SlaClockStopped? in
            if case .slaClockStopped(let stopped) = event.payload { stopped } else { nil }
        }
        #expect(stopped.map(\.met) == [true, true, false, false])
        #expect(stopped.map(\.breached) == [false, false, true, true])
        #expect(try Self.events(of: test, .slaWithdrawn).isEmpty)

        // The clocks of what is open go on from the end of the import.
        let fresh = try await Self.clocks(test, "fresh")
        #expect(fresh.clocks.map(\.usedMicroseconds) == [2, 2].map { $0 * 3_600_000_000 })
        #expect(fresh.clocks.map(\.dueAt) == [4, 16].map { Self.later($0, than: committed).timestamp })
        let waiting = try await Self.clocks(test, "waiting")
        #expect(waiting.clocks.map(\.usedMicroseconds) == [12, 12].map { $0 * 3_600_000_000 })
        clock.move(to: Self.later(5, than: committed))
        _ = try await test.accept(.sample(23, [.upsertParty("4")]))
        let after = try Self.events(of: test, .slaBreached).dropFirst(3).map(\.occurredAt)
        #expect(after == [Self.later(4, than: committed)])

        let replay = ConsequenceReplay(context: test.service.context)
        try replay.run(through: test.service.context.log.end.position)
        #expect(replay.result.divergences.isEmpty)
        #expect(replay.result.timed > 0)
        await test.stop()
    }

    @Test func `clocks are explained by what was counted, as of any instant`() async throws {
        let test = try TestService(clock: ManualClock(Self.present))
        defer { test.remove() }
        try await Self.setUp(test)
        try await Self.row(test, 10, 0, Self.open("one"))
        let wait = CommandBody.OneOf_Command.awaitCustomer(.with { $0.ticket = Self.ticket("one") })
        try await Self.row(test, 11, 1, wait)
        try await Self.row(test, 12, 3, Self.reply("one"))
        try await Self.row(test, 13, 4, .resumeTicket(.with { $0.ticket = Self.ticket("one") }))
        try await Self.row(test, 14, 6, Self.resolve("one"))
        let response = try await Self.clocks(test, "one")
        #expect(response.sequence == 1 && response.status == .resolved)
        #expect(response.clocks.map(\.kind) == [.firstResponse, .resolution])
        #expect(response.clocks.map(\.standing) == [.met, .met])
        let resolution = try #require(response.clocks.last)
        #expect(resolution.usedMicroseconds == 3 * 3_600_000_000)
        #expect(resolution.targetMicroseconds == 16 * 3_600_000_000)
        #expect(resolution.stretches.map(\.counts) == [true, false, true])
        #expect(resolution.stretches.map(\.wait) == [.unspecified, .customer, .unspecified])
        #expect(resolution.stretches.first?.slaLabel == "All")
        let counted = resolution.stretches.flatMap(\.intervals)
        #expect(counted.map(\.start) == [Self.later(0), Self.later(4)].map(\.timestamp))
        #expect(counted.map(\.end) == [Self.later(1), Self.later(6)].map(\.timestamp))

        let before = try await Self.clocks(test, "one", asOf: Self.later(2))
        #expect(before.status == .pending)
        #expect(before.clocks.map(\.standing) == [.paused, .paused])
        #expect(before.clocks.map(\.usedMicroseconds) == [3_600_000_000, 3_600_000_000])
        do throws(Refusal) {
            var request = TicketClocksRequest()
            request.ticket = Self.ticket("one")
            request.asOf = Instant.day(19_999).timestamp
            _ = try await test.service.answer(.ticketClocks(request), from: .uid(0))
            Issue.record("a ticket that was not there yet has clocks")
        } catch { #expect(error.code == .notYet) }
        do throws(Refusal) {
            var request = TicketClocksRequest()
            request.ticket = Self.ticket("one")
            request.intervalLimit = 10_001
            _ = try await test.service.answer(.ticketClocks(request), from: .uid(0))
            Issue.record("more intervals are told than there may be")
        } catch { #expect(error.detail.field == "interval_limit") }
        await test.stop()
    }
}

private struct Unexpected: Error {}
