internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Records show the bodies of their aggregates.
@Suite struct BodyRecordTests {
    private func reference(_ id: String, of subject: StreamNumber, role: BodyRole = .attachment) -> BodyReference {
        .with {
            $0.itemID = id
            $0.role = role
            $0.mediaType = "text/plain"
            $0.size = 5_000
            $0.subjectNumber = subject.rawValue
        }
    }

    private func title(_ id: String, _ title: String) -> BodyPersonal {
        .with {
            $0.itemID = id
            $0.fileTitle = title
        }
    }

    private func sealed(_ stream: StreamNumber, _ log: LogSketch) throws -> SealedRecord {
        try #require(try Directory.record(stream, in: try log.fold(Directory.self)))
    }

    /// A ticket with two bodies at its opening, one with a message, one with a note; the second one is redacted.
    private func ticket() throws -> (log: LogSketch, number: StreamNumber) {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let subjects = [(party, SubjectRole.requester)]
        let opened = TicketOpened.with {
            $0.head.partyNumber = party.rawValue
            $0.sequence = 1
            $0.status = .new
            $0.personalPart = true
            $0.bodies = [reference("a", of: party, role: .email), reference("b", of: party)]
            $0.emailThread.rootNumber = 2
        }
        let number = try log.begin(
            .ticket, .ticketOpened(opened), at: .day(1), subjects: subjects,
            personal: .ticketOpened(
                .with {
                    $0.personal.email.messageID = "one@ana"
                    $0.personal.bodies = [title("a", ""), title("b", "letter.txt")]
                }))
        let received = CustomerMessageReceived.with {
            $0.number = 1
            $0.status = .new
            $0.personalPart = true
            $0.bodies = [reference("c", of: party)]
            $0.emailThread.rootNumber = number.rawValue
        }
        try log.append(
            number, .customerMessageReceived(received), at: .day(2), subjects: subjects,
            personal: .customerMessageReceived(
                .with {
                    $0.text = "see the file"
                    $0.email.messageID = "two@ana"
                    $0.bodies = [title("c", "photo.png")]
                }))
        try log.append(
            number, .noteAdded(.with { $0.bodies = [reference("d", of: party)] }), at: .day(3), subjects: subjects,
            personal: .noteAdded(.with { $0.bodies = [title("d", "note.txt")] }))
        let redacted = BodyRedacted.with {
            $0.body = reference("b", of: party)
            $0.referringPosition = number.rawValue
            $0.place = 1
        }
        try log.append(number, .bodyRedacted(redacted), at: .day(4), subjects: subjects)
        return (log, number)
    }

    @Test func `a ticket's record lists its bodies, newest first, with what they are called`() throws {
        let (log, number) = try ticket()
        let record = try log.opened(try sealed(number, log))
        #expect(record.bodies.map(\.body.itemID) == ["d", "c", "b", "a"])
        #expect(record.bodies.map(\.personal.fileTitle) == ["note.txt", "photo.png", "letter.txt", ""])
        #expect(record.bodies.map(\.redacted) == [false, false, true, false])
        #expect(record.bodies.map(\.messageNumber) == [0, 1, 0, 0])
        #expect(record.bodies.last?.body.role == .email && record.bodies.last?.position == number.rawValue)
        #expect(record.ticket.messages.map(\.itemIds) == [["c"]])
        #expect(record.ticket.messages[0].message.email.messageID == "two@ana")
        #expect(record.ticket.messages[0].emailThread.rootNumber == number.rawValue)
        #expect(record.ticket.personal.email.messageID == "one@ana" && record.ticket.emailThread.rootNumber == 2)
    }

    @Test func `a body is erased with the key of its subject`() throws {
        let (log, number) = try ticket()
        let sealed = try sealed(number, log)
        var record = sealed.record
        for field in sealed.sealed { record.markErased(field) }
        #expect(record.bodies.allSatisfy { $0.erased && !$0.hasPersonal })
    }

    @Test func `on an interaction each party's part says what its own files are called`() throws {
        var log = LogSketch()
        let ana = try log.begin(.party, .partyRegistered())
        let bea = try log.begin(.party, .partyRegistered())
        let logged = InteractionLogged.with {
            $0.parties = [ana, bea].map { party in
                .with {
                    $0.partyNumber = party.rawValue
                    $0.role = .participant
                }
            }
            $0.hasContent_p = true
            $0.bodies = [reference("a", of: ana)]
            $0.thread.rootNumber = 9
        }
        let number = try log.begin(
            .interaction, .interactionLogged(logged), subjects: [(ana, .participant), (bea, .participant)],
            personal: .interactionLogged(.with { $0.content.bodies = [title("a", "offer.pdf")] }), parts: 2)
        let record = try log.opened(try sealed(number, log))
        #expect(record.bodies.map(\.personal.fileTitle) == ["offer.pdf"])
        #expect(record.interaction.thread.rootNumber == 9)
    }

    @Test func `a redaction of what is not recorded does not fit`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered())
        try log.append(party, .bodyRedacted(.with { $0.referringPosition = 1 }))
        #expect(throws: ViewError.self) { _ = try log.fold(Directory.self) }
    }
}
