package import Schema

/// What a body sets and empties of the organisation's own fields, beside what its command does.
package struct FieldInput: Sendable {
    /// Values by the keys of their fields; references may hold tokens.
    package private(set) var values: [FieldValue]
    /// Keys of fields to empty.
    package let cleared: [String]

    package init(values: [FieldValue] = [], cleared: [String] = []) {
        self.values = values
        self.cleared = cleared
    }

    /// What a body of the schema holds.
    package init(_ body: CommandBody) { self.init(values: body.fields, cleared: body.clearFields_p) }

    /// Whether it asks for nothing.
    package var isEmpty: Bool { values.isEmpty && cleared.isEmpty }

    /// Checks what can be refused without knowing the definitions: keys, each once, lengths.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    package func validate() throws(Refusal) {
        if isEmpty { return }
        try FormCheck.count(values.count + cleared.count, "fields", maximum: FieldLimits.fieldsPerBody)
        var seen = Set<String>()
        for (index, value) in values.enumerated() {
            let path = "fields[\(index)]"
            try FieldKey.check(value.key, path + ".key")
            try checkOnce(value.key, &seen, path + ".key")
            try checkForm(value, path)
        }
        for (index, key) in cleared.enumerated() {
            try FieldKey.check(key, "clear_fields[\(index)]")
            try checkOnce(key, &seen, "clear_fields[\(index)]")
        }
    }

    private func checkOnce(_ key: String, _ seen: inout Set<String>, _ field: String) throws(Refusal) {
        guard seen.insert(key).inserted else {
            throw Refusal(.schemaInvalid, "The field stands twice. Name each once.", field: field)
        }
    }

    private func checkForm(_ value: FieldValue, _ path: String) throws(Refusal) {
        switch value.value {
        case .text(let text): try FormCheck.required(text, path + ".text", maximum: Limits.textBytes)
        case .url(let address): try FormCheck.required(address, path + ".url", maximum: Limits.textBytes)
        case .choice(let key): try FormCheck.required(key, path + ".choice", maximum: FieldLimits.keyBytes)
        case .choices(let choices):
            try FormCheck.count(choices.keys.count, path + ".choices", maximum: FieldLimits.choices)
        case .reference(let reference):
            guard AggregateRegistry.aggregate(of: reference.kind) != nil else {
                throw Refusal(
                    .schemaInvalid, "kind does not say what the reference names.", field: path + ".reference.kind")
            }
            try FormCheck.reference(reference.target, path + ".reference.target")
        case .referenceNumber:
            throw Refusal(
                .schemaInvalid, "A command names another aggregate by reference.", field: path + ".reference_number")
        case .integer, .decimal, .boolean, .date, .instant, .money: break
        case nil:
            throw Refusal(
                .schemaInvalid, "The field has no value. Send one, or name the field in clear_fields.", field: path)
        }
    }

    /// Shows every reference among the values, as `DomainCommand.visitReferences` does.
    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        for index in values.indices {
            guard case .reference(var reference)? = values[index].value else { continue }
            try visit(&reference.target, reference.kind)
            values[index].reference = reference
        }
    }
}
