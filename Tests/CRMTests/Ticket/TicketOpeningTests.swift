import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct TicketOpeningTests {
    @Test func `a ticket says who asks, waits in the default queue, and its text is sealed for the one who asks`()
        throws
    {
        var desk = try Helpdesk()
        let (ada, bea, queue) = (desk.ada, desk.bea, desk.queue)
        let command = OpenTicket.with {
            $0.party = Reference(number: ada)
            $0.requester = Reference(number: bea)
            $0.personal.subjectLine = "The pen leaks"
            $0.personal.text = "since yesterday"
            $0.channel = "email"
        }
        let outcome = desk.scenario.when(command)
        #expect(outcome.kinds == [.ticketOpened])
        guard case .ticketOpened(let opened)? = outcome.payloads.first else { return missing() }
        #expect(opened.head.partyNumber == ada.rawValue)
        #expect(opened.head.requesterNumber == bea.rawValue)
        #expect(opened.status == .new)
        #expect(opened.assignment.queueNumber == queue.rawValue)
        #expect(opened.priority.key == "normal")
        #expect(opened.priority.rank == 3)
        #expect(opened.sequence == 1)
        #expect(concerned(outcome).map(\.subject) == [bea, ada])
        #expect(concerned(outcome).map(\.role) == [.requester, .served])
        #expect(!desk.scenario.showsOpenly("leaks"))
        #expect(!desk.scenario.showsOpenly("yesterday"))
        let ticket = outcome.events[0].stream
        #expect(desk.state(ticket).contacts == 1)
        #expect(desk.state(ticket).hasWaitingSince)
        #expect(try desk.scenario.claim(.openTickets(ada)) == 1)
        #expect(try desk.scenario.claim(.openInQueue(queue)) == 1)
        let second = try desk.opened()
        #expect(desk.state(second).sequence == 2)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a live ticket concerns somebody, history may lack him`() throws {
        var desk = try Helpdesk()
        let refused = desk.scenario.when(OpenTicket())
        #expect(refused.code == .noParty)
        #expect(refused.field == "party")
        let command = OpenTicket.with { $0.personal.subjectLine = "Server down" }
        let outcome = desk.scenario.when(command, historic: true)
        guard case .ticketOpened(let opened)? = outcome.payloads.first else { return missing() }
        #expect(opened.head.subjectLine == "Server down")
        #expect(outcome.events[0].subjects.isEmpty)
    }

    @Test func `one that is opened by us waits for nobody`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened { $0.openedByUs = true }
        #expect(desk.state(ticket).contacts == 0)
        #expect(!desk.state(ticket).hasWaitingSince)
    }

    @Test func `keys are those of the service desk where it names any`() throws {
        var desk = try Helpdesk()
        let free = try desk.opened { $0.category = "anything" }
        #expect(desk.state(free).classification.category == "anything")
        let queue = try desk.scenario.made(DefineQueue.with { $0.label = "Billing" })
        var settings = SetServiceDesk()
        settings.terms.priorities = [
            PriorityDefinition.with {
                $0.key = "p1"
                $0.rank = 1
            },
            PriorityDefinition.with {
                $0.key = "p2"
                $0.rank = 2
            },
        ]
        settings.categories = [
            TicketKindInput.with {
                $0.key = "billing"
                $0.queue = Reference(number: queue)
            }
        ]
        #expect(desk.scenario.when(settings).kinds == [.serviceDeskSet])
        #expect(desk.scenario.when(settings).isUnchanged)
        let ticket = try desk.opened { $0.category = "billing" }
        #expect(desk.state(ticket).assignment.queueNumber == queue.rawValue)
        #expect(desk.state(ticket).priority.key == "p2")
        #expect(desk.state(ticket).priority.rank == 2)
        let refused = desk.scenario.when(
            OpenTicket.with {
                $0.party = Reference(number: desk.ada)
                $0.category = "other"
            })
        #expect(refused.code == .ticketKindUnknown)
        #expect(refused.field == "category")
        let urgent = desk.scenario.when(
            SetPriority.with {
                $0.ticket = Reference(number: ticket)
                $0.priority = "urgent"
            })
        #expect(urgent.code == .priorityUnknown)
        #expect(urgent.field == "priority")
    }

    @Test func `what it is about changes, and its text goes over to the new party`() throws {
        var desk = try Helpdesk()
        let (ada, bea) = (desk.ada, desk.bea)
        let ticket = try desk.opened { $0.personal.subjectLine = "leak" }
        let command = ChangeTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.party = Reference(number: bea)
        }
        let outcome = desk.scenario.when(command)
        #expect(outcome.kinds == [.ticketChanged])
        #expect(concerned(outcome).map(\.subject) == [bea, ada])
        guard case .ticketChanged(let part)? = outcome.events[0].personal.first?.data else { return missing() }
        #expect(part.personal.subjectLine == "leak")
        #expect(try desk.scenario.claim(.openTickets(ada)) == 0)
        #expect(try desk.scenario.claim(.openTickets(bea)) == 1)
        #expect(desk.scenario.when(command).isUnchanged)
        let classify = ClassifyTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.type = "incident"
        }
        #expect(desk.scenario.when(classify).kinds == [.ticketClassified])
        #expect(desk.scenario.when(classify).isUnchanged)
        let none = ChangeTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.clear = ["party"]
        }
        #expect(desk.scenario.when(none).code == .noParty)
        #expect(desk.scenario.when(none, historic: true).kinds == [.ticketChanged])
        #expect(!desk.scenario.showsOpenly("leak"))
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a source sends the same ticket again and again`() throws {
        var desk = try Helpdesk()
        let ada = desk.ada
        func upsert(_ version: UInt64, _ change: (inout OpenTicket) -> Void) -> UpsertTicket {
            var command = UpsertTicket()
            command.key = ExternalKey(system: "desk", key: "INC1")
            command.sourceVersion = version
            command.ticket.party = Reference(number: ada)
            change(&command.ticket)
            return command
        }
        let first = upsert(1) {
            $0.priority = "high"
            $0.personal.subjectLine = "leak"
        }
        let opened = desk.scenario.when(first)
        #expect(opened.kinds == [.ticketOpened])
        let ticket = opened.events[0].stream
        #expect(desk.scenario.when(first).isUnchanged)
        let waits = upsert(2) { $0.reached = .pending }
        #expect(desk.scenario.when(waits).kinds == [.ticketPaused])
        #expect(desk.scenario.when(first).code == .staleSource)
        #expect(desk.scenario.when(upsert(3) { $0.reached = .open }).kinds == [.ticketResumed])
        let now = desk.scenario.now
        let done = upsert(4) {
            $0.reached = .resolved
            $0.resolvedAt = now.timestamp
            $0.resolutionCode = "fixed"
        }
        #expect(desk.scenario.when(done).kinds == [.ticketResolved])
        #expect(desk.scenario.when(done).isUnchanged)
        #expect(desk.state(ticket).resolvedAt == now.rawValue)
        let over = upsert(5) {
            $0.reached = .closed
            $0.resolvedAt = now.timestamp
            $0.closedAt = Instant(microseconds: now.rawValue + 1).timestamp
        }
        #expect(desk.scenario.when(over).kinds == [.ticketClosed])
        #expect(desk.scenario.when(over).isUnchanged)
        let late = upsert(6) {
            $0.reached = .closed
            $0.resolvedAt = now.timestamp
            $0.closedAt = Instant(microseconds: now.rawValue + 2).timestamp
        }
        #expect(desk.scenario.when(late).kinds == [.ticketCorrected])
        #expect(desk.scenario.when(upsert(7) { $0.reached = .open }).code == .reopenWindowPassed)
        #expect(desk.scenario.when(upsert(7) { $0.reached = .open }, historic: true).kinds == [.ticketReopened])
        #expect(desk.scenario.isReproducible)
    }

    /// Whom the first event concerns, without the sealed fingerprint's own entry.
    private func concerned(_ outcome: Outcome) -> [SubjectEntry] {
        outcome.events[0].subjects.filter { $0.role != .fingerprint }
    }
}
