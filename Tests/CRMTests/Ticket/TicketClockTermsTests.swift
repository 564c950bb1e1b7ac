import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// Another policy, priority or calendar keeps the time that was used.
@Suite struct TicketClockTermsTests {
    /// Beside the level for all a stricter one for urgent tickets, in front of it.
    private static func withUrgent(_ change: (inout SlaPolicyInput) -> Void = { _ in }) throws -> ServiceHours {
        var hours = try ServiceHours()
        hours.desk.scenario.when(
            ServiceHours.level {
                $0.label = "Urgent"
                $0.order = 5
                $0.match.priorities = ["high"]
                $0.targets = ServiceHours.targets(first: 1, next: 1, resolution: 8)
                change(&$0)
            })
        return hours
    }

    @Test func `another priority keeps the time used, and the longer target takes a breach back`() throws {
        var hours = try Self.withUrgent()
        try hours.open("02T09:00")
        let ticket = hours.ticket
        // 3 hours are used: more than the urgent ones have for a response, and it is over since there is so little.
        #expect(
            hours.adds { $0.when("02T12:00", prioritise(ticket, "high")) } == [
                "first warned 02T12:00", "first terms 180 due 02T12:00", "first breached 02T12:00",
                "resolution terms 180 due 02T17:00",
            ])
        #expect(
            hours.adds { $0.when("02T12:30", prioritise(ticket, "low")) } == [
                "first breach withdrawn", "first terms 210 due 02T13:00", "resolution terms 210 due 03T17:00",
            ])
        #expect(hours.clock(.firstResponse).breachedPosition == 0)
        #expect(hours.clock(.firstResponse).warnedPosition != 0)
        hours.when("02T12:45", reply(ticket))
        #expect(hours.story.last == "first met 225 at 02T12:45")
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `a change while the ticket waits keeps the pause`() throws {
        var hours = try Self.withUrgent()
        try hours.open("02T09:00")
        let ticket = hours.ticket
        hours.when("02T10:00", awaitCustomer(ticket))
        hours.when("03T10:00", prioritise(ticket, "high"))
        #expect(hours.clock(.resolution).status == .paused)
        #expect(hours.clock(.resolution).usedSeconds == 3_600)
        #expect(
            hours.adds { $0.when("04T10:00", resume(ticket)) }.contains("resolution resumed 60 due 04T17:00"))
        // The hour that it had was used up in the very moment in which it was given; more is used once it goes on.
        #expect(!hours.story.contains { $0.contains("breached") })
        hours.when("04T10:00:01", reply(ticket))
        #expect(hours.story.suffix(2) == ["first breached 04T10:00", "first too late 60 at 04T10:00:01"])
    }

    @Test func `a further version reaches the open tickets, and keeps what was counted`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let change = ChangeSlaPolicy.with {
            $0.policy = Reference(number: hours.policy)
            $0.content = ServiceHours.level().content
            $0.content.targets = ServiceHours.targets(first: 8, next: 2, resolution: 0)
            $0.activate = true
        }
        let adds = hours.adds {
            $0.when("02T11:00", change)
            $0.wait(until: "02T11:30")
        }
        #expect(adds == ["first terms 120 due 02T17:00", "resolution terms 120"])
        #expect(hours.clock(.resolution).status == .withoutTarget)
        #expect(hours.clock(.firstResponse).slaVersion == 2)
        // What nobody promises any more is not counted, and goes on where it is promised again.
        let back = change.with { $0.content.targets = ServiceHours.targets(first: 8, next: 2, resolution: 16) }
        hours.when("02T13:00", back)
        hours.wait(until: "02T13:30")
        #expect(hours.clock(.resolution).usedSeconds == 7_200)
        #expect(hours.story.last == "resolution terms 120 due 04T11:00")
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `another calendar holds from its instant on`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let shorter = ChangeCalendar.with {
            $0.calendar = Reference(number: hours.calendar)
            $0.content = ServiceHours.content("14:00", "18:00")
        }
        let adds = hours.adds {
            $0.when("02T11:00", shorter)
            $0.wait(until: "02T11:01")
        }
        #expect(adds == ["first terms 120 due 02T16:00", "resolution terms 120 due 05T16:00"])
        // The hours before were those of the old calendar.
        hours.when("02T15:00", reply(hours.ticket))
        #expect(hours.story.last == "first met 180 at 02T15:00")
    }

    @Test func `a level that begins or ends while tickets are open times them from then on`() throws {
        var hours = try ServiceHours { $0.match.types = ["incident"] }
        try hours.open("02T09:00")
        let all = ServiceHours.level {
            $0.label = "All"
            $0.order = 20
        }
        let adds = hours.adds {
            $0.when("02T13:00", all)
            $0.wait(until: "02T14:00")
        }
        #expect(adds == ["first started 0 due 02T17:00", "resolution started 0 due 04T13:00"])
        #expect(hours.clock(.firstResponse).startedAt == ServiceHours.at("02T09:00").rawValue)
        let policy = StreamNumber(hours.clock(.firstResponse).slaNumber)
        let end = DeactivateSlaPolicy.with { $0.policy = Reference(number: policy) }
        hours.when("02T15:00", end)
        hours.wait(until: "02T20:00")
        #expect(hours.clock(.firstResponse).status == .withoutTarget)
        hours.when("02T21:00", reply(hours.ticket))
        #expect(hours.story.last == "first stopped 120 at 02T21:00")
        #expect(!hours.story.contains { $0.contains("breached") })
    }

    @Test func `a pass over many tickets goes on step by step and reaches the open ones`() throws {
        var hours = try ServiceHours()
        var tickets: [StreamNumber] = []
        for _ in 0..<150 {
            try hours.open("02T09:00")
            tickets.append(hours.ticket)
            hours.desk.scenario.now = ServiceHours.at("02T09:00")
        }
        hours.when("02T09:10", resolve(tickets[70]))
        let change = ChangeSlaPolicy.with {
            $0.policy = Reference(number: hours.policy)
            $0.content = ServiceHours.level().content
            $0.content.targets = ServiceHours.targets(first: 8, next: 2, resolution: 16)
            $0.activate = true
        }
        hours.when("02T10:00", change)
        hours.wait(until: "02T10:01")
        let steps = hours.desk.scenario.events.compactMap { event -> SlaReviewAdvanced? in
            if case .slaReviewAdvanced(let advanced) = event.stored.payload { advanced } else { nil }
        }
        #expect(steps.map(\.firstSequence) == [0, 128])
        #expect(steps.map(\.changed).reduce(0, +) == 149)
        #expect(steps.last?.hasPassAt == false)
        for ticket in tickets where ticket != tickets[70] {
            #expect(hours.desk.state(ticket).clock(.firstResponse)?.slaVersion == 2)
        }
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `what comes at once or day by day is the same`() throws {
        func story(_ days: [String]) throws -> [String] {
            var hours = try Self.withUrgent()
            try hours.open("02T15:00")
            hours.when("02T16:00", prioritise(hours.ticket, "high"))
            hours.when("03T09:30", awaitCustomer(hours.ticket, until: ServiceHours.at("05T10:00")))
            for day in days { hours.wait(until: day) }
            hours.wait(until: "20T09:00")
            return hours.story
        }
        let once = try story([])
        #expect(once == (try story((4...19).map { "\($0)T00:00" })))
        #expect(once.contains("resolution breached 05T15:30"))
    }

    @Test func `a ticket that lives on in another one stands still until it is itself again`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let survivor = hours.ticket
        hours.when("02T09:30", reply(survivor))
        try hours.open("02T10:00")
        let absorbed = hours.ticket
        let merge = MergeTickets.with {
            $0.survivor = Reference(number: survivor)
            $0.absorbed = [Reference(number: absorbed)]
        }
        #expect(hours.adds { $0.when("02T12:00", merge) } == ["first terms 120", "resolution terms 120"])
        // The survivor has an unanswered question now.
        #expect(hours.desk.state(survivor).clock(.nextResponse)?.status == .running)
        hours.wait(until: "05T09:00")
        let apart = UnmergeTickets.with { $0.survivor = Reference(number: survivor) }
        #expect(
            hours.adds { $0.when("05T09:30", apart) } == [
                "first terms 120 due 05T11:30", "resolution terms 120 due 06T15:30",
            ])
        #expect(hours.desk.state(survivor).clock(.nextResponse)?.status == .cancelled)
        #expect(hours.desk.scenario.isReproducible)
    }
}
