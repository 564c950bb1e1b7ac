internal import Schema

/// Who may be given work, and how much of it.
extension DecisionContext {
    /// Who an owner's reference names, if he may be given one more thing of this kind.
    ///
    /// - Parameters:
    ///   - before: who has the thing so far; he may keep it, active or not.
    ///   - overCapacity: whether the caller gives more than the owner's capacity, for which he needs a reason.
    /// - Throws: REFERENCE_MISSING, ASSIGNEE_INACTIVE, CAPACITY_EXCEEDED, REASON_REQUIRED.
    func assignee(
        _ reference: OwnerReference, of kind: AggregateKind, before: Owner = Owner(), overCapacity: Bool = false,
        field: String = "owner"
    ) throws(Refusal) -> Owner {
        let owner = try world.owner(reference, field: field)
        if owner == before { return owner }
        try requireActive(owner, field: field)
        try requireCapacity(of: owner, kind, adding: 1, allowed: overCapacity, field: field)
        return owner
    }

    /// Refuses work for somebody who is out of use, except for history.
    ///
    /// - Throws: ASSIGNEE_INACTIVE.
    func requireActive(_ owner: Owner, field: String) throws(Refusal) {
        guard !historic, try !world.isActive(owner) else { return }
        throw Refusal(
            .assigneeInactive, "\(field) is no longer in use. Name somebody else, or reactivate the employee.",
            field: field)
    }

    /// Refuses more work of one kind than an employee takes, except for history.
    ///
    /// - Parameters:
    ///   - count: how many things come to what he has.
    ///   - allowed: whether he may get more than that, if there is a reason.
    /// - Throws: CAPACITY_EXCEEDED, REASON_REQUIRED.
    func requireCapacity(
        of owner: Owner, _ kind: AggregateKind, adding count: Int, allowed: Bool, field: String
    ) throws(Refusal) {
        guard !historic, count > 0, case .employeeNumber(let number)? = owner.owner, let key = OwnerKey(owner),
            let employee = try world.state(EmployeeAggregate.self, of: StreamNumber(number)),
            let most = employee.capacity(of: kind)
        else { return }
        let after = try world.claim(.openWork(key, kind)) + Int64(count)
        guard after > Int64(most) else { return }
        guard allowed else {
            throw Refusal(
                .capacityExceeded,
                "The employee would have \(after) of this kind and takes \(most). Choose somebody else, or allow it.",
                field: field
            ).expected(UInt64(most), actual: UInt64(clamping: after))
        }
        guard hasReason else {
            throw Refusal(
                .reasonRequired, "More than the capacity needs a reason. Send it with the command.", field: "reason")
        }
    }
}

extension World {
    /// Whether somebody may be given work; so may nobody.
    func isActive(_ owner: Owner) throws(Refusal) -> Bool {
        switch owner.owner {
        case .employeeNumber(let number):
            try state(EmployeeAggregate.self, of: StreamNumber(number))?.active ?? false
        case .teamNumber(let number):
            try state(TeamAggregate.self, of: StreamNumber(number)).map { !$0.retired } ?? false
        case nil: true
        }
    }
}
