import Analytics
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// What the events of clocks say is what `SLAClocks` reads from the commands, whatever they are.
@Suite struct TicketClockPropertyTests {
    private static let hour: Int64 = 3_600_000_000

    /// A ticket and what its clocks should be, side by side.
    private struct Model {
        var hours: ServiceHours
        var random: SeededGenerator
        var clocks: SLAClocks
        var office: BusinessCalendar
        var isUrgent = false
        /// The state of the ticket, as far as commands ask for it.
        var isPending = false

        init(seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            hours = try ServiceHours()
            hours.desk.scenario.when(
                ServiceHours.level {
                    $0.label = "Urgent"
                    $0.order = 5
                    $0.match.priorities = ["high"]
                    $0.pauseOn = [.customer]
                    $0.targets = ServiceHours.targets(first: 2, next: 1, resolution: 9)
                })
            office = try ServiceHours.content("09:00", "17:00").businessCalendar()
            try hours.open("02T10:00")
            clocks = SLAClocks(
                openedAt: Instant(microseconds: hours.state.openedAt), terms: Self.terms(false, office))
        }

        static func terms(_ isUrgent: Bool, _ calendar: BusinessCalendar) -> SLATerms {
            let targets: [SLAClockKind: Int64] =
                isUrgent
                ? [.firstResponse: 2 * hour, .nextResponse: hour, .resolution: 9 * hour]
                : [.firstResponse: 4 * hour, .nextResponse: 2 * hour, .resolution: 16 * hour]
            return SLATerms(
                calendar: calendar, targets: targets, warningPercent: 75,
                pausedBy: isUrgent ? [.customer] : [.customer, .thirdParty])
        }

        var now: Instant { hours.desk.scenario.now }

        /// Something happens a while later.
        mutating func step() throws {
            let pause = Int64.random(in: 1...9 * 3_600, using: &random) * 1_000_000
            hours.desk.scenario.advance(to: Instant(microseconds: now.rawValue + pause))
            let ticket = hours.ticket
            switch Int.random(in: 0..<12, using: &random) {
            case 0, 1: try send(message(ticket))
            case 2, 3: try send(reply(ticket))
            case 4: try send(awaitCustomer(ticket))
            case 5: try send(AwaitThirdParty.with { $0.ticket = Reference(number: ticket) })
            case 6: try send(resume(ticket))
            case 7: try send(resolve(ticket))
            case 8: try send(reopen(ticket))
            case 9, 10: try prioritise()
            default: try changeCalendar()
            }
        }

        private mutating func send(_ command: some DomainCommand) throws {
            for event in hours.desk.scenario.when(command).events { try take(event.stored) }
        }

        /// What an event is to the model, said once more without the product's own mapping.
        private mutating func take(_ event: StoredEvent) throws {
            func apply(_ change: SLAFact.Change) throws { try clocks.apply(SLAFact(change, at: event.occurredAt)) }
            switch event.payload {
            case .customerMessageReceived:
                if isPending { try apply(.resumed) }
                isPending = false
                try apply(.customerMessage)
            case .agentReplied: try apply(.publicReply)
            case .ticketPaused(let paused):
                isPending = true
                try apply(.paused(paused.why == .customer ? .customer : .thirdParty))
            case .ticketResumed:
                isPending = false
                try apply(.resumed)
            case .ticketResolved:
                isPending = false
                try apply(.resolved)
            case .ticketReopened: try apply(.reopened)
            default: break
            }
        }

        private mutating func prioritise() throws {
            isUrgent.toggle()
            let outcome = hours.desk.scenario.when(CRMTests.prioritise(hours.ticket, isUrgent ? "high" : "low"))
            let event = try #require(outcome.events.first)
            try clocks.apply(SLAFact(.termsChanged(Self.terms(isUrgent, office)), at: event.stored.occurredAt))
        }

        /// The hours of the office change; the next command finds the open tickets gone through.
        private mutating func changeCalendar() throws {
            let (start, end) =
                [("09:00", "17:00"), ("08:00", "12:00"), ("10:00", "24:00")]
                .randomElement(using: &random) ?? ("09:00", "17:00")
            let change = ChangeCalendar.with {
                $0.calendar = Reference(number: hours.calendar)
                $0.content = ServiceHours.content(start, end)
            }
            guard let event = hours.desk.scenario.when(change).events.first else { return }
            hours.desk.scenario.advance(to: now)
            office = try ServiceHours.content(start, end).businessCalendar()
            try clocks.apply(SLAFact(.termsChanged(Self.terms(isUrgent, office)), at: event.stored.occurredAt))
        }
    }

    @Test(arguments: UInt64(1)...60)
    func `events agree with the clocks of the facts`(seed: UInt64) throws {
        var model = try Model(seed: seed)
        for step in 0..<40 {
            try model.step()
            try Self.compare(model, "seed \(seed), step \(step)")
        }
        #expect(model.hours.desk.scenario.isReproducible, "seed \(seed)")
        try Self.compareExplanation(model, "seed \(seed)")
    }

    private static func compare(_ model: Model, _ place: Comment) throws {
        let state = model.hours.state
        let book = ServiceLevelBook(WorldHistories(world: model.hours.desk.scenario))
        for kind in SlaClockKind.timed {
            let sla = try #require(SLAClockKind(kind))
            let reading = model.clocks.reading(of: sla, asOf: model.now)
            guard let clock = state.clock(kind) else {
                #expect(reading.state == .notStarted, place)
                continue
            }
            let movement = ClockMovement(kind, clock, book, uncounted: [])
            #expect(try movement.used(clock, at: model.now) == reading.used, place)
            #expect(clock.hasBreachedAt == (reading.breachedAt != nil), place)
            #expect(clock.target == reading.target, place)
            #expect(Instant(microseconds: clock.startedAt) == reading.startedAt, place)
            switch reading.state {
            case .notStarted: Issue.record("a clock that never started is kept: \(place)")
            case .running:
                #expect(clock.status == .running, place)
                if !clock.hasBreachedAt {
                    #expect(Instant(microseconds: clock.dueAt) == reading.due?.instant, place)
                }
            case .paused: #expect(clock.status == .paused, place)
            case .met, .breached, .stopped:
                #expect(!clock.isPending, place)
                #expect(clock.countedTo == reading.stoppedAt?.rawValue, place)
                #expect((clock.status == .stopped && !clock.hasBreachedAt) == (reading.state == .met), place)
            }
        }
    }

    /// What is reckoned from the whole history says the same.
    private static func compareExplanation(_ model: Model, _ place: Comment) throws {
        let histories = WorldHistories(world: model.hours.desk.scenario)
        let response = try TicketClockExplanation(
            try histories.events(of: model.hours.ticket), histories, asOf: model.now, intervals: 0
        ).response()
        for clock in response.clocks {
            let sla = try #require(SLAClockKind(clock.kind))
            let reading = model.clocks.reading(of: sla, asOf: model.now)
            #expect(clock.usedMicroseconds == UInt64(reading.used), place)
            #expect(clock.hasBreachedAt == (reading.breachedAt != nil), place)
            let counted = clock.stretches.reduce(UInt64(0)) { $0 + $1.usedMicroseconds }
            #expect(counted == clock.usedMicroseconds, place)
            if clock.hasDueAt { #expect(Instant(clock.dueAt) == reading.due?.instant, place) }
        }
    }
}
