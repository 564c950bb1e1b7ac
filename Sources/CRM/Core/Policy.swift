internal import Schema

/// What the organisation has decided that follows from facts: one pure function of configuration and facts.
///
/// A policy reads its configuration, which is versioned data, and what the facts concern through the context's world;
/// it asks no clock and nothing that somebody might change without an event. So its consequences can be computed anew
/// from the log, which is how they are checked and what a question of the kind "what if" rests on.
package protocol Policy: SendableMetatype {
    /// Stands on every consequence, so that what a later version of this code makes can be told from this one's.
    static var version: UInt32 { get }

    /// What follows from facts that were just appended by one body of a command, or by one timer. Consequences are
    /// shown too, in a round of their own: a policy may build on what another one made.
    ///
    /// - Returns: consequences (`NewEvent.consequence`); none where the facts are no concern of this policy.
    /// - Throws: only what reading the world throws: the facts are already decided.
    static func consequences(of facts: [StoredEvent], _ context: PolicyContext) throws(Refusal) -> [NewEvent]
}

/// What a policy may know beside the facts.
package struct PolicyContext {
    /// The log as of the facts, these included.
    package var world: any World

    package init(world: any World) { self.world = world }
}

/// Every policy of the domain. One line per policy; they are asked in this order.
package enum PolicyRegistry {
    static let policies: [any Policy.Type] = [
        CustomerStatusPolicy.self, TerritoryPolicy.self, DeactivationPolicy.self, OfferExpiryPolicy.self,
        EarningPolicy.self, MemberTierPolicy.self, ReopeningPolicy.self, RoutingPolicy.self,
        TicketClockPolicy.self,
    ]

    /// How often consequences may have consequences.
    package static let rounds = 8

    /// What follows at once from facts, or from consequences of the round before; nothing where nothing does. Whoever
    /// appends it asks again with what was appended, until nothing follows.
    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        var consequences: [NewEvent] = []
        for policy in policies { consequences += try policy.consequences(of: facts, context) }
        return consequences
    }

    /// The refusal where policies keep answering each other for more than `rounds`.
    package static var endless: Refusal {
        Refusal(.internal, "The policies keep answering each other. Report the command.")
    }
}
