package import Schema

/// Somebody who works here: his job roles, his teams, and how much work he takes.
///
/// active → deactivated → active.
package enum EmployeeAggregate: Aggregate {
    package typealias State = EmployeeState

    package static var kind: AggregateKind { .employee }

    package static func evolve(_ state: inout EmployeeState, _ event: StoredEvent) {
        switch event.payload {
        case .employeeHired(let hired): state.begin(hired, event)
        case .employeeChanged(let changed): state.change(changed, event)
        case .roleAssigned(let assigned):
            if !state.has(role: assigned.role) { state.roles.append(assigned.role) }
        case .roleUnassigned(let unassigned):
            state.roles.removeAll { $0.isIdentical(to: unassigned.role) }
        case .teamJoined(let joined): state.join(joined.teamNumber, lead: joined.lead)
        case .teamLeft(let left): state.teams.removeAll { $0.teamNumber == left.teamNumber }
        case .capacitySet(let set): state.setCapacity(set)
        case .employeeDeactivated:
            state.active = false
            state.teams = []
        case .employeeReactivated: state.active = true
        case .externalLinked: state.externalCount += 1
        case .externalUnlinked: state.externalCount = state.externalCount > 0 ? state.externalCount - 1 : 0
        default: break
        }
    }
}

extension EmployeeState {
    fileprivate mutating func begin(_ hired: EmployeeHired, _ event: StoredEvent) {
        active = true
        if hired.hasName_p { namePart = event.sealed() }
        replaceContactPoints(hired.contactPoints, event)
        externalCount = hired.externalCount
        roles = hired.roles
        for team in hired.teamNumbers { join(team, lead: false) }
        language = hired.language
        hiredAt = event.occurredAt.rawValue
    }

    fileprivate mutating func change(_ changed: EmployeeChanged, _ event: StoredEvent) {
        if changed.nameReplaced {
            if changed.hasName_p { namePart = event.sealed() } else { clearNamePart() }
        }
        if changed.contactPointsReplaced { replaceContactPoints(changed.contactPoints, event) }
        language = changed.language
    }

    private mutating func replaceContactPoints(_ points: [EmployeeContactPoint], _ event: StoredEvent) {
        contactPoints = points
        if points.isEmpty { clearContactPart() } else { contactPart = event.sealed() }
    }

    fileprivate mutating func join(_ team: UInt64, lead: Bool) {
        if let place = teams.firstIndex(where: { $0.teamNumber == team }) {
            teams[place].lead = lead
            return
        }
        var membership = TeamMembership()
        membership.teamNumber = team
        membership.lead = lead
        teams.append(membership)
    }

    fileprivate mutating func setCapacity(_ set: CapacitySet) {
        capacities.removeAll { $0.kind == set.kind }
        guard set.hasMost else { return }
        var capacity = WorkCapacity()
        capacity.kind = set.kind
        capacity.most = set.most
        let place = capacities.firstIndex { $0.kind.rawValue > set.kind.rawValue } ?? capacities.endIndex
        capacities.insert(capacity, at: place)
    }
}

extension EmployeeState {
    /// Whether the employee has this job role.
    func has(role: String) -> Bool { roles.contains { $0.isIdentical(to: role) } }

    /// How many things of a kind the employee takes at the same time; nil: without limit.
    func capacity(of kind: AggregateKind) -> UInt32? { capacities.first { $0.kind == kind }?.most }

    /// Refuses to give something to an employee who is deactivated, except for history.
    ///
    /// - Throws: ASSIGNEE_INACTIVE.
    func requireActive(_ context: DecisionContext) throws(Refusal) {
        guard !active, !context.historic else { return }
        throw Refusal(
            .assigneeInactive, "The employee is deactivated. Reactivate him first.", field: "employee")
    }

    /// Refuses a change that would leave nothing by which the employee can be told.
    ///
    /// - Throws: IDENTITY_REQUIRED.
    static func requireIdentity(hasName: Bool, externalKeys: UInt32) throws(Refusal) {
        guard hasName || externalKeys > 0 else {
            throw Refusal(
                .identityRequired, "An employee needs a name or an external reference. Keep or send one.",
                field: "name")
        }
    }
}
