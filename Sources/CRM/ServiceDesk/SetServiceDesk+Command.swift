package import Schema

extension SetServiceDesk: DomainCommand {
    package typealias Target = ServiceDeskAggregate

    package func validate() throws(Refusal) {
        try terms.checkForm("terms")
        try types.checkForm("types", maximum: ServiceDeskLimits.words)
        try categories.checkForm("categories", maximum: ServiceDeskLimits.categories)
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in types.indices where types[index].hasQueue { try visit(&types[index].queue, .queue) }
        for index in categories.indices where categories[index].hasQueue {
            try visit(&categories[index].queue, .queue)
        }
    }

    package var commandTarget: CommandTarget { .singleton }

    package func decide(
        _ state: ServiceDeskState?, _ facts: Void, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        var content = ServiceDeskContent()
        content.terms = terms.completed
        content.types = try types.resolved(context, "types")
        content.categories = try categories.resolved(context, "categories")
        if let state, content.isIdentical(to: state.content) { return [] }
        var set = ServiceDeskSet()
        set.version = (state?.version ?? 0) + 1
        set.content = content
        return [.fact(.serviceDeskSet(set))]
    }
}

/// Limits of the settings of the service desk. Lengths are bytes of UTF-8.
enum ServiceDeskLimits {
    /// Priorities, classes, types.
    static let words = 50
    static let categories = 1_000
    static let resolutionCodes = 200
    static let skills = 10
    static let rank: UInt32 = 1_000
    /// Ten years of 366 days.
    static let seconds: UInt64 = 3_660 * 86_400
}

extension ServiceDeskTerms {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    fileprivate func checkForm(_ path: String) throws(Refusal) {
        try Self.check(
            priorities.map { ($0.key, $0.label, $0.rank) }, path + ".priorities", maximum: ServiceDeskLimits.words)
        try Self.check(
            customerClasses.map { ($0.key, $0.label, $0.rank) }, path + ".customer_classes",
            maximum: ServiceDeskLimits.words)
        try FormCheck.count(
            resolutionCodes.count, path + ".resolution_codes", maximum: ServiceDeskLimits.resolutionCodes)
        for (index, code) in resolutionCodes.enumerated() {
            try FormCheck.required(code.key, "\(path).resolution_codes[\(index)].key", maximum: Limits.wordBytes)
            try FormCheck.text(code.label, "\(path).resolution_codes[\(index)].label", maximum: Limits.labelBytes)
        }
        try PipelineForm.checkKeys(resolutionCodes.map(\.key), path + ".resolution_codes")
        try FormCheck.choice(firstResponse, path + ".first_response", required: false)
        for (isThere, seconds, name) in [
            (hasReopenWindowSeconds, reopenWindowSeconds, "reopen_window_seconds"),
            (hasCloseAfterSeconds, closeAfterSeconds, "close_after_seconds"),
        ] where isThere && seconds > ServiceDeskLimits.seconds {
            throw Refusal(.limitExceeded, "\(name) is more than ten years. Shorten it.", field: "\(path).\(name)")
        }
        let known = priorities.isEmpty ? ["urgent", "high", "normal", "low"] : priorities.map(\.key)
        guard defaultPriority.isEmpty || known.contains(where: { $0.isIdentical(to: defaultPriority) }) else {
            throw Refusal(
                .priorityUnknown, "The default priority is none of the priorities.",
                field: path + ".default_priority")
        }
    }

    /// Keys, labels and ranks: each key and each rank once.
    private static func check(
        _ ranked: [(key: String, label: String, rank: UInt32)], _ path: String, maximum: Int
    ) throws(Refusal) {
        try FormCheck.count(ranked.count, path, maximum: maximum)
        try PipelineForm.checkKeys(ranked.map(\.key), path)
        var ranks: Set<UInt32> = []
        for (index, entry) in ranked.enumerated() {
            try FormCheck.required(entry.key, "\(path)[\(index)].key", maximum: Limits.wordBytes)
            try FormCheck.text(entry.label, "\(path)[\(index)].label", maximum: Limits.labelBytes)
            guard (1...ServiceDeskLimits.rank).contains(entry.rank), ranks.insert(entry.rank).inserted else {
                throw Refusal(
                    .schemaInvalid, "A rank is 1 to \(ServiceDeskLimits.rank), and each stands once.",
                    field: "\(path)[\(index)].rank")
            }
        }
    }

    /// The terms with everything filled in that follows from what is said, so that equal settings are equal.
    fileprivate var completed: ServiceDeskTerms {
        var terms = self
        for index in terms.priorities.indices where terms.priorities[index].label.isEmpty {
            terms.priorities[index].label = terms.priorities[index].key
        }
        for index in terms.customerClasses.indices where terms.customerClasses[index].label.isEmpty {
            terms.customerClasses[index].label = terms.customerClasses[index].key
        }
        for index in terms.resolutionCodes.indices where terms.resolutionCodes[index].label.isEmpty {
            terms.resolutionCodes[index].label = terms.resolutionCodes[index].key
        }
        if terms.firstResponse == .unspecified { terms.firstResponse = .reply }
        return terms
    }
}

extension [TicketKindInput] {
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    fileprivate func checkForm(_ path: String, maximum: Int) throws(Refusal) {
        try FormCheck.count(count, path, maximum: maximum)
        try PipelineForm.checkKeys(map(\.key), path)
        for (index, kind) in enumerated() {
            try FormCheck.required(kind.key, "\(path)[\(index)].key", maximum: Limits.wordBytes)
            try FormCheck.text(kind.label, "\(path)[\(index)].label", maximum: Limits.labelBytes)
            if kind.hasQueue { try FormCheck.reference(kind.queue, "\(path)[\(index)].queue") }
            try FormCheck.count(kind.skills.count, "\(path)[\(index)].skills", maximum: ServiceDeskLimits.skills)
            for (place, skill) in kind.skills.enumerated() {
                try FormCheck.required(skill, "\(path)[\(index)].skills[\(place)]", maximum: Limits.wordBytes)
            }
        }
    }

    /// - Throws: REFERENCE_MISSING, QUEUE_RETIRED.
    fileprivate func resolved(
        _ context: DecisionContext, _ path: String
    ) throws(Refusal) -> [TicketKindDefinition] {
        var kinds: [TicketKindDefinition] = []
        for (index, input) in enumerated() {
            var kind = TicketKindDefinition()
            kind.key = input.key
            kind.label = input.label.isEmpty ? input.key : input.label
            kind.skills = input.skills
            if input.hasQueue {
                kind.queueNumber = try context.queue(input.queue, field: "\(path)[\(index)].queue").rawValue
            }
            kinds.append(kind)
        }
        return kinds
    }
}
