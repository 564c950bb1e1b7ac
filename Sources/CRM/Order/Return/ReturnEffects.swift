package import Schema

/// What events of a return do to the index.
package enum ReturnEffects {
    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event) -> [IndexEffect] {
        switch event {
        case .returnRegistered(let registered):
            var effects = registered.external.map { IndexEffect.link(.return, $0) }
            if !registered.documentNumber.isEmpty {
                effects.append(.claim(.returnDocument(registered.documentNumber), 1))
            }
            return effects + returned(registered.lines, of: registered.orderNumber, sign: 1)
        case .returnLinesAdded(let added):
            return returned(added.linesBefore, of: added.orderNumberBefore, sign: -1)
                + returned(added.lines, of: added.orderNumber, sign: 1)
        case .returnCorrected(let corrected):
            return documents(of: corrected)
                + returned(corrected.linesBefore, of: corrected.orderNumberBefore, sign: -1)
                + returned(corrected.lines, of: corrected.orderNumber, sign: 1)
        default: return []
        }
    }

    private static func documents(of corrected: ReturnCorrected) -> [IndexEffect] {
        guard corrected.documentNumberChanged else { return [] }
        var effects: [IndexEffect] = []
        if !corrected.documentNumberBefore.isEmpty {
            effects.append(.claim(.returnDocument(corrected.documentNumberBefore), -1))
        }
        if !corrected.documentNumber.isEmpty {
            effects.append(.claim(.returnDocument(corrected.documentNumber), 1))
        }
        return effects
    }

    private static func returned(_ lines: [ReturnLine], of order: UInt64, sign: Int64) -> [IndexEffect] {
        guard order != 0 else { return [] }
        return lines.compactMap { line in
            guard line.orderLine != 0, let quantity = Amounts.millionths(of: line.quantity) else { return nil }
            return .claim(.returned(order: StreamNumber(order), line: line.orderLine), sign * quantity)
        }
    }
}
