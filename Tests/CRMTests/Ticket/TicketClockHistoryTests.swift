import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// Facts that come late, corrections, and history.
@Suite struct TicketClockHistoryTests {
    @Test func `a late reply takes back the breach that was untrue`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let answer = reply(hours.ticket)
        hours.wait(until: "02T14:00")
        #expect(
            hours.adds { $0.when("02T14:30", answer, late: "02T11:00") } == [
                "first breach withdrawn", "first warning withdrawn", "first met 120 at 02T11:00",
            ])
        #expect(hours.clock(.firstResponse).breachedPosition == 0)
        #expect(hours.desk.scenario.isReproducible)
    }

    @Test func `a late reply that came too late leaves the breach`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let answer = reply(hours.ticket)
        #expect(
            hours.adds { $0.when("03T10:00", answer, late: "02T13:30") }.suffix(1) == [
                "first too late 270 at 02T13:30"
            ])
        #expect(!hours.story.contains { $0.contains("withdrawn") })
    }

    @Test func `a late pause moves a breach`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let (wait, go) = (awaitCustomer(hours.ticket), resume(hours.ticket))
        hours.wait(until: "02T13:00")
        #expect(
            hours.adds { $0.when("02T13:30", wait, late: "02T11:00") } == [
                "first breach withdrawn", "first warning withdrawn", "first paused 120", "resolution paused 120",
            ])
        hours.when("02T14:00", go)
        hours.wait(until: "02T17:00")
        #expect(hours.story.last == "first breached 02T16:00")
    }

    @Test func `a fact from before other terms held is put where it belongs`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        let change = ChangeSlaPolicy.with {
            $0.policy = Reference(number: hours.policy)
            $0.content = ServiceHours.level().content
            $0.content.targets = ServiceHours.targets(first: 8, next: 2, resolution: 32)
            $0.activate = true
        }
        hours.when("02T12:00", change)
        hours.wait(until: "02T12:01")
        let answer = reply(hours.ticket)
        #expect(hours.adds { $0.when("02T12:30", answer, late: "02T11:30") } == ["first met 150 at 02T11:30"])
        #expect(hours.clock(.resolution).usedSeconds == 3 * 3_600)
    }

    @Test func `a correction of when it was opened moves the clocks`() throws {
        var hours = try ServiceHours()
        try hours.open("02T12:00")
        let correct = CorrectTicket.with {
            $0.ticket = Reference(number: hours.ticket)
            $0.openedAt = ServiceHours.at("02T09:00").timestamp
        }
        #expect(
            hours.adds { $0.when("02T12:30", correct) } == [
                "first corrected 210 due 02T13:00", "resolution corrected 210 due 03T17:00",
            ])
        #expect(hours.clock(.firstResponse).startedAt == ServiceHours.at("02T09:00").rawValue)
        #expect(hours.clock(.firstResponse).cycle == 1)
        let answer = reply(hours.ticket)
        #expect(hours.adds { $0.when("02T12:45", answer) } == ["first warned 02T12:00", "first met 225 at 02T12:45"])
        let later = correct.with { $0.openedAt = ServiceHours.at("02T12:30").timestamp }
        #expect(
            hours.adds { $0.when("02T13:00", later) }.filter { !$0.contains("warning") } == [
                "first met 15 at 02T12:45", "resolution corrected 30 due 04T12:30",
            ])
    }

    @Test func `a correction of when it was resolved changes the verdict`() throws {
        var hours = try ServiceHours()
        try hours.open("02T09:00")
        hours.when("02T10:00", reply(hours.ticket))
        hours.when("05T10:00", resolve(hours.ticket))
        #expect(hours.story.last == "resolution too late 1500 at 05T10:00")
        let correct = CorrectTicket.with {
            $0.ticket = Reference(number: hours.ticket)
            $0.resolvedAt = ServiceHours.at("03T10:00").timestamp
        }
        #expect(
            hours.adds { $0.when("05T11:00", correct) } == [
                "resolution breach withdrawn", "resolution warning withdrawn", "resolution met 540 at 03T10:00",
            ])
        let again = correct.with { $0.resolvedAt = ServiceHours.at("04T10:00").timestamp }
        #expect(
            hours.adds { $0.when("05T12:00", again) } == [
                "resolution breached 04T09:00", "resolution too late 1020 at 04T10:00",
            ])
        #expect(hours.desk.scenario.isReproducible)
    }

    // MARK: History

    @Test func `history that was in time has no breach, whenever it is recorded`() throws {
        var hours = try ServiceHours()
        hours.wait(until: "25T09:00")
        let open = OpenTicket.with {
            $0.party = Reference(number: hours.desk.ada)
            $0.reached = .resolved
            $0.resolvedAt = ServiceHours.at("03T10:00").timestamp
        }
        let outcome = hours.desk.scenario.when(open, historic: true, at: ServiceHours.at("02T09:00"))
        #expect(
            outcome.kinds == [
                .ticketOpened, .ticketResolved, .slaTargetSet, .slaBreached, .slaClockStopped, .slaTargetSet,
                .slaClockStopped,
            ])
        hours.wait(until: "29T09:00")
        // Nobody answered before it was resolved a day later: that is true. The resolution came in time.
        let breaches = hours.desk.scenario.events.filter { $0.stored.header.kind == .slaBreached }
        #expect(breaches.map(\.stored.occurredAt) == [ServiceHours.at("02T13:00")])
        let ticket = try #require(outcome.events.first?.stream)
        #expect(hours.desk.state(ticket).clock(.resolution)?.hasBreachedAt == false)
        #expect(hours.desk.state(ticket).clock(.resolution)?.status == .stopped)
    }

    @Test func `history comes command by command, and what is not said yet is not breached`() throws {
        var hours = try ServiceHours()
        hours.wait(until: "25T09:00")
        let open = OpenTicket.with { $0.party = Reference(number: hours.desk.ada) }
        let ticket = try #require(
            hours.desk.scenario.when(open, historic: true, at: ServiceHours.at("02T09:00")).events.first?.stream)
        hours.desk.scenario.when(reply(ticket), historic: true, at: ServiceHours.at("02T10:00"))
        hours.wait(until: "26T09:00")
        hours.desk.scenario.when(resolve(ticket), historic: true, at: ServiceHours.at("03T10:00"))
        hours.wait(until: "27T09:00")
        #expect(!hours.desk.scenario.events.contains { $0.stored.header.kind == .slaBreached })
        #expect(hours.desk.state(ticket).clock(.resolution)?.usedSeconds == 9 * 3_600)
    }

    @Test func `a promise that nobody had made yet is not broken`() throws {
        var hours = try ServiceHours()
        let past = Instant(microseconds: ServiceHours.at("02T09:00").rawValue - 400 * 86_400_000_000)
        let open = OpenTicket.with { $0.party = Reference(number: hours.desk.ada) }
        let outcome = hours.desk.scenario.when(open, historic: true, at: past)
        #expect(outcome.kinds == [.ticketOpened])
        let ticket = try #require(outcome.events.first?.stream)
        #expect(hours.desk.scenario.when(resolve(ticket), historic: true).kinds.contains(.slaTargetSet) == false)
    }

    @Test func `a ticket that history leaves open runs from the first fact of the present`() throws {
        var hours = try ServiceHours()
        let open = OpenTicket.with { $0.party = Reference(number: hours.desk.ada) }
        hours.wait(until: "02T10:00")
        let ticket = try #require(
            hours.desk.scenario.when(open, historic: true, at: ServiceHours.at("02T09:00")).events.first?.stream)
        #expect(hours.desk.state(ticket).clock(.resolution)?.hasDueAt == false)
        hours.when("02T11:00", message(ticket))
        #expect(hours.desk.state(ticket).clock(.firstResponse)?.dueAt == ServiceHours.at("02T13:00").rawValue)
        hours.wait(until: "02T13:00")
        #expect(hours.desk.scenario.events.last?.stored.header.kind == .slaBreached)
    }
}
