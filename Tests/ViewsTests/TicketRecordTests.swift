internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

@Suite struct TicketRecordTests {
    private func record(_ stream: StreamNumber, _ log: LogSketch) throws -> Record {
        try log.opened(try #require(try Directory.record(stream, in: try log.fold(Directory.self))))
    }

    private func assignment(_ queue: UInt64, _ assignee: UInt64 = 0) -> TicketAssignment {
        .with {
            $0.queueNumber = queue
            $0.assigneeNumber = assignee
        }
    }

    private func opened(_ party: StreamNumber) -> TicketOpened {
        .with {
            $0.head.partyNumber = party.rawValue
            $0.head.channel = "email"
            $0.classification.type = "incident"
            $0.priority.key = "high"
            $0.priority.rank = 2
            $0.assignment = assignment(50)
            $0.sequence = 7
            $0.status = .new
            $0.external = [.of("desk", "1")]
            $0.personalPart = true
        }
    }

    @Test func `a ticket's record shows its course, and what was said in it`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let subjects = [(party, SubjectRole.requester)]
        let number = try log.begin(
            .ticket, .ticketOpened(opened(party)), at: .day(1), subjects: subjects,
            personal: .ticketOpened(.with { $0.personal.subjectLine = "The pen leaks" }))
        let first = try record(number, log)
        #expect(first.ticket.personal.subjectLine == "The pen leaks")
        #expect(first.ticket.partyID == LogSketch.id(of: party).description)
        #expect(first.ticket.contacts == 1 && first.ticket.sequence == 7)
        #expect(Instant(first.ticket.waitingSince) == .day(1))
        #expect(first.external == [.of("desk", "1")])

        try log.append(
            number,
            .customerMessageReceived(
                .with {
                    $0.number = 1
                    $0.statusBefore = .new
                    $0.status = .new
                    $0.unanswered = 1
                    $0.waitingSince = Instant.day(1).rawValue
                    $0.personalPart = true
                }), at: .day(2), subjects: subjects, personal: .customerMessageReceived(.with { $0.text = "still" }))
        try log.append(
            number,
            .ticketClaimed(
                .with {
                    $0.before = assignment(50)
                    $0.assignment = assignment(50, 60)
                    $0.statusBefore = .new
                }), at: .day(2), subjects: subjects)
        try log.append(
            number,
            .agentReplied(
                .with {
                    $0.number = 2
                    $0.public = true
                    $0.employeeNumber = 60
                    $0.handlingSeconds = 90
                    $0.status = .open
                    $0.firstResponse = true
                    $0.personalPart = true
                }), at: .day(3), subjects: subjects, personal: .agentReplied(.with { $0.text = "shake it" }))
        let answered = try record(number, log).ticket
        #expect(answered.status == .open && answered.assigneeNumber == 60 && answered.transfers == 0)
        #expect(answered.messages.map(\.message.text) == ["still", "shake it"])
        #expect(answered.messages.map(\.fromUs) == [false, true])
        #expect(answered.contacts == 2 && answered.replies == 1 && answered.unanswered == 0)
        #expect(!answered.hasWaitingSince && Instant(answered.firstResponseAt) == .day(3))

        try log.append(
            number,
            .ticketReassigned(
                .with {
                    $0.before = assignment(50, 60)
                    $0.assignment = assignment(50, 61)
                    $0.status = .open
                }), at: .day(3), subjects: subjects)
        try log.append(
            number,
            .ticketPaused(
                .with {
                    $0.why = .thirdParty
                    $0.waitsForNumber = 9
                    $0.resumeAt = Instant.day(9).rawValue
                }), at: .day(4), subjects: subjects)
        let pending = try record(number, log).ticket
        #expect(pending.transfers == 1 && pending.status == .pending && pending.wait == .thirdParty)
        #expect(Instant(pending.resumeAt) == .day(9) && pending.waitsForNumber == 9)
    }

    @Test func `reopenings are counted apart after a resolution and after a closing, the first resolution stays`()
        throws
    {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let subjects = [(party, SubjectRole.requester)]
        let number = try log.begin(.ticket, .ticketOpened(opened(party)), at: .day(1), subjects: subjects)
        func turn(_ before: TicketStatus) -> TicketTurn { .with { $0.statusBefore = before } }
        try log.append(
            number,
            .ticketResolved(
                .with {
                    $0.turn = turn(.new)
                    $0.code = "fixed"
                    $0.personalPart = true
                }), at: .day(2), subjects: subjects, personal: .ticketResolved(.with { $0.text = "a new nib" }))
        #expect(try record(number, log).ticket.resolution.text == "a new nib")
        try log.append(
            number,
            .ticketReopened(
                .with {
                    $0.turn = turn(.resolved)
                    $0.status = .open
                }), at: .day(3), subjects: subjects)
        try log.append(number, .ticketResolved(.with { $0.turn = turn(.open) }), at: .day(4), subjects: subjects)
        try log.append(number, .ticketClosed(.with { $0.turn = turn(.resolved) }), at: .day(5), subjects: subjects)
        let closed = try record(number, log).ticket
        #expect(closed.status == .closed && Instant(closed.closedAt) == .day(5))
        #expect(Instant(closed.firstResolvedAt) == .day(2) && Instant(closed.resolvedAt) == .day(4))
        try log.append(
            number,
            .ticketReopened(
                .with {
                    $0.turn = turn(.closed)
                    $0.status = .open
                }), at: .day(6), subjects: subjects)
        let open = try record(number, log).ticket
        #expect(open.reopenedAfterResolved == 1 && open.reopenedAfterClosed == 1 && !open.hasClosedAt)
    }

    @Test func `what was destroyed is said to be`() throws {
        var log = LogSketch()
        let party = try log.begin(.party, .partyRegistered(country: "DE"))
        let number = try log.begin(
            .ticket, .ticketOpened(opened(party)), at: .day(1), subjects: [(party, SubjectRole.requester)],
            personal: .ticketOpened(.with { $0.personal.subjectLine = "The pen leaks" }))
        var sealed = try #require(try Directory.record(number, in: try log.fold(Directory.self)))
        #expect(!sealed.record.ticket.hasPersonal)
        for field in sealed.sealed { sealed.record.markErased(field) }
        #expect(sealed.record.ticket.erased)
    }

    @Test func `a service level shows what was written last and what is in force`() throws {
        var log = LogSketch()
        func content(_ label: String) -> SlaPolicyContent { .with { $0.label = label } }
        let number = try log.begin(
            .slaPolicy,
            .slaPolicyDefined(
                .with {
                    $0.content = content("one")
                    $0.version = 1
                }))
        try log.append(
            number,
            .slaVersionActivated(
                .with {
                    $0.version = 1
                    $0.content = content("one")
                }))
        #expect(try !record(number, log).slaPolicy.hasActiveContent)
        try log.append(
            number,
            .slaPolicyChanged(
                .with {
                    $0.content = content("two")
                    $0.version = 2
                }))
        let changed = try record(number, log).slaPolicy
        #expect(changed.content.label == "two" && changed.activeVersion == 1)
        #expect(changed.activeContent.label == "one")
        try log.append(number, .slaPolicyDeactivated(.with { $0.versionBefore = 1 }))
        let off = try record(number, log).slaPolicy
        #expect(off.activeVersion == 0 && !off.hasActiveContent)
    }
}
