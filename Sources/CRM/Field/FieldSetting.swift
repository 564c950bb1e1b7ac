package import Schema

/// What a body does to the fields of its target, decided behind what its command itself does.
///
/// It runs in the order of the log also where values are personal: whom the aggregate concerns is known only when it is
/// there. The caller seals the personal part at once.
package struct FieldSetting {
    /// The event that sets the fields, and what is to be sealed at its subject.
    package struct Event {
        package var set: FieldsSet
        /// Whom the aggregate concerns, if anybody.
        package var subject: NewSubject?
        /// Nil where no value that is set is personal.
        package var personal: FieldsSetPersonal?
    }

    private let input: FieldInput
    private let kind: AggregateKind
    private let created: Bool
    private let context: DecisionContext
    private let open: (SealedRef) throws(Refusal) -> PersonalData

    /// - Parameters:
    ///   - kind: kind of the body's target.
    ///   - created: whether the body makes the target.
    ///   - context: that of the body's command; its world shows what that did.
    ///   - open: opens a part that was sealed before.
    package init(
        _ input: FieldInput, of kind: AggregateKind, created: Bool, _ context: DecisionContext,
        open: @escaping (SealedRef) throws(Refusal) -> PersonalData
    ) {
        self.input = input
        self.kind = kind
        self.created = created
        self.context = context
        self.open = open
    }

    /// The event; nil where every field is already as the body asks.
    ///
    /// - Throws: FIELD_UNKNOWN, FIELD_GONE, FIELD_INVALID, REFERENCE_MISSING, FIELD_NEEDS_SUBJECT; FIELD_REQUIRED in live
    ///   mode; NOT_FOUND where the body made no target that could have fields.
    package func event() throws(Refusal) -> Event? {
        if created { try requireAll() }
        guard !input.isEmpty else { return nil }
        guard try context.world.head(of: context.target) != nil else {
            throw Refusal(.notFound, "There is nothing that could have the fields. Check the command.", field: "fields")
        }
        var event = Event(
            set: FieldsSet(), subject: try Annotation.subject(of: kind, context.target, context.world), personal: nil)
        for (index, value) in input.values.enumerated() { try set(value, "fields[\(index)]", &event) }
        for (index, key) in input.cleared.enumerated() { try empty(key, "clear_fields[\(index)]", &event) }
        return event.set.changes.isEmpty ? nil : event
    }

    /// Whoever makes an aggregate sets its required fields.
    private func requireAll() throws(Refusal) {
        guard !context.historic, try context.world.claim(.requiredFields(kind)) > 0 else { return }
        for field in try context.world.fields(of: kind)
        where field.definition.required && !input.values.contains(where: { $0.key == field.definition.key }) {
            throw required(field.definition.key, "fields.\(field.definition.key)")
        }
    }

    private func required(_ key: String, _ path: String) -> Refusal {
        Refusal(.fieldRequired, "The field \(key) must have a value. Send one.", field: path)
    }

    private func known(_ key: String, _ path: String) throws(Refusal) -> KnownField {
        guard let field = try context.world.field(kind, key) else {
            throw Refusal(.fieldUnknown, "The kind has no field with this key. Check it.", field: path)
        }
        return field
    }

    // MARK: One field

    private func set(_ value: FieldValue, _ path: String, _ event: inout Event) throws(Refusal) {
        let field = try known(value.key, path + ".key")
        guard !field.retired else {
            throw Refusal(.fieldGone, "The field \(value.key) is retired. Leave it out.", field: path)
        }
        let position = try position(of: field)
        let before = try valueBefore(of: field, at: position)
        // A value that stays keeps to the rules of its day: a choice may have been retired since.
        if let before, before.isIdentical(to: value) { return }
        let checked = try FieldChecking(definition: field.definition, path: path, world: context.world).checked(value)
        if let before, before.isIdentical(to: checked) { return }
        var change = FieldChange(field)
        change.beforePosition = position.rawValue
        if field.definition.personal {
            guard event.subject != nil else {
                throw Refusal(
                    .fieldNeedsSubject,
                    "The field \(value.key) is personal, and the aggregate concerns nobody. Name its party first.",
                    field: path)
            }
            var personal = event.personal ?? FieldsSetPersonal()
            personal.values.append(checked)
            event.personal = personal
            change.sealed = true
        } else {
            change.value = checked
            if let before { change.before = before }
        }
        event.set.changes.append(change)
    }

    private func empty(_ key: String, _ path: String, _ event: inout Event) throws(Refusal) {
        let field = try known(key, path)
        let position = try position(of: field)
        guard position != .none else { return }
        if field.definition.required, !field.retired, !context.historic { throw required(key, path) }
        var change = FieldChange(field)
        change.beforePosition = position.rawValue
        change.emptied = true
        if !field.definition.personal, let before = try valueBefore(of: field, at: position) { change.before = before }
        event.set.changes.append(change)
    }

    // MARK: What was there before

    private func position(of field: KnownField) throws(Refusal) -> Position {
        Position(UInt64(bitPattern: try context.world.claim(.fieldSetAt(context.target, field.number))))
    }

    /// The value that the aggregate has; nil where it has none, or its key was destroyed.
    private func valueBefore(of field: KnownField, at position: Position) throws(Refusal) -> FieldValue? {
        guard position != .none else { return nil }
        guard let event = try context.world.event(at: position), case .fieldsSet(let set) = event.payload,
            let change = set.changes.first(where: { $0.fieldNumber == field.number.rawValue })
        else {
            throw Refusal(.internal, "The value of the field \(field.definition.key) cannot be found.")
        }
        guard change.sealed else { return change.value }
        do throws(Refusal) {
            guard case .fieldsSet(let personal)? = try open(event.sealed()).data else { return nil }
            return personal.values.first { $0.key == field.definition.key }
        } catch {
            guard error.code == .erased else { throw error }
            return nil
        }
    }
}

extension FieldChange {
    /// A change of a field under its present definition.
    fileprivate init(_ field: KnownField) {
        self.init()
        fieldNumber = field.number.rawValue
        definitionRevision = field.revision.rawValue
        value.key = field.definition.key
    }
}
