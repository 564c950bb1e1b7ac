package import Schema

/// An order: what a customer bought, and how far it has come.
///
/// placed → confirmed → completed; placed or confirmed → cancelled.
package enum OrderAggregate: Aggregate {
    package typealias State = OrderState

    package static var kind: AggregateKind { .order }

    package static func evolve(_ state: inout OrderState, _ event: StoredEvent) {
        switch event.payload {
        case .orderPlaced(let placed): state.apply(placed, event)
        case .orderLinesAdded(let added):
            // Lines of a placement or correction that a later correction has put aside are not the order's.
            guard event.position.rawValue > state.contentPosition, state.lines.count < state.lineCount else { return }
            state.lines.append(contentsOf: added.lines)
        case .orderCorrected(let corrected): state.apply(corrected, event)
        case .orderConfirmed(let confirmed):
            state.status = .confirmed
            if confirmed.hasSourceVersion { state.sourceVersions.note(confirmed.sourceVersion) }
            state.confirmedAt = event.occurredAt.rawValue
        case .orderCancelled: state.status = .cancelled
        case .lineFulfilled(let fulfilled): state.apply(fulfilled)
        case .orderCompleted(let completed):
            state.status = .completed
            if completed.hasSourceVersion { state.sourceVersions.note(completed.sourceVersion) }
            state.completedAt = event.occurredAt.rawValue
        default: break
        }
    }
}

extension OrderState {
    /// The order's customer; none where it has none.
    var party: StreamNumber { StreamNumber(partyNumber) }

    /// Whether the order counts among the confirmed orders of its customer.
    var isConfirmed: Bool { status == .confirmed || status == .completed }

    /// What was fulfilled of a line, in millionths of a unit.
    func fulfilled(ofLine number: UInt32) -> Int64 {
        fulfilled.place(ofLine: number).map { fulfilled[$0].quantity } ?? 0
    }

    // A correction can be valid before the placement that it corrects; as-of folds then meet it first. So what
    // was recorded last wins, in whichever order the events come.

    fileprivate mutating func apply(_ placed: OrderPlaced, _ event: StoredEvent) {
        if status == .unspecified { status = .placed }
        guard event.position.rawValue > contentPosition else { return }
        contentPosition = event.position.rawValue
        partyNumber = placed.partyNumber
        documentNumber = placed.documentNumber
        channel = placed.channel
        country = placed.country
        currency = placed.currency
        lines = placed.lines
        lineCount = placed.lineCount
        net = placed.net
        placedAt = event.occurredAt.rawValue
        if placed.hasSourceVersion { sourceVersions.note(placed.sourceVersion) }
        if placed.personalPart { personal = event.sealed() }
    }

    fileprivate mutating func apply(_ corrected: OrderCorrected, _ event: StoredEvent) {
        if status == .unspecified { status = .placed }
        guard event.position.rawValue > contentPosition else { return }
        contentPosition = event.position.rawValue
        partyNumber = corrected.partyNumber
        documentNumber = corrected.documentNumber
        channel = corrected.channel
        country = corrected.country
        currency = corrected.currency
        lines = corrected.lines
        lineCount = corrected.lineCount
        net = corrected.net
        if corrected.hasPlacedAt { placedAt = corrected.placedAt }
        if corrected.hasSourceVersion { sourceVersions.note(corrected.sourceVersion) }
        if corrected.personalPart {
            personal = event.sealed()
        } else if corrected.partyChanged {
            clearPersonal()
        }
    }

    fileprivate mutating func apply(_ fulfilment: LineFulfilled) {
        guard let quantity = Amounts.millionths(of: fulfilment.quantity) else { return }
        if let place = fulfilled.place(ofLine: fulfilment.line) {
            // A sum that does not fit was refused; an older version's is held at the limit.
            fulfilled[place].quantity = Amounts.clampedSum(fulfilled[place].quantity, quantity)
        } else {
            var line = FulfilledLine()
            line.line = fulfilment.line
            line.quantity = quantity
            let place = fulfilled.firstIndex { $0.line > fulfilment.line } ?? fulfilled.endIndex
            fulfilled.insert(line, at: place)
        }
    }
}

extension FulfilledLine: NumberedLine {}
