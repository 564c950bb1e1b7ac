internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// Checks a value against the definition of its field.
struct FieldChecking {
    var definition: FieldDefinition
    /// Path of the value within the body.
    var path: String
    var world: any World

    /// The value as an event holds it: decimals and choices in their one form, references by number.
    ///
    /// - Throws: FIELD_INVALID, REFERENCE_MISSING.
    func checked(_ value: FieldValue) throws(Refusal) -> FieldValue {
        var checked = FieldValue()
        checked.key = definition.key
        checked.value = try content(value)
        return checked
    }

    private func content(_ value: FieldValue) throws(Refusal) -> FieldValue.OneOf_Value {
        switch (definition.type, value.value) {
        case (.text, .text(let text)): return .text(try checked(text: text))
        case (.integer, .integer(let number)):
            try checkRange(DecimalNumber(unscaled: number, scale: 0))
            return .integer(number)
        case (.decimal, .decimal(let number)): return .decimal(try checked(number))
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.date, .date(let text)): return .date(try checked(day: text))
        case (.instant, .instant(let timestamp)): return .instant(try checked(timestamp))
        case (.choice, .choice(let key)): return .choice(try checked(choices: [key])[0])
        case (.multipleChoice, .choices(let choices)):
            var sorted = ChoiceKeys()
            sorted.keys = try checked(choices: choices.keys)
            return .choices(sorted)
        case (.money, .money(let money)): return .money(try checked(money))
        case (.reference, .reference(let reference)): return .referenceNumber(try resolved(reference))
        case (.url, .url(let address)): return .url(try checked(address: address))
        default: throw invalid("The value is not of the field's type, which is \(definition.type.title).")
        }
    }

    private func invalid(_ sentence: String) -> Refusal { Refusal(.fieldInvalid, sentence, field: path) }

    private var rules: FieldRules { definition.rules }

    private func checked(text: String) throws(Refusal) -> String {
        guard !rules.hasMinLength || text.count >= rules.minLength else {
            throw invalid("The text has fewer than \(rules.minLength) characters.")
        }
        guard !rules.hasMaxLength || text.count <= rules.maxLength else {
            throw invalid("The text has more than \(rules.maxLength) characters.")
        }
        guard rules.pattern.isEmpty || FieldPattern(rules.pattern)?.matches(text) ?? true else {
            throw invalid("The text does not have the form \(rules.pattern).")
        }
        return text
    }

    private func checkRange(_ number: DecimalNumber) throws(Refusal) {
        if rules.hasMinimum, DecimalArithmetic.isLess(number, rules.minimum.number) {
            throw invalid("The value is less than \(rules.minimum.number).")
        }
        if rules.hasMaximum, DecimalArithmetic.isLess(rules.maximum.number, number) {
            throw invalid("The value is greater than \(rules.maximum.number).")
        }
    }

    private func checked(_ value: DecimalValue) throws(Refusal) -> DecimalValue {
        let number = value.number.reduced
        let most = rules.hasMaxDecimals ? rules.maxDecimals : FieldLimits.decimals
        guard number.scale <= most else { throw invalid("The value has more than \(most) decimals.") }
        try checkRange(number)
        var reduced = DecimalValue()
        reduced.unscaled = number.unscaled
        reduced.scale = number.scale
        return reduced
    }

    private func checked(day text: String) throws(Refusal) -> String {
        guard let day = CivilDate(text) else { throw invalid("The value is not a day in the form yyyy-mm-dd.") }
        try checkRange(day: day.dayNumber)
        return text
    }

    private func checked(_ timestamp: Google_Protobuf_Timestamp) throws(Refusal) -> Google_Protobuf_Timestamp {
        guard let instant = Instant(timestamp) else { throw invalid("The time lies outside the years 1 to 9999.") }
        try checkRange(day: ZoneRules.utc.day(holding: instant).dayNumber)
        return instant.timestamp
    }

    private func checkRange(day: Int) throws(Refusal) {
        if let first = CivilDate(rules.firstDay), day < first.dayNumber {
            throw invalid("The value lies before \(rules.firstDay).")
        }
        if let last = CivilDate(rules.lastDay), day > last.dayNumber {
            throw invalid("The value lies after \(rules.lastDay).")
        }
    }

    /// The choices in the order of the definition.
    private func checked(choices keys: [String]) throws(Refusal) -> [String] {
        let known = definition.choices
        let sorted = known.filter { choice in keys.contains { $0.isIdentical(to: choice.key) } }
        guard sorted.count == keys.count else {
            throw invalid("The value names a choice twice, or one that the field does not have.")
        }
        guard !sorted.contains(where: \.retired) else { throw invalid("The choice is retired.") }
        guard definition.type == .multipleChoice else { return sorted.map(\.key) }
        guard !sorted.isEmpty, !rules.hasMinChoices || sorted.count >= rules.minChoices else {
            throw invalid("The value has fewer than \(max(rules.minChoices, 1)) choices.")
        }
        guard !rules.hasMaxChoices || sorted.count <= rules.maxChoices else {
            throw invalid("The value has more than \(rules.maxChoices) choices.")
        }
        return sorted.map(\.key)
    }

    private func checked(_ money: Money) throws(Refusal) -> Money {
        guard CurrencyCode.isKnown(money.currency) else {
            throw invalid("The currency is not a code of ISO 4217, for example CNY.")
        }
        guard rules.currencies.isEmpty || rules.currencies.contains(money.currency) else {
            throw invalid("The field takes \(rules.currencies.joined(separator: ", ")).")
        }
        try checkRange(DecimalNumber(unscaled: money.minorUnits, scale: 0))
        return money
    }

    private func resolved(_ reference: FieldReference) throws(Refusal) -> UInt64 {
        guard reference.kind == definition.referenceKind else {
            throw invalid("The reference does not name an aggregate of the kind that the field names.")
        }
        return try world.required(reference.target, reference.kind, field: path).rawValue
    }

    private func checked(address: String) throws(Refusal) -> String {
        let schemes = rules.schemes.isEmpty ? WebAddress.schemes : rules.schemes
        guard WebAddress.isFormed(address, schemes: schemes) else {
            throw invalid("The value is not a web address that begins with one of \(schemes.joined(separator: ", ")).")
        }
        return address
    }
}

extension Schema.FieldType {
    /// The type in a sentence.
    fileprivate var title: String {
        switch self {
        case .text: "text"
        case .integer: "a whole number"
        case .decimal: "a decimal"
        case .boolean: "yes or no"
        case .date: "a date"
        case .instant: "an instant"
        case .choice: "a choice"
        case .multipleChoice: "several choices"
        case .money: "money"
        case .reference: "a reference"
        case .url: "a web address"
        case .unspecified, .UNRECOGNIZED: "not known to this version"
        }
    }
}
