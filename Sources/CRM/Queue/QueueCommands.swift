package import Schema

extension DefineQueue: DomainCommand {
    package typealias Target = QueueAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try FormCheck.required(label, "label", maximum: Limits.labelBytes)
        try QueueForm.check(teams, agents)
        try routing.checkForm()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try QueueForm.visit(&teams, &agents, visit)
    }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: QueueState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .queue, field: "external")
        try context.requireFree(queueLabel: label)
        var defined = QueueDefined()
        defined.label = label
        defined.teamNumbers = try context.teams(teams, known: [])
        defined.agents = try context.agents(agents, known: [])
        defined.routing = routing.completed
        defined.version = 1
        defined.external = external
        let standard = try context.world.defaultQueue()
        defined.isDefault = isDefault || standard == .none
        if defined.isDefault { defined.defaultBeforeNumber = standard.rawValue }
        let events = [NewEvent.fact(.queueDefined(defined))]
        return defined.isDefault ? try events + context.noLongerDefault(standard) : events
    }
}

extension ChangeQueue: DomainCommand {
    package typealias Target = QueueAggregate

    package func validate() throws(Refusal) {
        if hasQueue { try FormCheck.reference(queue, "queue") }
        try FormCheck.text(label, "label", maximum: Limits.labelBytes)
        try QueueForm.check(teams, agents)
        try OpportunityForm.check(
            clear, known: ["teams", "agents"], sent: ["teams": !teams.isEmpty, "agents": !agents.isEmpty])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasQueue { try visit(&queue, .queue) }
        try QueueForm.visit(&teams, &agents, visit)
    }

    package var commandTarget: CommandTarget { QueueForm.target(hasQueue, queue) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultQueue().orNil }

    package func decide(
        _ state: QueueState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let queue = try context.queueInUse(state)
        var changed = QueueChanged()
        changed.label = label.isEmpty ? queue.label : label
        changed.labelBefore = queue.label
        changed.teamNumbers =
            teams.isEmpty
            ? clear.contains("teams") ? [] : queue.teamNumbers
            : try context.teams(teams, known: queue.teamNumbers)
        changed.agents =
            agents.isEmpty
            ? clear.contains("agents") ? [] : queue.agents : try context.agents(agents, known: queue.agents)
        if !changed.label.isIdentical(to: queue.label) { try context.requireFree(queueLabel: changed.label) }
        let standard = try context.world.defaultQueue()
        changed.isDefault = isDefault && standard != context.target
        if changed.isDefault { changed.defaultBeforeNumber = standard.rawValue }
        let isSame =
            changed.label.isIdentical(to: queue.label) && changed.teamNumbers == queue.teamNumbers
            && changed.agents.elementsEqual(queue.agents, by: { $0.isIdentical(to: $1) }) && !changed.isDefault
        guard !isSame else { return [] }
        changed.version = queue.version + 1
        let events = [NewEvent.fact(.queueChanged(changed))]
        return changed.isDefault ? try events + context.noLongerDefault(standard) : events
    }
}

extension SetRouting: DomainCommand {
    package typealias Target = QueueAggregate

    package func validate() throws(Refusal) {
        if hasQueue { try FormCheck.reference(queue, "queue") }
        try routing.checkForm()
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasQueue { try visit(&queue, .queue) }
    }

    package var commandTarget: CommandTarget { QueueForm.target(hasQueue, queue) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultQueue().orNil }

    package func decide(
        _ state: QueueState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let queue = try context.queueInUse(state)
        let routing = routing.completed
        guard !routing.isIdentical(to: queue.routing) else { return [] }
        var set = RoutingSet()
        set.routing = routing
        set.version = queue.version + 1
        return [.fact(.routingSet(set))]
    }
}

extension RetireQueue: DomainCommand {
    package typealias Target = QueueAggregate

    package func validate() throws(Refusal) {
        if hasQueue { try FormCheck.reference(queue, "queue") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasQueue { try visit(&queue, .queue) }
    }

    package var commandTarget: CommandTarget { QueueForm.target(hasQueue, queue) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.defaultQueue().orNil }

    package func decide(
        _ state: QueueState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        if let state, state.record.retired { return [] }
        let queue = try context.queueInUse(state)
        let open = try context.world.claim(.openInQueue(context.target))
        guard open == 0 else {
            throw Refusal(
                .queueNotEmpty, "\(open) open tickets are in the queue. Route them to another one first.",
                field: "queue")
        }
        guard try !context.world.serviceDesk().leads(to: context.target) else {
            throw Refusal(
                .queueNotEmpty, "Tickets of a type or category go to the queue. Change the service desk first.",
                field: "queue")
        }
        var retired = QueueRetired()
        retired.label = queue.label
        retired.wasDefault = try context.world.defaultQueue() == context.target
        retired.version = queue.version + 1
        return [.fact(.queueRetired(retired))]
    }
}
