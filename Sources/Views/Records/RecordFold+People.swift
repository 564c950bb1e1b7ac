internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of an employee.
    func foldEmployee(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .employeeHired(let hired):
            row.employee.begin(hired, event)
            if hired.externalCount > 0 { try putExternal(event, unlinked: false, &row, &store) }
        case .employeeChanged(let changed): row.employee.change(changed, event)
        default: row.employee.record.fold(event)
        }
    }
}

extension EmployeeRow {
    fileprivate mutating func begin(_ hired: EmployeeHired, _ event: ViewEvent) {
        record.active = true
        record.roles = hired.roles
        record.language = hired.language
        record.hiredAt = event.header.occurredAt.timestamp
        for team in hired.teamNumbers { record.join(team, lead: false) }
        if hired.hasName_p { replaceName(by: event) }
        replaceContactPoints(hired.contactPoints, by: event)
    }

    fileprivate mutating func change(_ changed: EmployeeChanged, _ event: ViewEvent) {
        if changed.nameReplaced {
            clearName()
            nameLength = 0
            if changed.hasName_p { replaceName(by: event) }
        }
        if changed.contactPointsReplaced { replaceContactPoints(changed.contactPoints, by: event) }
        record.language = changed.language
    }

    private mutating func replaceName(by event: ViewEvent) {
        guard let part = event.sealedPart else { return }
        name = part
        nameLength = event.sealedLength
    }

    private mutating func replaceContactPoints(_ points: [EmployeeContactPoint], by event: ViewEvent) {
        record.contactPoints = points.map { point in
            .with {
                $0.kind = point.kind
                $0.label = point.label
                $0.normalised = point.normalised
            }
        }
        clearContactPoints()
        contactPointsLength = 0
        guard !points.isEmpty, let part = event.sealedPart else { return }
        contactPoints = part
        contactPointsLength = event.sealedLength
    }
}

extension EmployeeRecord {
    fileprivate mutating func fold(_ event: ViewEvent) {
        switch event.payload {
        case .roleAssigned(let assigned):
            if !roles.contains(where: { $0.isIdentical(to: assigned.role) }) { roles.append(assigned.role) }
        case .roleUnassigned(let unassigned): roles.removeAll { $0.isIdentical(to: unassigned.role) }
        case .teamJoined(let joined): join(joined.teamNumber, lead: joined.lead)
        case .teamLeft(let left): teams.removeAll { $0.teamNumber == left.teamNumber }
        case .capacitySet(let set): setCapacity(set)
        case .employeeDeactivated:
            active = false
            teams = []
            deactivatedAt = event.header.occurredAt.timestamp
        case .employeeReactivated:
            active = true
            clearDeactivatedAt()
        default: break
        }
    }

    fileprivate mutating func join(_ team: UInt64, lead: Bool) {
        if let place = teams.firstIndex(where: { $0.teamNumber == team }) {
            teams[place].lead = lead
        } else {
            teams.append(
                .with {
                    $0.teamNumber = team
                    $0.lead = lead
                })
        }
    }

    private mutating func setCapacity(_ set: CapacitySet) {
        capacities.removeAll { $0.kind == set.kind }
        guard set.hasMost else { return }
        let place = capacities.firstIndex { $0.kind.rawValue > set.kind.rawValue } ?? capacities.endIndex
        capacities.insert(
            .with {
                $0.kind = set.kind
                $0.most = set.most
            }, at: place)
    }
}

extension DirectoryRow {
    /// Folds an event of a team or a territory.
    mutating func foldTeam(_ event: ViewEvent) {
        switch event.payload {
        case .teamDefined(let defined):
            team.name = defined.name
            team.parentNumber = defined.parentNumber
        case .teamChanged(let changed):
            team.name = changed.name
            team.parentNumber = changed.parentNumber
        case .teamRetired: team.retired = true
        case .territoryDefined(let defined):
            territory.name = defined.name
            territory.parentNumber = defined.parentNumber
            territory.rules = defined.rules
            if defined.owner.owner != nil { territory.owner = defined.owner }
        case .territoryChanged(let changed):
            territory.name = changed.name
            territory.parentNumber = changed.parentNumber
            territory.rules = changed.rules
        case .territoryRetired:
            territory.retired = true
            territory.clearOwner()
        case .ownerAssigned(let assigned):
            if assigned.owner.owner == nil { territory.clearOwner() } else { territory.owner = assigned.owner }
        default: break
        }
    }
}

extension PartyRow {
    /// Folds who looks after the party, and the territory it is in.
    mutating func foldOwner(_ event: ViewEvent) {
        switch event.payload {
        case .ownerAssigned(let assigned):
            clearOwner()
            ownerSince = 0
            guard assigned.owner.owner != nil else { return }
            owner = assigned.owner
            ownerSince = event.header.occurredAt.rawValue
        case .territoryAssigned(let assigned):
            territoryNumber = assigned.territoryNumber
            territoryPinned = assigned.pinned
        default: break
        }
    }
}
