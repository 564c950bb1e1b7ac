internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Views

/// Tickets in a log, with what the tests say of them kept beside it the plain way.
struct TicketSketch {
    var log = LogSketch()
    private(set) var tickets: [StreamNumber: Ticket] = [:]
    private var sequence: UInt64 = 0

    /// How a ticket stands, as the test knows it.
    struct Ticket {
        var status = TicketStatus.new
        var absorbed = false
        var party: UInt64 = 0
        var assignment = TicketAssignment()
        var priority = TicketPriority()
        var type = ""
        var channel = ""
        var openedAt = Instant.day(0)
        var waitingSince: Instant?
        var contacts: UInt32 = 1
        var reopenings = 0
        var cycleStartedAt = Instant.day(0)
        var responded = false
        var handling: UInt64 = 0
        var everResolved = false
        /// How it stood from each instant on.
        var moments: [Moment] = []
        var responses: [(at: Instant, seconds: Double, isReopened: Bool, agent: UInt64)] = []
        var nextResponses: [(at: Instant, seconds: Double)] = []
        var resolutions: [Resolution] = []
        var transfers: [Instant] = []
        var escalations: [(at: Instant, level: UInt32)] = []

        var isOpen: Bool { !absorbed && (status == .new || status == .open || status == .pending) }
    }

    struct Moment {
        var from: Instant
        var isOpen: Bool
        var isPending: Bool
        var assignment: TicketAssignment
    }

    struct Resolution {
        var at: Instant
        var isFirst: Bool
        var contacts: UInt32
        var handling: UInt64
        var reopenedAt: Instant?
    }

    // MARK: Beginning

    /// Opens a ticket.
    @discardableResult
    mutating func open(
        at instant: Instant, queue: UInt64 = 0, agent: UInt64 = 0, rank: UInt32 = 0, classRank: UInt32 = 0,
        party: StreamNumber = .none, byUs: Bool = false, subject: String? = nil,
        _ change: (inout TicketOpened) -> Void = { _ in }
    ) throws -> StreamNumber {
        sequence += 1
        var opened = TicketOpened()
        opened.head.partyNumber = party.rawValue
        opened.head.channel = "web"
        opened.assignment.queueNumber = queue
        opened.assignment.assigneeNumber = agent
        opened.priority.rank = rank
        opened.priority.key = rank == 0 ? "" : "p\(rank)"
        opened.customerClassRank = classRank
        opened.sequence = sequence
        opened.status = agent == 0 ? .new : .open
        opened.openedByUs = byUs
        opened.personalPart = subject != nil
        change(&opened)
        let personal = subject.map { subject in
            PersonalData.OneOf_Data.ticketOpened(.with { $0.personal.subjectLine = subject })
        }
        let number = try log.begin(
            .ticket, .ticketOpened(opened), at: instant, subjects: party == .none ? [] : [(party, .requester)],
            personal: personal)
        var ticket = Ticket()
        ticket.status = opened.status
        ticket.party = party.rawValue
        ticket.assignment = opened.assignment
        ticket.priority = opened.priority
        ticket.type = opened.classification.type
        ticket.channel = opened.head.channel
        (ticket.openedAt, ticket.cycleStartedAt) = (instant, instant)
        ticket.waitingSince = byUs ? nil : instant
        ticket.contacts = byUs ? 0 : 1
        tickets[number] = ticket
        note(number, instant)
        return number
    }

    private mutating func note(_ number: StreamNumber, _ instant: Instant) {
        guard let ticket = tickets[number] else { return }
        tickets[number]?.moments.append(
            Moment(
                from: instant, isOpen: ticket.isOpen, isPending: ticket.status == .pending,
                assignment: ticket.assignment))
    }

