internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct EmployeeAccessTests {
    private var office = Office()
    private let admin: StreamNumber
    private let rep: StreamNumber
    private let bo: StreamNumber

    init() {
        admin = office.scenario.given(.principal, .principalRegistered(.with { $0.uid = 1 }))
        office.scenario.given(on: admin, .roleGranted(.with { $0.role = .admin }))
        rep = office.scenario.given(.principal, .principalRegistered(.with { $0.uid = 2 }))
        office.scenario.given(on: rep, .roleGranted(.with { $0.role = .sales }))
        office.scenario.given(
            on: rep,
            .roleGranted(
                .with {
                    $0.role = .marketing; $0.scope = "north"
                }))
        bo = office.employee("Bo")
    }

    private func bind(_ principal: StreamNumber, _ employee: StreamNumber) -> BindPrincipal {
        .with {
            $0.principal = Reference(number: principal)
            $0.employee = Reference(number: employee)
        }
    }

    @Test func `a caller is bound to an employee, and then to another one`() throws {
        var office = office
        #expect(office.when(bind(rep, bo)).payloads == [.principalBound(.with { $0.employeeNumber = bo.rawValue })])
        #expect(office.when(bind(rep, bo)).isUnchanged)
        #expect(try office.scenario.principals(of: bo) == [rep])
        let cy = office.employee("Cy")
        guard case .principalBound(let bound)? = office.when(bind(rep, cy)).payloads.first else { throw TestFailure() }
        #expect(bound.employeeNumberBefore == bo.rawValue)
        #expect(try office.scenario.principals(of: bo).isEmpty)
        #expect(try office.scenario.principals(of: cy) == [rep])
        office.when(DeactivateEmployee.of(bo))
        let refused = office.when(bind(rep, bo))
        #expect(refused.code == .assigneeInactive && refused.field == "employee")
        #expect(office.when(bind(rep, admin)).code == .referenceMissing)
        #expect(office.scenario.isReproducible)
    }

    @Test func `who is deactivated loses the roles of all his callers`() throws {
        var office = office
        office.when(bind(rep, bo))
        let outcome = office.when(DeactivateEmployee.of(bo))
        #expect(outcome.kinds == [.employeeDeactivated, .roleRevoked, .roleRevoked])
        guard case .roleRevoked(let revoked) = outcome.payloads[1] else { throw TestFailure() }
        #expect(revoked.role == .sales && revoked.policyVersion == 1)
        #expect(revoked.causePositions == [outcome.events[0].stored.position.rawValue])
        #expect(office.state(PrincipalAggregate.self, rep).grants.isEmpty)
        #expect(office.scenario.isReproducible)
    }

    @Test func `the employee of the last administrator stays`() throws {
        var office = office
        office.when(bind(admin, bo))
        let refused = office.when(DeactivateEmployee.of(bo))
        #expect(refused.code == .lastAdmin && refused.field == "employee")
        #expect(office.when(DeactivateEmployee.of(bo), historic: true).code == .lastAdmin)
        let other = GrantRole.with {
            $0.principal = Reference(number: rep)
            $0.role = .admin
        }
        office.when(other)
        office.when(bind(rep, bo))
        #expect(office.when(DeactivateEmployee.of(bo)).code == .lastAdmin)
        let cy = office.employee("Cy")
        office.when(bind(rep, cy))
        let outcome = office.when(DeactivateEmployee.of(bo))
        #expect(outcome.kinds == [.employeeDeactivated, .roleRevoked])
        #expect(try office.scenario.claim(.admins) == 1)
        #expect(office.when(DeactivateEmployee.of(cy)).code == .lastAdmin)
    }
}
