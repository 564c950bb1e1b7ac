internal import Analytics
internal import Schema

/// Limits of fields. Lengths are bytes of UTF-8.
enum FieldLimits {
    static let keyBytes = 64
    static let patternBytes = 256
    static let choices = 200
    static let decimals: UInt32 = 9
    static let currencies = 50
    static let schemes = 20
    static let schemeBytes = 32
    /// Fields in use of one kind of aggregate.
    static let fieldsPerKind = 200
    /// Fields that one body sets or empties.
    static let fieldsPerBody = 100
}

extension FieldDefinition {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, CURRENCY_MISMATCH.
    func checkForm(_ path: String) throws(Refusal) {
        guard AggregateRegistry.aggregate(of: kind) != nil else {
            throw Refusal(.schemaInvalid, "kind does not say which aggregates have the field.", field: path + "kind")
        }
        try FieldKey.check(key, path + "key")
        try FormCheck.choice(type, path + "type", required: true)
        try FormCheck.text(label, path + "label", maximum: Limits.labelBytes)
        try FormCheck.text(description_p, path + "description")
        try checkChoices(path)
        try rules.checkForm(of: self, path + "rules.")
        if type == .reference {
            guard AggregateRegistry.aggregate(of: referenceKind) != nil else {
                throw Refusal(
                    .schemaInvalid, "reference_kind does not say what the field names.", field: path + "reference_kind")
            }
        } else if referenceKind != .unspecified {
            throw Refusal(
                .schemaInvalid, "Only a field of references has a reference_kind.", field: path + "reference_kind")
        }
    }

    /// Whether its values are among choices that the definition lists.
    var hasChoices: Bool { type == .choice || type == .multipleChoice }

    private func checkChoices(_ path: String) throws(Refusal) {
        guard hasChoices else {
            if choices.isEmpty { return }
            throw Refusal(.schemaInvalid, "Only a field of choices has choices.", field: path + "choices")
        }
        guard !choices.isEmpty else {
            throw Refusal(.schemaInvalid, "A field of choices needs one at least.", field: path + "choices")
        }
        try FormCheck.count(choices.count, path + "choices", maximum: FieldLimits.choices)
        var seen = Set<[UInt8]>()
        for (index, choice) in choices.enumerated() {
            try FormCheck.required(choice.key, "\(path)choices[\(index)].key", maximum: FieldLimits.keyBytes)
            try FormCheck.text(choice.label, "\(path)choices[\(index)].label", maximum: Limits.labelBytes)
            guard seen.insert(Array(choice.key.utf8)).inserted else {
                throw Refusal(.schemaInvalid, "The choice stands twice.", field: "\(path)choices[\(index)].key")
            }
        }
    }
}

/// Names of fields.
enum FieldKey {
    /// A name of 1 to 64 bytes of a-z, 0-9 and _, beginning with a letter.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func check(_ key: String, _ field: String) throws(Refusal) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = key.utf8.first, letters.contains(first), key.utf8.count <= FieldLimits.keyBytes,
            key.utf8.allSatisfy({ letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") })
        else {
            throw Refusal(
                .schemaInvalid, "A field's key has 1 to 64 of a-z, 0-9 and _, a letter first.", field: field)
        }
    }
}

extension FieldRules {
    /// Checks that each rule goes with the type, and that its limits leave something over.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, CURRENCY_MISMATCH.
    func checkForm(of definition: FieldDefinition, _ path: String) throws(Refusal) {
        try checkTypes(definition.type, path)
        try check(minLength <= maxLength || !hasMinLength || !hasMaxLength, path + "min_length")
        try FormCheck.text(pattern, path + "pattern", maximum: FieldLimits.patternBytes)
        guard FieldPattern(pattern) != nil else {
            throw Refusal(.schemaInvalid, "A pattern cannot end with a backslash.", field: path + "pattern")
        }
        for (value, isThere, name) in [(minimum, hasMinimum, "minimum"), (maximum, hasMaximum, "maximum")] where isThere
        {
            guard value.scale <= FieldLimits.decimals else {
                throw Refusal(.schemaInvalid, "A decimal has up to nine decimals.", field: path + name)
            }
        }
        let isRange = !hasMinimum || !hasMaximum || !DecimalArithmetic.isLess(maximum.number, minimum.number)
        try check(isRange, path + "minimum")
        try check(maxDecimals <= FieldLimits.decimals, path + "max_decimals")
        try checkDays(path)
        try check(minChoices <= maxChoices || !hasMinChoices || !hasMaxChoices, path + "min_choices")
        try check(Int(minChoices) <= definition.choices.count { !$0.retired }, path + "min_choices")
        try check(!hasMaxChoices || maxChoices > 0, path + "max_choices")
        try checkLists(path)
    }

    private func check(_ holds: Bool, _ field: String) throws(Refusal) {
        if holds { return }
        throw Refusal(.schemaInvalid, "No value could keep to the rule. Correct it.", field: field)
    }

    private func checkTypes(_ type: FieldType, _ path: String) throws(Refusal) {
        let numbers: [FieldType] = [.integer, .decimal, .money]
        let days: [FieldType] = [.date, .instant]
        let rules: [(isThere: Bool, name: String, types: [FieldType])] = [
            (hasMinLength, "min_length", [.text]), (hasMaxLength, "max_length", [.text]),
            (!pattern.isEmpty, "pattern", [.text]), (hasMinimum, "minimum", numbers), (hasMaximum, "maximum", numbers),
            (hasMaxDecimals, "max_decimals", [.decimal]), (!currencies.isEmpty, "currencies", [.money]),
            (!firstDay.isEmpty, "first_day", days), (!lastDay.isEmpty, "last_day", days),
            (hasMinChoices, "min_choices", [.multipleChoice]), (hasMaxChoices, "max_choices", [.multipleChoice]),
            (!schemes.isEmpty, "schemes", [.url]),
        ]
        for rule in rules where rule.isThere && !rule.types.contains(type) {
            throw Refusal(
                .schemaInvalid, "The rule does not go with the type of the field. Leave it out.",
                field: path + rule.name)
        }
    }

    private func checkDays(_ path: String) throws(Refusal) {
        for (day, name) in [(firstDay, "first_day"), (lastDay, "last_day")] where !day.isEmpty {
            guard CivilDate(day) != nil else {
                throw Refusal(.schemaInvalid, "It is not a day in the form yyyy-mm-dd.", field: path + name)
            }
        }
        if let first = CivilDate(firstDay), let last = CivilDate(lastDay) {
            try check(first <= last, path + "first_day")
        }
    }

    private func checkLists(_ path: String) throws(Refusal) {
        try FormCheck.count(currencies.count, path + "currencies", maximum: FieldLimits.currencies)
        for (index, currency) in currencies.enumerated() where !CurrencyCode.isKnown(currency) {
            throw Refusal(
                .currencyMismatch, "The currency is not a code of ISO 4217.", field: "\(path)currencies[\(index)]")
        }
        try FormCheck.count(schemes.count, path + "schemes", maximum: FieldLimits.schemes)
        for (index, scheme) in schemes.enumerated() where !WebAddress.isScheme(scheme) {
            throw Refusal(
                .schemaInvalid, "A scheme has small letters, digits, +, - and ., a letter first.",
                field: "\(path)schemes[\(index)]")
        }
    }
}

extension DecimalValue {
    /// The number for arithmetic.
    var number: DecimalNumber { DecimalNumber(unscaled: unscaled, scale: scale) }
}
