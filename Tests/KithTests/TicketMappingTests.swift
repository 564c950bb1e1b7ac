internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

/// The logs of service desks: what a row becomes depends on the rows before it.
@Suite struct TicketMappingTests {
    private static let helpdesk = "case,seq,activity,lifecycle,resource,timestamp"

    /// A case as rows of (activity, resource), an hour after each other.
    private func helpdesk(_ steps: [(String, String)], case name: String = "C1") -> [String] {
        steps.enumerated().map { index, step in
            "\(name),\(index),\(step.0),complete,\(step.1),2010-01-13T\(10 + index):00:00.000+02:00"
        }
    }

    private func made(_ rows: [String]) throws -> [DocumentCommand] {
        let made = try ImportTests.make(
            ([Self.helpdesk] + rows).joined(separator: "\n"), ImportTests.mapping("helpdesk"))
        #expect(made.rejections.isEmpty)
        return made.commands
    }

    /// What the commands of the rows do, in order, by the names of their bodies; notes with their text.
    private func course(_ commands: [DocumentCommand]) throws -> [[String]] {
        let names = try ImportTests.mapping("helpdesk").documents.map(\.name)
        return commands.filter { names[$0.document] == "row" }.map { $0.command.bodies.map(Self.word) }
    }

    private static func word(_ body: CommandBody) -> String {
        switch body.command {
        case .openTicket: "open"
        case .claimTicket(let claim): "claim " + claim.employee.external.key
        case .awaitCustomer: "wait"
        case .resumeTicket: "resume"
        case .resolveTicket: "resolve"
        case .reopenTicket: "reopen"
        case .closeTicket: "close"
        case .addNote(let note): "note " + note.note.text
        default: "other"
        }
    }

