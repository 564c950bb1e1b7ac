import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct ReviewTests {
    private var scenario = Scenario()
    private let party: StreamNumber
    private let employee: StreamNumber

    init() {
        party = scenario.given(
            .party, .partyRegistered(PartyRegistered()), personal: .partyRegistered(PartyRegisteredPersonal()))
        employee = scenario.given(.employee, .employeeHired(EmployeeHired()))
    }

    private func review(
        _ decision: RelationshipDecision = .develop, rationale: String = "buys more each year", next: String = ""
    ) -> ReviewRelationship {
        .with {
            $0.party = Reference(number: party)
            $0.decision = decision
            $0.personal.rationale = rationale
            $0.nextReview = next
        }
    }

    @Test func `a review decides, and its text is sealed for the party`() throws {
        var scenario = scenario
        let outcome = scenario.when(review(next: "2026-07-01"))
        #expect(outcome.kinds == [.relationshipReviewed])
        guard case .relationshipReviewed(let sealed)? = outcome.events.first?.personal.first?.data else { return }
        #expect(sealed.review.rationale == "buys more each year")
        #expect(outcome.events.first?.subjects.last?.subject == party)
        #expect(!scenario.lastDecided.contains("each year"))
        #expect(scenario.when(review(next: "2026-07-01")).isUnchanged)
        guard case .relationshipReviewed(let next)? = scenario.when(review(.harvest)).payloads.first else { return }
        #expect(next.decisionBefore == .develop)
        #expect(scenario.when(review(.harvest, rationale: "other")).kinds == [.relationshipReviewed])
        #expect(scenario.isReproducible)
    }

    @Test func `a review that comes to the same on a later day is one of its own`() {
        var scenario = scenario
        scenario.when(review())
        #expect(scenario.when(review()).isUnchanged)
        scenario.now = Instant(microseconds: scenario.now.rawValue + 86_400_000_000)
        #expect(scenario.when(review()).kinds == [.relationshipReviewed])
    }

    @Test func `the reviewer is the one named, else the principal's employee`() throws {
        var scenario = scenario
        let principal = scenario.given(.principal, .principalRegistered(PrincipalRegistered()))
        scenario.given(on: principal, .principalBound(PrincipalBound.with { $0.employeeNumber = employee.rawValue }))
        func reviewer(_ outcome: Outcome) -> UInt64? {
            guard case .relationshipReviewed(let reviewed)? = outcome.payloads.first else { return nil }
            return reviewed.reviewerNumber
        }
        #expect(reviewer(scenario.when(review(.keep))) == 0)
        #expect(reviewer(scenario.when(review(.develop), by: principal)) == employee.rawValue)
        var named = review(.harvest)
        named.reviewer = Reference(number: employee)
        #expect(reviewer(scenario.when(named)) == employee.rawValue)
        named.reviewer = Reference(number: StreamNumber(99))
        #expect(scenario.when(named).field == "reviewer")
    }

    @Test func `what has no form, or lies behind, is refused with its field`() {
        var scenario = scenario
        func outcome(_ change: (inout ReviewRelationship) -> Void) -> Outcome {
            var command = review()
            change(&command)
            return scenario.when(command)
        }
        #expect(outcome { $0.decision = .unspecified }.field == "decision")
        #expect(outcome { $0.nextReview = "soon" }.field == "next_review")
        #expect(outcome { $0.nextReview = "2026-01-01" }.code == .nextReviewPast)
        #expect(outcome { $0.figures.position = 1_000 }.field == "figures.position")
        #expect(outcome { $0.figures.figures = [.with { $0.figure = "net" }] }.field == "figures.figures[0]")
        #expect(scenario.when(review(next: "2026-01-01"), historic: true).kinds == [.relationshipReviewed])
        scenario.when(ArchiveParty.with { $0.party = Reference(number: party) }, reason: "gone")
        #expect(scenario.when(review(.exit)).code == .archived)
        #expect(scenario.when(review(.exit), historic: true).kinds == [.relationshipReviewed])
    }
}
