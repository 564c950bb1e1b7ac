package import Schema

/// What preparing a link found out. Nothing in it is personal.
package struct LinkFacts: Sendable {
    /// The aggregate of the same kind that the key names so far.
    var holder: StreamNumber?
    /// The part with a person's key.
    var part: Int?
}

/// Systems whose names the service gives itself: under them it finds callers, files and coupons again.
enum ReservedSystem {
    static let importFile = "import-file"
    static let uid = "uid"
    static let socket = "socket"
    static let token = "token"
    static let couponCode = "coupon-code"
    static let field = "field"
    static let exchangeRates = "exchange-rates"
    static let messageID = "message-id"

    /// Refuses keys of a new aggregate that only the service may give it.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ keys: [ExternalKey], _ kind: AggregateKind, field: String = "external") throws(Refusal) {
        for (index, key) in keys.enumerated() { try check(key, kind, field: "\(field)[\(index)].system") }
    }

    /// Refuses keys by which nobody but the service may link or unlink an aggregate of this kind.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(
        _ key: ExternalKey, _ kind: AggregateKind, field: String = "key.system"
    ) throws(Refusal) {
        let reserved: [String] =
            switch kind {
            case .import: [importFile]
            case .principal: [uid, socket, token]
            case .coupon: [couponCode]
            case .field: [field]
            case .exchangeRates: [exchangeRates]
            case .ticket, .interaction: [messageID]
            default: []
            }
        guard !reserved.contains(key.system) else {
            throw Refusal(
                .schemaInvalid, "This system's name belongs to the service. Use another one.", field: field)
        }
    }
}

extension LinkExternalRecord: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.externalKey(key, "key")
        try ReservedSystem.check(key, kind)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> LinkFacts {
        var facts = LinkFacts(holder: try preparation.reader.resolve(Reference(external: key), kind), part: nil)
        guard Annotation.isPerson(kind) else { return facts }
        facts.part = preparation.seal(PersonalData(.externalLinked(ExternalKeyPersonal(key))), for: .target)
        clearKey()
        return facts
    }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: LinkFacts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        if let holder = facts.holder {
            if holder == context.target { return [] }
            throw try Refusal.taken(holder, field: "key", context)
        }
        if kind == .party {
            let party = try Decided.state(try context.world.state(PartyAggregate.self, of: context.target))
            try party.requireInUse()
            try FormCheck.count(Int(party.externalCount) + 1, "key", maximum: Limits.externalKeys)
        }
        if kind == .employee {
            let employee = try Decided.state(try context.world.state(EmployeeAggregate.self, of: context.target))
            try FormCheck.count(Int(employee.externalCount) + 1, "key", maximum: Limits.externalKeys)
        }
        var linked = ExternalLinked()
        if !Annotation.isPerson(kind) { linked.key = key }
        let subject = try Annotation.subject(of: kind, context.target, context.world)
        return [.fact(.externalLinked(linked), subjects: subject.map { [$0.sealed(facts.part)] } ?? [])]
    }
}

extension UnlinkExternalRecord: DomainCommand {
    package typealias Target = AnyAggregate

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.externalKey(key, "key")
        try ReservedSystem.check(key, kind)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> LinkFacts {
        var facts = LinkFacts(holder: try preparation.reader.resolve(Reference(external: key), kind), part: nil)
        guard Annotation.isPerson(kind) else { return facts }
        facts.part = preparation.seal(PersonalData(.externalUnlinked(ExternalKeyPersonal(key))), for: .target)
        clearKey()
        return facts
    }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: LinkFacts, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        guard facts.holder == context.target else {
            throw Refusal(.notFound, "The external key does not name this aggregate. Check it.", field: "key")
        }
        if kind == .party {
            let party = try Decided.state(try context.world.state(PartyAggregate.self, of: context.target))
            try party.requireInUse()
            try PartyState.requireIdentity(
                hasName: party.hasName_p, contactPoints: party.contactPoints.count,
                externalKeys: party.externalCount > 0 ? party.externalCount - 1 : 0)
        }
        if kind == .employee {
            let employee = try Decided.state(try context.world.state(EmployeeAggregate.self, of: context.target))
            try EmployeeState.requireIdentity(
                hasName: employee.hasNamePart, externalKeys: employee.externalCount > 0 ? employee.externalCount - 1 : 0
            )
        }
        var unlinked = ExternalUnlinked()
        if !Annotation.isPerson(kind) { unlinked.key = key }
        let subject = try Annotation.subject(of: kind, context.target, context.world)
        return [.fact(.externalUnlinked(unlinked), subjects: subject.map { [$0.sealed(facts.part)] } ?? [])]
    }
}

extension ExternalKeyPersonal {
    fileprivate init(_ key: ExternalKey) {
        self.init()
        self.key = key
    }
}
