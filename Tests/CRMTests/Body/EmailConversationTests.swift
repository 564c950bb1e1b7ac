import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

/// E-mails find their conversations.
@Suite struct EmailConversationTests {
    /// A ticket that was opened by an e-mail.
    private static func opened(_ desk: inout Helpdesk, _ email: EmailPersonal) throws -> StreamNumber {
        try desk.opened { $0.personal.email = email }
    }

    private static func mail(_ email: EmailPersonal) -> RecordCustomerMessage {
        .with {
            $0.message.text = "still leaks"
            $0.message.email = email
        }
    }

    @Test func `an answer goes on with its ticket`() throws {
        var desk = try Helpdesk()
        let ticket = try Self.opened(&desk, header("one@ada"))
        guard case .ticketOpened(let opened)? = desk.scenario.events.last?.stored.payload else { return missing() }
        #expect(opened.emailThread.rootNumber == ticket.rawValue && opened.emailThread.parentNumber == 0)
        let replied = reply(ticket).with { $0.message.email = header("two@us", to: "one@ada") }
        #expect(desk.scenario.when(replied).kinds == [.agentReplied])
        let outcome = desk.scenario.when(
            Self.mail(header("three@ada", to: "two@us", references: ["one@ada", "two@us"])))
        guard case .customerMessageReceived(let received)? = outcome.payloads.first else { return missing() }
        #expect(received.number == 2 && received.emailThread.rootNumber == ticket.rawValue)
        #expect(received.emailThread.parentNumber == ticket.rawValue)
        #expect(desk.scenario.lastTarget == ticket)
        for word in ["one@ada", "two@us", "three@ada", "support@", "kettle"] {
            #expect(!desk.scenario.showsOpenly(word))
        }
        #expect(desk.scenario.lastDecided.isEmpty)
        #expect(desk.scenario.isReproducible)
    }

    @Test func `a mailbox can be read twice`() throws {
        var desk = try Helpdesk()
        let first = OpenTicket.with {
            $0.party = Reference(number: desk.ada)
            $0.personal.email = header("one@ada")
        }
        let ticket = try desk.scenario.made(first)
        for historic in [false, true] {
            let again = desk.scenario.when(first, historic: historic)
            #expect(again.code == .emailKnown && again.field == "personal.email.message_id")
            #expect(again.refusal?.detail.relatedIds == [try #require(desk.id(of: ticket))])
        }
        let answer = Self.mail(header("two@ada", to: "one@ada"))
        #expect(desk.scenario.when(answer).kinds == [.customerMessageReceived])
        let again = desk.scenario.when(answer)
        #expect(again.code == .emailKnown)
        #expect(again.refusal?.detail.relatedIds == [try #require(desk.id(of: ticket))])
        // Also where it does not say any more what it answers.
        #expect(desk.scenario.when(Self.mail(header("two@ada"))).code == .emailKnown)
    }

    @Test func `without a known message there is no conversation`() throws {
        var desk = try Helpdesk()
        let lost = desk.scenario.when(Self.mail(header("one@ada", to: "never@seen", references: ["nor@this"])))
        #expect(lost.code == .conversationUnknown && lost.field == "message.email")
        #expect(desk.scenario.when(Self.mail(header("one@ada"))).code == .conversationUnknown)
        #expect(desk.scenario.when(RecordCustomerMessage.with { $0.message.text = "?" }).field == "ticket")
    }

    @Test func `the newest known message decides, and a merged ticket goes on in its survivor`() throws {
        var desk = try Helpdesk()
        let first = try Self.opened(&desk, header("one@ada"))
        let second = try Self.opened(&desk, header("two@ada"))
        let answer = Self.mail(header("three@ada", to: "lost@us", references: ["one@ada", "two@ada", "lost@us"]))
        let outcome = desk.scenario.when(answer)
        guard case .customerMessageReceived(let received)? = outcome.payloads.first else { return missing() }
        #expect(desk.scenario.lastTarget == second)
        #expect(received.emailThread.parentNumber == second.rawValue)
        #expect(received.emailThread.rootNumber == first.rawValue)
        let merge = MergeTickets.with {
            $0.survivor = Reference(number: first)
            $0.absorbed = [Reference(number: second)]
        }
        #expect(desk.scenario.when(merge).code == nil)
        #expect(desk.scenario.when(Self.mail(header("four@ada", to: "three@ada"))).kinds == [.customerMessageReceived])
        #expect(desk.scenario.lastTarget == first)
    }

