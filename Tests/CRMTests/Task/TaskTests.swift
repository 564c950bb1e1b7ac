internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

@Suite struct TaskTests {
    @Test func `a task says what is to be done, sealed for the party whom it concerns`() throws {
        var office = Office()
        let bo = office.employee("Bo")
        let party = office.party()
        let command = CreateTask.called("Call about the leak") {
            $0.party = Reference(number: party)
            $0.assignee = .employee(bo)
            $0.due = .day("2026-01-05")
            $0.category = "call"
            $0.external = [ExternalKey(system: "crm", key: "t1")]
        }
        let outcome = office.when(command)
        #expect(outcome.kinds == [.taskCreated])
        #expect(outcome.events.first?.subjects.last?.subject == party)
        #expect(outcome.events.first?.subjects.last?.role == .concerned)
        #expect(outcome.events.first?.personal == [.with { $0.taskCreated.title = "Call about the leak" }])
        #expect(!office.scenario.lastDecided.contains("leak"))
        guard case .taskCreated(let created)? = outcome.payloads.first else { return }
        #expect(created.title.isEmpty && created.personalPart)
        #expect(created.detail.priority == .normal)
        #expect(created.detail.due.day == "2026-01-05")
        #expect(created.detail.due.instant == At.january(6).rawValue)
        #expect(try office.openWork(Owner(employee: bo), .task) == 1)
        #expect(office.when(command).code == .referenceTaken)
        #expect(office.scenario.isReproducible)
    }

    @Test func `days are those of the organisation's zone`() {
        var office = Office()
        office.when(
            SetOrganisation.with {
                $0.zone = "Asia/Shanghai"
                $0.currency = "CNY"
            })
        let outcome = office.when(CreateTask.called { $0.due = .day("2026-01-05") })
        guard case .taskCreated(let created)? = outcome.payloads.first else {
            Issue.record("not created: \(outcome)")
            return
        }
        #expect(created.detail.due.instant == At.january(5, 16).rawValue)
    }

    @Test func `the party is that of what the task is about`() {
        var office = Office()
        let party = office.party()
        let order = office.scenario.given(.order, .orderPlaced(.with { $0.partyNumber = party.rawValue }))
        let product = office.scenario.given(.product, .productDefined(ProductDefined()))
        let task = office.made(
            CreateTask.called {
                $0.concerns = [.of(.product, product), .of(.order, order)]
            })
        #expect(office.state(TaskAggregate.self, task).detail.partyNumber == party.rawValue)
        #expect(office.state(TaskAggregate.self, task).detail.concerns.count == 2)
        #expect(office.state(TaskAggregate.self, task).title.isEmpty)
    }

    @Test func `what concerns nobody stands open`() {
        var office = Office()
        let task = office.made(CreateTask.called("Order paper"))
        #expect(office.state(TaskAggregate.self, task).title == "Order paper")
        #expect(office.scenario.events.last?.subjects.isEmpty ?? false)
        let change = ChangeTask.with {
            $0.task = Reference(number: task)
            $0.personal.description_p = "The thick one"
        }
        #expect(office.when(change).kinds == [.taskChanged])
        #expect(office.when(change).isUnchanged)
        #expect(office.state(TaskAggregate.self, task).title == "Order paper")
        #expect(office.state(TaskAggregate.self, task).description_p == "The thick one")
        #expect(office.when(CompleteTask.of(task, "", "done")).kinds == [.taskCompleted])
        #expect(office.state(TaskAggregate.self, task).outcome == "done")
        #expect(office.scenario.isReproducible)
    }

