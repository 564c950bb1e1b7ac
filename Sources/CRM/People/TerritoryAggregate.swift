package import Schema

/// The parties that somebody is to look after because of where or what they are.
///
/// in use → retired.
package enum TerritoryAggregate: Aggregate {
    package typealias State = TerritoryState

    package static var kind: AggregateKind { .territory }

    package static func evolve(_ state: inout TerritoryState, _ event: StoredEvent) {
        switch event.payload {
        case .territoryDefined(let defined):
            state.name = defined.name
            state.parentNumber = defined.parentNumber
            state.rules = defined.rules
            if !defined.owner.isNobody { state.owner = defined.owner }
            state.rulesRevision = UInt64(event.header.revision.rawValue)
        case .territoryChanged(let changed):
            state.name = changed.name
            state.parentNumber = changed.parentNumber
            if !TerritoryRule.isSame(changed.rules, state.rules) {
                state.rules = changed.rules
                state.rulesRevision = UInt64(event.header.revision.rawValue)
            }
        case .territoryRetired:
            state.retired = true
            state.clearOwner()
        case .ownerAssigned(let assigned):
            if assigned.owner.isNobody { state.clearOwner() } else { state.owner = assigned.owner }
        default: break
        }
    }
}

extension TerritoryState: TreePart {
    /// Refuses a change of a territory that is retired.
    ///
    /// - Throws: TERMINAL_STATE.
    func requireInUse() throws(Refusal) {
        guard retired else { return }
        throw Refusal(.terminalState, "The territory is retired for good. Define another one.", field: "territory")
    }
}
