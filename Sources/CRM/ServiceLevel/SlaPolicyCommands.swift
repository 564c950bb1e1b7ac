package import Schema

/// Limits of service levels.
enum ServiceLevelLimits {
    static let keys = 50
    /// Ten years of 366 days.
    static let seconds: UInt64 = 3_660 * 86_400
    /// Where nothing is said of warnings, in percent.
    static let warning: UInt32 = 75
}

extension DefineSlaPolicy: DomainCommand {
    package typealias Target = SlaPolicyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try FormCheck.externalKeys(external)
        try content.checkForm("content")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try content.visit(visit) }

    package var commandTarget: CommandTarget { .new(id: id) }

    package func decide(
        _ state: SlaPolicyState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try context.requireFree(external, .slaPolicy, field: "external")
        var defined = SlaPolicyDefined()
        defined.content = try content.resolved(context)
        defined.version = 1
        defined.external = external
        let events = [NewEvent.fact(.slaPolicyDefined(defined))]
        guard !draft else { return events }
        return try events + context.activated(defined.content, version: 1, before: SlaPolicyState())
    }
}

extension ChangeSlaPolicy: DomainCommand {
    package typealias Target = SlaPolicyAggregate

    package func validate() throws(Refusal) {
        try FormCheck.reference(policy, "policy")
        try content.checkForm("content")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&policy, .slaPolicy)
        try content.visit(visit)
    }

    package var commandTarget: CommandTarget { .existing(policy) }

    package func decide(
        _ state: SlaPolicyState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let content = try content.resolved(context)
        var events: [NewEvent] = []
        var version = UInt32(state.versions.count)
        if !(state.versions.last?.isIdentical(to: content) ?? false) {
            version += 1
            var changed = SlaPolicyChanged()
            changed.content = content
            changed.version = version
            events.append(.fact(.slaPolicyChanged(changed)))
        }
        guard activate, state.activeVersion != version else { return events }
        return try events + context.activated(content, version: version, before: state)
    }
}

extension ActivateSlaVersion: DomainCommand {
    package typealias Target = SlaPolicyAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(policy, "policy") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&policy, .slaPolicy) }

    package var commandTarget: CommandTarget { .existing(policy) }

    package func decide(
        _ state: SlaPolicyState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        let wanted = version == 0 ? UInt32(state.versions.count) : version
        guard let content = state.content(wanted) else {
            throw Refusal(
                .notFound, "The policy has \(state.versions.count) versions. Name one of them.", field: "version")
        }
        guard state.activeVersion != wanted else { return [] }
        return try context.activated(content, version: wanted, before: state)
    }
}

extension DeactivateSlaPolicy: DomainCommand {
    package typealias Target = SlaPolicyAggregate

    package func validate() throws(Refusal) { try FormCheck.reference(policy, "policy") }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) { try visit(&policy, .slaPolicy) }

    package var commandTarget: CommandTarget { .existing(policy) }

    package func decide(
        _ state: SlaPolicyState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        guard let active = state.active else { return [] }
        var deactivated = SlaPolicyDeactivated()
        deactivated.versionBefore = state.activeVersion
        deactivated.contentBefore = active
        if let pass = try context.ticketPass() { deactivated.passAt = pass }
        return [.fact(.slaPolicyDeactivated(deactivated))]
    }
}

extension DecisionContext {
    /// A version comes into force.
    ///
    /// - Throws: POLICY_AMBIGUOUS, CALENDAR_RETIRED.
    fileprivate func activated(
        _ content: SlaPolicyContent, version: UInt32, before: SlaPolicyState
    ) throws(Refusal) -> [NewEvent] {
        for level in try world.activeServiceLevels() where level.number != target {
            guard let other = level.state.active, other.order == content.order,
                other.match.overlaps(content.match)
            else { continue }
            let ids = try world.head(of: level.number).map { [$0.id] } ?? []
            throw Refusal(
                .policyAmbiguous,
                "Another policy of the order \(content.order) is for some of the same tickets. Give one another order.",
                field: "content.order"
            ).related(to: ids)
        }
        let calendar = StreamNumber(content.calendarNumber)
        if calendar != .none, !historic, try world.state(CalendarAggregate.self, of: calendar)?.retired ?? false {
            throw Refusal(
                .calendarRetired, "The calendar of this version is retired. Write a version with another one.",
                field: "content.calendar")
        }
        var activated = SlaVersionActivated()
        activated.version = version
        activated.versionBefore = before.activeVersion
        activated.content = content
        if let active = before.active { activated.contentBefore = active }
        if let pass = try ticketPass() { activated.passAt = pass }
        return [.fact(.slaVersionActivated(activated))]
    }

