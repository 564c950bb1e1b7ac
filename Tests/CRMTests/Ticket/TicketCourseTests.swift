import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct TicketCourseTests {
    @Test func `an agent claims, and nobody else does`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        #expect(
            desk.scenario.when(ClaimTicket.with { $0.ticket = Reference(number: ticket) }).code == .referenceMissing)
        #expect(desk.scenario.when(claim(ticket, by: desk.carl)).kinds == [.ticketClaimed])
        #expect(desk.state(ticket).status == .open)
        #expect(desk.scenario.when(claim(ticket, by: desk.carl)).isUnchanged)
        let refused = desk.scenario.when(claim(ticket, by: desk.dora))
        #expect(refused.code == .alreadyClaimed)
        #expect(refused.field == "ticket")
        #expect(try desk.open(of: desk.carl) == 1)
        #expect(desk.scenario.when(claim(ticket, by: desk.dora), historic: true).kinds == [.ticketClaimed])
        #expect(try desk.open(of: desk.carl) == 0)
        #expect(try desk.open(of: desk.dora) == 1)
        #expect(desk.scenario.when(reassign(ticket, to: desk.carl)).kinds == [.ticketReassigned])
        #expect(desk.scenario.when(reassign(ticket, to: desk.carl)).isUnchanged)
        #expect(desk.scenario.when(reassign(ticket)).kinds == [.ticketReassigned])
        #expect(desk.state(ticket).assignment.assigneeNumber == 0)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `the employee behind the caller is the one who claims`() throws {
        var desk = try Helpdesk()
        let principal = try desk.scenario.made(RegisterPrincipal.with { $0.uid = 7 })
        let bound = desk.scenario.when(
            BindPrincipal.with {
                $0.principal = Reference(number: principal)
                $0.employee = Reference(number: desk.carl)
            })
        #expect(bound.kinds == [.principalBound])
        let ticket = try desk.opened()
        let command = ClaimTicket.with { $0.ticket = Reference(number: ticket) }
        #expect(desk.scenario.when(command, by: principal).kinds == [.ticketClaimed])
        #expect(desk.state(ticket).assignment.assigneeNumber == desk.carl.rawValue)
    }

    @Test func `messages and replies say who waits and since when`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let outcome = desk.scenario.when(message(ticket, "still leaking"))
        guard case .customerMessageReceived(let received)? = outcome.payloads.first else { return missing() }
        #expect(received.number == 1)
        #expect(received.unanswered == 1)
        #expect(received.waitingSince == desk.state(ticket).openedAt)
        #expect(!desk.scenario.showsOpenly("leaking"))
        #expect(desk.scenario.when(reply(ticket, public: false, by: desk.carl)).kinds == [.agentReplied])
        #expect(desk.state(ticket).unanswered == 1)
        let answered = desk.scenario.when(reply(ticket, by: desk.carl))
        guard case .agentReplied(let replied)? = answered.payloads.first else { return missing() }
        #expect(replied.firstResponse)
        #expect(replied.answered == 1)
        #expect(desk.state(ticket).unanswered == 0)
        #expect(!desk.state(ticket).hasWaitingSince)
        #expect(desk.state(ticket).status == .open)
        let thanks = message(ticket).with { $0.needsNoAnswer = true }
        #expect(desk.scenario.when(thanks).kinds == [.customerMessageReceived])
        #expect(!desk.state(ticket).hasWaitingSince)
        let again = desk.scenario.when(reply(ticket, by: desk.carl))
        guard case .agentReplied(let second)? = again.payloads.first else { return missing() }
        #expect(!second.firstResponse)
        #expect(desk.state(ticket).contacts == 3)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `only the assignee works on a ticket, unless the desk lets anyone`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        desk.scenario.when(claim(ticket, by: desk.carl))
        let refused = desk.scenario.when(reply(ticket, by: desk.dora))
        #expect(refused.code == .notAssignee)
        #expect(refused.field == "employee")
        #expect(desk.scenario.when(resolve(ticket, by: desk.dora)).code == .notAssignee)
        #expect(desk.scenario.when(reply(ticket, public: false, by: desk.dora)).kinds == [.agentReplied])
        #expect(desk.scenario.when(reply(ticket, by: desk.dora), historic: true).kinds == [.agentReplied])
        desk.settings { $0.anyoneMayWork = true }
        #expect(desk.scenario.when(resolve(ticket, by: desk.dora)).kinds == [.ticketResolved])
    }

    @Test func `a pending ticket goes on with the customer, with us, or at its time`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        #expect(desk.scenario.when(resume(ticket)).code == .illegalTransition)
        #expect(desk.scenario.when(awaitCustomer(ticket)).kinds == [.ticketPaused])
        #expect(desk.scenario.when(awaitCustomer(ticket)).isUnchanged)
        #expect(desk.state(ticket).status == .pending)
        #expect(desk.scenario.when(message(ticket)).kinds == [.customerMessageReceived])
        #expect(desk.state(ticket).status == .open)
        let third = AwaitThirdParty.with {
            $0.ticket = Reference(number: ticket)
            $0.party = Reference(number: desk.bea)
        }
        #expect(desk.scenario.when(third).kinds == [.ticketPaused])
        #expect(desk.state(ticket).wait == .thirdParty)
        #expect(desk.scenario.when(resume(ticket)).kinds == [.ticketResumed])
        #expect(desk.scenario.when(resume(ticket)).isUnchanged)
        let past = Instant(microseconds: desk.scenario.now.rawValue - 1)
        let refused = desk.scenario.when(awaitCustomer(ticket, until: past))
        #expect(refused.code == .schemaInvalid)
        #expect(refused.field == "resume_at")
        let until = Instant(microseconds: desk.scenario.now.rawValue + 3_600_000_000)
        #expect(desk.scenario.when(awaitCustomer(ticket, until: until)).kinds == [.ticketPaused])
        let due = desk.scenario.advance(to: until)
        #expect(due.kinds == [.ticketResumed])
        guard case .ticketResumed(let resumed)? = due.payloads.first else { return missing() }
        #expect(resumed.due)
        #expect(desk.state(ticket).status == .open)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `resolving needs a code, and some codes need words`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let refused = desk.scenario.when(resolve(ticket, ""))
        #expect(refused.code == .resolutionCodeRequired)
        #expect(refused.field == "code")
        desk.settings {
            $0.resolutionCodes = [
                ResolutionCodeDefinition.with { $0.key = "fixed" },
                ResolutionCodeDefinition.with {
                    $0.key = "other"
                    $0.needsText = true
                },
            ]
        }
        #expect(desk.scenario.when(resolve(ticket, "gone")).code == .resolutionCodeUnknown)
        #expect(desk.scenario.when(resolve(ticket, "other")).field == "resolution.text")
        let command = resolve(ticket, "other").with { $0.resolution.text = "a new nib" }
        #expect(desk.scenario.when(command).kinds == [.ticketResolved])
        #expect(!desk.scenario.showsOpenly("nib"))
        #expect(desk.scenario.when(command).isUnchanged)
        #expect(desk.scenario.when(resolve(ticket)).isUnchanged)
        #expect(try desk.scenario.claim(.openInQueue(desk.queue)) == 0)
        let other = try desk.opened()
        #expect(desk.scenario.when(resolve(other, ""), historic: true).kinds == [.ticketResolved])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a customer reopens within the window, and later opens another one`() throws {
        var desk = try Helpdesk()
        desk.settings { $0.reopenWindowSeconds = 3_600 }
        let ticket = try desk.opened()
        desk.scenario.when(reply(ticket))
        desk.scenario.when(resolve(ticket))
        let outcome = desk.scenario.when(message(ticket))
        #expect(outcome.kinds == [.customerMessageReceived, .ticketReopened])
        guard case .ticketReopened(let reopened)? = outcome.payloads.last else { return missing() }
        #expect(reopened.turn.statusBefore == .resolved)
        #expect(reopened.causePositions == [outcome.events[0].stored.position.rawValue])
        #expect(desk.state(ticket).status == .open)
        #expect(!desk.state(ticket).firstResponseGiven)
        #expect(try desk.scenario.claim(.openTickets(desk.ada)) == 1)
        desk.scenario.when(resolve(ticket))
        desk.scenario.now = Instant(microseconds: desk.scenario.now.rawValue + 3_700_000_000)
        #expect(desk.scenario.when(message(ticket)).code == .reopenWindowPassed)
        #expect(desk.scenario.when(reopen(ticket)).code == .reopenWindowPassed)
        let thanks = message(ticket).with { $0.needsNoAnswer = true }
        #expect(desk.scenario.when(thanks).kinds == [.customerMessageReceived])
        #expect(desk.scenario.when(message(ticket), historic: true).kinds == [.customerMessageReceived])
        #expect(desk.scenario.when(reopen(ticket), historic: true).kinds == [.ticketReopened])
        #expect(desk.scenario.when(reopen(ticket)).isUnchanged)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `closing needs a resolution, but not in history; closed is the end, but not in history`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        #expect(desk.scenario.when(close(ticket)).code == .illegalTransition)
        #expect(desk.scenario.when(close(ticket), historic: true).kinds == [.ticketClosed])
        #expect(desk.scenario.when(close(ticket)).isUnchanged)
        #expect(desk.scenario.when(resolve(ticket)).code == .illegalTransition)
        #expect(desk.scenario.when(claim(ticket, by: desk.carl)).code == .illegalTransition)
        #expect(desk.scenario.when(awaitCustomer(ticket)).code == .illegalTransition)
        #expect(desk.scenario.when(reply(ticket)).code == .illegalTransition)
        #expect(desk.scenario.when(message(ticket)).code == .reopenWindowPassed)
        #expect(desk.scenario.when(reopen(ticket)).code == .reopenWindowPassed)
        #expect(desk.scenario.when(reopen(ticket), historic: true).kinds == [.ticketReopened])
        #expect(desk.state(ticket).reopenings == 1)
        #expect(try desk.scenario.claim(.openInQueue(desk.queue)) == 1)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a resolved ticket closes of itself, one of an import does not`() throws {
        var desk = try Helpdesk()
        desk.settings { $0.closeAfterSeconds = 86_400 }
        let (live, past) = (try desk.opened(), try desk.opened())
        desk.scenario.when(resolve(live))
        desk.scenario.when(resolve(past), historic: true)
        let due = desk.scenario.advance(to: Instant(microseconds: desk.scenario.now.rawValue + 90_000_000_000))
        #expect(due.kinds == [.ticketClosed])
        #expect(desk.state(live).status == .closed)
        #expect(desk.state(past).status == .resolved)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `what was recorded of the end is corrected`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let openedAt = Instant(microseconds: desk.state(ticket).openedAt)
        func correct(_ change: (inout CorrectTicket) -> Void) -> CorrectTicket {
            var command = CorrectTicket.with { $0.ticket = Reference(number: ticket) }
            change(&command)
            return command
        }
        #expect(desk.scenario.when(correct { $0.resolutionCode = "x" }).code == .illegalTransition)
        desk.scenario.when(resolve(ticket))
        let earlier = correct { $0.resolvedAt = openedAt.timestamp }
        #expect(desk.scenario.when(earlier).kinds == [.ticketCorrected])
        #expect(desk.scenario.when(earlier).isUnchanged)
        #expect(desk.state(ticket).resolvedAt == openedAt.rawValue)
        #expect(desk.state(ticket).firstResolvedAt == openedAt.rawValue)
        let before = Instant(microseconds: openedAt.rawValue - 1)
        #expect(desk.scenario.when(correct { $0.resolvedAt = before.timestamp }).code == .occurredOutOfOrder)
        #expect(desk.scenario.when(correct { $0.closedAt = openedAt.timestamp }).code == .illegalTransition)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `escalation goes up`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let command = EscalateTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.level = 2
            $0.assignee = Reference(number: desk.dora)
        }
        #expect(desk.scenario.when(command).kinds == [.ticketEscalated])
        #expect(desk.state(ticket).level == 2)
        #expect(desk.state(ticket).assignment.assigneeNumber == desk.dora.rawValue)
        #expect(desk.scenario.when(command).isUnchanged)
        let lower = desk.scenario.when(command.with { $0.level = 1 })
        #expect(lower.code == .illegalTransition)
        #expect(lower.field == "level")
        #expect(desk.scenario.when(command.with { $0.level = 10 }).code == .limitExceeded)
        #expect(desk.scenario.when(command.with { $0.level = 0 }).kinds == [.ticketEscalated])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a claim stands in for the first response where the desk says so`() throws {
        var desk = try Helpdesk()
        desk.settings { $0.firstResponse = .claim }
        let ticket = try desk.opened()
        let outcome = desk.scenario.when(claim(ticket, by: desk.carl), historic: true)
        guard case .ticketClaimed(let claimed)? = outcome.payloads.first else { return missing() }
        #expect(claimed.firstResponse)
        let replied = desk.scenario.when(reply(ticket))
        guard case .agentReplied(let first)? = replied.payloads.first else { return missing() }
        #expect(!first.firstResponse)
    }
}
