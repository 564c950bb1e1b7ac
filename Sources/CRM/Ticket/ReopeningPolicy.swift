internal import Schema

/// A customer who writes to a resolved ticket reopens it. Whether the window allows it was asked when the message came.
/// Of what an import brings in the source itself says what it reopened.
package enum ReopeningPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for fact in facts where !fact.header.flags.contains(.historic) {
            guard case .customerMessageReceived(let message) = fact.payload, message.status == .resolved,
                !message.needsNoAnswer,
                let state = try context.world.state(TicketAggregate.self, of: fact.header.stream),
                state.status == .resolved
            else { continue }
            var reopened = state.reopened(.open)
            reopened.causePositions = [fact.position.rawValue]
            reopened.policyVersion = version
            consequences.append(
                .consequence(
                    .ticketReopened(reopened), on: .other(fact.header.stream), subjects: state.head.subjects(),
                    cause: fact.position, occurredAt: fact.occurredAt))
        }
        return consequences
    }
}
