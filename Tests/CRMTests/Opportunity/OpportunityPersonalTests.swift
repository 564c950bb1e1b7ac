import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct OpportunityPersonalTests {
    private func change(
        _ number: StreamNumber, _ fill: (inout ChangeOpportunity) -> Void
    ) -> ChangeOpportunity {
        var command = ChangeOpportunity.with { $0.opportunity = Reference(number: number) }
        fill(&command)
        return command
    }

    private func texts(_ deals: Deals, _ number: StreamNumber) throws -> OpportunityPersonal {
        let state = try deals.state(number)
        switch try deals.scenario.open(state.personal).data {
        case .opportunityOpened(let part)?, .opportunityChanged(let part)?: return part.personal
        default: return OpportunityPersonal()
        }
    }

    @Test func `what is changed in part is sealed as a whole`() throws {
        var deals = try Deals()
        let number = try deals.opened {
            $0.personal.name = "Kitchen"
            $0.personal.description_p = "of Ada"
        }
        let command = change(number) { $0.personal.name = "Bathroom" }
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityChanged])
        #expect(try texts(deals, number).name == "Bathroom")
        #expect(try texts(deals, number).description_p == "of Ada")
        #expect(deals.scenario.when(command).isUnchanged)
        #expect(!deals.scenario.showsOpenly("Bathroom"))
        deals.scenario.when(change(number) { $0.clear = ["description"] })
        #expect(try texts(deals, number).description_p.isEmpty)
        #expect(try texts(deals, number).name == "Bathroom")
        #expect(deals.scenario.when(change(number) { $0.clear = ["description"] }).isUnchanged)
        #expect(deals.scenario.when(change(number) { $0.clear = ["name"] }).kinds == [.opportunityChanged])
        #expect(try !deals.state(number).hasPersonal)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `the name goes over to another party`() throws {
        var deals = try Deals()
        let number = try deals.opened { $0.personal.name = "Kitchen" }
        let other = deals.other
        let command = change(number) { $0.party = Reference(number: other) }
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityChanged])
        let subjects = outcome.events[0].subjects.filter { $0.role != .fingerprint }
        #expect(subjects.map(\.subject) == [deals.other, deals.party])
        #expect(try texts(deals, number).name == "Kitchen")
        #expect(try deals.openOf(deals.party) == 0)
        #expect(try deals.openOf(deals.other) == 1)
        #expect(deals.scenario.when(command).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `without a party texts stand open, and what was sealed is never laid open`() throws {
        var deals = try Deals()
        let number = try deals.scenario.made(OpenOpportunity.with { $0.personal.name = "Row 7" }, historic: true)
        #expect(try deals.state(number).head.name == "Row 7")
        #expect(deals.scenario.when(change(number) { $0.personal.name = "Row 8" }).kinds == [.opportunityChanged])
        #expect(try deals.state(number).head.name == "Row 8")
        let party = deals.party
        deals.scenario.when(
            change(number) {
                $0.party = Reference(number: party)
                $0.personal.description_p = "of Ada"
            })
        #expect(try deals.state(number).head.name.isEmpty)
        #expect(try texts(deals, number).name == "Row 8")
        #expect(try deals.openOf(deals.party) == 1)

        let leave = change(number) { $0.clear = ["party"] }
        let refused = deals.scenario.when(leave)
        #expect(refused.code == .referenceMissing)
        #expect(refused.field == "clear")
        let outcome = deals.scenario.when(leave, historic: true)
        guard case .opportunityChanged(let changed)? = outcome.payloads.first else { return missing() }
        #expect(changed.personalCleared)
        #expect(changed.head.name.isEmpty)
        #expect(outcome.events[0].subjects.map(\.subject) == [deals.party])
        #expect(!deals.scenario.showsOpenly("of Ada"))
        #expect(try deals.openOf(deals.party) == 0)
        #expect(deals.scenario.when(leave, historic: true).isUnchanged)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `channel, source and partner are what was said last`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let other = deals.other
        let command = change(number) {
            $0.channel = "web"
            $0.leadSource = "fair"
            $0.partner = Reference(number: other)
        }
        let outcome = deals.scenario.when(command)
        #expect(outcome.kinds == [.opportunityChanged])
        #expect(outcome.events[0].subjects.map(\.role) == [.prospect, .partner])
        #expect(deals.scenario.when(command).isUnchanged)
        let clear = change(number) { $0.clear = ["channel", "lead_source", "partner"] }
        let cleared = deals.scenario.when(clear)
        #expect(cleared.events.first?.subjects.map(\.role) == [.prospect, .partner])
        #expect(try deals.state(number).head.partnerNumber == 0)
        #expect(deals.scenario.when(clear).isUnchanged)
        var both = command
        both.clear = ["channel"]
        #expect(deals.scenario.when(both).code == .schemaInvalid)
    }

    @Test func `a next step is sealed for the party`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        var command = SetNextStep.with {
            $0.opportunity = Reference(number: number)
            $0.nextStep.text = "call Ada at home"
            $0.dueDate = "2026-02-02"
        }
        #expect(deals.scenario.when(command).kinds == [.nextStepSet])
        #expect(!deals.scenario.showsOpenly("at home"))
        #expect(deals.scenario.when(command).isUnchanged)
        command.dueDate = "2026-02-03"
        #expect(deals.scenario.when(command).kinds == [.nextStepSet])
        command.dueDate = "2026-02-30"
        #expect(deals.scenario.when(command).field == "due_date")
        let clear = SetNextStep.with {
            $0.opportunity = Reference(number: number)
            $0.clear = true
        }
        #expect(deals.scenario.when(clear).kinds == [.nextStepSet])
        #expect(deals.scenario.when(clear).isUnchanged)
        #expect(
            deals.scenario.when(SetNextStep.with { $0.opportunity = Reference(number: number) }).code == .schemaInvalid)
        #expect(deals.scenario.isReproducible)
    }

    @Test func `notes and tags of an opportunity are its party's`() throws {
        var deals = try Deals()
        let number = try deals.opened()
        let note = AddNote.with {
            $0.kind = .opportunity
            $0.target = Reference(number: number)
            $0.note.text = "Ada is away"
        }
        let outcome = deals.scenario.when(note)
        #expect(outcome.kinds == [.noteAdded])
        #expect(outcome.events[0].subjects.last?.subject == deals.party)
        #expect(outcome.events[0].subjects.last?.role == .prospect)
        #expect(!deals.scenario.showsOpenly("away"))
    }
}