    /// When the open tickets are gone through because of what is decided: at once. Nil: there are no tickets.
    func ticketPass() throws(Refusal) -> Int64? {
        try world.claim(.tickets) > 0 ? max(occurredAt, recordedAt).rawValue : nil
    }
}

extension SlaPolicyInput {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    fileprivate func checkForm(_ path: String) throws(Refusal) {
        try FormCheck.required(label, path + ".label", maximum: Limits.labelBytes)
        try match.checkForm(path + ".match")
        guard !targets.isEmpty else {
            throw Refusal(.schemaInvalid, "The policy promises nothing. Send a target.", field: path + ".targets")
        }
        var clocks: Set<Int> = []
        for (index, target) in targets.enumerated() {
            let field = "\(path).targets[\(index)]"
            try FormCheck.choice(target.clock, field + ".clock", required: true)
            guard clocks.insert(target.clock.rawValue).inserted else {
                throw Refusal(.schemaInvalid, "The clock stands twice. Name it once.", field: field + ".clock")
            }
            guard (1...ServiceLevelLimits.seconds).contains(target.seconds) else {
                throw Refusal(.schemaInvalid, "A target is 1 second to ten years.", field: field + ".seconds")
            }
        }
        for (index, wait) in pauseOn.enumerated() {
            try FormCheck.choice(wait, "\(path).pause_on[\(index)]", required: true)
        }
        guard pauseOn.isEmpty || !neverPauses else {
            throw Refusal(
                .schemaInvalid, "Clocks pause for somebody, or never. Send one of the two.",
                field: path + ".never_pauses")
        }
        guard !hasCalendar || !roundTheClock else {
            throw Refusal(
                .schemaInvalid, "Business time counts, or every second. Send one of the two.",
                field: path + ".round_the_clock")
        }
        if hasCalendar { try FormCheck.reference(calendar, path + ".calendar") }
        guard !hasWarnPercent || warnPercent < 100 else {
            throw Refusal(
                .schemaInvalid, "Somebody is warned at 1 to 99 percent, or at 0 not at all.",
                field: path + ".warn_percent")
        }
    }

    /// Shows every reference.
    fileprivate mutating func visit(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasCalendar { try visit(&calendar, .calendar) }
        for index in match.queues.indices { try visit(&match.queues[index], .queue) }
    }

    /// The content as events record it.
    ///
    /// - Throws: REFERENCE_MISSING, CALENDAR_RETIRED, QUEUE_RETIRED.
    fileprivate func resolved(_ context: DecisionContext) throws(Refusal) -> SlaPolicyContent {
        var content = SlaPolicyContent()
        content.label = label
        content.order = order
        content.match = try match.resolved(context)
        content.targets = targets.sorted { $0.clock.rawValue < $1.clock.rawValue }
        if !neverPauses {
            let waits = pauseOn.isEmpty ? [TicketWait.customer, .thirdParty] : pauseOn
            content.pauseOn = Set(waits).sorted { $0.rawValue < $1.rawValue }
        }
        if hasCalendar {
            content.calendarNumber = try context.calendar(calendar, field: "content.calendar").rawValue
        } else if !roundTheClock {
            content.calendarNumber = try context.world.defaultCalendar().rawValue
        }
        content.warnPercent = hasWarnPercent ? warnPercent : ServiceLevelLimits.warning
        return content
    }
}

extension SlaMatchInput {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    fileprivate func checkForm(_ path: String) throws(Refusal) {
        for (keys, name) in [
            (priorities, "priorities"), (types, "types"), (categories, "categories"),
            (customerClasses, "customer_classes"), (channels, "channels"),
        ] {
            try FormCheck.count(keys.count, "\(path).\(name)", maximum: ServiceLevelLimits.keys)
            for (index, key) in keys.enumerated() {
                try FormCheck.required(key, "\(path).\(name)[\(index)]", maximum: Limits.wordBytes)
            }
        }
        try FormCheck.count(queues.count, path + ".queues", maximum: ServiceLevelLimits.keys)
        for (index, queue) in queues.enumerated() { try FormCheck.reference(queue, "\(path).queues[\(index)]") }
    }

    /// - Throws: REFERENCE_MISSING, QUEUE_RETIRED.
    fileprivate func resolved(_ context: DecisionContext) throws(Refusal) -> SlaMatch {
        var match = SlaMatch()
        match.priorities = Set(priorities).sorted()
        match.types = Set(types).sorted()
        match.categories = Set(categories).sorted()
        match.customerClasses = Set(customerClasses).sorted()
        match.channels = Set(channels).sorted()
        var numbers: Set<UInt64> = []
        for (index, queue) in queues.enumerated() {
            numbers.insert(try context.queue(queue, field: "content.match.queues[\(index)]").rawValue)
        }
        match.queueNumbers = numbers.sorted()
        return match
    }
}
