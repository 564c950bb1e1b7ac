import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// Bodies on tickets, notes and interactions, and their redaction.
@Suite struct BodyCommandTests {
    @Test func `a ticket and its messages refer to what was uploaded, and hide what it is called`() throws {
        var desk = try Helpdesk()
        let (first, second, third) = (desk.item(of: desk.ada), desk.item(of: desk.ada), desk.item(of: desk.ada))
        let ticket = try desk.opened { $0.bodies = [first] }
        guard case .ticketOpened(let opened)? = desk.scenario.events.last?.stored.payload else { return missing() }
        #expect(opened.bodies.map(\.itemID) == [first.itemID])
        #expect(opened.bodies[0].sealedSize == 5_028 && opened.bodies[0].subjectNumber == desk.ada.rawValue)
        #expect(opened.personalPart && !opened.hasEmailThread)
        guard case .ticketOpened(let part)? = desk.scenario.lastPersonal else { return missing() }
        #expect(part.personal.bodies.map(\.fileTitle) == ["passport of Ada.pdf"])
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = [second] }).kinds == [.customerMessageReceived])
        #expect(desk.scenario.when(reply(ticket).with { $0.bodies = [third] }).kinds == [.agentReplied])
        #expect(!desk.scenario.showsOpenly("passport"))
        #expect(try desk.scenario.claim(.body(try #require(Identifier(second.itemID)))) > 0)
        // What changes the text keeps what came with the opening.
        let change = ChangeTicket.with {
            $0.ticket = Reference(number: ticket)
            $0.personal.text = "leaks"
        }
        #expect(desk.scenario.when(change).kinds == [.ticketChanged])
        guard case .ticketChanged(let changed)? = desk.scenario.lastPersonal else { return missing() }
        #expect(changed.personal.bodies.count == 1 && changed.personal.text == "leaks")
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a message needs no text beside its body`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        let item = desk.item(of: desk.ada)
        let silent = message(ticket, "").with { $0.bodies = [item] }
        guard case .customerMessageReceived(let received)? = desk.scenario.when(silent).payloads.first else {
            return missing()
        }
        #expect(received.bodies[0].role == .attachment && received.personalPart)
    }

    @Test func `an item belongs to one event, and to the one whom it concerns`() throws {
        var desk = try Helpdesk()
        let item = desk.item(of: desk.ada)
        let ticket = try desk.opened { $0.bodies = [item] }
        let taken = desk.scenario.when(message(ticket).with { $0.bodies = [item] })
        #expect(taken.code == .bodyTaken && taken.field == "bodies[0].item_id")
        let foreign = desk.item(of: desk.bea)
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = [foreign] }).code == .bodySubject)
        let nobodys = desk.item(of: .none)
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = [nobodys] }).code == .bodySubject)
        let unknown = BodyInput.with { $0.itemID = desk.scenario.freshID().description }
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = [unknown] }).code == .bodyUnknown)
        #expect(
            desk.scenario.when(message(ticket).with { $0.bodies = [foreign] }, historic: true).code == .bodySubject)
        let twice = desk.item(of: desk.ada)
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = [twice, twice] }).code == .schemaInvalid)
        let many = (0...50).map { _ in desk.item(of: desk.ada) }
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = many }).code == .limitExceeded)
        #expect(desk.scenario.when(message(ticket).with { $0.bodies = Array(many.prefix(50)) }).kinds.count == 1)
    }

    @Test func `what concerns nobody takes what concerns nobody`() throws {
        var desk = try Helpdesk()
        let item = desk.item(of: .none)
        let outcome = desk.scenario.when(OpenTicket.with { $0.bodies = [item] }, historic: true)
        guard case .ticketOpened(let opened)? = outcome.payloads.first else { return missing() }
        #expect(opened.bodies.count == 1 && opened.bodies[0].subjectNumber == 0)
        #expect(!desk.scenario.showsOpenly("passport"))
        let queue = desk.item(of: .none)
        let note = AddNote.with {
            $0.kind = .queue
            $0.target = Reference(number: desk.queue)
            $0.bodies = [queue]
        }
        #expect(desk.scenario.when(note).kinds == [.noteAdded])
        #expect(desk.scenario.when(note.with { $0.bodies = [] }).code == .schemaInvalid)
        #expect(desk.scenario.when(note.with { $0.bodies = [desk.item(of: desk.ada)] }).code == .bodySubject)
    }

    @Test func `notes on parties and employees take bodies of theirs`() throws {
        var desk = try Helpdesk()
        for (kind, number) in [(AggregateKind.party, desk.ada), (.employee, desk.carl)] {
            let item = desk.item(of: number)
            let note = AddNote.with {
                $0.kind = kind
                $0.target = Reference(number: number)
                $0.note.text = "see the file"
                $0.bodies = [item]
            }
            let outcome = desk.scenario.when(note)
            guard case .noteAdded(let added)? = outcome.payloads.first else { return missing() }
            #expect(added.text.isEmpty && added.bodies.map(\.itemID) == [item.itemID])
        }
        #expect(!desk.scenario.showsOpenly("passport"))
    }

    @Test func `the title of a file stands in the part of the party that it concerns`() throws {
        var desk = try Helpdesk()
        let (of, other) = (desk.item(of: desk.ada), desk.item(of: desk.bea))
        let log = LogInteraction.with {
            $0.detail.channel = "email"
            $0.detail.direction = .inbound
            $0.parties = [
                .with { $0.party = Reference(number: desk.ada) },
                .with {
                    $0.party = Reference(number: desk.bea)
                    $0.role = .mentioned
                },
            ]
            $0.bodies = [of]
        }
        #expect(desk.scenario.when(log.with { $0.bodies = [other] }).code == .bodySubject)
        let outcome = desk.scenario.when(log)
        guard case .interactionLogged(let logged)? = outcome.payloads.first else { return missing() }
        #expect(logged.bodies.count == 1 && logged.hasContent_p)
        guard case .interactionLogged(let part)? = desk.scenario.lastPersonal else { return missing() }
        #expect(part.content.bodies.map(\.itemID) == [of.itemID])
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a redaction names the item and its event, and happens once`() throws {
        var desk = try Helpdesk()
        let (item, other) = (desk.item(of: desk.ada), desk.item(of: desk.ada))
        let ticket = try desk.opened { $0.bodies = [other, item] }
        let position = try #require(desk.scenario.events.last?.stored.position.rawValue)
        #expect(desk.scenario.when(redact(item, of: .ticket, ticket)).code == .reasonRequired)
        let outcome = desk.scenario.when(redact(item, of: .ticket, ticket), reason: "not ours to keep")
        guard case .bodyRedacted(let redacted)? = outcome.payloads.first else { return missing() }
        #expect(redacted.body.itemID == item.itemID && redacted.place == 1 && redacted.referringPosition == position)
        #expect(desk.scenario.when(redact(item, of: .ticket, ticket), reason: "again").isUnchanged)
        #expect(desk.scenario.when(redact(other, of: .party, desk.ada), reason: "x").code == .bodyTaken)
        let unused = desk.item(of: desk.ada)
        #expect(desk.scenario.when(redact(unused, of: .ticket, ticket), reason: "x").code == .bodyUnknown)
        #expect(try desk.scenario.claim(.bodyRedactions) == 1)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `tickets within other commands bring no bodies, and titles stand with the bodies`() throws {
        var desk = try Helpdesk()
        let item = desk.item(of: desk.ada)
        let upsert = UpsertTicket.with {
            $0.key = ExternalKey(system: "desk", key: "1")
            $0.ticket.party = Reference(number: desk.ada)
            $0.ticket.bodies = [item]
        }
        #expect(desk.scenario.when(upsert).field == "ticket.bodies")
        let mail = upsert.with {
            $0.ticket.bodies = []
            $0.ticket.personal.email = header("a@x")
        }
        #expect(desk.scenario.when(mail).field == "ticket.personal.email")
        let ticket = try desk.opened()
        let titled = message(ticket).with { $0.message.bodies = [.with { $0.fileTitle = "x" }] }
        #expect(desk.scenario.when(titled).field == "message.bodies")
    }
}
