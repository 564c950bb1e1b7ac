internal import Schema
internal import SwiftProtobuf

/// Definitions and values of the organisation's own fields for a person.
extension RecordText {
    func value(_ field: RecordField) -> String {
        if field.erased { return "(erased)" }
        switch field.value.value {
        case .text(let text), .date(let text), .choice(let text), .url(let text): return text
        case .integer(let number): return String(number)
        case .decimal(let number): return MoneyText.decimal(number)
        case .boolean(let flag): return flag ? "yes" : "no"
        case .instant(let instant): return times.minute(instant)
        case .choices(let choices): return choices.keys.joined(separator: ", ")
        case .money(let money): return MoneyText.amount(money.minorUnits, money.currency)
        case .referenceNumber(let number): return "#\(number)"
        // A value that the caller may not see, and what only commands hold.
        case .reference, nil: return field.personal ? "(personal)" : ""
        }
    }

    func add(_ field: FieldDefinitionRecord, to fields: inout FieldList) {
        let definition = field.definition
        fields.add("of", Labels.of(definition.kind))
        fields.add("key", definition.key)
        fields.add("label", definition.label)
        fields.add("description", definition.description_p)
        fields.add("type", Labels.of(definition.type))
        fields.add("names", Labels.of(definition.referenceKind))
        if definition.personal { fields.add("personal", "yes") }
        if definition.required { fields.add("required", "yes") }
        for choice in definition.choices {
            let label = choice.label.isEmpty ? choice.key : "\(choice.key) (\(choice.label))"
            fields.add("choice", choice.retired ? label + ", retired" : label)
        }
        for rule in rules(definition.rules) { fields.add("rule", rule) }
        if field.retired { fields.add("retired", "yes") }
    }

    private func rules(_ rules: FieldRules) -> [String] {
        var lines: [String] = []
        if rules.hasMinLength { lines.append("at least \(rules.minLength) characters") }
        if rules.hasMaxLength { lines.append("at most \(rules.maxLength) characters") }
        if !rules.pattern.isEmpty { lines.append("of the form \(rules.pattern)") }
        if rules.hasMinimum { lines.append("at least \(MoneyText.decimal(rules.minimum))") }
        if rules.hasMaximum { lines.append("at most \(MoneyText.decimal(rules.maximum))") }
        if rules.hasMaxDecimals { lines.append("at most \(rules.maxDecimals) decimals") }
        if !rules.currencies.isEmpty { lines.append("in \(rules.currencies.joined(separator: ", "))") }
        if !rules.firstDay.isEmpty { lines.append("from \(rules.firstDay)") }
        if !rules.lastDay.isEmpty { lines.append("to \(rules.lastDay)") }
        if rules.hasMinChoices { lines.append("at least \(rules.minChoices) choices") }
        if rules.hasMaxChoices { lines.append("at most \(rules.maxChoices) choices") }
        if !rules.schemes.isEmpty { lines.append("beginning with \(rules.schemes.joined(separator: ", "))") }
        return lines
    }
}
