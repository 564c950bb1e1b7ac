internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a competitor.
    func foldCompetitor(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .competitorRecorded(let recorded):
            row.competitor.detail = recorded.detail
            row.link(recorded.external)
        case .competitorChanged(let changed): row.competitor.detail = changed.detail
        case .competitorRetired: row.competitor.retired = true
        case .competitorRestored: row.competitor.retired = false
        case .strengthWeaknessSet(let set): row.competitor.set(set, at: event.header.occurredAt)
        case .competitorMoved(let moved):
            var move = CompetitorMoveRecord()
            move.position = event.header.position.rawValue
            move.move = moved.move
            move.productNumber = moved.productNumber
            move.marketNumber = moved.marketNumber
            try put(ItemRow(.competitorMove(move)), .competitorMove, move.position, of: event, &row, &store)
        case .competitorMoveWithdrawn(let withdrawn):
            try remove(.competitorMove, withdrawn.movePosition, of: event, &row, &store)
        default: break
        }
    }

    /// Folds an event of a market.
    func foldMarket(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .marketDefined(let defined):
            row.market.detail = defined.detail
            row.link(defined.external)
        case .marketChanged(let changed): row.market.detail = changed.detail
        case .marketRetired: row.market.retired = true
        case .marketRestored: row.market.retired = false
        case .marketSizeRecorded(let recorded):
            let number = Self.number(recorded.size.period, recorded.size.value.currency, recorded.size.origin)
            var size = MarketSizeRecord()
            size.size = recorded.size
            size.position = event.header.position.rawValue
            size.occurredAt = event.header.occurredAt.timestamp
            let key = ItemKind.marketSize.key(of: event.header.stream, number)
            let isNew = try store.get(tables.items, key) == nil
            try put(
                ItemRow(.marketSize(size)), .marketSize, number, entries: isNew ? 1 : 0, of: event, &row, &store)
        case .marketSizeWithdrawn(let withdrawn):
            let number = Self.number(withdrawn.period, withdrawn.currency, withdrawn.origin)
            try remove(.marketSize, number, of: event, &row, &store)
        default: break
        }
    }

    /// The number of a size's item: a hash (FNV-1a) of what identifies it in its market, since it has no number of its
    /// own. Of the thousand sizes that a market can have no two meet in it but by a chance of one in 10¹³.
    private static func number(_ period: DayRange, _ currency: String, _ origin: String) -> UInt64 {
        let parts = [period.firstDay, period.lastDay, currency, origin]
        return parts.joined(separator: "\u{0}").utf8.reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
    }

    /// Takes an entry out of a list.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the list has no such entry.
    private func remove(
        _ kind: ItemKind, _ number: UInt64, of event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = kind.key(of: event.header.stream, number)
        guard try store.get(tables.items, key) != nil else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) takes back an entry that its record does not have.")
        }
        try store.delete(tables.items, key)
        row.setCount(kind, row.count(kind) - 1)
    }
}

extension CompetitorRecord {
    fileprivate mutating func set(_ set: StrengthWeaknessSet, at instant: Instant) {
        strengthsAndWeaknesses.removeAll { $0.productNumber == set.productNumber }
        guard !set.strengths.isEmpty || !set.weaknesses.isEmpty else { return }
        var entry = StrengthWeaknessRecord()
        entry.productNumber = set.productNumber
        entry.strengths = set.strengths
        entry.weaknesses = set.weaknesses
        entry.occurredAt = instant.timestamp
        let place = strengthsAndWeaknesses.firstIndex { $0.productNumber > set.productNumber }
        strengthsAndWeaknesses.insert(entry, at: place ?? strengthsAndWeaknesses.endIndex)
    }

    /// Adds a move in its place: newest first by when they happened.
    mutating func insert(_ move: CompetitorMoveRecord) {
        let place = moves.firstIndex { other in
            let (left, right) = (other.move.happenedAt, move.move.happenedAt)
            return (left.seconds, left.nanos, other.position) < (right.seconds, right.nanos, move.position)
        }
        moves.insert(move, at: place ?? moves.endIndex)
    }
}

extension MarketRecord {
    /// Adds a size in its place: newest period first.
    mutating func insert(_ size: MarketSizeRecord) {
        let place = sizes.firstIndex { other in
            let (left, right) = (other.size.period, size.size.period)
            return (left.firstDay, left.lastDay, other.position) < (right.firstDay, right.lastDay, size.position)
        }
        sizes.insert(size, at: place ?? sizes.endIndex)
    }
}
