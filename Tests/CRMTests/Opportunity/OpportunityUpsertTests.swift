import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OpportunityUpsertTests {
    private func row(
        _ deals: Deals, version: UInt64? = nil, _ change: (inout OpenOpportunity) -> Void = { _ in }
    ) -> UpsertOpportunity {
        UpsertOpportunity.with {
            $0.key = ExternalKey(system: "crm", key: "1")
            $0.opportunity = deals.open
            change(&$0.opportunity)
            if let version { $0.sourceVersion = version }
        }
    }

    @Test func `a row opens, and the same row again changes nothing`() throws {
        var deals = try Deals()
        let (pen, other) = (deals.pen, deals.other)
        let command = row(deals, version: 1) {
            $0.personal.name = "Office of Ada"
            $0.lines = [dealLine(pen, "2", "10")]
            $0.partner = Reference(number: other)
            $0.channel = "web"
            $0.stage = "lead"
        }
        #expect(deals.scenario.when(command).kinds == [.opportunityOpened])
        #expect(deals.scenario.when(command).isUnchanged)
        let number = try #require(try deals.scenario.resolve(Reference(external: command.key), .opportunity))
        #expect(try deals.state(number).sourceVersions.map(\.version) == [1])
        #expect(!deals.scenario.showsOpenly("Office"))
        #expect(deals.scenario.isReproducible)
    }

    @Test func `what differs is told event by event`() throws {
        var deals = try Deals()
        let (pen, ink, other) = (deals.pen, deals.ink, deals.other)
        deals.scenario.when(row(deals, version: 1) { $0.personal.name = "Office of Ada" })
        let second = row(deals, version: 2) {
            $0.personal.name = "Office of Bea"
            $0.party = Reference(number: other)
            $0.amount = money(500)
            $0.lines = [dealLine(pen, "1", "3"), dealLine(ink, "1", "2")]
            $0.closeDate = "2026-05-05"
            $0.stage = "talk"
        }
        let outcome = deals.scenario.when(second)
        #expect(
            outcome.kinds == [
                .opportunityChanged, .amountSet, .lineAdded, .lineAdded, .closeDateMoved, .stageAdvanced,
            ])
        guard case .opportunityChanged(let changed)? = outcome.payloads.first else { return missing() }
        #expect(changed.partyNumberBefore == deals.party.rawValue)
        #expect(changed.head.partyNumber == deals.other.rawValue)
        #expect(changed.personalPart)
        #expect(outcome.events[0].subjects.suffix(2).map(\.subject) == [deals.other, deals.party])
        #expect(outcome.events[1].subjects.map(\.subject) == [deals.other])
        #expect(try deals.openOf(deals.party) == 0)
        #expect(try deals.openOf(deals.other) == 1)
        #expect(deals.scenario.when(second).isUnchanged)
        #expect(deals.scenario.when(row(deals, version: 1)).code == .staleSource)

        var third = row(deals, version: 3) {
            $0.party = Reference(number: other)
            $0.amount = money(500)
            $0.lines = [dealLine(ink, "1", "2", number: 2)]
            $0.closeDate = ""
            $0.stage = "lead"
        }
        third.clear = ["close_date", "name"]
        let back = deals.scenario.when(third)
        #expect(back.kinds == [.opportunityChanged, .lineRemoved, .closeDateMoved, .stageRegressed])
        guard case .opportunityChanged(let cleared)? = back.payloads.first else { return missing() }
        #expect(cleared.personalCleared)
        #expect(!cleared.personalPart)
        #expect(deals.scenario.when(third).isUnchanged)
        #expect(!deals.scenario.showsOpenly("Office"))
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a row that has come to its end closes at that time`() throws {
        var deals = try Deals()
        deals.scenario.when(row(deals), at: january(1))
        deals.scenario.wait(until: 30)
        let won = row(deals) {
            $0.reached = .won
            $0.amount = money(9_999)
            $0.closedAt = january(20).timestamp
            $0.closeDate = "2026-01-25"
        }
        let outcome = deals.scenario.when(won, historic: true)
        #expect(outcome.kinds == [.closeDateMoved, .opportunityWon])
        #expect(outcome.events.map(\.stored.occurredAt) == [january(20), january(20)])
        guard case .opportunityWon(let event)? = outcome.payloads.last else { return missing() }
        #expect(event.turn.amountBefore == money(10_000))
        #expect(event.turn.amount == money(9_999))
        #expect(deals.scenario.when(won).isUnchanged)
        // The row without its end says nothing about it.
        let silent = row(deals) {
            $0.clearAmount()
            $0.closeDate = ""
        }
        #expect(deals.scenario.when(silent).isUnchanged)

        // A row that says something else about its end sets it right.
        var other = won
        other.opportunity.amount = money(1)
        other.opportunity.closedAt = january(21).timestamp
        let corrected = deals.scenario.when(other)
        #expect(corrected.kinds == [.opportunityCorrected])
        guard case .opportunityCorrected(let correction)? = corrected.payloads.first else { return missing() }
        #expect(correction.closedAtBefore == january(20).rawValue)
        #expect(correction.amountBefore == money(9_999))
        #expect(deals.scenario.when(other).isUnchanged)
        other.opportunity.closeDate = "2026-09-01"
        #expect(deals.scenario.when(other).field == "opportunity.close_date")
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a source may take an end back, or replace it by another`() throws {
        var deals = try Deals()
        deals.scenario.when(row(deals), at: january(1))
        deals.scenario.wait(until: 30)
        let won = row(deals) {
            $0.reached = .won
            $0.closedAt = january(20).timestamp
        }
        deals.scenario.when(won)
        let lost = row(deals) {
            $0.reached = .lost
            $0.lossReason = "price"
            $0.closedAt = january(25).timestamp
        }
        #expect(deals.scenario.when(lost).kinds == [.opportunityReopened, .opportunityLost])
        #expect(deals.scenario.when(lost).isUnchanged)
        let open = row(deals) { $0.reached = .open }
        #expect(deals.scenario.when(open).kinds == [.opportunityReopened])
        #expect(deals.scenario.when(open).isUnchanged)
        #expect(try deals.inStage("lead") == 1)
        let early = row(deals) {
            $0.reached = .won
            $0.closedAt = january(22).timestamp
        }
        let refused = deals.scenario.when(early)
        #expect(refused.code == .occurredOutOfOrder)
        #expect(refused.field == "opportunity.closed_at")
        #expect(deals.scenario.isReproducible)
    }

    @Test func `a stage that was given up is that which it leads to`() throws {
        var deals = try Deals()
        deals.scenario.when(row(deals) { $0.stage = "lead" })
        deals.scenario.when(
            MapStages.with {
                $0.pipeline = Reference(number: deals.pipeline)
                $0.mappings = [
                    StageMapping.with {
                        $0.from = "lead"
                        $0.to = "talk"
                    }
                ]
            })
        #expect(deals.scenario.when(row(deals) { $0.stage = "lead" }).isUnchanged)
        #expect(deals.scenario.when(row(deals) { $0.stage = "offer" }).kinds == [.stageAdvanced])
        #expect(deals.scenario.when(row(deals) { $0.stage = "lead" }).code == .stageUnknown)
    }

    @Test func `a row both sends and empties nothing`() throws {
        var deals = try Deals()
        var command = row(deals)
        command.clear = ["amount"]
        #expect(deals.scenario.when(command).field == "clear[0]")
        command.clear = ["stage"]
        #expect(deals.scenario.when(command).code == .schemaInvalid)
    }

    @Test func `amounts that are emptied are those of the lines again`() throws {
        var deals = try Deals()
        let pen = deals.pen
        deals.scenario.when(row(deals) { $0.lines = [dealLine(pen, "1", "3")] })
        var command = row(deals) { $0.clearAmount() }
        command.clear = ["amount"]
        guard case .amountSet(let set)? = deals.scenario.when(command).payloads.first else { return missing() }
        #expect(set.amount == money(300))
        #expect(set.fromLines)
        #expect(deals.scenario.when(command).payloads.isEmpty)
        command.clear = ["amount", "lines"]
        #expect(deals.scenario.when(command).kinds == [.lineRemoved])
        #expect(deals.scenario.when(command).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }
}
