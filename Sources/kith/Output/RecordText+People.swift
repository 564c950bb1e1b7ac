internal import Schema

/// Employees, teams and territories for a person.
extension RecordText {
    func add(_ employee: EmployeeRecord, of record: Record, to fields: inout FieldList) {
        fields.add("name", employee.erased ? "(erased)" : employee.name.display)
        fields.add("status", employee.active ? "active" : "deactivated")
        if employee.hasHiredAt { fields.add("hired", times.minute(employee.hiredAt)) }
        if employee.hasDeactivatedAt { fields.add("deactivated", times.minute(employee.deactivatedAt)) }
        fields.add("roles", employee.roles.joined(separator: ", "))
        for team in employee.teams { fields.add("team", "#\(team.teamNumber)\(team.lead ? " (leads it)" : "")") }
        for capacity in employee.capacities {
            fields.add("capacity", "\(capacity.most) (\(Labels.of(capacity.kind)))")
        }
        fields.add("language", employee.language)
        for point in employee.contactPoints { fields.add(Labels.of(point.kind), contactPoint(point)) }
    }

    private func contactPoint(_ point: EmployeeContactPointRecord) -> String {
        var shared = ContactPointRecord()
        shared.kind = point.kind
        shared.label = point.label
        shared.normalised = point.normalised
        shared.personal = point.personal
        return contactPoint(shared)
    }

    func add(_ team: TeamRecord, to fields: inout FieldList) {
        fields.add("name", team.name)
        if team.parentNumber > 0 { fields.add("part of", "#\(team.parentNumber)") }
        if team.retired { fields.add("retired", "yes") }
    }

    func add(_ territory: TerritoryRecord, to fields: inout FieldList) {
        fields.add("name", territory.name)
        if territory.parentNumber > 0 { fields.add("part of", "#\(territory.parentNumber)") }
        fields.add("owner", owner(territory.owner))
        for rule in territory.rules {
            let parts = [rule.country, rule.tag.isEmpty ? "" : "tag \(rule.tag)"].filter { !$0.isEmpty }
            fields.add("takes in", parts.joined(separator: " with "))
        }
        if territory.retired { fields.add("retired", "yes") }
    }

    /// Who looks after something; empty where nobody does.
    func owner(_ owner: Owner) -> String {
        switch owner.owner {
        case .employeeNumber(let number): "employee #\(number)"
        case .teamNumber(let number): "team #\(number)"
        case nil: ""
        }
    }
}