    @Test func `a plain case is opened, taken, resolved and closed`() throws {
        let commands = try made(
            helpdesk([
                ("Assign seriousness", "V2"), ("Take in charge ticket", "V2"), ("Resolve ticket", "V2"),
                ("Closed", "V5"),
            ]))
        #expect(
            try course(commands) == [["open", "note Assign seriousness (V2)"], ["claim V2"], ["resolve"], ["close"]])
        // Both agents once, the rows, and the last activity.
        #expect(commands.count == 2 + 4 + 1)
        #expect(commands.allSatisfy { $0.command.mode == .historic })
        let last = try #require(commands.last?.command)
        #expect(last.bodies[0].fields.map(\.text) == ["Closed"])
        // The clock as it shows, whatever the offset says: 2010-01-13 13:00 UTC.
        #expect(last.occurredAt.seconds == 1_263_387_600)
    }

    @Test func `what changes no state is a note, and what follows an end is a reopening`() throws {
        let commands = try made(
            helpdesk([
                ("Take in charge ticket", "V2"), ("Take in charge ticket", "V2"), ("Take in charge ticket", "V3"),
                ("Wait", "V3"), ("Wait", "V3"), ("Take in charge ticket", "V3"), ("Resolve ticket", "V3"),
                ("Resolve ticket", "V3"), ("VERIFIED", "V3"), ("Closed", "V1"), ("Closed", "V1"),
                ("Resolve ticket", "V2"), ("Take in charge ticket", "V2"),
            ]))
        #expect(
            try course(commands) == [
                ["open", "claim V2"], ["note Take in charge ticket (V2)"], ["claim V3"], ["wait"], ["note Wait (V3)"],
                ["resume", "note Take in charge ticket (V3)"], ["resolve"], ["note Resolve ticket (V3)"],
                ["reopen", "note VERIFIED (V3)"], ["close"], ["note Closed (V1)"], ["reopen", "resolve"],
                ["reopen", "claim V2"],
            ])
    }

    @Test func `rows in any order give the same commands, equal times by their sequence`() throws {
        let steps = [("Assign seriousness", "V2"), ("Resolve ticket", "V2"), ("Closed", "V5")]
        let rows = helpdesk(steps) + helpdesk(steps, case: "C2")
        let equal = rows.map { $0.replacing(#/T1\d/#, with: "T10") }
        for rows in [rows, equal] {
            let keys = try made(rows).map(\.command.idempotencyKey)
            #expect(try made(rows.reversed()).map(\.command.idempotencyKey) == keys)
            #expect(
                try course(made(rows.reversed())).map { $0[0] } == ["open", "resolve", "close"] + [
                    "open", "resolve", "close",
                ])
        }
    }

    @Test func `a row is known again in another file, what is said of the whole case is not`() throws {
        let rows = helpdesk([("Assign seriousness", "V2"), ("Resolve ticket", "V2")])
        let text = ([Self.helpdesk] + rows).joined(separator: "\n")
        let mapping = try ImportTests.mapping("helpdesk")
        let first = try ImportTests.make(text, mapping, identity: "a").commands
        let second = try ImportTests.make(text, mapping, identity: "b").commands
        for (first, second) in zip(first, second) {
            let isRow = mapping.documents[first.document].name == "row"
            #expect((first.command.idempotencyKey == second.command.idempotencyKey) == isRow)
        }
    }

    // MARK: Incidents

    private static let columns = [
        "number", "incident_state", "made_sla", "reopen_count", "reassignment_count", "opened_at", "sys_updated_at",
        "contact_type", "category", "priority", "assignment_group", "assigned_to", "resolved_at", "closed_at",
    ]

    /// Rows of one incident as (state, update), opened at 10:00 on 1 March 2016.
    private func incidents(_ rows: [(state: String, updated: String)], resolved: String = "1/3/2016 12:00") throws
        -> [DocumentCommand]
    {
        let lines = rows.map { row in
            [
                "INC1", row.state, "true", "0", "2", "1/3/2016 10:00", "1/3/2016 " + row.updated, "Phone", "Category 5",
                "3 - Moderate", "Group 7", "?", resolved, "5/3/2016 12:00",
            ].joined(separator: ",")
        }
        let made = try ImportTests.make(
            ([Self.columns.joined(separator: ",")] + lines).joined(separator: "\n"), ImportTests.mapping("incidents"))
        #expect(made.rejections.isEmpty)
        return made.commands
    }

    @Test func `an incident is opened at the earlier of two times, and times that run back do not`() throws {
        let commands = try incidents([
            ("New", "09:50"), ("Active", "11:00"), ("Active", "10:30"), ("Resolved", "12:00"),
        ])
        let times = commands.map { $0.command.occurredAt.seconds - 1_456_790_400 }
        // 2016-03-01 09:50, then the updates, the third of which is not before the second; the end of all.
        #expect(times == [35_400, 35_400, 39_600, 39_600, 43_200, 43_200])
        let opening = try #require(commands.first?.command.bodies.first)
        #expect(opening.openTicket.channel == "phone" && opening.openTicket.priority == "normal")
        #expect(opening.fields.map(\.instant.seconds) == [1_456_790_400 + 36_000])
        let third = commands[3].command.bodies
        #expect(third.count == 2 && third[1].addNote.note.text == "Active, Group 7")
    }

    @Test func `each state is reached once, and the last end counts`() throws {
        let commands = try incidents([
            ("Resolved", "11:00"), ("Active", "11:10"), ("Awaiting Vendor", "11:20"), ("-100", "11:30"),
            ("Awaiting Evidence", "11:40"), ("Resolved", "12:00"), ("Closed", "13:00"),
        ])
        let rows = commands.dropFirst().dropLast().map { command in
            command.command.bodies.dropFirst().map { body in
                if case .upsertTicket(let upsert) = body.command {
                    "\(upsert.ticket.reached)"
                } else {
                    body.addNote.note.text
                }
            }
        }
        #expect(
            rows == [
                ["resolved"], ["open"], ["pending"], ["-100, Group 7"], ["Awaiting Evidence, Group 7"], ["resolved"],
                ["closed"],
            ])
        let end = try #require(commands.last?.command.bodies)
        #expect(end.count == 3 && end[0].correctTicket.resolvedAt.seconds == 1_456_790_400 + 43_200)
        #expect(end[2].fields.map(\.key) == ["made_sla", "reopen_count", "reassignment_count"])
    }

    @Test func `of an end that the source does not date only a note is kept`() throws {
        let commands = try incidents([("Resolved", "11:00"), ("Closed", "13:00")], resolved: "?")
        let resolved = commands[1].command.bodies
        #expect(resolved.count == 2 && resolved[1].addNote.note.text == "Resolved, Group 7")
        #expect(commands[2].command.bodies[1].upsertTicket.ticket.reached == .closed)
        #expect(commands[3].command.bodies.count == 2 && !commands[3].command.bodies[0].correctTicket.hasResolvedAt)
    }
}
