package import Schema

extension AssignTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(task, "task")
        guard hasAssignee != nobody else {
            throw Refusal(.schemaInvalid, "Name who is to do it, or say nobody.", field: "assignee")
        }
        if hasAssignee { try assignee.check("assignee") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&task, .task)
        if hasAssignee { try assignee.visit(visit) }
    }

    package var commandTarget: CommandTarget { .existing(task) }

    package func decide(
        _ state: TaskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard try context.world.owner(assignee, field: "assignee") != state.assignee else { return [] }
        try state.requireOpen()
        let after = try context.assignee(
            assignee, of: .task, before: state.assignee, overCapacity: allowOverCapacity, field: "assignee")
        var assigned = TaskAssigned()
        if !after.isNobody { assigned.assignee = after }
        if !state.assignee.isNobody { assigned.assigneeBefore = state.assignee }
        return [.fact(.taskAssigned(assigned), subjects: TaskText.subjects(state.party))]
    }
}

extension StartTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(task, "task") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&task, .task) }

    package var commandTarget: CommandTarget { .existing(task) }

    package func decide(
        _ state: TaskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard state.status != .inProgress else { return [] }
        try state.requireOpen()
        var started = TaskStarted()
        started.statusBefore = state.status
        return [.fact(.taskStarted(started), subjects: TaskText.subjects(state.party))]
    }
}

extension DeferTask: DomainCommand {
    package typealias Target = TaskAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(task, "task")
        try until.checkForm("until")
        if hasDue { try due.checkForm("due") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&task, .task) }

    package var commandTarget: CommandTarget { .existing(task) }

    package func decide(
        _ state: TaskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let zone = try context.world.organisationZone()
        let until = until.beginning(zone)
        let dueAfter = hasDue ? due.due(zone) : state.detail.due
        let isDue = hasDue || state.detail.hasDue
        if state.status == .deferred, until == state.deferredUntil, dueAfter == state.detail.due { return [] }
        try state.requireOpen()
        try context.requireAhead(Instant(microseconds: until.instant), field: "until")
        if hasDue { try context.requireAhead(dueAfter, field: "due") }
        var deferred = TaskDeferred()
        deferred.statusBefore = state.status
        deferred.until = until
        if isDue { deferred.due = dueAfter }
        if state.detail.hasDue { deferred.dueBefore = state.detail.due }
        return [.fact(.taskDeferred(deferred), subjects: TaskText.subjects(state.party))]
    }
}