    @Test func `an interaction is found by its e-mail, beside a ticket that holds it as well`() throws {
        var desk = try Helpdesk()
        let log = LogInteraction.with {
            $0.detail.channel = "email"
            $0.detail.direction = .inbound
            $0.parties = [.with { $0.party = Reference(number: desk.ada) }]
            $0.content.email = header("one@ada")
        }
        let interaction = try desk.scenario.made(log)
        let again = desk.scenario.when(log)
        #expect(again.code == .emailKnown)
        #expect(again.refusal?.detail.relatedIds == [try #require(desk.id(of: interaction))])
        let ticket = try Self.opened(&desk, header("one@ada"))
        let answer = log.with { $0.content.email = header("two@ada", to: "one@ada") }
        guard case .interactionLogged(let logged)? = desk.scenario.when(answer).payloads.first else { return missing() }
        #expect(logged.thread.parentNumber == ticket.rawValue && logged.thread.rootNumber == ticket.rawValue)
        // A correction of the text leaves the header as it was.
        let correction = CorrectInteraction.with {
            $0.interaction = Reference(number: interaction)
            $0.content.text = "asks about the kettle"
        }
        #expect(desk.scenario.when(correction).kinds == [.interactionCorrected])
        guard case .interactionCorrected(let part)? = desk.scenario.lastPersonal else { return missing() }
        #expect(part.content.email.messageID == "one@ada" && part.content.text == "asks about the kettle")
        #expect(desk.scenario.when(correction).isUnchanged)
        #expect(desk.scenario.when(correction.with { $0.content.email = header("x@y") }).field == "content.email")
    }

    @Test func `headers keep to their form, and many references are cut in the middle`() throws {
        var desk = try Helpdesk()
        let ticket = try desk.opened()
        func sent(_ email: EmailPersonal) -> RecordCustomerMessage { message(ticket).with { $0.message.email = email } }
        #expect(desk.scenario.when(sent(header("<one@ada>"))).field == "message.email.message_id")
        #expect(desk.scenario.when(sent(header("one ada"))).code == .schemaInvalid)
        #expect(desk.scenario.when(sent(header(String(repeating: "x", count: 999)))).code == .limitExceeded)
        let long = (0..<101).map { "\($0)" + String(repeating: "y", count: 600) }
        #expect(desk.scenario.when(sent(header("a@b", references: long))).field == "message.email")
        let many = (0..<300).map { "\($0)@x" }
        #expect(desk.scenario.when(sent(header("a@b", references: many))).kinds == [.customerMessageReceived])
        guard case .customerMessageReceived(let part)? = desk.scenario.lastPersonal else { return missing() }
        #expect(part.email.references == ["0@x"] + many.suffix(99))
        let nobodys = OpenTicket.with { $0.personal.email = header("c@d") }
        #expect(desk.scenario.when(nobodys, historic: true).code == .noParty)
    }

    @Test func `nobody takes the service's own name for e-mails`() throws {
        var desk = try Helpdesk()
        let key = ExternalKey(system: "message-id", key: "one@ada")
        let open = OpenTicket.with {
            $0.party = Reference(number: desk.ada)
            $0.external = [key]
        }
        #expect(desk.scenario.when(open).field == "external[0].system")
        let ticket = try desk.opened()
        let link = LinkExternalRecord.with {
            $0.kind = .ticket
            $0.target = Reference(number: ticket)
            $0.key = key
        }
        #expect(desk.scenario.when(link).field == "key.system")
    }
}
