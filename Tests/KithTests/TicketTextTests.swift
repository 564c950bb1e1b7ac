internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// What people see of the ticket queue and of the service.
@Suite struct TicketTextTests {
    private let utc = ZonedTimeText(clock: .utc)

    private func instant(_ seconds: Int64) -> Google_Protobuf_Timestamp {
        Instant(microseconds: (1_767_225_600 + seconds) * 1_000_000).timestamp
    }

    @Test(arguments: [
        (0, "0 s"), (9.4, "9 s"), (70, "1 min 10 s"), (3_600, "1 h"), (7_500, "2 h 5 min"), (90_000, "1 d 1 h"),
        (86_430, "1 d"),
    ])
    func `durations show their two greatest units`(seconds: Double, text: String) {
        #expect(DurationText.of(seconds) == text)
    }

    @Test func `a duration that nobody knows is a dash`() { #expect(DurationText.of(nil) == RatioText.unknown) }

    @Test func `the queue shows what is due, what is over, and what goes on when`() {
        var breached = TicketSummary()
        breached.sequence = 7
        breached.subjectLine = "My tap leaks"
        breached.status = .open
        breached.priority = "urgent"
        breached.queueNumber = 3
        breached.partyNumber = 4
        breached.dueAt = instant(0)
        breached.breached = true
        breached.ageSeconds = 7_500
        var paused = TicketSummary()
        paused.sequence = 8
        paused.status = .pending
        paused.resumeAt = instant(86_400)
        paused.erased = true
        paused.assigneeNumber = 5
        let names = NameBook([
            NameBook.Entry(kind: .queue, number: 3): "Support", NameBook.Entry(kind: .party, number: 4): "Ada",
        ])
        let text = TicketText(names: names, times: utc)
        let lines = text.lines([breached, paused])
        #expect(lines[0].hasPrefix("ticket  subject"))
        #expect(lines[1].contains("My tap leaks") && lines[1].contains("Ada") && lines[1].contains("Support"))
        #expect(lines[1].contains("2026-01-01 00:00 +00:00!") && lines[1].hasSuffix("2 h 5 min"))
        #expect(lines[2].contains("(erased)") && lines[2].contains("resumes 2026-01-02") && lines[2].contains("#5"))
        #expect(text.entries(of: [breached]).map(\.number) == [3, 0, 4])
        #expect(text.lines([]).isEmpty)
    }

    @Test func `options make the request`() throws {
        let command = try TicketsCommand.parse([
            "--queue", "#3", "--unassigned", "--priority", "urgent", "--priority", "high", "--status", "new",
            "--breached",
        ])
        #expect(command.request.filter.queue.number == 3 && command.request.filter.unassigned)
        #expect(command.request.filter.priorities == ["urgent", "high"] && command.request.statuses == [.new])
        #expect(command.request.breached)
        #expect(throws: (any Error).self) { try TicketsCommand.parse(["--assignee", "#1", "--unassigned"]) }
        #expect(throws: (any Error).self) { try TicketsCommand.parse(["--status", "closed"]) }
        let service = try ServiceCommand.parse([
            "--period", "2026-01", "--by", "customer-class", "--by", "day", "--backlog-on", "2026-01-05",
        ])
        #expect(service.request.from == "2026-01-01" && service.request.to == "2026-01-31")
        #expect(service.request.dimensions == [.customerClass, .day] && service.request.backlogOn == ["2026-01-05"])
        let claim = try ClaimNextCommand.parse(["#3", "--employee", "#9"]).claim
        #expect(claim.queue.number == 3 && claim.employee.number == 9)
        #expect(try !ClaimNextCommand.parse([]).claim.hasQueue)
    }

    @Test func `figures say what they are made of`() {
        var response = ServiceFiguresResponse()
        response.asOf = instant(0)
        response.zone = "UTC"
        (response.from, response.to) = ("2025-12-01", "2025-12-31")
        response.total.flow.inflow = 5
        response.total.flow.opened = 4
        response.total.flow.reopenedAfterClosed = 1
        response.total.firstResponse.n = 2
        response.total.firstResponse.median = 1_200
        response.total.firstResponse.p90 = 3_600
        response.total.reopenRate = .with { ($0.numerator, $0.denominator, $0.value) = (1, 4, 0.25) }
        response.total.attainment = [
            .with {
                ($0.clock, $0.met, $0.breached) = (.firstResponse, 3, 1)
                $0.rate = .with { ($0.numerator, $0.denominator, $0.value) = (3, 4, 0.75) }
            }
        ]
        response.groups = [
            .with { ($0.dimension, $0.number) = (.queue, 3) }, .with { ($0.dimension, $0.key) = (.priority, "") },
        ]
        response.backlogOn = [.with { $0.day = "2027-01-01" }]
        response.definitions = [
            .with { ($0.name, $0.unit, $0.definition) = ("total.transfers", "transfers", "Moves.") }
        ]
        var text = ServiceText(response: response, times: utc)
        text.names = NameBook([NameBook.Entry(kind: .queue, number: 3): "Support"])
        let lines = text.lines.joined(separator: "\n")
        #expect(lines.contains("2025-12-01 to 2025-12-31") && lines.contains("5: 4 opened, 1 reopened"))
        #expect(lines.contains("25.0 % (1 of 4)") && lines.contains("first-response") && lines.contains("75.0 %"))
        #expect(lines.contains("20 min") && lines.contains("1 h") && lines.contains("Support"))
        #expect(lines.contains("(none)") && !lines.contains("Moves."))
        text.definitions = true
        #expect(text.lines.contains { $0.contains("Moves.") })
    }

    @Test func `a customer is shown with the tickets`() {
        var customer = Customer()
        customer.tickets.openTickets = 12
        customer.tickets.tickets = 20
        customer.tickets.breachedTickets = 1
        customer.tickets.open = (1...11).map { number in .with { $0.sequence = UInt64(number) } }
        customer.tickets.last.sequence = 20
        customer.tickets.last.openedAt = instant(0)
        let lines = CustomerText(times: utc).lines(customer).joined(separator: "\n")
        #expect(lines.contains("20, of them 12 open, of them 1 breached") && lines.contains("… and 2 more"))
    }
}
