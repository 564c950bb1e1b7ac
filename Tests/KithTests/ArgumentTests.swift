internal import ArgumentParser
internal import Schema
internal import Testing

@testable import kith

@Suite struct ArgumentTests {
    private func outcome(_ arguments: String...) -> Kith.Outcome {
        do {
            var command = try Kith.parseAsRoot(arguments)
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
            outcome("history", "--subject", "#1", "--kind", "OrderPlaced"), outcome("import", "file"),
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
