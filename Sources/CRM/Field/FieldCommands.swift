package import Schema

extension DefineField: DomainCommand {
    package typealias Target = FieldAggregate

    package func validate() throws(Refusal) {
        try FormCheck.newIdentifier(id)
        try definition.checkForm("definition.")
    }

    /// The field of that key, if there is one: the same definition again changes nothing.
    package var commandTarget: CommandTarget {
        .upsert(Reference(external: ExternalKey(fieldOf: definition.kind, definition.key)), id: id)
    }

    package func decide(_ state: FieldState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        if let state {
            if !state.retired, state.definition.isIdentical(to: definition) { return [] }
            let refusal = Refusal(
                .fieldExists, "The kind has a field with this key already. Change that one, or choose another key.",
                field: "definition.key")
            throw context.head.map { refusal.related(to: [$0.id]) } ?? refusal
        }
        guard try context.world.fields(of: definition.kind).count < FieldLimits.fieldsPerKind else {
            throw Refusal(
                .limitExceeded, "A kind has at most \(FieldLimits.fieldsPerKind) fields. Retire one first.",
                field: "definition.kind")
        }
        var defined = FieldDefined()
        defined.definition = definition
        return [.fact(.fieldDefined(defined))]
    }
}

/// How a command names a definition that exists.
enum FieldName {
    /// - Throws: SCHEMA_INVALID where it is not named in one of the two ways.
    static func check(_ field: Reference?, _ kind: AggregateKind, _ key: String) throws(Refusal) {
        guard let field else {
            guard AggregateRegistry.aggregate(of: kind) != nil else {
                throw Refusal(.schemaInvalid, "kind does not say whose field it is.", field: "kind")
            }
            return try FieldKey.check(key, "key")
        }
        try FormCheck.reference(field, "field")
        guard kind == .unspecified, key.isEmpty else {
            throw Refusal(.schemaInvalid, "Name the field by reference, or by kind and key; not by both.", field: "key")
        }
    }

    static func target(_ field: Reference?, _ kind: AggregateKind, _ key: String) -> CommandTarget {
        .existing(field ?? Reference(external: ExternalKey(fieldOf: kind, key)))
    }

    /// Refuses a definition that has ended.
    ///
    /// - Throws: FIELD_GONE.
    static func requireInUse(_ state: FieldState) throws(Refusal) {
        guard !state.retired else {
            throw Refusal(.fieldGone, "The field is retired and cannot change any more. Define another one.")
        }
    }
}

extension ChangeField: DomainCommand {
    package typealias Target = FieldAggregate

    package func validate() throws(Refusal) {
        try FieldName.check(hasField ? field : nil, kind, key)
        try FormCheck.choice(type, "type", required: false)
        try FormCheck.clear(clear, known: ["rules", "label", "description"])
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasField { try visit(&field, .field) }
    }

    package var commandTarget: CommandTarget { FieldName.target(hasField ? field : nil, kind, key) }

    package func decide(_ state: FieldState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        try FieldName.requireInUse(state)
        let before = state.definition
        let now = changed(before)
        if now.isIdentical(to: before) { return [] }
        try now.checkForm("")
        try checkType(before, now, context)
        try checkChoices(before, now, context)
        var changed = FieldChanged()
        changed.definition = now
        changed.requiredBefore = before.required
        return [.fact(.fieldChanged(changed))]
    }

    private func changed(_ before: FieldDefinition) -> FieldDefinition {
        var definition = before
        if type != .unspecified { definition.type = type }
        if referenceKind != .unspecified { definition.referenceKind = referenceKind }
        if hasPersonal { definition.personal = personal }
        if hasRequired { definition.required = required }
        if clear.contains("rules") { definition.clearRules() }
        if hasRules { definition.rules = rules }
        if definition.hasChoices {
            if !choices.isEmpty { definition.choices = choices }
        } else {
            definition.choices = choices
        }
        if definition.type != .reference { definition.referenceKind = referenceKind }
        if clear.contains("label") { definition.label = "" }
        if !label.isEmpty { definition.label = label }
        if clear.contains("description") { definition.description_p = "" }
        if !description_p.isEmpty { definition.description_p = description_p }
        if hasPlace { definition.place = place }
        return definition
    }

    /// What values are, and whether they are sealed, cannot change once there were any.
    private func checkType(
        _ before: FieldDefinition, _ now: FieldDefinition, _ context: DecisionContext
    ) throws(Refusal) {
        guard now.type != before.type || now.personal != before.personal || now.referenceKind != before.referenceKind
        else { return }
        guard try context.world.claim(.fieldEverSet(context.target)) > 0 else { return }
        throw Refusal(
            .typeChange, "The field has had values, so its type stays. Define a new field and retire this one.",
            field: now.type != before.type ? "type" : now.personal != before.personal ? "personal" : "reference_kind")
    }

    /// A choice that values have can be retired, not left out. Which ones sealed values have is not known.
    private func checkChoices(
        _ before: FieldDefinition, _ now: FieldDefinition, _ context: DecisionContext
    ) throws(Refusal) {
        for choice in before.choices where !now.choices.contains(where: { $0.key.isIdentical(to: choice.key) }) {
            let claim: ClaimKey =
                before.personal ? .fieldValues(context.target) : .fieldChoice(context.target, choice.key)
            guard try context.world.claim(claim) > 0 else { continue }
            throw Refusal(
                .fieldInUse, "Aggregates have the choice \(choice.key). Retire it instead of leaving it out.",
                field: "choices")
        }
    }
}

extension RetireField: DomainCommand {
    package typealias Target = FieldAggregate

    package func validate() throws(Refusal) { try FieldName.check(hasField ? field : nil, kind, key) }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasField { try visit(&field, .field) }
    }

    package var commandTarget: CommandTarget { FieldName.target(hasField ? field : nil, kind, key) }

    package func decide(_ state: FieldState?, _ facts: Void, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = try Decided.state(state)
        if state.retired { return [] }
        let values = try context.world.claim(.fieldValues(context.target))
        guard values <= 0 || keepValues else {
            throw Refusal(
                .fieldInUse, "\(values) aggregates have a value in the field. Empty them, or send keep_values.",
                field: "keep_values")
        }
        var retired = FieldRetired()
        retired.kind = state.definition.kind
        retired.key = state.definition.key
        retired.requiredBefore = state.definition.required
        retired.valuesKept = UInt64(max(values, 0))
        return [.fact(.fieldRetired(retired))]
    }
}
