import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OpportunityEndTests {
    private func win(_ number: StreamNumber, _ change: (inout WinOpportunity) -> Void = { _ in }) -> WinOpportunity {
        var command = WinOpportunity.with { $0.opportunity = Reference(number: number) }
        change(&command)
        return command
    }

    private func lose(_ number: StreamNumber, _ reason: String = "price") -> LoseOpportunity {
        LoseOpportunity.with {
            $0.opportunity = Reference(number: number)
            $0.lossReason = reason
        }
    }

    private func abandon(_ number: StreamNumber) -> AbandonOpportunity {
        AbandonOpportunity.with { $0.opportunity = Reference(number: number) }
    }

    private func reopen(_ number: StreamNumber) -> ReopenOpportunity {
        ReopenOpportunity.with { $0.opportunity = Reference(number: number) }
    }

    @Test func `winning says everything that figures need`() throws {
        var deals = try Deals()
        let (pen, other) = (deals.pen, deals.other)
        let number = try deals.opened {
            $0.lines = [dealLine(pen, "1", "90"), dealLine(nil, "1", "5"), dealLine(pen, "1", "5")]
            $0.channel = "web"
            $0.leadSource = "fair"
            $0.partner = Reference(number: other)
        }
        let openedAt = try deals.state(number).openedAt
        let order = try deals.scenario.made(
            PlaceOrder.with {
                $0.currency = "EUR"
                $0.lines = [OrderLineInput.with { $0.net = 5 }]
            })
        deals.scenario.wait(until: 9)
        let command = win(number) {
            $0.amount = money(12_000)
            $0.order = Reference(number: order)
        }
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityWon])
        guard case .opportunityWon(let won)? = outcome.payloads.first else { return missing() }
        #expect(won.orderNumber == order.rawValue)
        #expect(won.turn.statusBefore == .open)
        #expect(won.turn.amountBefore == money(10_000))
        #expect(won.turn.amount == money(12_000))
        #expect(won.turn.openedAt == openedAt)
        #expect(won.turn.productNumbers == [pen.rawValue])
        #expect(won.turn.partyNumber == deals.party.rawValue)
        #expect(won.turn.partnerNumber == other.rawValue)
        #expect(won.turn.channel == "web")
        #expect(won.turn.leadSource == "fair")
        #expect(outcome.events[0].subjects.map(\.role) == [.prospect, .partner])
        #expect(try deals.openOf(deals.party) == 0)
        #expect(try deals.inStage("lead") == 0)
        #expect(deals.scenario.when(command).isUnchanged)
        #expect(deals.scenario.when(win(number)).isUnchanged)
        #expect(deals.scenario.when(win(number) { $0.amount = money(1) }).code == .illegalTransition)
        #expect(deals.scenario.when(lose(number)).code == .illegalTransition)
        #expect(deals.scenario.when(abandon(number), reason: "r").code == .illegalTransition)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `what is won has an amount, but not in history`() throws {
        var deals = try Deals()
        let number = try deals.opened { $0.clearAmount() }
        let refused = deals.scenario.when(win(number))
        #expect(refused.code == .wonNeedsAmount)
        #expect(refused.field == "amount")
        #expect(deals.scenario.when(win(number) { $0.stage = "lost" }).code == .stageUnknown)
        #expect(deals.scenario.when(win(number), historic: true).kinds == [.opportunityWon])
    }

    @Test func `the amount that winning says meets the won stage's criterion`() throws {
        var deals = try Deals { $0.content.stages[3].requirements = [.amount, .closeDate] }
        let number = try deals.opened { $0.clearAmount() }
        #expect(deals.scenario.when(win(number)).code == .entryCriteriaUnmet)
        let outcome = deals.scenario.when(win(number) { $0.amount = money(500) })
        #expect(outcome.kinds == [.opportunityWon], "\(String(describing: outcome.refusal))")
        var row = deals.open
        row.reached = .won
        row.closedAt = deals.scenario.now.timestamp
        let upsert = UpsertOpportunity.with {
            $0.key = ExternalKey(system: "crm", key: "1")
            $0.opportunity = row
            $0.opportunity.clearAmount()
            $0.opportunity.reached = .open
            $0.opportunity.clearClosedAt()
        }
        #expect(deals.scenario.when(upsert).kinds == [.opportunityOpened])
        row.closedAt = Instant(microseconds: deals.scenario.now.rawValue + 1_000_000).timestamp
        var won = upsert
        won.opportunity = row
        #expect(deals.scenario.when(won).kinds == [.opportunityWon])
        var bare = try deals.opened {
            $0.clearAmount(); $0.closeDate = ""
        }
        #expect(deals.scenario.when(win(bare) { $0.amount = money(5) }).code == .entryCriteriaUnmet)
        bare = try deals.opened { $0.closeDate = "" }
        #expect(deals.scenario.when(win(bare)).code == .entryCriteriaUnmet && deals.scenario.isReproducible)
    }

    @Test(
        arguments: [
            ("", "", "loss_reason"), ("weather", "", "loss_reason"), ("other", "", "closing.notes"),
            ("other", "no", nil),
            ("price", "", nil),
        ] as [(String, String, String?)])
    func `a loss has a reason of the pipeline, and notes where it says little`(
        reason: String, notes: String, field: String?
    ) throws {
        var deals = try Deals()
        let number = try deals.opened()
        var command = lose(number, reason)
        command.closing.notes = notes
        let outcome = deals.scenario.when(command)
        #expect(outcome.code == (field == nil ? nil : .lossReasonRequired))
        #expect(outcome.field == field)
        guard field == nil else {
            let taken = deals.scenario.when(command, historic: true)
            // A reason that does not exist is wrong in history too.
            #expect(taken.code == (reason == "weather" ? .lossReasonRequired : nil))
            return
        }
        #expect(outcome.kinds == [.opportunityLost])
        #expect(deals.scenario.when(command).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `notes about the end are the party's`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        var command = lose(number, "other")
        command.closing.notes = "Bea is dearer"
        let outcome = deals.scenario.when(command)
        guard case .opportunityLost(let lost)? = outcome.payloads.first else { return missing() }
        #expect(lost.personalPart)
        #expect(lost.notes.isEmpty)
        #expect(!deals.scenario.showsOpenly("dearer"))
        #expect(deals.scenario.when(command).isUnchanged)
        command.closing.notes = "something else"
        #expect(deals.scenario.when(command).code == .illegalTransition)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `what is abandoned stays in its stage and counts nowhere`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        #expect(deals.scenario.when(abandon(number)).code == .reasonRequired)
        guard case .opportunityAbandoned(let event)? = deals.scenario.when(abandon(number), reason: "r").payloads.first
        else { return missing() }
        #expect(event.turn.stage == "lead")
        #expect(event.turn.probability == 0)
        #expect(event.turn.category == .omitted)
        #expect(try deals.state(number).status == .abandoned)
        #expect(try deals.inStage("lead") == 0)
        #expect(deals.scenario.when(abandon(number)).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a closed opportunity comes back into its stage`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        deals.scenario.when(AdvanceStage.with { $0.opportunity = Reference(number: number) })
        #expect(deals.scenario.when(reopen(number)).isUnchanged)
        deals.scenario.when(lose(number))
        let closedAt = try deals.state(number).closedAt
        var command = reopen(number)
        command.closeDate = "2025-01-01"
        #expect(deals.scenario.when(command).code == .closeDatePast)
        command.closeDate = "2026-06-01"
        guard case .opportunityReopened(let event)? = deals.scenario.when(command).payloads.first else {
            return missing()
        }
        #expect(event.closedAtBefore == closedAt)
        #expect(event.closeDateBefore == "2026-03-31")
        #expect(event.closeDate == "2026-06-01")
        #expect(event.turn.stageBefore == "lost")
        #expect(event.turn.stage == "talk")
        #expect(event.turn.probability == 30)
        #expect(event.turn.statusBefore == .lost)
        let state = try deals.state(number)
        #expect(state.lossReason.isEmpty)
        #expect(!state.hasClosedAt)
        #expect(try deals.inStage("talk") == 1)
        #expect(try deals.openOf(deals.party) == 1)
        deals.scenario.when(win(number))
        command.stage = "won"
        #expect(deals.scenario.when(command).code == .stageUnknown)
        command.stage = "lead"
        #expect(deals.scenario.when(command).kinds == [.opportunityReopened])
        #expect(deals.scenario.isReproducible)
    }

    @Test func `nothing of an open opportunity can be changed once it is closed`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        deals.scenario.when(win(number))
        let opportunity = Reference(number: number)
        let commands: [CommandBody.OneOf_Command] = [
            .advanceStage(.with { $0.opportunity = opportunity }),
            .regressStage(.with { $0.opportunity = opportunity }),
            .setCloseDate(
                .with {
                    $0.opportunity = opportunity
                    $0.closeDate = "2026-09-09"
                }),
            .setAmount(
                .with {
                    $0.opportunity = opportunity
                    $0.amount = money(3)
                }),
            .addLine(
                .with {
                    $0.opportunity = opportunity
                    $0.line = dealLine(nil, "1", "1")
                }),
            .removeLine(
                .with {
                    $0.opportunity = opportunity
                    $0.line = 1
                }),
            .setNextStep(
                .with {
                    $0.opportunity = opportunity
                    $0.nextStep.text = "call"
                }),
        ]
        for command in commands { #expect(deals.scenario.when(command).code == .illegalTransition) }
        let fixed: [CommandBody.OneOf_Command] = [
            .overrideProbability(
                .with {
                    $0.opportunity = opportunity
                    $0.probability = 50
                }),
            .setForecastCategory(
                .with {
                    $0.opportunity = opportunity
                    $0.category = .commit
                }),
        ]
        for command in fixed { #expect(deals.scenario.when(command).code == .probabilityFixed) }
    }

    @Test func `a correction says what was wrong`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let openedAt = try deals.state(number).openedAt
        deals.scenario.wait(until: 10)
        var command = CorrectOpportunity()
        command.opportunity = Reference(number: number)
        command.amount = money(1)
        #expect(deals.scenario.when(command).code == .illegalTransition)
        command.clearAmount()
        command.openedAt = january(-5).timestamp
        guard case .opportunityCorrected(let begun)? = deals.scenario.when(command).payloads.first else {
            return missing()
        }
        #expect(begun.openedAtBefore == openedAt)
        #expect(!begun.hasClosedAt)
        #expect(try deals.state(number).stageSince == january(-5).rawValue)
        #expect(deals.scenario.when(command).isUnchanged)

        deals.scenario.when(lose(number))
        command.closedAt = january(8).timestamp
        command.amount = money(9_000)
        command.lossReason = "other"
        let refused = deals.scenario.when(command)
        #expect(refused.code == .lossReasonRequired)
        command.closing.notes = "Ada has no money"
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityCorrected])
        guard case .opportunityCorrected(let event)? = outcome.payloads.first else { return missing() }
        #expect(event.closedAt == january(8).rawValue)
        #expect(event.amount == money(9_000))
        #expect(event.amountBefore == money(10_000))
        #expect(event.lossReason == "other")
        #expect(event.lossReasonBefore == "price")
        #expect(event.personalPart)
        #expect(event.status == .lost)
        #expect(!deals.scenario.showsOpenly("no money"))
        #expect(deals.scenario.when(command).isUnchanged)
        command.closedAt = january(-6).timestamp
        #expect(deals.scenario.when(command).code == .occurredOutOfOrder)
        command.closedAt = january(12).timestamp
        #expect(deals.scenario.when(command).code == .futureOccurredAt)
        #expect(deals.scenario.isReproducible)
    }
}
