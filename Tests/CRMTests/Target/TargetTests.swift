import CRM
import KithTesting
import Schema
import SwiftProtobuf
import Testing

@Suite struct TargetTests {
    private func won(
        _ units: Int64 = 100_00, _ currency: String = "EUR", first: String = "2026-01-01", last: String = "2026-03-31",
        owner: StreamNumber? = nil
    ) -> SetTarget {
        .with {
            $0.metric = .wonValue
            $0.period.firstDay = first
            $0.period.lastDay = last
            $0.value.money.minorUnits = units
            $0.value.money.currency = currency
            if let owner { $0.owner.team = Reference(number: owner) }
        }
    }

    @Test func `a target is one per metric, period, owner and currency, and is changed by setting it again`() throws {
        var scenario = Scenario()
        let team = scenario.given(.team, .teamDefined(TeamDefined()))
        let number = try scenario.made(won())
        #expect(scenario.when(won()).isUnchanged)
        #expect(scenario.lastTarget == number)
        guard case .targetSet(let set)? = scenario.when(won(200_00)).payloads.first else { return }
        #expect(set.valueBefore.money.minorUnits == 100_00 && scenario.lastTarget == number)
        for other in [won(1, "USD"), won(1, last: "2026-06-30"), won(1, owner: team)] {
            #expect(scenario.when(other).kinds == [.targetSet])
            #expect(scenario.lastTarget != number)
        }
        #expect(scenario.isReproducible)
    }

    @Test func `a withdrawn target is set again on the same stream`() throws {
        var scenario = Scenario()
        let number = try scenario.made(won())
        let withdraw = WithdrawTarget.with { $0.target = Reference(number: number) }
        guard case .targetWithdrawn(let withdrawn)? = scenario.when(withdraw).payloads.first else { return }
        #expect(withdrawn.value.money.minorUnits == 100_00)
        #expect(scenario.when(withdraw).isUnchanged)
        guard case .targetSet(let set)? = scenario.when(won()).payloads.first else {
            Issue.record("not set again")
            return
        }
        #expect(!set.hasValueBefore && scenario.lastTarget == number)
        #expect(scenario.when(won()).isUnchanged && scenario.lastTarget == number)
        #expect(scenario.isReproducible)
    }

    @Test func `the value is of the kind that the metric asks for`() {
        var scenario = Scenario()
        let money = TargetValue.with {
            $0.money.minorUnits = 1
            $0.money.currency = "EUR"
        }
        let count = TargetValue.with { $0.count = 5 }
        let percent = TargetValue.with { $0.percent = decimal("62.5") }
        for metric in TargetMetric.allCases where metric != .unspecified {
            let fits = [money, count, percent].filter { value in
                var command = won()
                command.metric = metric
                command.value = value
                let outcome = scenario.when(command)
                #expect(outcome.code == nil || outcome.code == .targetValueMismatch, "\(metric)")
                return outcome.code == nil
            }
            #expect(fits.count == 1, "\(metric)")
        }
    }

    @Test func `what has no form is refused with its field`() {
        var scenario = Scenario()
        func refused(_ code: ErrorCode, _ field: String, _ change: (inout SetTarget) -> Void) {
            var command = won()
            change(&command)
            let outcome = scenario.when(command)
            #expect(outcome.code == code && outcome.field == field, "\(field): \(outcome)")
        }
        refused(.schemaInvalid, "metric") { $0.metric = .unspecified }
        refused(.schemaInvalid, "value") { $0.clearValue() }
        refused(.amountInvalid, "value.money.minor_units") { $0.value.money.minorUnits = -1 }
        refused(.currencyMismatch, "value.money.currency") { $0.value.money.currency = "XYZ" }
        refused(.schemaInvalid, "period.first_day") { $0.period.firstDay = "2026-13-01" }
        refused(.schemaInvalid, "programme") { $0.programme = Reference(number: StreamNumber(1)) }
        refused(.referenceMissing, "owner.employee") { $0.owner.employee = Reference(number: StreamNumber(9)) }
        refused(.referenceMissing, "owner.team") { $0.owner.team = Reference(number: StreamNumber(9)) }
        refused(.amountInvalid, "value.percent") {
            $0.metric = .winRate
            $0.value.percent = decimal("100.1")
        }
        #expect(scenario.events.isEmpty)
    }

    @Test func `nobody who is out of use is given a target, except in history`() throws {
        var office = Office()
        let (gone, bo) = (office.employee("Gone"), office.employee("Bo"))
        let team = office.team("Sales")
        var kept = won()
        kept.owner = .employee(gone)
        #expect(office.when(kept).kinds == [.targetSet])
        office.when(DeactivateEmployee.of(gone))
        office.when(RetireTeam.with { $0.team = Reference(number: team) })
        // What was set before stays, and saying it again changes nothing.
        #expect(office.when(kept).isUnchanged)
        for owner in [OwnerReference.employee(gone), .team(team)] {
            var command = won(200_00)
            command.owner = owner
            var other = office
            let outcome = other.when(command)
            #expect(outcome.code == .assigneeInactive && outcome.field == "owner", "\(outcome)")
            #expect(other.when(command, historic: true).kinds == [.targetSet])
        }
        var allowed = won()
        allowed.owner = .employee(bo)
        #expect(office.when(allowed).kinds == [.targetSet] && office.scenario.isReproducible)
    }
}
