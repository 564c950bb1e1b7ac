internal import ArgumentParser
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

@Suite struct ArgumentTests {
    private func outcome(_ arguments: String...) -> Kith.Outcome {
        do {
            var command = try Kith.parseAsRoot(LeadingOptions.moved(arguments))
            // Help is a command of its own.
            if !(command is any AsyncParsableCommand) { try command.run() }
            return Kith.Outcome(code: 0, output: nil, complaint: nil)
        } catch {
            return Kith.Outcome(of: error)
        }
    }

    @Test func `wrong use ends with 2 and says what is wrong`() {
        for wrong in [
            outcome("nothing"), outcome("get"), outcome("get", "party"), outcome("get", "person", "#1"),
            outcome("get", "party", "4711"), outcome("list", "order", "--limit", "0"),
            outcome("list", "order", "--filter", "net"), outcome("history", "--kind", "Placed"),
            outcome("history", "--canonical", "--limit", "3"), outcome("history", "--stream", "order"),
            outcome("history", "--subject", "#1", "--stream", "order:#2"), outcome("import", "file"),
            outcome("history", "--canonical", "--kind", "OrderPlaced"),
            outcome("customer", "a:b", "--timeline-before", "0"),
            outcome("customer", "a:b", "--timeline-kind", "Placed"),
            outcome("access", "grant", "--role", "admin"), outcome("access", "grant", "--uid", "1", "--role", "king"),
            outcome("customer", "a:b", "--as-of", "yesterday"), outcome("demo-data", "--parties", "0"),
        ] {
            #expect(wrong.code == 2)
            #expect(wrong.complaint?.isEmpty == false)
            #expect(wrong.output == nil)
        }
    }

    @Test func `help and completion scripts are output, and done`() {
        #expect(outcome("--help").code == 0)
        #expect(outcome("--help").output?.contains("SUBCOMMANDS") == true)
        #expect(outcome("import", "--help").output?.contains("--mapping") == true)
        #expect(outcome("--generate-completion-script", "bash").output?.contains("kith") == true)
    }

    @Test func `refusals end with 1, a service that is not there with 3`() {
        var detail = ErrorDetail()
        detail.code = .notFound
        detail.sentence = "There is no such party."
        #expect(Kith.Outcome(of: Failure.refused(detail)).code == 1)
        #expect(Kith.Outcome(of: Failure.refused(detail)).complaint == "kith: NOT_FOUND: There is no such party.")
        #expect(Kith.Outcome(of: Failure.reported) == Kith.Outcome(code: 1, output: nil, complaint: nil))
        #expect(Kith.Outcome(of: Failure.notReachable("nobody")).code == 3)
    }

    private func parsed<Command: ParsableCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command {
        try #require(try Kith.parseAsRoot(LeadingOptions.moved(arguments)) as? Command)
    }

    @Test func `kinds narrow every scope of a history`() throws {
        let alone = try parsed(HistoryCommand.self, "history", "--kind", "OrderPlaced").request
        #expect(alone.scope == .kind(.orderPlaced) && alone.eventKinds.isEmpty)
        let several = try parsed(HistoryCommand.self, "history", "--kind", "OrderPlaced", "--kind", "NoteAdded").request
        #expect(several.scope == .all(true) && several.eventKinds == [.orderPlaced, .noteAdded])
        let subject = try parsed(HistoryCommand.self, "history", "--subject", "#4", "--kind", "NoteAdded").request
        #expect(subject.subject.number == 4 && subject.eventKinds == [.noteAdded])
        let stream = try parsed(
            HistoryCommand.self, "history", "--kind", "NoteAdded", "--stream", "order:#4", "--kind", "Tagged"
        ).request
        #expect(stream.stream.kind == .order && stream.eventKinds == [.noteAdded, .tagged])
        #expect(try parsed(HistoryCommand.self, "history").request == .with { $0.all = true })
    }

    @Test func `a customer's timeline is asked for page by page and by kind`() throws {
        let plain = try parsed(CustomerCommand.self, "customer", "#4").request
        #expect(plain == .with { $0.party.number = 4 })
        let request = try parsed(
            CustomerCommand.self, "customer", "#4", "--timeline", "5", "--timeline-before", "77", "--timeline-kind",
            "NoteAdded", "--timeline-kind", "Tagged"
        ).request
        #expect(request.timelineLimit == 5 && request.timelineBefore == 77)
        #expect(request.timelineKinds == [.noteAdded, .tagged])
    }

    @Test func `options of all subcommands may stand before the subcommand`() throws {
        for arguments in [["--socket", "/x"], ["--socket=/x"], ["--json", "--socket", "/x", "--json"]] {
            let command = try Kith.parseAsRoot(LeadingOptions.moved(arguments + ["status", "--digest"]))
            let status = try #require(command as? StatusCommand)
            #expect(status.options.socket == "/x" && status.digest)
            #expect(status.options.json == arguments.contains("--json"))
        }
        let grant = try parsed(
            AccessGrantCommand.self, "--json", "access", "grant", "--uid", "1", "--role", "admin")
        #expect(grant.options.json && grant.options.socket == nil)
        let twice = try parsed(GetCommand.self, "--socket", "/x", "get", "party", "#1", "--socket", "/y")
        #expect(twice.options.socket == "/y")
        #expect(outcome("--socket", "/x", "nothing").code == 2)
        #expect(outcome("--socket").code == 2 && outcome("--json", "--no-such", "status").code == 2)
        #expect(outcome("--json", "--help").output?.contains("SUBCOMMANDS") == true)
        #expect(LeadingOptions.moved(["submit", "--", "--json"]) == ["submit", "--", "--json"])
    }

    @Test func `references`() throws {
        #expect(ReferenceArgument(argument: "#42")?.reference.number == 42)
        let external = try #require(ReferenceArgument(argument: "shop:a:b")).reference.external
        #expect((external.system, external.key) == ("shop", "a:b"))
        let id = "01930ad2-7c40-7000-8000-000000000001"
        #expect(ReferenceArgument(argument: id.uppercased())?.reference.id == id)
        for wrong in ["", "#0", "#x", "abc", ":key", "system:"] { #expect(ReferenceArgument(argument: wrong) == nil) }
        let stream = try #require(StreamArgument(argument: "return:online-retail:C536379")).scope
        #expect(stream.kind == .return)
        #expect(stream.stream.external.key == "C536379")
    }

    @Test(arguments: [
        ("currency=GBP", "currency", FilterOperator.equals, "GBP"), ("net>=-5", "net", .atLeast, "-5"),
        ("net<=5", "net", .atMost, "5"), ("status!=cancelled", "status", .notEquals, "cancelled"),
        ("documentNumber^=C", "documentNumber", .startsWith, "C"), ("tags~=a=b", "tags", .contains, "a=b"),
        ("sku=", "sku", .equals, ""),
    ])
    func `filters`(argument: String, field: String, sign: FilterOperator, value: String) throws {
        let filter = try #require(FilterArgument(argument: argument)).filter
        #expect((filter.field, filter.value) == (field, value))
        #expect(filter.operator == sign)
    }
}
