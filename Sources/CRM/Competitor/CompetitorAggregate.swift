internal import FoundationEssentials
package import Schema
internal import SwiftProtobuf

/// A company that sells against us: what it is, what it does, and in what it is strong and weak.
///
/// known → retired → known.
package enum CompetitorAggregate: Aggregate {
    package typealias State = CompetitorState

    package static var kind: AggregateKind { .competitor }

    package static func evolve(_ state: inout CompetitorState, _ event: StoredEvent) {
        switch event.payload {
        case .competitorRecorded(let recorded): state.detail = recorded.detail
        case .competitorChanged(let changed): state.detail = changed.detail
        case .competitorRetired: state.retired = true
        case .competitorRestored: state.retired = false
        case .competitorMoved(let moved):
            state.moves[event.position.rawValue] = Data(MoveContent(moved).digest)
        case .competitorMoveWithdrawn(let withdrawn): state.moves[withdrawn.movePosition] = Data()
        case .strengthWeaknessSet(let set): state.set(set)
        default: break
        }
    }
}

extension CompetitorState {
    fileprivate mutating func set(_ set: StrengthWeaknessSet) {
        guard !set.strengths.isEmpty || !set.weaknesses.isEmpty else {
            strengthsAndWeaknesses[set.productNumber] = nil
            return
        }
        var kept = set
        kept.reason = ""
        kept.clearSource()
        strengthsAndWeaknesses[set.productNumber] = kept
    }

    /// - Throws: COMPETITOR_RETIRED, except for history.
    func requireInUse(_ context: DecisionContext) throws(Refusal) {
        guard retired, !context.historic else { return }
        throw Refusal(.competitorRetired, "The competitor is retired. Restore it first.", field: "competitor")
    }
}

/// A part of the trade of which the size is known: what all suppliers together sell.
///
/// known → retired → known.
package enum MarketAggregate: Aggregate {
    package typealias State = MarketState

    package static var kind: AggregateKind { .market }

    package static func evolve(_ state: inout MarketState, _ event: StoredEvent) {
        switch event.payload {
        case .marketDefined(let defined): state.detail = defined.detail
        case .marketChanged(let changed): state.detail = changed.detail
        case .marketRetired: state.retired = true
        case .marketRestored: state.retired = false
        case .marketSizeRecorded(let recorded):
            if let place = state.place(of: recorded.size) {
                state.sizes[place] = recorded.size
            } else {
                state.sizes.append(recorded.size)
            }
        case .marketSizeWithdrawn(let withdrawn):
            var key = MarketSize()
            key.period = withdrawn.period
            key.value.currency = withdrawn.currency
            key.origin = withdrawn.origin
            if let place = state.place(of: key) { state.sizes.remove(at: place) }
        default: break
        }
    }
}

extension MarketState {
    /// The place of the size of the same period, currency and origin; nil where there is none.
    func place(of size: MarketSize) -> Int? { sizes.firstIndex { $0.hasSameKey(as: size) } }

    /// - Throws: MARKET_RETIRED, except for history.
    func requireInUse(_ context: DecisionContext, field: String) throws(Refusal) {
        guard retired, !context.historic else { return }
        throw Refusal(.marketRetired, "The market is retired. Restore it first.", field: field)
    }
}

extension MarketSize {
    /// Whether both are of the same period, currency and origin, and so only one of them can hold.
    package func hasSameKey(as other: MarketSize) -> Bool {
        period == other.period && value.currency == other.value.currency
            && origin.utf8.elementsEqual(other.origin.utf8)
    }
}

/// What events of competitors and markets do to the index.
package enum CompetitorEffects {
    /// The effects of an event's open payload.
    ///
    /// - Parameter stream: the event's.
    package static func effects(of event: EventPayload.OneOf_Event, stream: StreamNumber) -> [IndexEffect] {
        switch event {
        case .competitorRecorded(let recorded):
            return recorded.external.map { .link(.competitor, $0) }
                + [.claim(.competitorName(recorded.detail.name), number(stream))]
        case .competitorChanged(let changed) where !changed.nameBefore.isEmpty:
            return [
                .claim(.competitorName(changed.nameBefore), -number(stream)),
                .claim(.competitorName(changed.detail.name), number(stream)),
            ]
        case .marketDefined(let defined):
            return defined.external.map { .link(.market, $0) }
                + [.claim(.marketName(defined.detail.name), number(stream))]
        case .marketChanged(let changed) where !changed.nameBefore.isEmpty:
            return [
                .claim(.marketName(changed.nameBefore), -number(stream)),
                .claim(.marketName(changed.detail.name), number(stream)),
            ]
        default: return []
        }
    }

    private static func number(_ stream: StreamNumber) -> Int64 { Int64(clamping: stream.rawValue) }
}
