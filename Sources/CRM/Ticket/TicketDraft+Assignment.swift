internal import Schema
internal import SwiftProtobuf

extension TicketDraft {
    /// Somebody takes the ticket; nothing where he has it. In history it may be taken from somebody.
    ///
    /// - Throws: ILLEGAL_TRANSITION, ALREADY_CLAIMED, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED.
    mutating func claim(_ agent: StreamNumber) throws(Refusal) {
        let isAnswered = state.firstResponseGiven || !desk.claimIsResponse
        let has = state.assignment.assigneeNumber == agent.rawValue
        guard !has || state.status == .new else { return }
        try requireOpen()
        guard has || state.assignment.assigneeNumber == 0 || context.historic else {
            throw Refusal(.alreadyClaimed, "Somebody else has taken the ticket. Take the next one.", field: "ticket")
        }
        if !has { try requireFree(agent, field: "employee") }
        var claimed = TicketClaimed()
        claimed.before = state.assignment
        claimed.assignment = state.assignment
        claimed.assignment.assigneeNumber = agent.rawValue
        claimed.statusBefore = state.status
        claimed.firstResponse = !isAnswered
        if let sourceVersion { claimed.sourceVersion = sourceVersion }
        append(.ticketClaimed(claimed))
    }

    /// Gives the ticket to somebody, or back to the pool where the agent is none; nothing where it is so.
    ///
    /// - Throws: ILLEGAL_TRANSITION, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED.
    mutating func reassign(to agent: StreamNumber, field: String = "employee") throws(Refusal) {
        guard state.assignment.assigneeNumber != agent.rawValue else { return }
        if !context.historic { try requireOpen(field) }
        if agent != .none { try requireFree(agent, field: field) }
        var reassigned = state.reassigned(to: agent)
        if let sourceVersion { reassigned.sourceVersion = sourceVersion }
        append(.ticketReassigned(reassigned))
    }

    /// Puts the ticket into a queue; nothing where it is in it and nobody has to be found.
    ///
    /// - Parameter assign: whether somebody must be found at once.
    /// - Throws: ILLEGAL_TRANSITION, NO_ELIGIBLE_AGENT.
    mutating func route(to queue: StreamNumber, assign: Bool = false, field: String = "queue") throws(Refusal) {
        let needsAgent = assign && state.assignment.assigneeNumber == 0
        guard state.assignment.queueNumber != queue.rawValue || needsAgent else { return }
        if !context.historic { try requireOpen(field) }
        let record = try context.world.state(QueueAggregate.self, of: queue)?.record ?? QueueRecord()
        if needsAgent || assign { try requireEligible(record, field) }
        var routed = TicketRouted()
        routed.before = state.assignment
        routed.assignment.queueNumber = queue.rawValue
        let assignee = StreamNumber(state.assignment.assigneeNumber)
        if assignee != .none, try context.world.works(assignee, for: record) {
            routed.assignment.assigneeNumber = assignee.rawValue
        }
        routed.queueVersion = record.version
        routed.statusBefore = state.status
        routed.assign = assign
        if let sourceVersion { routed.sourceVersion = sourceVersion }
        append(.ticketRouted(routed))
    }

    private func requireEligible(_ queue: QueueRecord, _ field: String) throws(Refusal) {
        guard !context.historic else { return }
        let found = try Routing(queue, mustFind: true).agent(for: state, desk, context.world)
        guard found == nil else { return }
        throw Refusal(
            .noEligibleAgent, "Nobody who works for the queue can take the ticket. Leave it in the pool, or name one.",
            field: prefix + field)
    }

    /// Calls somebody higher up.
    ///
    /// - Parameters:
    ///   - level: the next one where it is 0.
    ///   - agent: who looks after it from now on; nil: as it is.
    ///   - queue: where it goes; nil: it stays.
    /// - Throws: ILLEGAL_TRANSITION, LIMIT_EXCEEDED, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED.
    mutating func escalate(to level: UInt32, agent: StreamNumber?, queue: StreamNumber?) throws(Refusal) {
        try requireOpen()
        let wanted = level == 0 ? state.level + 1 : level
        guard wanted <= TicketLimits.levels else {
            throw Refusal(.limitExceeded, "There are \(TicketLimits.levels) levels.", field: "level")
        }
        guard wanted > state.level else {
            throw Refusal(
                .illegalTransition, "The ticket is at level \(state.level) already. Name a higher one.", field: "level")
        }
        var escalated = TicketEscalated()
        escalated.levelBefore = state.level
        escalated.level = wanted
        escalated.before = state.assignment
        escalated.assignment = state.assignment
        if let queue { escalated.assignment.queueNumber = queue.rawValue }
        if let agent {
            if agent.rawValue != state.assignment.assigneeNumber { try requireFree(agent, field: "assignee") }
            escalated.assignment.assigneeNumber = agent.rawValue
        }
        escalated.statusBefore = state.status
        escalated.status = state.status == .new && escalated.assignment.assigneeNumber != 0 ? .open : state.status
        append(.ticketEscalated(escalated))
    }

    /// Refuses somebody who is out of use, or who has as many tickets as he takes.
    ///
    /// - Throws: ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED.
    func requireFree(_ agent: StreamNumber, field: String) throws(Refusal) {
        let owner = Owner(employee: agent)
        try context.requireActive(owner, field: prefix + field)
        try context.requireCapacity(of: owner, .ticket, adding: 1, allowed: false, field: prefix + field)
    }
}

extension TicketState {
    /// The event by which somebody else works on the ticket, or nobody where the agent is none. One that nobody has begun
    /// is in hand then.
    func reassigned(to agent: StreamNumber) -> TicketReassigned {
        var reassigned = TicketReassigned()
        reassigned.before = assignment
        reassigned.assignment = assignment
        reassigned.assignment.assigneeNumber = agent.rawValue
        reassigned.statusBefore = status
        reassigned.status = status == .new && agent != .none ? .open : status
        return reassigned
    }
}
