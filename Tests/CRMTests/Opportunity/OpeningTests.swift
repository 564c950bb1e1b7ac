import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OpportunityOpeningTests {
    @Test func `an opportunity begins in the first stage of the default pipeline`() throws {
        var deals = try Deals()
        var command = deals.open
        command.external = [ExternalKey(system: "crm", key: "1")]
        command.personal.name = "Ada's new office"
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityOpened])
        guard case .opportunityOpened(let opened)? = outcome.payloads.first else { return missing() }
        #expect(opened.stage == "lead")
        #expect(opened.probability == 10)
        #expect(opened.category == .pipeline)
        #expect(opened.pipelineVersion == 1)
        #expect(opened.pipelineNumber == deals.pipeline.rawValue)
        #expect(opened.personalPart)
        #expect(opened.head.name.isEmpty)
        #expect(outcome.events[0].subjects.last?.subject == deals.party)
        #expect(outcome.events[0].subjects.last?.role == .prospect)
        #expect(!deals.scenario.showsOpenly("office"))
        #expect(try deals.inStage("lead") == 1)
        #expect(try deals.openOf(deals.party) == 1)
        #expect(try deals.scenario.resolve(Reference(external: command.external[0]), .opportunity) != nil)
        #expect(deals.scenario.when(command).code == .referenceTaken)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `without a pipeline there is nothing to open it in`() throws {
        var scenario = Scenario()
        let party = scenario.registered()
        let outcome = scenario.when(OpenOpportunity.with { $0.party = Reference(number: party) })
        #expect(outcome.code == .referenceMissing)
        #expect(outcome.field == "pipeline")
    }

    @Test func `the amount is the sum of the lines where none is sent`() throws {
        var deals = try Deals()
        let lines = [dealLine(deals.pen, "3", "2.50"), dealLine(nil, "1.5", "10")]
        let number = try deals.opened {
            $0.clearAmount()
            $0.currency = "EUR"
            $0.lines = lines
        }
        let state = try deals.state(number)
        #expect(state.amount == money(2_250))
        #expect(state.amountFromLines)
        #expect(state.lines.map(\.net) == [750, 1_500])
        #expect(state.lines.map(\.line) == [1, 2])
        let named = try deals.opened { $0.lines = lines }
        #expect(try deals.state(named).amount == money(10_000))
        #expect(try !deals.state(named).amountFromLines)
    }

    @Test func `one row of history opens and wins, each at its time`() throws {
        var deals = try Deals()
        var command = deals.open
        command.clearParty()
        command.personal.name = "Row 1"
        command.reached = .won
        command.closedAt = january(-20).timestamp
        let outcome = deals.scenario.when(command, historic: true, at: january(-100))
        #expect(outcome.kinds == [.opportunityOpened, .opportunityWon])
        #expect(outcome.events.map(\.stored.occurredAt) == [january(-100), january(-20)])
        guard case .opportunityWon(let won)? = outcome.payloads.last else { return missing() }
        #expect(won.turn.openedAt == january(-100).rawValue)
        #expect(won.turn.amount == money(10_000))
        #expect(won.turn.stageBefore == "lead")
        #expect(won.turn.stage == "won")
        #expect(won.turn.probability == 100)
        #expect(won.turn.category == .closed)
        #expect(try deals.inStage("lead") == 0)
        #expect(try deals.inStage("won") == 0)
        let state = try deals.state(outcome.events[0].stream)
        #expect(state.head.name == "Row 1")
        #expect(state.closedAt == january(-20).rawValue)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `history may lack party, reason and beginning`() throws {
        var deals = try Deals()
        var command = OpenOpportunity()
        command.reached = .lost
        command.amount = money(0)
        command.closedAt = january(-20).timestamp
        #expect(deals.scenario.when(command, historic: true).code == .occurredOutOfOrder)
        command.openingUnknown = true
        let outcome = deals.scenario.when(command, historic: true)
        #expect(outcome.kinds == [.opportunityOpened, .opportunityLost])
        #expect(outcome.events.map(\.stored.occurredAt) == [january(-20), january(-20)])
        guard case .opportunityLost(let lost)? = outcome.payloads.last else { return missing() }
        #expect(!lost.turn.hasOpenedAt)
        #expect(lost.turn.amount == money(0))
        let open = OpenOpportunity.with { $0.openingUnknown = true }
        #expect(deals.scenario.when(open, historic: true).kinds == [.opportunityOpened])
        #expect(deals.scenario.isReproducible)
    }

    static let refusals: [DealRefusal<OpenOpportunity>] = [
        .init("no party", .referenceMissing, "party") { command, _ in command.clearParty() },
        .init("an unknown party", .referenceMissing, "party") { command, deals in
            command.party = Reference(number: deals.pen)
        },
        .init("an unknown pipeline", .referenceMissing, "pipeline") { command, deals in
            command.pipeline = Reference(number: deals.pen)
        },
        .init("an unknown stage", .stageUnknown, "stage") { command, _ in command.stage = "nowhere" },
        .init("a closed stage", .stageUnknown, "stage") { command, _ in command.stage = "won" },
        .init("a past close date", .closeDatePast, "close_date") { command, _ in command.closeDate = "2025-12-31" },
        .init("no date", .schemaInvalid, "close_date") { command, _ in command.closeDate = "2026-02-29" },
        .init("a short date", .schemaInvalid, "close_date") { command, _ in command.closeDate = "2026-2-9" },
        .init("a negative amount", .amountInvalid, "amount.minor_units") { command, _ in command.amount = money(-1) },
        .init("an unknown currency", .currencyMismatch, "amount.currency") { command, _ in
            command.amount = money(1, "XXX")
        },
        .init("two currencies", .currencyMismatch, "currency") { command, _ in command.currency = "USD" },
        .init("won without an end", .schemaInvalid, "closed_at") { command, _ in command.reached = .won },
        .init("an end of what is open", .schemaInvalid, "closed_at") { command, _ in
            command.closedAt = january(1).timestamp
        },
        .init("an end before the beginning", .occurredOutOfOrder, "closed_at") { command, _ in
            command.reached = .won
            command.closedAt = january(0).timestamp
        },
        .init("an end ahead", .futureOccurredAt, "closed_at") { command, _ in
            command.reached = .won
            command.closedAt = january(2).timestamp
        },
        .init("a loss without a reason", .lossReasonRequired, "loss_reason") { command, deals in
            command.reached = .lost
            command.closedAt = Instant(microseconds: deals.scenario.now.rawValue + 2_000_000).timestamp
        },
        .init("a reason of what is open", .schemaInvalid, "loss_reason") { command, _ in command.lossReason = "price" },
        .init("notes of what is open", .schemaInvalid, "closing") { command, _ in command.closing.notes = "well" },
        .init("an unknown beginning", .schemaInvalid, "opening_unknown") { command, _ in command.openingUnknown = true
        },
        .init("an unknown competitor", .referenceMissing, "competitors[0]") { command, deals in
            command.competitors = [Reference(number: deals.pen)]
        },
        .init("an unknown owner", .referenceMissing, "owner.employee") { command, deals in
            command.owner.employee = Reference(number: deals.pen)
        },
        .init("an owner who is nobody", .schemaInvalid, "owner") { command, _ in command.owner = OwnerReference() },
        .init("a long name", .limitExceeded, "personal.name") { command, _ in command.personal.name = text(of: 257) },
        .init("a line of nothing", .amountInvalid, "lines[0].quantity") { command, deals in
            command.lines = [dealLine(deals.pen, "0", "1")]
        },
        .init("a line without a price", .schemaInvalid, "lines[0].net") { command, deals in
            command.lines = [OpportunityLineInput.with { $0.product = Reference(number: deals.pen) }]
        },
        .init("a line number twice", .schemaInvalid, "lines[1].line") { command, deals in
            command.lines = [dealLine(deals.pen, "1", "1", number: 2), dealLine(deals.pen, "1", "1", number: 2)]
        },
        .init("too many lines", .limitExceeded, "lines") { command, deals in
            command.lines = Array(repeating: dealLine(deals.pen, "1", "1"), count: 201)
        },
    ]

    @Test(arguments: refusals)
    func `opening is refused`(row: DealRefusal<OpenOpportunity>) throws {
        var deals = try Deals()
        var command = deals.open
        row.change(&command, deals)
        let outcome = deals.scenario.when(command)
        #expect(outcome.code == row.code)
        #expect(outcome.field == row.field)
    }

    @Test func `a named stage asks for its criteria, but not of history`() throws {
        var deals = try Deals { $0.content.stages[1].requirements = [.nextStep, .line, .amount] }
        let outcome = deals.scenario.when(deals.open.in("talk"))
        #expect(outcome.code == .entryCriteriaUnmet)
        #expect(outcome.refusal?.detail.sentence.contains("a next step, a line") ?? false)
        #expect(deals.scenario.when(deals.open.in("talk"), historic: true).kinds == [.opportunityOpened])
    }

    @Test func `a close date is a day in the organisation's zone`() throws {
        var deals = try Deals()
        deals.scenario.when(SetOrganisation.with { $0.zone = "Asia/Shanghai" })
        var command = deals.open
        command.closeDate = "2026-01-01"
        // 17:00 UTC is one o'clock of the next day in Shanghai.
        deals.scenario.now = Instant(microseconds: january(1).rawValue + 17 * 3_600_000_000)
        #expect(deals.scenario.when(command).code == .closeDatePast)
        command.closeDate = "2026-01-02"
        #expect(deals.scenario.when(command).kinds == [.opportunityOpened])
    }

    @Test func `archived parties and retired products are refused, except for history`() throws {
        var deals = try Deals()
        deals.scenario.when(ArchiveParty.with { $0.party = Reference(number: deals.party) }, reason: "gone")
        #expect(deals.scenario.when(deals.open).code == .archived)
        #expect(deals.scenario.when(deals.open, historic: true).kinds == [.opportunityOpened])
        deals.scenario.when(RetireProduct.with { $0.product = Reference(number: deals.pen) }, reason: "old")
        var command = deals.open
        command.party = Reference(number: deals.other)
        command.lines = [dealLine(deals.pen, "1", "1")]
        let outcome = deals.scenario.when(command)
        #expect(outcome.code == .productRetired)
        #expect(outcome.field == "lines[0].product")
    }
}

/// One row of a table of refusals: what is done to a command that would be accepted, and what is said to it.
struct DealRefusal<Command>: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: ErrorCode
    var field: String
    var change: @Sendable (inout Command, Deals) -> Void

    init(
        _ name: String, _ code: ErrorCode, _ field: String,
        _ change: @escaping @Sendable (inout Command, Deals) -> Void
    ) {
        testDescription = name
        self.code = code
        self.field = field
        self.change = change
    }
}
