package import Schema

/// Which tickets a question is about, with every reference resolved; every condition that is set must hold.
package struct TicketConditions: Sendable, Hashable {
    package var queue: StreamNumber?
    /// Who works on them, or did what is counted.
    package var agent: StreamNumber?
    /// Only those on which nobody works.
    package var unassigned = false
    package var party: StreamNumber?
    /// Any where it is empty. So in the next ones.
    package var priorities: [String] = []
    package var type = ""
    /// Also those below it.
    package var category = ""
    package var customerClass = ""
    package var channel = ""

    package init() {}

    /// Whether the conditions hold for how a ticket stands, or stood.
    func hold(for cut: TicketCut) -> Bool {
        if let queue, queue.rawValue != cut.queueNumber { return false }
        if let agent, agent.rawValue != cut.agentNumber { return false }
        if unassigned, cut.agentNumber != 0 { return false }
        if let party, party.rawValue != cut.partyNumber { return false }
        if !priorities.isEmpty, !priorities.contains(where: { $0.isIdentical(to: cut.priority) }) { return false }
        if !type.isEmpty, !type.isIdentical(to: cut.type) { return false }
        if !customerClass.isEmpty, !customerClass.isIdentical(to: cut.customerClass) { return false }
        if !channel.isEmpty, !channel.isIdentical(to: cut.channel) { return false }
        return category.isEmpty || category.isIdentical(to: cut.category)
            || cut.category.utf8.starts(with: "\(category)/".utf8)
    }

    /// The shortest list that has all of the tickets.
    var scope: QueueScope {
        if let party { return .party(party.rawValue) }
        if let agent { return .agent(agent.rawValue) }
        if let queue { return unassigned ? .pool(queue.rawValue) : .queue(queue.rawValue) }
        return .all
    }
}
