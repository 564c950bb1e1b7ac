internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct EmployeeTests {
    private let key = ExternalKey(system: "payroll", key: "P-77")

    private func hire() -> HireEmployee {
        .with {
            $0.name.parts = [.of(.given, "Bo"), .of(.family, "Chen")]
            $0.contactPoints = [.email("bo.chen@firm.example"), .mobile("+49 151 2345678")]
            $0.external = [key]
            $0.roles = ["sales", "manager", "sales"]
            $0.language = "en"
        }
    }

    @Test func `who is hired is sealed, and found by his personnel number`() throws {
        var office = Office()
        let team = office.team("Sales")
        let command = hire().with { $0.teams = [Reference(number: team), Reference(number: team)] }
        let outcome = office.when(command)
        #expect(outcome.kinds == [.employeeHired])
        guard case .employeeHired(let hired)? = outcome.payloads.first else { throw TestFailure() }
        #expect(hired.roles == ["sales", "manager"] && hired.teamNumbers == [team.rawValue])
        #expect(hired.hasName_p && hired.externalCount == 1)
        #expect(hired.contactPoints.map(\.kind) == [.email, .mobile])
        #expect(hired.contactPoints.map(\.normalised) == [true, true])
        let number = try #require(outcome.events.first?.stream)
        #expect(outcome.events.first?.subjects.last?.subject == number)
        guard case .employeeHired(let personal)? = office.scenario.lastPersonal else { throw TestFailure() }
        #expect(personal.name.display == "Bo Chen" && personal.contactPoints.count == 2)
        for text in ["Chen", "firm.example", "2345678", "P-77"] { #expect(!office.scenario.showsOpenly(text)) }
        #expect(try office.scenario.resolve(Reference(external: key), .employee) == number)
        #expect(try office.scenario.claim(.teamMembers(team)) == 1)
        #expect(office.scenario.holders(domain: "email", value: "bo.chen@firm.example").isEmpty)
        let again = office.when(hire())
        #expect(again.code == .referenceTaken && again.field == "external[0]")
        #expect(office.scenario.isReproducible)
    }

    @Test func `hires are refused`() {
        var office = Office()
        let retired = office.team("Old")
        office.when(RetireTeam.with { $0.team = Reference(number: retired) })
        let cases: [(HireEmployee, ErrorCode, String)] = [
            (.init(), .identityRequired, "name"),
            (.with { $0.contactPoints = [.email("a@b.example")] }, .identityRequired, "name"),
            (
                .named("A").with { $0.contactPoints = [.email("nobody")] }, .contactPointInvalid,
                "contact_points[0].personal.value"
            ),
            (
                .named("A").with { $0.contactPoints = (0...20).map { .email("a\($0)@b.example") } }, .limitExceeded,
                "contact_points"
            ),
            (.named("A").with { $0.roles = [""] }, .schemaInvalid, "roles[0]"),
            (.named("A").with { $0.roles = [text(of: 65)] }, .limitExceeded, "roles[0]"),
            (.named("A").with { $0.language = "?" }, .schemaInvalid, "language"),
            (.named("A").with { $0.teams = [Reference(number: StreamNumber(99))] }, .referenceMissing, "teams[0]"),
            (.named("A").with { $0.teams = [Reference(number: retired)] }, .assigneeInactive, "teams[0]"),
            (.named("A").with { $0.id = "7" }, .schemaInvalid, "id"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(outcome)")
        }
        #expect(office.when(cases[8].0, historic: true).kinds == [.employeeHired])
    }

    @Test func `a change replaces what it says, and sent twice changes nothing`() throws {
        var office = Office()
        let number = office.made(hire())
        let change = ChangeEmployee.with {
            $0.employee = Reference(number: number)
            $0.name.display = "Bo Chen-Lindt"
        }
        let outcome = office.when(change)
        #expect(outcome.kinds == [.employeeChanged])
        guard case .employeeChanged(let changed)? = outcome.payloads.first else { throw TestFailure() }
        #expect(changed.nameReplaced && !changed.contactPointsReplaced && changed.language == "en")
        #expect(!office.scenario.showsOpenly("Lindt"))
        #expect(office.when(change).isUnchanged)

        let contact = ChangeEmployee.with {
            $0.employee = Reference(number: number)
            $0.contactPoints = [.email("bo@firm.example")]
            $0.language = "de"
        }
        #expect(office.when(contact).kinds == [.employeeChanged])
        #expect(office.state(EmployeeAggregate.self, number).contactPoints.count == 1)
        #expect(office.state(EmployeeAggregate.self, number).language == "de")
        #expect(office.when(contact).isUnchanged)
        #expect(office.when(change).isUnchanged)

        let clear = ChangeEmployee.with {
            $0.employee = Reference(number: number)
            $0.clear = ["name", "contact_points", "language"]
        }
        #expect(office.when(clear).kinds == [.employeeChanged])
        #expect(!office.state(EmployeeAggregate.self, number).hasNamePart)
        #expect(office.when(clear).isUnchanged)
        #expect(office.scenario.isReproducible)
    }

    @Test func `an employee keeps something by which he can be told`() {
        var office = Office()
        let number = office.employee()
        let clear = ChangeEmployee.with {
            $0.employee = Reference(number: number)
            $0.clear = ["name"]
        }
        #expect(office.when(clear).code == .identityRequired)
        let link = LinkExternalRecord.with {
            $0.kind = .employee
            $0.target = Reference(number: number)
            $0.key = key
        }
        #expect(office.when(link).kinds == [.externalLinked])
        #expect(!office.scenario.showsOpenly("P-77"))
        #expect(office.when(link).isUnchanged)
        #expect(office.when(clear).kinds == [.employeeChanged])
        let unlink = UnlinkExternalRecord.with {
            $0.kind = .employee
            $0.target = Reference(number: number)
            $0.key = key
        }
        #expect(office.when(unlink).code == .identityRequired)
        #expect(office.scenario.isReproducible)
    }

    @Test func `changes are refused`() {
        var office = Office()
        let number = office.employee()
        let about = ChangeEmployee.with { $0.employee = Reference(number: number) }
        #expect(office.when(about).isUnchanged)
        #expect(office.when(about.with { $0.clear = ["roles"] }).field == "clear[0]")
        #expect(
            office.when(
                about.with {
                    $0.language = "de"; $0.clear = ["language"]
                }
            ).field == "clear")
        #expect(office.when(ChangeEmployee()).field == "employee")
        #expect(
            office.when(ChangeEmployee.with { $0.employee = Reference(number: StreamNumber(99)) }).code == .notFound)
    }

    @Test func `job roles are given and taken, each once`() {
        var office = Office()
        let number = office.employee()
        let assign = AssignRole.with {
            $0.employee = Reference(number: number)
            $0.role = "account_manager"
        }
        let unassign = UnassignRole.with {
            $0.employee = Reference(number: number)
            $0.role = "account_manager"
        }
        #expect(office.when(unassign).isUnchanged)
        #expect(office.when(assign).payloads == [.roleAssigned(.with { $0.role = "account_manager" })])
        #expect(office.when(assign).isUnchanged)
        #expect(office.when(unassign).kinds == [.roleUnassigned])
        #expect(office.when(assign.with { $0.role = "" }).field == "role")
        office.when(DeactivateEmployee.of(number))
        let refused = office.when(assign)
        #expect(refused.code == .assigneeInactive && refused.field == "employee")
        #expect(office.when(assign, historic: true).kinds == [.roleAssigned])
    }

    @Test func `an employee joins, leads and leaves teams`() throws {
        var office = Office()
        let number = office.employee()
        let team = office.team("Sales")
        #expect(office.when(JoinTeam.of(number, team)).kinds == [.teamJoined])
        #expect(office.when(JoinTeam.of(number, team)).isUnchanged)
        guard case .teamJoined(let lead)? = office.when(JoinTeam.of(number, team, lead: true)).payloads.first else {
            throw TestFailure()
        }
        #expect(lead.memberBefore && lead.lead)
        #expect(try office.scenario.claim(.teamMembers(team)) == 1)
        let leave = LeaveTeam.with {
            $0.employee = Reference(number: number)
            $0.team = Reference(number: team)
        }
        #expect(office.when(leave).kinds == [.teamLeft])
        #expect(office.when(leave).isUnchanged)
        #expect(try office.scenario.claim(.teamMembers(team)) == 0)
        office.when(RetireTeam.with { $0.team = Reference(number: team) })
        let refused = office.when(JoinTeam.of(number, team))
        #expect(refused.code == .assigneeInactive && refused.field == "team")
        #expect(office.when(JoinTeam.of(number, StreamNumber(99))).code == .referenceMissing)
        #expect(office.scenario.isReproducible)
    }

    @Test func `capacity is set for kinds of things that have an owner`() {
        var office = Office()
        let number = office.employee()
        #expect(office.when(SetCapacity.of(number, .party, nil)).isUnchanged)
        #expect(office.when(SetCapacity.of(number, .party, 3)).kinds == [.capacitySet])
        #expect(office.when(SetCapacity.of(number, .party, 3)).isUnchanged)
        #expect(office.when(SetCapacity.of(number, .opportunity, 0)).kinds == [.capacitySet])
        let state = office.state(EmployeeAggregate.self, number)
        #expect(state.capacity(of: .party) == 3 && state.capacity(of: .opportunity) == 0)
        #expect(state.capacities.map(\.kind.rawValue) == state.capacities.map(\.kind.rawValue).sorted())
        #expect(office.when(SetCapacity.of(number, .party, nil)).kinds == [.capacitySet])
        #expect(office.state(EmployeeAggregate.self, number).capacity(of: .party) == nil)
        #expect(office.when(SetCapacity.of(number, .order, 1)).field == "kind")
    }

    @Test func `who is deactivated leaves his teams and can come back`() throws {
        var office = Office()
        let team = office.team("Sales")
        let number = office.employee { $0.teams = [Reference(number: team)] }
        let outcome = office.when(DeactivateEmployee.of(number))
        #expect(outcome.payloads == [.employeeDeactivated(.with { $0.teamNumbers = [team.rawValue] })])
        #expect(try office.scenario.claim(.teamMembers(team)) == 0)
        #expect(office.when(DeactivateEmployee.of(number)).isUnchanged)
        let back = ReactivateEmployee.with { $0.employee = Reference(number: number) }
        #expect(office.when(back).kinds == [.employeeReactivated])
        #expect(office.when(back).isUnchanged)
        #expect(office.state(EmployeeAggregate.self, number).teams.isEmpty)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a note about an employee is his own`() {
        var office = Office()
        let number = office.employee()
        let outcome = office.when(
            AddNote.with {
                $0.kind = .employee
                $0.target = Reference(number: number)
                $0.note.text = "works from home"
            })
        #expect(outcome.events.first?.subjects.last?.subject == number)
        #expect(!office.scenario.showsOpenly("home"))
    }
}

/// What a test expected is not there.
struct TestFailure: Error {}
