internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct TaskStepTests {
    private var office = Office()
    private let bo: StreamNumber
    private let cy: StreamNumber
    private let party: StreamNumber
    private let task: StreamNumber

    init() {
        bo = office.employee("Bo")
        cy = office.employee("Cy")
        party = office.party()
        let (bo, party) = (bo, party)
        task = office.made(
            CreateTask.called {
                $0.party = Reference(number: party)
                $0.assignee = .employee(bo)
                $0.due = .day("2026-01-09")
                $0.reminder = At.january(8, 9).timestamp
            })
    }

    private func status(_ office: Office) -> TaskStatus { office.state(TaskAggregate.self, task).status }

    @Test func `a task is started and completed, and each of it once`() throws {
        var office = office
        #expect(office.when(StartTask.of(task)).payloads == [.taskStarted(.with { $0.statusBefore = .open })])
        #expect(office.when(StartTask.of(task)).isUnchanged)
        let outcome = office.when(CompleteTask.of(task, "reached", "She wants two"))
        #expect(outcome.kinds == [.taskCompleted])
        #expect(outcome.events.first?.personal == [.with { $0.taskCompleted.outcome = "She wants two" }])
        #expect(!office.scenario.lastDecided.contains("two"))
        guard case .taskCompleted(let completed)? = outcome.payloads.first else { return }
        #expect(completed.statusBefore == .inProgress && completed.assignee == Owner(employee: bo))
        #expect(completed.due.day == "2026-01-09" && completed.outcome.isEmpty)
        #expect(office.when(CompleteTask.of(task, "reached", "She wants two")).isUnchanged)
        #expect(office.when(CompleteTask.of(task)).isUnchanged)
        #expect(office.when(CompleteTask.of(task, "other")).code == .terminalState)
        #expect(office.when(CompleteTask.of(task, "reached", "She wants three")).code == .terminalState)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a task is cancelled with a reason, and reopened`() throws {
        var office = office
        #expect(office.when(CancelTask.of(task)).code == .reasonRequired)
        #expect(office.when(CancelTask.of(task), reason: "bought elsewhere").kinds == [.taskCancelled])
        #expect(office.when(CancelTask.of(task)).isUnchanged)
        #expect(office.when(CompleteTask.of(task)).code == .terminalState)
        #expect(office.when(StartTask.of(task)).code == .terminalState)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.when(ReopenTask.of(task)).kinds == [.taskReopened])
        #expect(office.when(ReopenTask.of(task)).isUnchanged)
        #expect(status(office) == .open)
        #expect(try office.openWork(Owner(employee: bo), .task) == 1)
        #expect(office.when(CancelTask.of(task), historic: true).kinds == [.taskCancelled])
        #expect(office.scenario.isReproducible)
    }

    @Test func `who has left does not get a reopened task back`() throws {
        var office = office
        office.when(CompleteTask.of(task))
        office.when(DeactivateEmployee.of(bo))
        #expect(office.when(ReopenTask.of(task)).kinds == [.taskReopened])
        #expect(office.state(TaskAggregate.self, task).assignee.isNobody)
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a task changes hands`() throws {
        var office = office
        #expect(office.when(AssignTask.of(task, .employee(bo))).isUnchanged)
        let outcome = office.when(AssignTask.of(task, .employee(cy)))
        #expect(
            outcome.payloads == [
                .taskAssigned(
                    .with {
                        $0.assignee = Owner(employee: cy)
                        $0.assigneeBefore = Owner(employee: bo)
                    })
            ])
        #expect(try office.openWork(Owner(employee: bo)) == 0)
        #expect(try office.owned(.task, by: Owner(employee: cy)) == [task])
        #expect(office.when(AssignTask.of(task, nil)).kinds == [.taskAssigned])
        #expect(office.when(AssignTask.of(task, nil)).isUnchanged)
        #expect(office.when(AssignTask.with { $0.task = Reference(number: task) }).field == "assignee")
        office.when(DeactivateEmployee.of(cy))
        #expect(office.when(AssignTask.of(task, .employee(cy))).code == .assigneeInactive)
        office.when(CompleteTask.of(task))
        #expect(office.when(AssignTask.of(task, .employee(bo))).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a task counts against the capacity of its assignee`() {
        var office = office
        office.when(SetCapacity.of(cy, .task, 0))
        #expect(office.when(AssignTask.of(task, .employee(cy))).code == .capacityExceeded)
        let anyway = AssignTask.of(task, .employee(cy)).with { $0.allowOverCapacity = true }
        #expect(office.when(anyway).code == .reasonRequired)
        #expect(office.when(anyway, reason: "holidays").kinds == [.taskAssigned])
    }

    @Test func `who has tasks to do is not taken out of use, and hands them over`() throws {
        var office = office
        #expect(office.when(DeactivateEmployee.of(bo)).code == .hasOpenWork)
        let transfer = TransferPortfolio.from(.employee(bo), to: .employee(cy))
        #expect(office.when(transfer).kinds == [.portfolioTransferred, .ownerAssigned])
        #expect(office.state(TaskAggregate.self, task).assignee == Owner(employee: cy))
        #expect(office.scenario.events.last?.subjects.first?.subject == party)
        #expect(office.when(DeactivateEmployee.of(bo)).kinds == [.employeeDeactivated])
        #expect(office.when(AssignOwner.of(.task, task, nil)).kinds == [.ownerAssigned])
        #expect(try office.openWork(Owner(employee: cy)) == 0)
        office.when(CompleteTask.of(task))
        #expect(office.when(AssignOwner.of(.task, task, .employee(cy))).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }

    @Test func `a task is put off, and comes to mind again when the time has come`() {
        var office = office
        let later = DeferTask.of(task, until: .day("2026-01-12"), due: .day("2026-01-16"))
        let outcome = office.when(later)
        guard case .taskDeferred(let deferred)? = outcome.payloads.first else {
            Issue.record("not deferred: \(outcome)")
            return
        }
        #expect(deferred.until.instant == At.january(12).rawValue)
        #expect(deferred.due.day == "2026-01-16" && deferred.dueBefore.day == "2026-01-09")
        #expect(office.when(later).isUnchanged)
        #expect(office.when(DeferTask.of(task, until: .day("2025-12-31"))).field == "until")
        #expect(office.when(DeferTask.of(task, until: .day("2026-02-01"), due: .day("2025-12-31"))).field == "due")
        #expect(office.when(DeferTask.of(task, until: DueInput())).code == .schemaInvalid)

        let due = office.scenario.advance(to: At.january(20))
        #expect(due.kinds == [.taskReminded, .taskReminded])
        #expect(due.events.map(\.stored.occurredAt) == [At.january(8, 9), At.january(12)])
        guard case .taskReminded(let reminded)? = due.payloads.last else { return }
        #expect(reminded.cause == .deferralEnded && reminded.assignee == Owner(employee: bo))
        #expect(status(office) == .deferred)
        #expect(office.when(StartTask.of(task)).kinds == [.taskStarted])
        #expect(office.when(CompleteTask.of(task)).kinds == [.taskCompleted])
        #expect(office.when(DeferTask.of(task, until: .day("2026-02-01"))).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }

    @Test func `nobody is reminded of what is done, started or reminded of otherwise`() {
        var done = office
        done.when(CompleteTask.of(task))
        done.when(ReopenTask.of(task))
        #expect(done.scenario.advance(to: At.january(20)).isUnchanged)
        var cleared = office
        cleared.when(
            ChangeTask.with {
                $0.task = Reference(number: task)
                $0.clear = ["reminder"]
            })
        #expect(cleared.scenario.advance(to: At.january(20)).isUnchanged)
        var started = cleared
        started.scenario.now = At.january(2)
        started.when(DeferTask.of(task, until: .day("2026-01-12")))
        started.when(StartTask.of(task))
        #expect(started.scenario.advance(to: At.january(20)).isUnchanged)
        var moved = office
        moved.when(
            ChangeTask.with {
                $0.task = Reference(number: task)
                $0.reminder = At.january(10).timestamp
            })
        #expect(moved.scenario.advance(to: At.january(9)).isUnchanged)
        #expect(moved.scenario.advance(to: At.january(11)).kinds == [.taskReminded])
        #expect(moved.scenario.advance(to: At.january(12)).isUnchanged)
        #expect(moved.scenario.isReproducible)
    }
}
