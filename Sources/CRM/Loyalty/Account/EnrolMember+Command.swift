package import Schema

extension EnrolMember: DomainCommand {
    package typealias Target = LoyaltyAccountAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        if hasProgramme { try FormCheck.reference(programme, "programme") }
        switch member {
        case .party(let party)?: try FormCheck.reference(party, "party")
        case .employee(let employee)?: try FormCheck.reference(employee, "employee")
        case nil: throw Refusal(.schemaInvalid, "Nobody is enrolled. Name a party or an employee.", field: "party")
        }
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasProgramme { try visit(&programme, .loyaltyProgramme) }
        switch member {
        case .party: try visit(&party, .party)
        case .employee: try visit(&employee, .employee)
        case nil: break
        }
    }

    package var commandTarget: CommandTarget { .located(id: id) }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? {
        let (programme, _) = try world.programme(hasProgramme ? programme : nil)
        return try world.register(.enrolment(programme, try who(world)))
    }

    package func decide(
        _ state: LoyaltyAccountState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let (number, programme) = try context.world.programme(hasProgramme ? self.programme : nil)
        let member = try who(context.world)
        guard state == nil else {
            try requireSame(context)
            return []
        }
        try check(programme, member, context)
        try context.requireFree(external, .loyaltyAccount, field: "external")
        var enrolled = MemberEnrolled()
        enrolled.programmeNumber = number.rawValue
        if isParty { enrolled.partyNumber = member.rawValue } else { enrolled.employeeNumber = member.rawValue }
        enrolled.external = external
        enrolled.tier = programme.tier(reachedWith: 0)?.key ?? ""
        enrolled.programmeVersion = programme.version
        enrolled.memberIndex = UInt64(max(0, try context.world.claim(.members(number))))
        enrolled.membershipIndex = UInt64(max(0, try context.world.claim(.memberships(member))))
        let subject = NewSubject(.number(member), isParty ? .customer : .self_)
        return [.fact(.memberEnrolled(enrolled), subjects: [subject])]
    }

    private var isParty: Bool { if case .party? = member { true } else { false } }

    private func who(_ world: any World) throws(Refusal) -> StreamNumber {
        isParty
            ? try world.required(party, .party, field: "party")
            : try world.required(employee, .employee, field: "employee")
    }

    private func check(
        _ programme: ProgrammeState, _ member: StreamNumber, _ context: DecisionContext
    ) throws(Refusal) {
        guard programme.audience == (isParty ? .customers : .staff) else {
            throw Refusal(
                .audienceMismatch,
                isParty
                    ? "The programme is for employees. Enrol parties in one for customers."
                    : "The programme is for customers. Enrol employees in one for staff.",
                field: isParty ? "party" : "employee")
        }
        try context.requireOn(programme)
        if isParty { try context.requireActive(member, field: "party") }
    }

    /// The member has an account already: is it the one that the command asks for?
    private func requireSame(_ context: DecisionContext) throws(Refusal) {
        var isSame = id.isEmpty || Identifier(id) == context.head?.id
        for key in external where isSame {
            isSame = try context.world.resolve(Reference(external: key), .loyaltyAccount) == context.target
        }
        guard !isSame else { return }
        let refusal = Refusal(
            .alreadyMember, "The member has an account in this programme, with another id or key. Use that one.",
            field: isParty ? "party" : "employee")
        throw context.head.map { refusal.related(to: [$0.id]) } ?? refusal
    }
}