    @Test func `creation is refused`() {
        var office = Office()
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let archived = office.party(name: "Old")
        office.when(ArchiveParty.with { $0.party = Reference(number: archived) }, reason: "moved")
        let long = String(repeating: "x", count: 1_001)
        let cases: [(CreateTask, ErrorCode, String)] = [
            (.called(""), .schemaInvalid, "personal.title"),
            (.called(long), .limitExceeded, "personal.title"),
            (.called { $0.personal.description_p = long }, .limitExceeded, "personal.description"),
            (.called { $0.id = "7" }, .schemaInvalid, "id"),
            (.called { $0.due = .day("5 January") }, .schemaInvalid, "due.day"),
            (.called { $0.due = DueInput() }, .schemaInvalid, "due"),
            (.called { $0.due = .day("2025-12-31") }, .dueInPast, "due"),
            (.called { $0.due = .instant(At.january(1)) }, .dueInPast, "due"),
            (.called { $0.reminder = At.january(1).timestamp }, .dueInPast, "reminder"),
            (.called { $0.party = Reference(number: StreamNumber(99)) }, .referenceMissing, "party"),
            (.called { $0.party = Reference(number: archived) }, .archived, "party"),
            (.called { $0.assignee = .employee(gone) }, .assigneeInactive, "assignee"),
            (.called { $0.assignee = OwnerReference() }, .schemaInvalid, "assignee"),
            (.called { $0.concerns = [.of(.party, archived)] }, .schemaInvalid, "concerns[0].kind"),
            (.called { $0.concerns = [.of(.log, archived)] }, .schemaInvalid, "concerns[0].kind"),
            (.called { $0.concerns = [.of(.order, StreamNumber(99))] }, .referenceMissing, "concerns[0].target"),
        ]
        for (command, code, field) in cases {
            var office = office
            let outcome = office.when(command)
            #expect(outcome.code == code, "\(command)")
            #expect(outcome.field == field, "\(command)")
        }
    }

    @Test func `history may be overdue, without a title, and given to who has left`() {
        var office = Office()
        let gone = office.employee("Gone")
        office.when(DeactivateEmployee.of(gone))
        let command = CreateTask.called("") {
            $0.due = .day("2020-01-01")
            $0.assignee = .employee(gone)
        }
        #expect(office.when(command, historic: true).kinds == [.taskCreated])
    }

    @Test func `a task becomes another one while it is open`() throws {
        var office = Office()
        let party = office.party()
        let task = office.made(CreateTask.called("Call") { $0.party = Reference(number: party) })
        let order = office.scenario.given(.order, .orderPlaced(OrderPlaced()))
        func change(_ set: (inout ChangeTask) -> Void) -> ChangeTask {
            var change = ChangeTask.with { $0.task = Reference(number: task) }
            set(&change)
            return change
        }
        let urgent = change {
            $0.priority = .urgent
            $0.due = .instant(At.january(2))
            $0.addConcerns = [.of(.order, order)]
        }
        #expect(office.when(urgent).kinds == [.taskChanged])
        #expect(office.when(urgent).isUnchanged)
        #expect(office.scenario.events.last?.personal.isEmpty ?? false)
        let outcome = office.when(change { $0.personal.description_p = "He is deaf" })
        #expect(outcome.events.first?.personal.first?.taskChanged.title == "Call")
        #expect(outcome.events.first?.personal.first?.taskChanged.description_p == "He is deaf")
        #expect(!office.scenario.lastDecided.contains("deaf"))
        #expect(office.when(change { $0.personal.description_p = "He is deaf" }).isUnchanged)
        let removal = change {
            $0.removeConcerns = [.of(.order, order)]
            $0.clear = ["due", "description"]
        }
        #expect(office.when(removal).kinds == [.taskChanged])
        let state = office.state(TaskAggregate.self, task)
        #expect(!state.detail.hasDue && state.detail.concerns.isEmpty && state.detail.priority == .urgent)
        #expect(office.when(change { $0.due = .day("2025-01-01") }).code == .dueInPast)
        #expect(office.when(change { $0.clear = ["title"] }).field == "clear[0]")
        let both = change {
            $0.category = "call"
            $0.clear = ["category"]
        }
        #expect(office.when(both).code == .schemaInvalid)
        #expect(office.when(change { $0.task = Reference(number: StreamNumber(99)) }).code == .notFound)
        office.when(CompleteTask.of(task))
        #expect(office.when(change { $0.category = "mail" }).code == .terminalState)
        #expect(office.scenario.isReproducible)
    }
}
