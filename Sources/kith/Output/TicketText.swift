internal import Schema
internal import SwiftProtobuf

/// Tickets of the queue as a table, for a person.
struct TicketText {
    var names = NameBook()
    var times: ZonedTimeText
    var layout = TextLayout.unlimited
    /// Whether it says whose ticket each is; not where all are those of one party.
    var showsParty = true

    /// A page of the queue.
    func lines(_ tickets: [TicketSummary]) -> [String] {
        guard !tickets.isEmpty else { return [] }
        var columns: [(title: String, alignment: Table.Alignment)] = [
            ("ticket", .right), ("subject", .left), ("status", .left), ("priority", .left), ("due", .left),
            ("waiting since", .left), ("queue", .left), ("assignee", .left), ("age", .right),
        ]
        if showsParty { columns.insert(("party", .left), at: 2) }
        var table = Table(columns, flexible: showsParty ? [1, 2, 7, 8] : [1, 6, 7])
        for ticket in tickets { table.add(cells(ticket)) }
        return table.lines(in: layout)
    }

    private func cells(_ ticket: TicketSummary) -> [String] {
        let party = showsParty ? [names.name(.party, ticket.partyNumber)] : []
        return [String(ticket.sequence), ticket.erased ? RecordName.erased : ticket.subjectLine] + party + [
            Labels.of(ticket.status), ticket.priority, due(ticket),
            ticket.hasWaitingSince ? times.minute(ticket.waitingSince) : "",
            names.name(.queue, ticket.queueNumber), names.name(.employee, ticket.assigneeNumber),
            DurationText.of(Double(ticket.ageSeconds)),
        ]
    }

    private func due(_ ticket: TicketSummary) -> String {
        if ticket.status == .pending { return ticket.hasResumeAt ? "resumes \(times.minute(ticket.resumeAt))" : "" }
        guard ticket.hasDueAt else { return "" }
        return times.minute(ticket.dueAt) + (ticket.breached ? "!" : "")
    }

    /// Everything in a page that has a name.
    func entries(of tickets: [TicketSummary]) -> [NameBook.Entry] {
        tickets.flatMap { ticket in
            [
                NameBook.Entry(kind: .queue, number: ticket.queueNumber),
                NameBook.Entry(kind: .employee, number: ticket.assigneeNumber),
                NameBook.Entry(kind: .party, number: showsParty ? ticket.partyNumber : 0),
            ]
        }
    }
}

/// How long something took, for a person.
enum DurationText {
    /// The two greatest units: `3 d 4 h`, `2 h 5 min`, `4 min 10 s`, `9 s`; a dash where it is not known.
    static func of(_ seconds: Double?) -> String {
        guard let seconds else { return RatioText.unknown }
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "\(seconds) s" }
        let whole = Int(seconds.rounded())
        let parts = [(whole / 86_400, "d"), (whole / 3_600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 s" }
        let shown = parts[first..<min(first + 2, parts.count)].filter { $0.0 > 0 }
        return shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
