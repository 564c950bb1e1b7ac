internal import Schema

extension OpportunityDraft {
    /// Adds a line to an open opportunity, or puts it in the place of the one with its number; nothing where it is
    /// there.
    ///
    /// - Parameters:
    ///   - currency: of the line.
    ///   - field: path of the line, for refusals.
    /// - Throws: ILLEGAL_TRANSITION, CURRENCY_MISMATCH, LIMIT_EXCEEDED, AMOUNT_INVALID.
    mutating func put(_ line: OpportunityLine, currency: String, field: String) throws(Refusal) {
        try requireOpen()
        let place = state.lines.place(ofLine: line.line)
        if let place, state.lines[place].isSame(as: line), currency == state.currency { return }
        guard state.currency.isEmpty || currency == state.currency else {
            throw Refusal(
                .currencyMismatch, "The opportunity is in \(state.currency). Use that currency.",
                field: prefix + "currency"
            )
        }
        try FormCheck.count(
            state.lines.count + (place == nil ? 1 : 0), field, maximum: OpportunityLimits.lines)
        var added = LineAdded()
        added.line = line
        if let place { added.lineBefore = state.lines[place] }
        if state.hasAmount { added.amountBefore = state.amount }
        added.currency = currency
        if state.amountFromLines || !state.hasAmount {
            var lines = state.lines.filter { $0.line != line.line }
            lines.append(line)
            var sum: Int64 = 0
            for line in lines { try Amounts.add(line.net, to: &sum, field: field) }
            added.amount = Money(sum, currency)
        } else {
            added.amount = state.amount
        }
        if let sourceVersion { added.sourceVersion = sourceVersion }
        append(.lineAdded(added))
    }

    /// Removes a line of an open opportunity.
    ///
    /// - Throws: ILLEGAL_TRANSITION, AMOUNT_INVALID.
    mutating func remove(lineAt place: Int) throws(Refusal) {
        try requireOpen()
        var removed = LineRemoved()
        removed.line = state.lines[place]
        if state.hasAmount { removed.amountBefore = state.amount }
        if state.amountFromLines {
            var rest = state
            rest.lines.remove(at: place)
            if let sum = try rest.sumOfLines(field: prefix + "line") { removed.amount = Money(sum, state.currency) }
        } else if state.hasAmount {
            removed.amount = state.amount
        }
        if let sourceVersion { removed.sourceVersion = sourceVersion }
        append(.lineRemoved(removed))
    }

    /// Makes the lines of an open opportunity these; each that differs is an event.
    ///
    /// - Throws: what adding and removing a line throws.
    mutating func replaceLines(by lines: [OpportunityLine], currency: String) throws(Refusal) {
        if !lines.isEmpty { try requireCurrencyOfLines(currency, field: prefix + "currency") }
        while let place = state.lines.firstIndex(where: { old in !lines.contains { $0.line == old.line } }) {
            try remove(lineAt: place)
        }
        for (index, line) in lines.enumerated() {
            try put(line, currency: currency, field: prefix + "lines[\(index)]")
        }
    }
}

extension OpportunityLine: NumberedLine {
    /// Whether both lines say the same.
    func isSame(as other: OpportunityLine) -> Bool {
        line == other.line && productNumber == other.productNumber && net == other.net
            && Amounts.isSame(quantity, other.quantity)
            && Amounts.isSame(hasUnitPrice ? unitPrice : nil, other.hasUnitPrice ? other.unitPrice : nil)
    }
}

extension OpportunityLineInput: NumberedLine {}