    private func ticket(_ number: StreamNumber) throws -> Ticket { try #require(tickets[number]) }

    // MARK: Who works on it

    mutating func claim(_ number: StreamNumber, by agent: UInt64, at instant: Instant, responds: Bool = false) throws {
        var ticket = try ticket(number)
        var claimed = TicketClaimed()
        (claimed.before, claimed.assignment) = (ticket.assignment, ticket.assignment)
        claimed.assignment.assigneeNumber = agent
        claimed.statusBefore = ticket.status
        claimed.firstResponse = responds && !ticket.responded
        try log.append(number, .ticketClaimed(claimed), at: instant)
        move(&ticket, to: claimed.assignment, instant)
        if ticket.status == .new { ticket.status = .open }
        if claimed.firstResponse { respond(&ticket, instant, agent) }
        tickets[number] = ticket
        note(number, instant)
    }

    mutating func reassign(_ number: StreamNumber, to agent: UInt64, at instant: Instant) throws {
        var ticket = try ticket(number)
        var reassigned = TicketReassigned()
        (reassigned.before, reassigned.assignment) = (ticket.assignment, ticket.assignment)
        reassigned.assignment.assigneeNumber = agent
        reassigned.statusBefore = ticket.status
        reassigned.status = ticket.status == .new && agent != 0 ? .open : ticket.status
        try log.append(number, .ticketReassigned(reassigned), at: instant)
        move(&ticket, to: reassigned.assignment, instant)
        ticket.status = reassigned.status
        tickets[number] = ticket
        note(number, instant)
    }

    mutating func route(_ number: StreamNumber, to queue: UInt64, at instant: Instant) throws {
        var ticket = try ticket(number)
        var routed = TicketRouted()
        routed.before = ticket.assignment
        routed.assignment.queueNumber = queue
        routed.statusBefore = ticket.status
        try log.append(number, .ticketRouted(routed), at: instant)
        move(&ticket, to: routed.assignment, instant)
        tickets[number] = ticket
        note(number, instant)
    }

    private func move(_ ticket: inout Ticket, to after: TicketAssignment, _ instant: Instant) {
        let before = ticket.assignment
        let isHandedOver =
            before.assigneeNumber != 0 && after.assigneeNumber != 0 && before.assigneeNumber != after.assigneeNumber
        if isHandedOver || (before.queueNumber != 0 && before.queueNumber != after.queueNumber) {
            ticket.transfers.append(instant)
        }
        ticket.assignment = after
    }

    mutating func escalate(_ number: StreamNumber, to level: UInt32, at instant: Instant) throws {
        let ticket = try ticket(number)
        var escalated = TicketEscalated()
        escalated.level = level
        (escalated.before, escalated.assignment) = (ticket.assignment, ticket.assignment)
        (escalated.statusBefore, escalated.status) = (ticket.status, ticket.status)
        try log.append(number, .ticketEscalated(escalated), at: instant)
        tickets[number]?.escalations.append((instant, level))
    }

    // MARK: What is said

    mutating func message(_ number: StreamNumber, at instant: Instant) throws {
        var ticket = try ticket(number)
        var received = CustomerMessageReceived()
        received.statusBefore = ticket.status
        if ticket.status == .pending { ticket.status = .open }
        received.status = ticket.status
        if ticket.waitingSince == nil { ticket.waitingSince = instant }
        received.waitingSince = ticket.waitingSince?.rawValue ?? 0
        received.unanswered = 1
        try log.append(number, .customerMessageReceived(received), at: instant)
        ticket.contacts += 1
        tickets[number] = ticket
        note(number, instant)
    }

    mutating func reply(_ number: StreamNumber, by agent: UInt64 = 0, at instant: Instant, handling: UInt32 = 0) throws
    {
        var ticket = try ticket(number)
        var replied = AgentReplied()
        replied.public = true
        replied.employeeNumber = agent
        replied.handlingSeconds = handling
        (replied.statusBefore, replied.status) = (ticket.status, ticket.status == .new ? .open : ticket.status)
        replied.firstResponse = !ticket.responded
        if let since = ticket.waitingSince { replied.waitingSinceBefore = since.rawValue }
        try log.append(number, .agentReplied(replied), at: instant)
        ticket.status = replied.status
        ticket.handling += UInt64(handling)
        if replied.firstResponse {
            respond(&ticket, instant, agent)
        } else if let since = ticket.waitingSince {
            ticket.nextResponses.append((instant, seconds(since, instant)))
        }
        ticket.waitingSince = nil
        tickets[number] = ticket
        note(number, instant)
    }

    private func respond(_ ticket: inout Ticket, _ instant: Instant, _ agent: UInt64) {
        ticket.responded = true
        ticket.responses.append(
            (
                instant, seconds(ticket.cycleStartedAt, instant), ticket.reopenings > 0,
                agent == 0 ? ticket.assignment.assigneeNumber : agent
            ))
    }

    private func seconds(_ start: Instant, _ end: Instant) -> Double {
        Double(end.rawValue - start.rawValue) / 1_000_000
    }

    // MARK: Its course

    mutating func pause(_ number: StreamNumber, until: Instant? = nil, at instant: Instant) throws {
        let ticket = try ticket(number)
        var paused = TicketPaused()
        paused.why = .customer
        paused.statusBefore = ticket.status
        if let until { paused.resumeAt = until.rawValue }
        try log.append(number, .ticketPaused(paused), at: instant)
        tickets[number]?.status = .pending
        note(number, instant)
    }

    mutating func resume(_ number: StreamNumber, at instant: Instant) throws {
        try log.append(number, .ticketResumed(.with { $0.whyBefore = .customer }), at: instant)
        tickets[number]?.status = .open
        note(number, instant)
    }

    mutating func resolve(_ number: StreamNumber, at instant: Instant, handling: UInt32 = 0) throws {
        var ticket = try ticket(number)
        var resolved = TicketResolved()
        resolved.turn = turn(ticket)
        resolved.handlingSeconds = handling
        try log.append(number, .ticketResolved(resolved), at: instant)
        ticket.status = .resolved
        ticket.handling += UInt64(handling)
        ticket.waitingSince = nil
        ticket.resolutions.append(
            Resolution(
                at: instant, isFirst: !ticket.everResolved, contacts: ticket.contacts, handling: ticket.handling,
                reopenedAt: nil))
        ticket.everResolved = true
        tickets[number] = ticket
        note(number, instant)
    }

    mutating func close(_ number: StreamNumber, at instant: Instant) throws {
        let ticket = try ticket(number)
        try log.append(number, .ticketClosed(.with { $0.turn = turn(ticket) }), at: instant)
        tickets[number]?.status = .closed
        tickets[number]?.waitingSince = nil
        note(number, instant)
    }

    mutating func reopen(_ number: StreamNumber, at instant: Instant) throws {
        var ticket = try ticket(number)
        var reopened = TicketReopened()
        reopened.turn = turn(ticket)
        reopened.status = .open
        try log.append(number, .ticketReopened(reopened), at: instant)
        ticket.status = .open
        ticket.reopenings += 1
        ticket.responded = false
        ticket.cycleStartedAt = instant
        if ticket.waitingSince == nil { ticket.waitingSince = instant }
        if let last = ticket.resolutions.indices.last, ticket.resolutions[last].reopenedAt == nil {
            ticket.resolutions[last].reopenedAt = instant
        }
        tickets[number] = ticket
        note(number, instant)
    }

    private func turn(_ ticket: Ticket) -> TicketTurn {
        .with {
            $0.statusBefore = ticket.status
            $0.assignment = ticket.assignment
            $0.contacts = ticket.contacts
        }
    }

    mutating func absorb(_ number: StreamNumber, into survivor: StreamNumber, at instant: Instant) throws {
        let ticket = try ticket(number)
        var absorbed = TicketAbsorbed()
        absorbed.survivorNumber = survivor.rawValue
        (absorbed.status, absorbed.assignment, absorbed.partyNumber) = (ticket.status, ticket.assignment, ticket.party)
        try log.append(number, .ticketAbsorbed(absorbed), at: instant)
        tickets[number]?.absorbed = true
        note(number, instant)
    }

    mutating func release(_ number: StreamNumber, at instant: Instant) throws {
        let ticket = try ticket(number)
        var released = TicketReleased()
        (released.status, released.assignment, released.partyNumber) = (ticket.status, ticket.assignment, ticket.party)
        try log.append(number, .ticketReleased(released), at: instant)
        tickets[number]?.absorbed = false
        note(number, instant)
    }

    // MARK: Clocks

    mutating func start(
        _ kind: SlaClockKind, of number: StreamNumber, due: Instant, cycle: UInt32 = 1, breached: Bool = false,
        at instant: Instant, _ change: SlaTargetChange = .started
    ) throws {
        var set = SlaTargetSet()
        set.clock.kind = kind
        set.clock.cycle = cycle
        set.clock.status = .running
        set.clock.dueAt = due.rawValue
        set.clock.breachedPosition = breached ? 1 : 0
        set.change = change
        try log.append(number, .slaTargetSet(set), at: instant)
    }

    mutating func breach(_ kind: SlaClockKind, of number: StreamNumber, cycle: UInt32 = 1, at instant: Instant) throws {
        var breached = SlaBreached()
        (breached.kind, breached.cycle, breached.dueAt) = (kind, cycle, instant.rawValue)
        try log.append(number, .slaBreached(breached), at: instant)
    }

    mutating func withdraw(_ kind: SlaClockKind, of number: StreamNumber, cycle: UInt32 = 1, at instant: Instant) throws
    {
        var withdrawn = SlaWithdrawn()
        (withdrawn.kind, withdrawn.cycle, withdrawn.breach) = (kind, cycle, true)
        try log.append(number, .slaWithdrawn(withdrawn), at: instant)
    }

    mutating func stop(
        _ kind: SlaClockKind, of number: StreamNumber, cycle: UInt32 = 1, used: UInt64, met: Bool = true,
        at instant: Instant
    ) throws {
        var stopped = SlaClockStopped()
        (stopped.kind, stopped.cycle, stopped.usedSeconds) = (kind, cycle, used)
        (stopped.met, stopped.breached, stopped.answered) = (met, !met, true)
        stopped.stoppedAt = instant.rawValue
        try log.append(number, .slaClockStopped(stopped), at: instant)
    }

    // MARK: Questions

    /// The numbers of the queue in its order, page by page.
    func queue(
        _ conditions: TicketConditions = TicketConditions(), pageOf limit: UInt32 = 100,
        _ populate: (inout TicketsRequest) -> Void = { _ in }
    ) throws -> [StreamNumber] {
        let store = try log.fold(TicketQueue.self)
        var request = TicketsRequest()
        request.limit = limit
        populate(&request)
        var numbers: [StreamNumber] = []
        repeat {
            let page = try TicketQueue.tickets(request, of: conditions, asOf: .day(1_000), in: store)
            numbers += page.tickets.map { StreamNumber($0.summary.number) }
            request.cursor = Data(page.cursor)
        } while !request.cursor.isEmpty
        return numbers
    }

    func figures(
        asOf: Instant, _ conditions: TicketConditions = TicketConditions(),
        _ populate: (inout ServiceFiguresRequest) -> Void = { _ in }
    ) throws -> ServiceFiguresResponse {
        var request = ServiceFiguresRequest()
        populate(&request)
        return try TicketQueue.figures(request, of: conditions, asOf: asOf, in: try log.fold(TicketQueue.self))
    }

    func summary(_ number: StreamNumber, asOf: Instant) throws -> TicketSummary {
        let store = try log.fold(TicketQueue.self)
        let row = try #require(try TicketQueue.tickets.row(number.rawValue, in: store))
        return row.sealedSummary(number.rawValue, asOf: asOf).summary
    }
}
