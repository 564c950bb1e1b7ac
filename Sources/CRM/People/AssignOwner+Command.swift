package import Schema

extension AssignOwner: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try OwnedKind.check(kind, "kind")
        try FormCheck.reference(target, "target")
        if hasOwner { try owner.check("owner") }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
        if hasOwner { try owner.visit(visit) }
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        let thing = try Decided.state(try context.world.ownedState(kind, context.target))
        let before = thing.owner
        guard try context.world.owner(owner, field: "owner") != before else { return [] }
        try thing.requireAssignable()
        let after = try context.assignee(owner, of: kind, before: before, overCapacity: allowOverCapacity)
        var assigned = OwnerAssigned()
        if !after.isNobody { assigned.owner = after }
        if !before.isNobody { assigned.ownerBefore = before }
        let subject = try context.world.subject(of: kind, context.target)
        return [.fact(.ownerAssigned(assigned), subjects: subject.map { [$0] } ?? [])]
    }
}
