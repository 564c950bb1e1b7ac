import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// The rules of docs/business-time.md on real commands and timers.
@Suite struct TicketClockTests {
    @Test func `a ticket that is opened awaits its first response and its resolution`() throws {
        var hours = try ServiceHours()
        try hours.open("02T15:00")
        #expect(hours.story == ["first started 0 due 03T11:00", "resolution started 0 due 04T15:00"])
        let clock = hours.clock(.firstResponse)
        #expect(clock.status == .running && clock.cycle == 1 && clock.targetSeconds == 14_400)
        #expect(clock.warnAt == ServiceHours.at("03T10:00").rawValue)
        #expect(clock.startedAt == ServiceHours.at("02T15:00").rawValue)
        #expect(clock.slaNumber == hours.policy.rawValue && clock.calendarNumber == hours.calendar.rawValue)
        #expect(
            hours.adds { $0.wait(until: "05T09:00") } == [
                "first warned 03T10:00", "first breached 03T11:00", "resolution warned 04T11:00",
                "resolution breached 04T15:00",
            ])
        #expect(hours.adds { $0.wait(until: "30T09:00") }.isEmpty)
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `where no service level is in force, or is for the ticket, nothing is timed`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        desk.scenario.when(reply(ticket))
        #expect(desk.state(ticket).clocks.isEmpty)
        var hours = try ServiceHours { $0.match.types = ["incident"] }
        try hours.open("02T15:00")
        hours.when("02T16:00", reply(hours.ticket))
        hours.when("02T17:00", resolve(hours.ticket))
        #expect(hours.story.isEmpty)
    }

    @Test func `the first public reply stops the first response, and no later one`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let note = reply(hours.ticket, public: false)
        #expect(hours.adds { $0.when("02T10:00", note) }.isEmpty)
        let answer = reply(hours.ticket)
        #expect(hours.adds { $0.when("02T12:30", answer) } == ["first warned 02T12:00", "first met 210 at 02T12:30"])
        #expect(hours.adds { $0.when("03T12:00", answer) }.isEmpty)
        #expect(hours.clock(.firstResponse).status == .stopped)
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test(arguments: [
        ("02T12:59:59", "first met 239 at 02T12:59:59", false), ("02T13:00", "first met 240 at 02T13:00", true),
        ("02T13:00:01", "first too late 240 at 02T13:00:01", true),
        ("02T20:00", "first too late 480 at 02T20:00", true),
    ])
    func `whoever needs as much time as there is needs no more`(at text: String, last: String, said: Bool) throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        hours.when(text, reply(hours.ticket))
        #expect(hours.story.last == last)
        #expect(hours.story.contains("first breached 02T13:00") == said)
    }

    @Test func `the next response is awaited from the first message that was not answered`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let (write, answer) = (message(hours.ticket), reply(hours.ticket))
        // The first response is not overridden by the shorter target of the next one.
        #expect(hours.adds { $0.when("02T09:30", write) }.isEmpty)
        hours.when("02T10:00", answer)
        #expect(hours.adds { $0.when("02T11:00", write) } == ["next started 0 due 02T13:00"])
        #expect(hours.adds { $0.when("02T12:00", write) }.isEmpty)
        let thanks = write.with { $0.needsNoAnswer = true }
        #expect(hours.adds { $0.when("02T12:10", thanks) }.isEmpty)
        #expect(hours.adds { $0.when("02T12:20", answer) } == ["next met 80 at 02T12:20"])
        // An agent's replies do not start it again.
        #expect(hours.adds { $0.when("02T15:00", answer) }.isEmpty)
        #expect(hours.adds { $0.when("05T09:00", write) }.last == "next started 0 due 05T11:00")
        #expect(hours.clock(.nextResponse).cycle == 2)
    }

    @Test func `a claim stands in for the first response where the desk says so`() throws {
        var hours = try ServiceHours()
        hours.desk.settings { $0.firstResponse = .claim }
        try hours.open("02T09:00")
        let take = claim(hours.ticket, by: hours.desk.carl)
        #expect(hours.adds { $0.when("02T10:00", take) } == ["first met 60 at 02T10:00"])
        let write = message(hours.ticket)
        #expect(hours.adds { $0.when("02T11:00", write) } == ["next started 0 due 02T13:00"])
    }

    @Test func `pauses stand still and are kept`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let ticket = hours.ticket
        #expect(
            hours.adds { $0.when("02T11:00", awaitCustomer(ticket)) } == ["first paused 120", "resolution paused 120"])
        let third = AwaitThirdParty.with { $0.ticket = Reference(number: ticket) }
        #expect(hours.adds { $0.when("03T11:00", third) }.isEmpty)
        #expect(
            hours.adds { $0.when("04T12:00", resume(ticket)) } == [
                "first resumed 120 due 04T14:00", "resolution resumed 120 due 06T10:00",
            ])
        // A customer who writes to a ticket that waits goes on with it.
        hours.when("04T13:00", awaitCustomer(ticket))
        #expect(
            hours.adds { $0.when("04T15:00", message(ticket)) } == [
                "first resumed 180 due 04T16:00", "resolution resumed 180 due 06T12:00",
            ])
    }

    @Test func `a pause ends by its timer, and clocks go on`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let wait = awaitCustomer(hours.ticket, until: ServiceHours.at("03T09:00"))
        hours.when("02T10:00", wait)
        #expect(
            hours.adds { $0.wait(until: "03T10:00") } == [
                "first resumed 60 due 03T12:00", "resolution resumed 60 due 04T16:00",
            ])
    }

    @Test func `only the waits of the policy pause`() throws {
        var hours = try ServiceHours { $0.pauseOn = [.customer] }
        try hours.open("02T09:00")
        let third = AwaitThirdParty.with { $0.ticket = Reference(number: hours.ticket) }
        #expect(hours.adds { $0.when("02T10:00", third) }.isEmpty)
        let customer = awaitCustomer(hours.ticket)
        #expect(hours.adds { $0.when("02T11:00", customer) } == ["first paused 120", "resolution paused 120"])
        var never = try ServiceHours { $0.neverPauses = true }
        try never.open("02T09:00")
        let wait = awaitCustomer(never.ticket)
        #expect(never.adds { $0.when("02T10:00", wait) }.isEmpty)
    }

    @Test func `a breach before a pause is not undone by it`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        hours.when("02T14:00", awaitCustomer(hours.ticket))
        #expect(hours.clock(.firstResponse).hasBreachedAt)
        hours.when("05T10:00", reply(hours.ticket))
        #expect(hours.story.last == "first too late 300 at 05T10:00")
        #expect(!hours.story.contains { $0.contains("withdrawn") })
    }

    @Test func `a reopening goes on with the time used, and a response is awaited anew`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let ticket = hours.ticket
        hours.when("02T10:00", reply(ticket))
        #expect(hours.adds { $0.when("02T15:00", resolve(ticket)) } == ["resolution met 360 at 02T15:00"])
        // After the end nothing moves; then the customer comes back.
        #expect(
            hours.adds { $0.when("06T09:00", message(ticket)) } == [
                "next started 0 due 06T11:00", "resolution started 360 due 09T11:00",
            ])
        #expect(hours.clock(.resolution).cycle == 1)
        hours.when("06T09:20", reply(ticket))
        hours.when("09T12:00", resolve(ticket))
        #expect(hours.story.contains("next met 20 at 06T09:20"))
        #expect(hours.story.contains("resolution breached 09T11:00"))
        #expect(hours.story.last == "resolution too late 1020 at 09T12:00")
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `a first response is not counted over the time in which the ticket was closed`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let ticket = hours.ticket
        #expect(
            hours.adds { $0.when("02T10:00", resolve(ticket)) } == [
                "first stopped 60 at 02T10:00", "resolution met 60 at 02T10:00",
            ])
        hours.when("06T09:00", reopen(ticket))
        #expect(hours.adds { $0.when("06T09:20", reply(ticket)) } == ["first met 20 at 06T09:20"])
        #expect(hours.clock(.firstResponse).cycle == 2)
    }

    @Test func `a ticket that is finished too late is breached, whatever finished it`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        hours.when("05T10:00", resolve(hours.ticket))
        #expect(hours.story.suffix(2) == ["first too late 1500 at 05T10:00", "resolution too late 1500 at 05T10:00"])
    }

    @Test func `what we open ourselves awaits no first response`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00") { $0.openedByUs = true }
        #expect(hours.story == ["resolution started 0 due 03T17:00"])
        let write = message(hours.ticket)
        #expect(hours.adds { $0.when("02T11:00", write) } == ["next started 0 due 02T13:00"])
        let (solve, back) = (resolve(hours.ticket), reopen(hours.ticket))
        hours.when("02T12:00", solve)
        #expect(hours.adds { $0.when("02T13:00", back) } == ["resolution started 180 due 04T10:00"])
    }
}
