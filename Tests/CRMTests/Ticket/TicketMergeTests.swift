import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct TicketMergeTests {
    private func merge(_ survivor: StreamNumber, _ absorbed: StreamNumber...) -> MergeTickets {
        MergeTickets.with {
            $0.survivor = Reference(number: survivor)
            $0.absorbed = absorbed.map { Reference(number: $0) }
        }
    }

    private func unmerge(_ survivor: StreamNumber, _ position: UInt64 = 0) -> UnmergeTickets {
        UnmergeTickets.with {
            $0.survivor = Reference(number: survivor)
            $0.merge = position
        }
    }

    @Test func `tickets of one customer become one, and are several again`() throws {
        var desk = try Helpdesk()
        let first = try desk.opened()
        let second = try desk.opened { $0.priority = "urgent" }
        desk.scenario.when(message(second))
        let outcome = desk.scenario.when(merge(first, second))
        #expect(outcome.kinds == [.ticketsMerged, .ticketAbsorbed])
        #expect(outcome.events.map(\.stream) == [first, second])
        #expect(desk.state(first).priority.key == "urgent")
        #expect(desk.state(first).contacts == 3)
        #expect(desk.state(first).unanswered == 1)
        #expect(desk.state(second).mergedIntoNumber == first.rawValue)
        #expect(try desk.scenario.claim(.openTickets(desk.ada)) == 1)
        #expect(desk.scenario.when(merge(first, second)).isUnchanged)
        let away = desk.scenario.when(message(second))
        #expect(away.code == .mergedAway)
        #expect(away.refusal?.detail.relatedIds == [desk.scenario.idText(of: first)])
        desk.scenario.when(reply(first))
        #expect(desk.scenario.when(unmerge(first)).kinds == [.ticketsUnmerged, .ticketReleased])
        #expect(desk.state(first).priority.key == "normal")
        #expect(desk.state(first).contacts == 1)
        #expect(desk.state(first).unanswered == 0)
        #expect(desk.state(second).mergedIntoNumber == 0)
        #expect(desk.state(second).unanswered == 1)
        #expect(try desk.scenario.claim(.openTickets(desk.ada)) == 2)
        #expect(desk.scenario.when(unmerge(first)).isUnchanged)
        #expect(desk.scenario.when(message(second)).kinds == [.customerMessageReceived])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `merges are taken back in reverse order`() throws {
        var desk = try Helpdesk()
        let (first, second, third) = (try desk.opened(), try desk.opened(), try desk.opened())
        let one = desk.scenario.when(merge(first, second)).events[0].stored.position.rawValue
        let two = desk.scenario.when(merge(first, third)).events[0].stored.position.rawValue
        let refused = desk.scenario.when(unmerge(first, one))
        #expect(refused.code == .mergeNotLatest)
        #expect(refused.field == "merge")
        #expect(desk.scenario.when(unmerge(first, 1)).code == .notFound)
        #expect(desk.scenario.when(unmerge(first, two)).kinds == [.ticketsUnmerged, .ticketReleased])
        #expect(desk.scenario.when(unmerge(first, two)).isUnchanged)
        #expect(desk.scenario.when(unmerge(first, one)).kinds == [.ticketsUnmerged, .ticketReleased])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a survivor can be absorbed in turn, and a refusal names where it lives on`() throws {
        var desk = try Helpdesk()
        let (first, second, third) = (try desk.opened(), try desk.opened(), try desk.opened())
        desk.scenario.when(merge(first, second))
        desk.scenario.when(merge(third, first))
        let away = desk.scenario.when(claim(second, by: desk.carl))
        #expect(away.refusal?.detail.relatedIds == [desk.scenario.idText(of: third)])
        #expect(desk.scenario.when(unmerge(first)).code == .mergedAway)
        desk.scenario.when(unmerge(third))
        #expect(desk.scenario.when(unmerge(first)).kinds == [.ticketsUnmerged, .ticketReleased])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `another customer's ticket, itself, and choices of strangers are refused`() throws {
        var desk = try Helpdesk()
        let (bea, carl) = (desk.bea, desk.carl)
        let (first, second) = (try desk.opened(), try desk.opened())
        let foreign = try desk.opened { $0.party = Reference(number: bea) }
        let other = desk.scenario.when(merge(first, foreign))
        #expect(other.code == .mergeOtherCustomer)
        #expect(other.field == "absorbed[0]")
        #expect(desk.scenario.when(merge(first, first)).code == .mergeSelf)
        #expect(desk.scenario.when(merge(first, second, second)).field == "absorbed[1]")
        let choice = merge(first, second).with {
            $0.choices = [
                .with {
                    $0.field = .assignment
                    $0.ticket = Reference(number: foreign)
                }
            ]
        }
        #expect(desk.scenario.when(choice).field == "choices[0].ticket")
        desk.scenario.when(claim(second, by: carl))
        let taken = choice.with { $0.choices[0].ticket = Reference(number: second) }
        #expect(desk.scenario.when(taken).kinds == [.ticketsMerged, .ticketAbsorbed])
        #expect(desk.state(first).assignment.assigneeNumber == carl.rawValue)
        #expect(try desk.open(of: carl) == 1)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `some messages become a ticket of their own`() throws {
        var desk = try Helpdesk()
        let ada = desk.ada
        let ticket = try desk.opened { $0.priority = "high" }
        desk.scenario.when(reply(ticket))
        desk.scenario.when(message(ticket, "and another thing"))
        let command = SplitTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.newTicket.personal.subjectLine = "Another thing"
            $0.messages = [2]
        }
        let outcome = desk.scenario.when(command)
        #expect(outcome.kinds == [.ticketOpened, .ticketSplit])
        let split = outcome.events[0].stream
        #expect(outcome.events[1].stream == ticket)
        #expect(desk.state(split).priority.key == "high")
        #expect(desk.state(split).head.partyNumber == ada.rawValue)
        #expect(desk.state(split).links.map(\.kind) == [.splitFrom])
        #expect(desk.state(ticket).unanswered == 0)
        #expect(!desk.state(ticket).hasWaitingSince)
        #expect(desk.state(ticket).contacts == 1)
        #expect(!desk.scenario.showsOpenly("Another"))
        let again = desk.scenario.when(command)
        #expect(again.code == .messageUnknown)
        #expect(again.field == "messages[0]")
        #expect(desk.scenario.isReproducible)
    }

    @Test func `links are said once, and never lead back`() throws {
        var desk = try Helpdesk()
        let (first, second, third) = (try desk.opened(), try desk.opened(), try desk.opened())
        func link(_ from: StreamNumber, _ to: StreamNumber, _ kind: TicketLinkKind) -> LinkTicket {
            LinkTicket.with {
                $0.ticket = Reference(number: from)
                $0.link.kind = kind
                $0.link.target = Reference(number: to)
            }
        }
        #expect(desk.scenario.when(link(second, first, .causedBy)).kinds == [.ticketLinked])
        #expect(desk.scenario.when(link(second, first, .causedBy)).isUnchanged)
        #expect(desk.scenario.when(link(third, second, .causedBy)).kinds == [.ticketLinked])
        let refused = desk.scenario.when(link(first, third, .causedBy))
        #expect(refused.code == .cycle)
        #expect(refused.field == "link.target")
        #expect(desk.scenario.when(link(first, first, .relatesTo)).code == .cycle)
        #expect(desk.scenario.when(link(first, third, .relatesTo)).kinds == [.ticketLinked])
        let unlink = UnlinkTicket.with {
            $0.ticket = Reference(number: second)
            $0.link.target = Reference(number: first)
        }
        #expect(desk.scenario.when(unlink).kinds == [.ticketUnlinked])
        #expect(desk.scenario.when(unlink).isUnchanged)
        #expect(desk.scenario.isReproducible)
    }
}
