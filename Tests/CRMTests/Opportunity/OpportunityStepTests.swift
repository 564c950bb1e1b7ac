import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct OpportunityStepTests {
    private func advance(_ number: StreamNumber, _ stage: String = "") -> AdvanceStage {
        AdvanceStage.with {
            $0.opportunity = Reference(number: number)
            $0.stage = stage
        }
    }

    private func regress(_ number: StreamNumber, _ stage: String = "") -> RegressStage {
        RegressStage.with {
            $0.opportunity = Reference(number: number)
            $0.stage = stage
        }
    }

    @Test func `an opportunity advances stage by stage and takes the stage's probability`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        deals.scenario.when(
            OverrideProbability.with {
                $0.opportunity = Reference(number: number)
                $0.probability = 55
            })
        let since = try deals.state(number).stageSince
        deals.scenario.wait(until: 5)
        let outcome = deals.scenario.when(advance(number))
        #expect(outcome.kinds == [.stageAdvanced])
        guard case .stageAdvanced(let event)? = outcome.payloads.first else { return missing() }
        #expect(event.from == "lead")
        #expect(event.to == "talk")
        #expect(event.probabilityBefore == 55)
        #expect(event.probability == 30)
        #expect(event.category == .bestCase)
        #expect(event.stageSinceBefore == since)
        #expect(outcome.events[0].subjects.map(\.subject) == [deals.party])
        #expect(try !deals.state(number).probabilityOverridden)
        #expect(try deals.inStage("lead") == 0)
        #expect(try deals.inStage("talk") == 1)
        #expect(deals.scenario.when(advance(number, "talk")).isUnchanged)
        #expect(deals.scenario.when(advance(number, "lead")).code == .illegalTransition)
        #expect(deals.scenario.when(advance(number)).kinds == [.stageAdvanced])
        #expect(deals.scenario.when(advance(number)).code == .illegalTransition)
        #expect(deals.scenario.when(advance(number, "nowhere")).code == .stageUnknown)
        #expect(deals.scenario.when(advance(number, "won")).code == .stageUnknown)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `stages are passed over only where the pipeline allows it, or in history`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let refused = deals.scenario.when(advance(number, "offer"))
        #expect(refused.code == .stageSkipNotAllowed)
        #expect(refused.field == "stage")
        let outcome = deals.scenario.when(advance(number, "offer"), historic: true)
        guard case .stageAdvanced(let event)? = outcome.payloads.first else { return missing() }
        #expect(event.skipped == ["talk"])
        var free = try Deals { $0.content.skippingAllowed = true }
        let other = try free.opened()
        #expect(free.scenario.when(advance(other, "offer")).kinds == [.stageAdvanced])
    }

    @Test func `an opportunity goes back without criteria`() throws {
        var deals = try Deals { $0.content.stages[0].requirements = [.line] }
        let number = try deals.opened()
        #expect(deals.scenario.when(regress(number)).code == .illegalTransition)
        deals.scenario.when(advance(number))
        let outcome = deals.scenario.when(regress(number))
        #expect(outcome.kinds == [.stageRegressed])
        #expect(try deals.state(number).stage == "lead")
        #expect(try deals.inStage("lead") == 1)
        #expect(deals.scenario.when(regress(number, "lead")).isUnchanged)
        #expect(deals.scenario.when(regress(number, "talk")).code == .illegalTransition)
        #expect(deals.scenario.isReproducible)
    }

    static let criteria: [(StageRequirement, @Sendable (inout Deals, StreamNumber) throws -> Void)] = [
        (
            .amount,
            { deals, number in
                deals.scenario.when(
                    SetAmount.with {
                        $0.opportunity = Reference(number: number)
                        $0.amount = money(5)
                    })
            }
        ),
        (
            .closeDate,
            { deals, number in
                deals.scenario.when(
                    SetCloseDate.with {
                        $0.opportunity = Reference(number: number)
                        $0.closeDate = "2026-05-01"
                    })
            }
        ),
        (
            .party,
            { deals, number in
                let party = deals.party
                deals.scenario.when(
                    ChangeOpportunity.with {
                        $0.opportunity = Reference(number: number)
                        $0.party = Reference(number: party)
                    })
            }
        ),
        (
            .nextStep,
            { deals, number in
                deals.scenario.when(
                    SetNextStep.with {
                        $0.opportunity = Reference(number: number)
                        $0.nextStep.text = "call"
                    })
            }
        ),
        (
            .line,
            { deals, number in
                deals.scenario.when(
                    AddLine.with {
                        $0.opportunity = Reference(number: number)
                        $0.line = dealLine(nil, "1", "2")
                        $0.currency = "EUR"
                    })
            }
        ),
        (
            .buyingRole,
            { deals, number in
                let other = deals.other
                deals.scenario.when(
                    AddBuyingRole.with {
                        $0.opportunity = Reference(number: number)
                        $0.party = Reference(number: other)
                        $0.role = .champion
                    })
            }
        ),
    ]

    @Test(arguments: criteria.indices)
    func `a stage is entered once what it asks for is there`(index: Int) throws {
        let (requirement, meet) = Self.criteria[index]
        var deals = try Deals { $0.content.stages[1].requirements = [requirement] }
        let number = try deals.scenario.made(OpenOpportunity(), historic: true)
        let refused = deals.scenario.when(advance(number))
        #expect(refused.code == .entryCriteriaUnmet)
        #expect(refused.field == "stage")
        try meet(&deals, number)
        #expect(deals.scenario.when(advance(number)).kinds == [.stageAdvanced])
        #expect(deals.scenario.isReproducible)
    }

    @Test func `amounts, close dates, probabilities and categories are set once`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let opportunity = Reference(number: number)
        let amount = SetAmount.with {
            $0.opportunity = opportunity
            $0.amount = money(500, "USD")
        }
        guard case .amountSet(let set)? = deals.scenario.when(amount).payloads.first else { return missing() }
        #expect(set.amountBefore == money(10_000))
        #expect(deals.scenario.when(amount).isUnchanged)
        let date = SetCloseDate.with {
            $0.opportunity = opportunity
            $0.closeDate = "2026-04-01"
        }
        guard case .closeDateMoved(let moved)? = deals.scenario.when(date).payloads.first else { return missing() }
        #expect(moved.from == "2026-03-31")
        #expect(deals.scenario.when(date).isUnchanged)
        var probability = OverrideProbability.with {
            $0.opportunity = opportunity
            $0.probability = 10
        }
        #expect(deals.scenario.when(probability).kinds == [.probabilityOverridden])
        #expect(deals.scenario.when(probability).isUnchanged)
        probability.clearProbability()
        #expect(deals.scenario.when(probability).kinds == [.probabilityOverridden])
        #expect(deals.scenario.when(probability).isUnchanged)
        var category = SetForecastCategory.with {
            $0.opportunity = opportunity
            $0.category = .commit
        }
        #expect(deals.scenario.when(category).kinds == [.forecastCategorySet])
        #expect(deals.scenario.when(category).isUnchanged)
        category.category = .unspecified
        #expect(deals.scenario.when(category).kinds == [.forecastCategorySet])
        #expect(try deals.state(number).category == .pipeline)
        category.category = .closed
        #expect(deals.scenario.when(category).code == .schemaInvalid)
        probability.probability = 101
        #expect(deals.scenario.when(probability).code == .probabilityRange)
        #expect(deals.scenario.when(SetAmount.with { $0.opportunity = opportunity }).code == .schemaInvalid)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a past close date is refused, but not of history`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        deals.scenario.wait(until: 40)
        var command = SetCloseDate.with {
            $0.opportunity = Reference(number: number)
            $0.closeDate = "2026-02-08"
        }
        let refused = deals.scenario.when(command)
        #expect(refused.code == .closeDatePast)
        #expect(refused.field == "close_date")
        // It compares with the command's time, not with the clock.
        #expect(deals.scenario.when(command, at: january(38)).kinds == [.closeDateMoved])
        command.closeDate = "2026-01-01"
        #expect(deals.scenario.when(command, historic: true).kinds == [.closeDateMoved])
    }

    @Test func `lines make the amount until somebody sets one, and again on demand`() throws {
        var deals = try Deals()
        let number = try deals.opened { $0.clearAmount() }
        var add = AddLine.with {
            $0.opportunity = Reference(number: number)
            $0.line = dealLine(deals.pen, "2", "1.5")
        }
        #expect(deals.scenario.when(add).code == .currencyMismatch)
        add.currency = "EUR"
        guard case .lineAdded(let first)? = deals.scenario.when(add).payloads.first else { return missing() }
        #expect(first.line.line == 1)
        #expect(first.amount == money(300))
        #expect(!first.hasAmountBefore)
        add.line = dealLine(deals.ink, "1", "4", number: 7)
        guard case .lineAdded(let second)? = deals.scenario.when(add).payloads.first else { return missing() }
        #expect(second.amount == money(700))
        #expect(second.amountBefore == money(300))
        #expect(deals.scenario.when(add).isUnchanged)
        add.line = dealLine(deals.ink, "2", "4", number: 7)
        guard case .lineAdded(let third)? = deals.scenario.when(add).payloads.first else { return missing() }
        #expect(third.lineBefore.net == 400)
        #expect(third.amount == money(1_100))
        add.currency = "USD"
        #expect(deals.scenario.when(add).code == .currencyMismatch)

        var amount = SetAmount.with {
            $0.opportunity = Reference(number: number)
            $0.amount = money(1_000)
        }
        deals.scenario.when(amount)
        add.currency = ""
        add.line = dealLine(nil, "1", "1")
        guard case .lineAdded(let fourth)? = deals.scenario.when(add).payloads.first else { return missing() }
        #expect(fourth.line.line == 8)
        #expect(fourth.amount == money(1_000))
        amount.amount = money(1, "USD")
        #expect(deals.scenario.when(amount).code == .currencyMismatch)
        amount.clearAmount()
        amount.fromLines = true
        guard case .amountSet(let set)? = deals.scenario.when(amount).payloads.first else { return missing() }
        #expect(set.amount == money(1_200))
        #expect(deals.scenario.when(amount).isUnchanged)

        for (line, left) in [(UInt32(1), money(900)), (7, money(100))] {
            guard case .lineRemoved(let removed)? = deals.scenario.when(remove(line, number)).payloads.first else {
                return missing()
            }
            #expect(removed.amount == left)
        }
        guard case .lineRemoved(let last)? = deals.scenario.when(remove(8, number)).payloads.first else {
            return missing()
        }
        #expect(!last.hasAmount)
        #expect(try deals.state(number).currency.isEmpty)
        #expect(deals.scenario.when(remove(8, number)).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `an amount that is set stays, also where it is what the lines make`() throws {
        var deals = try Deals()
        let pen = deals.pen
        let number = try deals.opened {
            $0.clearAmount()
            $0.currency = "EUR"
            $0.lines = [dealLine(pen, "1", "5")]
        }
        let amount = SetAmount.with {
            $0.opportunity = Reference(number: number)
            $0.amount = money(500)
        }
        #expect(deals.scenario.when(amount).kinds == [.amountSet])
        #expect(deals.scenario.when(amount).isUnchanged)
        let add = AddLine.with {
            $0.opportunity = Reference(number: number)
            $0.line = dealLine(deals.ink, "1", "4")
        }
        guard case .lineAdded(let added)? = deals.scenario.when(add).payloads.first else { return missing() }
        #expect(added.amount == money(500) && deals.scenario.isReproducible)
    }

    private func remove(_ line: UInt32, _ number: StreamNumber) -> RemoveLine {
        RemoveLine.with {
            $0.opportunity = Reference(number: number)
            $0.line = line
        }
    }

    @Test func `buying roles concern the buyer, and stand once each`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let other = deals.other
        let add = AddBuyingRole.with {
            $0.opportunity = Reference(number: number)
            $0.party = Reference(number: other)
            $0.role = .decisionMaker
        }
        let outcome = deals.scenario.when(add)
        #expect(outcome.kinds == [.buyingRoleAdded])
        #expect(outcome.events[0].subjects.map(\.subject) == [deals.party, deals.other])
        #expect(outcome.events[0].subjects.map(\.role) == [.prospect, .buyer])
        #expect(deals.scenario.when(add).isUnchanged)
        var second = add
        second.role = .champion
        #expect(deals.scenario.when(second).kinds == [.buyingRoleAdded])
        let remove = RemoveBuyingRole.with {
            $0.opportunity = Reference(number: number)
            $0.party = Reference(number: other)
            $0.role = .decisionMaker
        }
        #expect(deals.scenario.when(remove).kinds == [.buyingRoleRemoved])
        #expect(deals.scenario.when(remove).isUnchanged)
        #expect(try deals.state(number).buyingRoles.map(\.role) == [.champion])
        #expect(deals.scenario.isReproducible)
    }

    @Test func `competitors come and go, and retired ones do not come`() throws {
        var deals = try Deals()
        func record(_ name: String) throws -> StreamNumber {
            try deals.scenario.made(RecordCompetitor.with { $0.detail.name = name })
        }
        let (first, second) = (try record("Inkwell"), try record("Penhouse"))
        let number = try deals.opened { $0.competitors = [Reference(number: first), Reference(number: first)] }
        #expect(try deals.state(number).competitorNumbers == [first.rawValue])
        var add = AddCompetitor.with {
            ($0.opportunity, $0.competitor) = (Reference(number: number), Reference(number: first))
        }
        #expect(deals.scenario.when(add).isUnchanged)
        for competitor in [first, second] {
            let retire = RetireCompetitor.with { $0.competitor = Reference(number: competitor) }
            #expect(deals.scenario.when(retire, reason: "closed").kinds == [.competitorRetired])
        }
        #expect(deals.scenario.when(add).isUnchanged)
        add.competitor = Reference(number: second)
        let refused = deals.scenario.when(add)
        #expect(refused.code == .competitorRetired)
        #expect(refused.field == "competitor")
        #expect(deals.scenario.when(add, historic: true).kinds == [.competitorAdded])
        let remove = RemoveCompetitor.with {
            ($0.opportunity, $0.competitor) = (Reference(number: number), Reference(number: second))
        }
        #expect(deals.scenario.when(remove).kinds == [.competitorRemoved])
        #expect(deals.scenario.when(remove).isUnchanged)
        var lose = LoseOpportunity.with {
            ($0.opportunity, $0.competitor, $0.lossReason) = (
                Reference(number: number), Reference(number: second), "price"
            )
        }
        #expect(deals.scenario.when(lose).code == .competitorRetired)
        lose.competitor = Reference(number: first)
        guard case .opportunityLost(let lost)? = deals.scenario.when(lose).payloads.first else { return missing() }
        #expect(lost.competitorNumber == first.rawValue)
        #expect(deals.scenario.when(lose).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `an owner has the opportunity among his open work until it is closed`() throws {
        var deals = try Deals()
        let hire = HireEmployee.with { $0.name.display = "Cem" }
        let (cem, dee) = (try deals.scenario.made(hire), try deals.scenario.made(hire))
        func work(_ employee: StreamNumber) throws -> Int64 {
            let owner = Owner.with { $0.employeeNumber = employee.rawValue }
            return try deals.scenario.claim(.openWork(try #require(OwnerKey(owner)), .opportunity))
        }
        let number = try deals.opened { $0.owner.employee = Reference(number: cem) }
        #expect(try work(cem) == 1)
        let assign = AssignOwner.with {
            ($0.kind, $0.target) = (.opportunity, Reference(number: number))
            $0.owner.employee = Reference(number: dee)
        }
        #expect(deals.scenario.when(assign).kinds == [.ownerAssigned])
        #expect(try work(cem) == 0)
        #expect(try work(dee) == 1)
        #expect(try deals.state(number).owner.employeeNumber == dee.rawValue)
        deals.scenario.when(WinOpportunity.with { $0.opportunity = Reference(number: number) })
        #expect(try work(dee) == 0)
        deals.scenario.when(ReopenOpportunity.with { $0.opportunity = Reference(number: number) })
        #expect(try work(dee) == 1)
        #expect(deals.scenario.isReproducible)
    }
}
