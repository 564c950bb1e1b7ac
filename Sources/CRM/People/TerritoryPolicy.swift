internal import Schema

/// Where a party belongs: the territory whose rules take it in, unless somebody said another one; and who looks after
/// it there.
///
/// A party is judged anew when something happens to it that rules ask for. One without an owner, or with an owner that
/// a territory gave it, gets the owner of the territory that it comes into; an owner whom somebody named stays.
package enum TerritoryPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        let relevant = facts.filter { $0.header.streamKind == .party && concerns($0.payload) }
        guard !relevant.isEmpty, try context.world.claim(.territories) > 0 else { return [] }
        var consequences: [NewEvent] = []
        for (index, fact) in relevant.enumerated() {
            let party = fact.header.stream
            // Several facts of one body about one party are judged once, as of the last one.
            if relevant[(index + 1)...].contains(where: { $0.header.stream == party }) { continue }
            let causes = relevant.filter { $0.header.stream == party }
            guard let state = try context.world.state(PartyAggregate.self, of: party), !state.archived else { continue }
            consequences += try Judgement(party: party, state: state, causes: causes).events(context.world)
        }
        return consequences
    }

    /// Whether a fact of a party can change where it belongs.
    private static func concerns(_ fact: EventPayload.OneOf_Event) -> Bool {
        switch fact {
        case .partyRegistered, .partyRestored, .tagged, .untagged: true
        case .partyCorrected(let corrected): corrected.hasDetail
        case .partyDetailChanged(let changed): changed.hasDetail
        case .territoryAssigned(let assigned): assigned.policyVersion == 0
        default: false
        }
    }
}

/// What follows for one party from the facts about it.
private struct Judgement {
    var party: StreamNumber
    var state: PartyState
    /// In the order of the log; at least one.
    var causes: [StoredEvent]

    func events(_ world: any World) throws(Refusal) -> [NewEvent] {
        var events: [NewEvent] = []
        var territory = StreamNumber(state.territoryNumber)
        if !state.territoryPinned {
            let ruled = try world.territory(for: state)
            if (ruled?.number ?? .none) != territory {
                territory = ruled?.number ?? .none
                events.append(consequence(.territoryAssigned(try assigned(territory, ruled?.rule, world))))
            }
        }
        if !events.isEmpty || isMovedByHand, let owner = try owner(in: territory, world) {
            events.append(consequence(.ownerAssigned(owner)))
        }
        return events
    }

    /// Whether somebody put the party into another territory.
    private var isMovedByHand: Bool {
        causes.contains { cause in
            guard case .territoryAssigned(let assigned) = cause.payload else { return false }
            return assigned.territoryNumber != assigned.territoryNumberBefore
        }
    }

    private func assigned(
        _ territory: StreamNumber, _ rule: TerritoryRule?, _ world: any World
    ) throws(Refusal) -> TerritoryAssigned {
        var assigned = TerritoryAssigned()
        assigned.territoryNumber = territory.rawValue
        assigned.territoryNumberBefore = state.territoryNumber
        if let rule {
            assigned.rule = rule
            assigned.territoryRevision =
                try world.state(TerritoryAggregate.self, of: territory)?.rulesRevision ?? 0
        }
        assigned.policyVersion = TerritoryPolicy.version
        assigned.causePositions = causes.map(\.position.rawValue)
        return assigned
    }

    /// The owner that the territory gives the party; nil where the party keeps the one it has.
    private func owner(in territory: StreamNumber, _ world: any World) throws(Refusal) -> OwnerAssigned? {
        guard state.owner.isNobody || state.ownerTerritoryNumber != 0 else { return nil }
        var owner = Owner()
        if territory != .none, let state = try world.state(TerritoryAggregate.self, of: territory),
            try world.isActive(state.owner)
        {
            owner = state.owner
        }
        guard owner != state.owner else { return nil }
        var assigned = OwnerAssigned()
        if !owner.isNobody { assigned.owner = owner }
        if !state.owner.isNobody { assigned.ownerBefore = state.owner }
        assigned.territoryNumber = territory.rawValue
        assigned.policyVersion = TerritoryPolicy.version
        assigned.causePositions = causes.map(\.position.rawValue)
        return assigned
    }

    private func consequence(_ payload: EventPayload.OneOf_Event) -> NewEvent {
        let last = causes[causes.count - 1]
        return .consequence(
            payload, on: .other(party), subjects: [NewSubject(.number(party), .self_)], cause: last.position,
            occurredAt: last.occurredAt)
    }
}
