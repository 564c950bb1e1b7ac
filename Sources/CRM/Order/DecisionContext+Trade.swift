internal import Schema

/// What decisions about orders and returns look up.
extension DecisionContext {
    /// Refuses an archived customer, except for history.
    ///
    /// - Throws: ARCHIVED.
    func requireActive(_ party: StreamNumber, field: @autoclosure () -> String) throws(Refusal) {
        guard !historic, party != .none else { return }
        guard let state = try world.state(PartyAggregate.self, of: party), state.archived else { return }
        throw Refusal(.archived, "The customer is archived. Restore the party first.", field: field())
    }

    /// Refuses records of other systems that already stand for an aggregate of the kind.
    ///
    /// - Throws: REFERENCE_TAKEN with the id of the holder.
    func requireFree(_ keys: [ExternalKey], _ kind: AggregateKind, field: String) throws(Refusal) {
        for (index, key) in keys.enumerated() {
            guard let holder = try world.resolve(Reference(external: key), kind) else { continue }
            throw try Refusal.taken(holder, field: "\(field)[\(index)]", self)
        }
    }

    /// Refuses a step that is older than the last fact of its stream. The command path leaves this to the
    /// decisions of commands that can be corrections.
    ///
    /// - Throws: OCCURRED_OUT_OF_ORDER.
    func requireOrderOfTime() throws(Refusal) {
        guard let head, occurredAt < head.lastFactAt else { return }
        throw Refusal(.occurredOutOfOrder, "The step is older than the last fact about the document.")
    }
}

extension World {
    /// Refuses a document number that is in use; an empty one is fine.
    ///
    /// - Throws: DOCUMENT_NUMBER_USED.
    func requireFree(_ number: String, _ key: (String) -> ClaimKey, prefix: String) throws(Refusal) {
        guard !number.isEmpty, try claim(key(number)) > 0 else { return }
        throw Refusal(
            .documentNumberUsed, "The document number is in use. Use another one, or the upsert command.",
            field: prefix + "document_number")
    }

    /// The currency that a command names, else the one recorded before, else the organisation's; empty where there
    /// is none of them.
    func currency(_ named: String, before: String?) throws(Refusal) -> String {
        if !named.isEmpty { return named }
        if let before { return before }
        return try homeCurrency()
    }

    /// The organisation's currency; empty where it has none.
    func homeCurrency() throws(Refusal) -> String {
        guard let number = try singleton(.organisation) else { return "" }
        return try state(OrganisationAggregate.self, of: number)?.settings.currency ?? ""
    }
}
