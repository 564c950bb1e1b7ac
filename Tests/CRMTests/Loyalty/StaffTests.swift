import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct StaffTests {
    @Test func `a programme for employees takes employees, who earn by command`() throws {
        var scenario = Scenario()
        let employee = scenario.given(.employee, .employeeHired(EmployeeHired()))
        let party = scenario.given(.party, .partyRegistered(PartyRegistered()))
        scenario.when(
            DefineProgramme.with {
                $0.label = "Suggestions"
                $0.audience = .staff
            })
        #expect(scenario.when(EnrolMember.with { $0.party = Reference(number: party) }).code == .audienceMismatch)
        let enrol = EnrolMember.with { $0.employee = Reference(number: employee) }
        let outcome = scenario.when(enrol)
        #expect(outcome.kinds == [.memberEnrolled])
        #expect(outcome.events.first?.subjects.map(\.subject) == [employee])
        let account = Reference(number: try #require(scenario.lastTarget))
        let earned = scenario.when(
            EarnPoints.with {
                $0.account = account
                $0.cause = ExternalKey(system: "ideas", key: "17")
                $0.points = 5
            })
        #expect(earned.earned == [5])
        #expect(scenario.when(enrol).isUnchanged)
        #expect(scenario.isReproducible)
    }

    @Test func `nobody enrols in a programme that is off, but in history`() throws {
        var scenario = Scenario()
        let party = scenario.given(.party, .partyRegistered(PartyRegistered()))
        scenario.when(
            DefineProgramme.with {
                $0.label = "Club"
                $0.status = .off
            })
        let enrol = EnrolMember.with { $0.party = Reference(number: party) }
        #expect(scenario.when(enrol).code == .programmeOff)
        #expect(scenario.when(EnrolMember()).code == .schemaInvalid)
        #expect(scenario.when(enrol, historic: true).kinds == [.memberEnrolled])
    }
}
