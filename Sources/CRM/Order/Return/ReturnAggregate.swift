package import Schema

/// A return: goods of an order that came back, or a credit without an order.
///
/// registered → refunded.
package enum ReturnAggregate: Aggregate {
    package typealias State = ReturnState

    package static var kind: AggregateKind { .return }

    package static func evolve(_ state: inout ReturnState, _ event: StoredEvent) {
        switch event.payload {
        case .returnRegistered(let registered): state.apply(registered, event)
        case .returnLinesAdded(let added):
            // As with orders: lines of what a later correction has put aside are not the return's.
            guard event.position.rawValue > state.contentPosition, state.lines.count < state.lineCount else { return }
            state.lines.append(contentsOf: added.lines)
        case .returnCorrected(let corrected): state.apply(corrected, event)
        case .returnRefunded(let refunded):
            state.status = .refunded
            state.refunded = refunded.amount
        default: break
        }
    }
}

extension ReturnState {
    /// The order that came back; none for a free credit note.
    var order: StreamNumber { StreamNumber(orderNumber) }

    /// The customer; none where the return has none.
    var party: StreamNumber { StreamNumber(partyNumber) }

    fileprivate mutating func apply(_ registered: ReturnRegistered, _ event: StoredEvent) {
        if status == .unspecified { status = .registered }
        guard event.position.rawValue > contentPosition else { return }
        contentPosition = event.position.rawValue
        orderNumber = registered.orderNumber
        partyNumber = registered.partyNumber
        documentNumber = registered.documentNumber
        channel = registered.channel
        country = registered.country
        currency = registered.currency
        lines = registered.lines
        lineCount = registered.lineCount
        net = registered.net
        registeredAt = event.occurredAt.rawValue
        if registered.hasSourceVersion { sourceVersions.note(registered.sourceVersion) }
    }

    fileprivate mutating func apply(_ corrected: ReturnCorrected, _ event: StoredEvent) {
        if status == .unspecified { status = .registered }
        guard event.position.rawValue > contentPosition else { return }
        contentPosition = event.position.rawValue
        orderNumber = corrected.orderNumber
        partyNumber = corrected.partyNumber
        documentNumber = corrected.documentNumber
        channel = corrected.channel
        country = corrected.country
        currency = corrected.currency
        lines = corrected.lines
        lineCount = corrected.lineCount
        net = corrected.net
        if corrected.hasRegisteredAt { registeredAt = corrected.registeredAt }
        if corrected.hasSourceVersion { sourceVersions.note(corrected.sourceVersion) }
    }
}
