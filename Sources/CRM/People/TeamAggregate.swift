package import Schema

/// Employees who look after things together.
///
/// in use → retired.
package enum TeamAggregate: Aggregate {
    package typealias State = TeamState

    package static var kind: AggregateKind { .team }

    package static func evolve(_ state: inout TeamState, _ event: StoredEvent) {
        switch event.payload {
        case .teamDefined(let defined):
            state.name = defined.name
            state.parentNumber = defined.parentNumber
        case .teamChanged(let changed):
            state.name = changed.name
            state.parentNumber = changed.parentNumber
        case .teamRetired: state.retired = true
        default: break
        }
    }
}

extension TeamState: TreePart {
    /// Refuses a change of a team that is retired.
    ///
    /// - Throws: TERMINAL_STATE.
    func requireInUse() throws(Refusal) {
        guard retired else { return }
        throw Refusal(.terminalState, "The team is retired for good. Define another one.", field: "team")
    }
}
