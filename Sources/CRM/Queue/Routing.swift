internal import Schema

/// How a ticket finds somebody in its queue: a function of the queue's configuration and of how busy everybody is.
struct Routing {
    let queue: QueueRecord
    /// Somebody has to be found, also where the queue's own routing leaves tickets in the pool.
    let mustFind: Bool

    init(_ queue: QueueRecord, mustFind: Bool = false) {
        self.queue = queue
        self.mustFind = mustFind
    }

    /// Somebody who can take a ticket.
    private struct Candidate {
        var number: StreamNumber
        var skills: [String]
        /// Tickets that he has open.
        var open: Int64
    }

    /// Who gets a ticket and by which method; nil: it stays in the pool.
    func agent(
        for ticket: TicketState, _ desk: ServiceDesk, _ world: any World
    ) throws(Refusal) -> (number: StreamNumber, method: RoutingMethod)? {
        let method = queue.routing.method
        guard mustFind || (method != .pool && method != .unspecified) else { return nil }
        let turn = try world.claim(.routed(StreamNumber(ticket.assignment.queueNumber)))
        let candidates = try inTurn(candidates(world), after: turn)
        if let found = try first(by: method, candidates, ticket, desk, world) { return (found, method) }
        guard mustFind || queue.routing.otherwise == .leastBusy else { return nil }
        return leastBusy(candidates).map { ($0, .leastBusy) }
    }

    private func first(
        by method: RoutingMethod, _ candidates: [Candidate], _ ticket: TicketState, _ desk: ServiceDesk,
        _ world: any World
    ) throws(Refusal) -> StreamNumber? {
        switch method {
        case .roundRobin: return candidates.first?.number
        case .leastBusy: return leastBusy(candidates)
        case .skill:
            let needed = desk.skills(for: ticket.classification)
            return leastBusy(candidates.filter { needed.isSubset(of: $0.skills) })
        case .owner:
            let party = StreamNumber(ticket.head.partyNumber)
            let owner = party == .none ? nil : try world.state(PartyAggregate.self, of: party)?.owner
            return candidates.first { owner?.employeeNumber == $0.number.rawValue }?.number
        case .pool, .unspecified, .UNRECOGNIZED: return nil
        }
    }

    /// Of those with the fewest open tickets the one whose turn is next.
    private func leastBusy(_ candidates: [Candidate]) -> StreamNumber? {
        candidates.min { $0.open < $1.open }?.number
    }

    /// The candidates with the one first whose turn it is.
    private func inTurn(_ candidates: [Candidate], after turn: Int64) -> [Candidate] {
        guard !candidates.isEmpty else { return [] }
        let first = Int(turn % Int64(candidates.count))
        return Array(candidates[first...] + candidates[..<first])
    }

    /// Everybody who works for the queue, is active and has room for one more, by ascending number.
    private func candidates(_ world: any World) throws(Refusal) -> [Candidate] {
        var skills: [StreamNumber: [String]] = [:]
        for agent in queue.agents { skills[StreamNumber(agent.employeeNumber)] = agent.skills }
        for team in queue.teamNumbers {
            for member in try world.members(of: StreamNumber(team)) where skills[member] == nil { skills[member] = [] }
        }
        var candidates: [Candidate] = []
        for number in skills.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let employee = try world.state(EmployeeAggregate.self, of: number), employee.active,
                let key = OwnerKey(Owner(employee: number))
            else { continue }
            let open = try world.claim(.openWork(key, .ticket))
            let most = queue.routing.mostOpen == 0 ? UInt32.max : queue.routing.mostOpen
            guard open < Int64(min(most, employee.capacity(of: .ticket) ?? .max)) else { continue }
            candidates.append(Candidate(number: number, skills: skills[number] ?? [], open: open))
        }
        return candidates
    }
}

extension World {
    /// Whether an employee works for a queue: everybody does for one that names nobody.
    func works(_ employee: StreamNumber, for queue: QueueRecord) throws(Refusal) -> Bool {
        guard !queue.agents.isEmpty || !queue.teamNumbers.isEmpty else { return true }
        if queue.agents.contains(where: { $0.employeeNumber == employee.rawValue }) { return true }
        let teams = try state(EmployeeAggregate.self, of: employee)?.teams ?? []
        return teams.contains { queue.teamNumbers.contains($0.teamNumber) }
    }
}

/// A ticket that comes into a queue finds somebody there, as the queue's routing says. What an import brings in is left
/// as it was.
package enum RoutingPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for fact in facts where !fact.header.flags.contains(.historic) {
            switch fact.payload {
            case .ticketOpened: consequences += try assigned(fact, mustFind: false, context)
            case .ticketRouted(let routed): consequences += try assigned(fact, mustFind: routed.assign, context)
            default: break
            }
        }
        return consequences
    }

    private static func assigned(
        _ fact: StoredEvent, mustFind: Bool, _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        guard let ticket = try context.world.state(TicketAggregate.self, of: fact.header.stream), ticket.isOpen,
            ticket.assignment.assigneeNumber == 0, ticket.assignment.queueNumber != 0,
            let queue = try context.world.state(
                QueueAggregate.self, of: StreamNumber(ticket.assignment.queueNumber)),
            let found = try Routing(queue.record, mustFind: mustFind).agent(
                for: ticket, try context.world.serviceDesk(), context.world)
        else { return [] }
        var assigned = TicketAssigned()
        assigned.before = ticket.assignment
        assigned.assignment = ticket.assignment
        assigned.assignment.assigneeNumber = found.number.rawValue
        assigned.method = found.method
        assigned.queueVersion = queue.record.version
        assigned.policyVersion = version
        assigned.causePositions = [fact.position.rawValue]
        assigned.statusBefore = ticket.status
        return [
            .consequence(
                .ticketAssigned(assigned), on: .other(fact.header.stream), subjects: ticket.head.subjects(),
                cause: fact.position, occurredAt: fact.occurredAt)
        ]
    }
}
