internal import Schema
internal import SwiftProtobuf

/// Limits of opportunities. Lengths are bytes of UTF-8.
enum OpportunityLimits {
    static let lines = 200
    static let competitors = 50
    static let buyingRoles = 50
    static let nameBytes = 256
    static let textBytes = 1_024
    static let wordBytes = 64
    /// How far ahead of the clock an instant may lie that a command names: as far as its own.
    static let greatestLead: Int64 = 5 * 60 * 1_000_000
}

/// Checks of form that the commands about opportunities share.
enum OpportunityForm {
    /// An amount of money, not below zero.
    ///
    /// - Throws: CURRENCY_MISMATCH, AMOUNT_INVALID.
    static func check(_ amount: Money, _ path: String) throws(Refusal) {
        guard CurrencyCode.isKnown(amount.currency) else {
            throw Refusal(
                .currencyMismatch, "The amount's currency is not a code of ISO 4217, for example EUR.",
                field: path + ".currency")
        }
        guard amount.minorUnits >= 0 else {
            throw Refusal(.amountInvalid, "The amount is below zero.", field: path + ".minor_units")
        }
    }

    /// A currency's code; empty is fine.
    ///
    /// - Throws: CURRENCY_MISMATCH.
    static func check(currency: String, _ path: String) throws(Refusal) {
        guard currency.isEmpty || CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.", field: path)
        }
    }

    /// Name and description.
    ///
    /// - Throws: LIMIT_EXCEEDED.
    static func check(_ personal: OpportunityPersonal, _ path: String) throws(Refusal) {
        try FormCheck.text(personal.name, path + ".name", maximum: OpportunityLimits.nameBytes)
        try FormCheck.text(personal.description_p, path + ".description", maximum: OpportunityLimits.textBytes)
    }

    /// The number of percent of a probability.
    ///
    /// - Throws: PROBABILITY_RANGE.
    static func check(probability: UInt32, _ path: String) throws(Refusal) {
        guard probability <= PipelineLimits.probability else {
            throw Refusal(.probabilityRange, "A probability is 0 to 100 percent.", field: path)
        }
    }

    /// Refuses a field that a command both sends and empties.
    ///
    /// - Parameter sent: names of the fields that the command sends.
    /// - Throws: SCHEMA_INVALID.
    static func check(_ clear: [String], known: Set<String>, sent: [String: Bool]) throws(Refusal) {
        try FormCheck.clear(clear, known: known)
        for (index, name) in clear.enumerated() where sent[name] ?? false {
            throw Refusal(
                .schemaInvalid, "The command both sends \(name) and empties it. Do one of the two.",
                field: "clear[\(index)]")
        }
    }
}

extension OpenOpportunity {
    /// Checks everything that can be refused without knowing the log.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED, CURRENCY_MISMATCH, AMOUNT_INVALID.
    func checkForm(prefix: String) throws(Refusal) {
        try TradeForm.checkExternal(external, prefix: prefix)
        if hasPipeline { try FormCheck.reference(pipeline, prefix + "pipeline") }
        if hasParty { try FormCheck.reference(party, prefix + "party") }
        if hasPartner { try FormCheck.reference(partner, prefix + "partner") }
        if hasOwner { try owner.check(prefix + "owner") }
        try FormCheck.text(stage, prefix + "stage", maximum: PipelineLimits.keyBytes)
        try OpportunityForm.check(personal, prefix + "personal")
        try FormCheck.text(channel, prefix + "channel", maximum: OpportunityLimits.wordBytes)
        try FormCheck.text(leadSource, prefix + "lead_source", maximum: OpportunityLimits.wordBytes)
        try DayForm.check(closeDate, prefix + "close_date")
        try checkValues(prefix: prefix)
        try FormCheck.count(competitors.count, prefix + "competitors", maximum: OpportunityLimits.competitors)
        for (index, competitor) in competitors.enumerated() {
            try FormCheck.reference(competitor, "\(prefix)competitors[\(index)]")
        }
        try checkEnd(prefix: prefix)
    }

    private func checkValues(prefix: String) throws(Refusal) {
        if hasAmount { try OpportunityForm.check(amount, prefix + "amount") }
        try OpportunityForm.check(currency: currency, prefix + "currency")
        guard currency.isEmpty || !hasAmount || currency == amount.currency else {
            throw Refusal(
                .currencyMismatch, "Amount and lines are in two currencies. Send one.", field: prefix + "currency")
        }
        guard !lines.isEmpty else { return }
        try FormCheck.count(lines.count, prefix + "lines", maximum: OpportunityLimits.lines)
        try TradeForm.checkNumbers(lines, prefix: prefix)
        for (index, line) in lines.enumerated() { try line.checkForm("\(prefix)lines[\(index)]") }
    }

    /// That what is said of an end fits to how the opportunity stands.
    private func checkEnd(prefix: String) throws(Refusal) {
        try FormCheck.choice(reached, prefix + "reached", required: false)
        try FormCheck.text(lossReason, prefix + "loss_reason", maximum: PipelineLimits.keyBytes)
        try FormCheck.text(closing.notes, prefix + "closing.notes", maximum: OpportunityLimits.textBytes)
        guard hasClosedAt == isOver else {
            throw Refusal(
                .schemaInvalid,
                isOver
                    ? "Say when the opportunity was closed." : "The opportunity is open. Leave closed_at out.",
                field: prefix + "closed_at")
        }
        if hasClosedAt { _ = try Instant.required(closedAt, prefix + "closed_at") }
        guard lossReason.isEmpty || reached == .lost else {
            throw Refusal(
                .schemaInvalid, "Only what is lost has a reason of the loss.", field: prefix + "loss_reason")
        }
        guard closing.notes.isEmpty || reached == .won || reached == .lost else {
            throw Refusal(
                .schemaInvalid, "Only what is won or lost has notes about it. Send a reason with the command instead.",
                field: prefix + "closing")
        }
    }

    /// Whether the opportunity is said to be closed.
    var isOver: Bool { reached == .won || reached == .lost || reached == .abandoned }

    /// Shows every reference.
    mutating func visit(_ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void) throws(Refusal) {
        if hasPipeline { try visit(&pipeline, .pipeline) }
        if hasParty { try visit(&party, .party) }
        if hasPartner { try visit(&partner, .party) }
        if hasOwner { try owner.visit(visit) }
        for index in lines.indices where lines[index].hasProduct { try visit(&lines[index].product, .product) }
        for index in competitors.indices { try visit(&competitors[index], .competitor) }
    }
}

extension Instant {
    /// The instant that a command names.
    ///
    /// - Throws: SCHEMA_INVALID.
    static func required(_ timestamp: Google_Protobuf_Timestamp, _ field: String) throws(Refusal) -> Instant {
        guard let instant = Instant(timestamp) else {
            throw Refusal(.schemaInvalid, "\(field) is no instant of the years 1 to 9999.", field: field)
        }
        return instant
    }
}
