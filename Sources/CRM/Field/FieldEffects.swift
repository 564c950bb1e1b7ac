package import Schema

/// What definitions of fields and values in them do to the index.
package enum FieldEffects {
    /// Domain of the tokens by which the definitions of a kind are found.
    static let domain = "fields"

    /// The value of that token.
    static func value(of kind: AggregateKind) -> [UInt8] { Array(String(kind.rawValue).utf8) }

    /// The effects of an event on a definition's stream.
    package static func effects(ofDefinition event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .fieldDefined(let defined):
            let definition = defined.definition
            return [
                .link(.field, ExternalKey(fieldOf: definition.kind, definition.key)),
                .addToken(domain: domain, value: value(of: definition.kind)),
            ] + required(definition.kind, before: false, now: definition.required)
        case .fieldChanged(let changed):
            return required(
                changed.definition.kind, before: changed.requiredBefore, now: changed.definition.required)
        case .fieldRetired(let retired):
            return [.removeToken(domain: domain, value: value(of: retired.kind))]
                + required(retired.kind, before: retired.requiredBefore, now: false)
        default: return []
        }
    }

    private static func required(_ kind: AggregateKind, before: Bool, now: Bool) -> [IndexEffect] {
        before == now ? [] : [.claim(.requiredFields(kind), now ? 1 : -1)]
    }

    /// The effects of an event that sets fields, on the stream of any aggregate.
    package static func effects(of event: StoredEvent) -> [IndexEffect] {
        guard case .fieldsSet(let set) = event.payload else { return [] }
        return set.changes.flatMap { effects(of: $0, at: event) }
    }

    private static func effects(of change: FieldChange, at event: StoredEvent) -> [IndexEffect] {
        let field = StreamNumber(change.fieldNumber)
        let had = change.beforePosition != 0
        let now = change.emptied ? 0 : event.position.rawValue
        var effects: [IndexEffect] = [
            .claim(
                .fieldSetAt(event.header.stream, field),
                Int64(bitPattern: now) - Int64(bitPattern: change.beforePosition))
        ]
        if had == change.emptied { effects.append(.claim(.fieldValues(field), had ? -1 : 1)) }
        if !change.emptied { effects.append(.claim(.fieldEverSet(field), 1)) }
        let before = change.before.chosen
        let after = change.value.chosen
        effects += before.filter { !after.contains($0) }.map { .claim(.fieldChoice(field, $0), -1) }
        effects += after.filter { !before.contains($0) }.map { .claim(.fieldChoice(field, $0), 1) }
        return effects
    }
}

extension FieldValue {
    /// The choices of the value; none where it is of another type.
    fileprivate var chosen: [String] {
        switch value {
        case .choice(let key): [key]
        case .choices(let choices): choices.keys
        default: []
        }
    }
}
