internal import Schema

/// Limits of queues. Lengths are bytes of UTF-8.
enum QueueLimits {
    static let teams = 50
    static let agents = 500
    static let skills = 50
}

/// Checks and look-ups that the commands about queues share.
enum QueueForm {
    /// Who works for a queue.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func check(_ teams: [Reference], _ agents: [QueueAgentInput]) throws(Refusal) {
        try FormCheck.count(teams.count, "teams", maximum: QueueLimits.teams)
        for (index, team) in teams.enumerated() { try FormCheck.reference(team, "teams[\(index)]") }
        try FormCheck.count(agents.count, "agents", maximum: QueueLimits.agents)
        for (index, agent) in agents.enumerated() {
            try FormCheck.reference(agent.employee, "agents[\(index)].employee")
            try FormCheck.count(agent.skills.count, "agents[\(index)].skills", maximum: QueueLimits.skills)
            for (place, skill) in agent.skills.enumerated() {
                try FormCheck.required(skill, "agents[\(index)].skills[\(place)]", maximum: Limits.wordBytes)
            }
        }
    }

    /// Shows the references to those who work for a queue.
    static func visit(
        _ teams: inout [Reference], _ agents: inout [QueueAgentInput],
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in teams.indices { try visit(&teams[index], .team) }
        for index in agents.indices { try visit(&agents[index].employee, .employee) }
    }

    /// The queue that is named, else the default one.
    static func target(_ isNamed: Bool, _ queue: Reference) -> CommandTarget {
        isNamed ? .existing(queue) : .located(id: "")
    }
}

extension QueueRouting {
    /// - Throws: SCHEMA_INVALID.
    func checkForm() throws(Refusal) {
        try FormCheck.choice(method, "routing.method", required: false)
        guard [.unspecified, .pool, .leastBusy].contains(otherwise) else {
            throw Refusal(
                .schemaInvalid, "Where the method finds nobody there is the pool, or the least busy one.",
                field: "routing.otherwise")
        }
    }

    /// The routing with everything filled in that follows from what is said, so that equal ones are equal.
    var completed: QueueRouting {
        var routing = self
        if method == .unspecified { routing.method = .pool }
        if otherwise == .unspecified { routing.otherwise = .pool }
        return routing
    }
}

extension StreamNumber {
    /// Nil where it names none.
    var orNil: StreamNumber? { self == .none ? nil : self }
}

extension DecisionContext {
    /// The queue that a command changes.
    ///
    /// - Throws: NOT_FOUND, QUEUE_RETIRED.
    func queueInUse(_ state: QueueState?) throws(Refusal) -> QueueRecord {
        guard let state else { throw Refusal(.notFound, "There is no default queue. Name the queue.", field: "queue") }
        guard !state.record.retired else {
            throw Refusal(.queueRetired, "The queue is retired. Define another one.", field: "queue")
        }
        return state.record
    }

    /// What is recorded of the queue that was the default one; nothing where there was none.
    func noLongerDefault(_ queue: StreamNumber) throws(Refusal) -> [NewEvent] {
        guard queue != .none, let record = try world.state(QueueAggregate.self, of: queue)?.record else { return [] }
        var changed = QueueChanged()
        changed.label = record.label
        changed.labelBefore = record.label
        changed.teamNumbers = record.teamNumbers
        changed.agents = record.agents
        changed.version = record.version + 1
        changed.noLongerDefault = true
        return [
            try NewEvent.fact(.queueChanged(changed), stream: .other(queue)).atOrAfter(lastFactOf: queue, self)
        ]
    }

    /// Refuses what another queue is called.
    ///
    /// - Throws: QUEUE_LABEL_TAKEN with the id of the holder.
    func requireFree(queueLabel label: String) throws(Refusal) {
        let key = ClaimKey.queueLabel(label)
        try key.checkLength()
        let holder = StreamNumber(UInt64(clamping: try world.claim(key)))
        guard holder != .none, holder != target else { return }
        let ids = try world.head(of: holder).map { [$0.id] } ?? []
        throw Refusal(
            .queueLabelTaken, "Another queue is called so. Use that one, or another label.", field: "label"
        ).related(to: ids)
    }

    /// The teams that references name, each once and in order of their numbers.
    ///
    /// - Parameter known: those that the queue has already, which may be retired since.
    /// - Throws: REFERENCE_MISSING, ASSIGNEE_INACTIVE.
    func teams(_ references: [Reference], known: [UInt64]) throws(Refusal) -> [UInt64] {
        var numbers: Set<UInt64> = []
        for (index, reference) in references.enumerated() {
            let number = try world.required(reference, .team, field: "teams[\(index)]")
            if !known.contains(number.rawValue) {
                try requireActive(Owner(team: number), field: "teams[\(index)]")
            }
            numbers.insert(number.rawValue)
        }
        return numbers.sorted()
    }

    /// The agents that a command names, each once and in order of their numbers.
    ///
    /// - Parameter known: those that the queue has already, who may be deactivated since.
    /// - Throws: REFERENCE_MISSING, ASSIGNEE_INACTIVE, SCHEMA_INVALID where one stands twice.
    func agents(_ inputs: [QueueAgentInput], known: [QueueAgent]) throws(Refusal) -> [QueueAgent] {
        var agents: [QueueAgent] = []
        for (index, input) in inputs.enumerated() {
            let path = "agents[\(index)].employee"
            let number = try world.required(input.employee, .employee, field: path)
            guard !agents.contains(where: { $0.employeeNumber == number.rawValue }) else {
                throw Refusal(.schemaInvalid, "The employee stands twice. Name each once.", field: path)
            }
            if !known.contains(where: { $0.employeeNumber == number.rawValue }) {
                try requireActive(Owner(employee: number), field: path)
            }
            var agent = QueueAgent()
            agent.employeeNumber = number.rawValue
            agent.skills = Array(Set(input.skills)).sorted()
            agents.append(agent)
        }
        return agents.sorted { $0.employeeNumber < $1.employeeNumber }
    }
}
