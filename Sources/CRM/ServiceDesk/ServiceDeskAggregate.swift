package import Schema

/// How the organisation works on tickets: its priorities, types, categories, codes and terms.
package enum ServiceDeskAggregate: Aggregate {
    package typealias State = ServiceDeskState

    package static var kind: AggregateKind { .serviceDesk }

    package static func evolve(_ state: inout ServiceDeskState, _ event: StoredEvent) {
        guard case .serviceDeskSet(let set) = event.payload else { return }
        state.version = set.version
        state.content = set.content
    }
}

extension LogReader {
    /// The settings of the service desk; those that hold where nobody has made any.
    func serviceDesk() throws(Refusal) -> ServiceDesk {
        guard let number = try singleton(.serviceDesk),
            let state = try state(ServiceDeskAggregate.self, of: number)
        else { return ServiceDesk(ServiceDeskState()) }
        return ServiceDesk(state)
    }
}

/// What the settings of the service desk say of tickets.
struct ServiceDesk {
    /// 0: nobody has made any.
    let version: UInt32
    let terms: ServiceDeskTerms
    private let types: [TicketKindDefinition]
    private let categories: [TicketKindDefinition]

    init(_ state: ServiceDeskState) {
        version = state.version
        terms = state.content.terms
        types = state.content.types
        categories = state.content.categories
    }

    /// Whether a claim stands in for the first response.
    var claimIsResponse: Bool { terms.firstResponse == .claim }

    // MARK: Priorities

    /// The priorities that tickets can have, the most urgent first.
    var priorities: [TicketPriority] {
        guard !terms.priorities.isEmpty else {
            return zip(["urgent", "high", "normal", "low"], 1...).map { TicketPriority(key: $0, rank: $1) }
        }
        return terms.priorities.sorted { $0.rank < $1.rank }.map { TicketPriority(key: $0.key, rank: $0.rank) }
    }

    /// The priority with this key; the default one where the key is empty.
    ///
    /// - Throws: PRIORITY_UNKNOWN.
    func priority(_ key: String, field: String) throws(Refusal) -> TicketPriority {
        let known = priorities
        let wanted = key.isEmpty ? defaultPriority(of: known) : key
        guard let priority = known.first(where: { $0.key.isIdentical(to: wanted) }) else {
            let keys = known.map(\.key).joined(separator: ", ")
            throw Refusal(
                .priorityUnknown, "There is no priority \(wanted). There are: \(keys).", field: field)
        }
        return priority
    }

    private func defaultPriority(of known: [TicketPriority]) -> String {
        if !terms.defaultPriority.isEmpty { return terms.defaultPriority }
        return terms.priorities.isEmpty ? "normal" : known[known.count / 2].key
    }

    // MARK: Kinds of tickets

    /// Refuses a key that no type has.
    ///
    /// - Throws: TICKET_KIND_UNKNOWN.
    func requireType(_ key: String, field: String) throws(Refusal) { try require(key, types.map(\.key), "type", field) }

    /// Refuses a key that no category has.
    ///
    /// - Throws: TICKET_KIND_UNKNOWN.
    func requireCategory(_ key: String, field: String) throws(Refusal) {
        try require(key, categories.map(\.key), "category", field)
    }

    /// The rank of a class of customers; 0 for none.
    ///
    /// - Throws: TICKET_KIND_UNKNOWN.
    func rank(ofClass key: String, field: String) throws(Refusal) -> UInt32 {
        try require(key, terms.customerClasses.map(\.key), "class of customers", field)
        return terms.customerClasses.first { $0.key.isIdentical(to: key) }?.rank ?? 0
    }

    private func require(_ key: String, _ known: [String], _ what: String, _ field: String) throws(Refusal) {
        guard !key.isEmpty, !known.isEmpty, !known.contains(where: { $0.isIdentical(to: key) }) else { return }
        throw Refusal(
            .ticketKindUnknown, "The service desk has no \(what) \(key). Use another key, or add it to the settings.",
            field: field)
    }

    /// The queue for tickets of a kind; none where neither type nor category names one.
    func queue(for classification: TicketClassification) -> StreamNumber {
        let named = [type(classification), category(classification)].compactMap { $0?.queueNumber }.first { $0 != 0 }
        return StreamNumber(named ?? 0)
    }

    /// What somebody has to be able to do who works on tickets of a kind.
    func skills(for classification: TicketClassification) -> Set<String> {
        Set((type(classification)?.skills ?? []) + (category(classification)?.skills ?? []))
    }

    private func type(_ classification: TicketClassification) -> TicketKindDefinition? {
        types.first { $0.key.isIdentical(to: classification.type) }
    }

    private func category(_ classification: TicketClassification) -> TicketKindDefinition? {
        categories.first { $0.key.isIdentical(to: classification.category) }
    }

    /// Whether tickets of some type or category go to a queue.
    func leads(to queue: StreamNumber) -> Bool {
        (types + categories).contains { $0.queueNumber == queue.rawValue }
    }

    // MARK: Resolutions

    /// Refuses a resolution without a code, with one that is not known, or without the words that its code asks for.
    /// History may lack code and words.
    ///
    /// - Throws: RESOLUTION_CODE_REQUIRED, RESOLUTION_CODE_UNKNOWN.
    func requireResolution(
        _ code: String, hasText: Bool, historic: Bool, codeField: String, textField: String
    ) throws(Refusal) {
        let known = terms.resolutionCodes
        let keys = known.map(\.key).joined(separator: ", ")
        guard !code.isEmpty else {
            guard !historic else { return }
            throw Refusal(
                .resolutionCodeRequired,
                known.isEmpty ? "Say how it was resolved: send a code." : "Say how it was resolved. Codes: \(keys).",
                field: codeField)
        }
        guard !known.isEmpty else { return }
        guard let definition = known.first(where: { $0.key.isIdentical(to: code) }) else {
            throw Refusal(
                .resolutionCodeUnknown, "There is no resolution code \(code). Codes: \(keys).", field: codeField)
        }
        guard !definition.needsText || hasText || historic else {
            throw Refusal(
                .resolutionCodeRequired, "The code \(code) says little. Say in words what solved it.",
                field: textField)
        }
    }

    /// Until when a ticket that is resolved at an instant can be reopened; nil: for ever.
    func reopenUntil(_ resolved: Instant) -> Int64? {
        terms.hasReopenWindowSeconds ? Self.later(resolved, by: terms.reopenWindowSeconds) : nil
    }

    /// When a ticket that is resolved at an instant closes of itself; nil: it does not.
    func closeAt(_ resolved: Instant) -> Int64? {
        terms.hasCloseAfterSeconds ? Self.later(resolved, by: terms.closeAfterSeconds) : nil
    }

    private static func later(_ instant: Instant, by seconds: UInt64) -> Int64 {
        instant.rawValue + Int64(clamping: seconds) * 1_000_000
    }
}

extension TicketPriority {
    init(key: String, rank: UInt32) {
        self.init()
        self.key = key
        self.rank = rank
    }
}
