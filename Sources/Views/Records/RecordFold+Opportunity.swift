internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of an opportunity.
    func foldOpportunity(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if case .opportunityOpened(let opened) = event.payload { row.link(opened.external) }
        row.opportunity.apply(event)
        try foldLines(event, &row, &store)
        try foldStages(event, &row, &store)
    }

    // MARK: Lines

    private func foldLines(
        _ event: ViewEvent, _ row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .opportunityOpened(let opened):
            for line in opened.lines { try putLine(line, isNew: true, event, &row, &store) }
        case .lineAdded(let added):
            try putLine(added.line, isNew: !added.hasLineBefore, event, &row, &store)
        case .lineRemoved(let removed):
            let key = ItemKind.opportunityLine.key(of: event.header.stream, UInt64(removed.line.line))
            try store.delete(tables.items, key)
            row.setCount(.opportunityLine, max(0, row.count(.opportunityLine) - 1))
        default: break
        }
    }

    private func putLine(
        _ line: OpportunityLine, isNew: Bool, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try put(
            ItemRow(.opportunityLine(line)), .opportunityLine, UInt64(line.line), entries: isNew ? 1 : 0, of: event,
            &row, &store)
    }

    // MARK: Stages

    /// Keeps the stages that the opportunity was in: the first one as number 0, the next as 1, and so on.
    private func foldStages(
        _ event: ViewEvent, _ row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let instant = event.header.occurredAt
        switch event.payload {
        case .opportunityOpened(let opened):
            try enter(opened.stage, at: opened.openingUnknown ? nil : instant, event, &row, &store)
        case .stageAdvanced(let moved): try move(to: moved.to, at: instant, event, &row, &store)
        case .stageRegressed(let moved): try move(to: moved.to, at: instant, event, &row, &store)
        case .opportunityWon(let won): try move(to: won.turn.stage, at: instant, event, &row, &store)
        case .opportunityLost(let lost): try move(to: lost.turn.stage, at: instant, event, &row, &store)
        case .opportunityReopened(let reopened): try move(to: reopened.turn.stage, at: instant, event, &row, &store)
        case .opportunityAbandoned: try changeVisit(-1, event, row, &store) { $0.to = instant.timestamp }
        case .opportunityCorrected(let corrected): try correct(corrected, event, row, &store)
        default: break
        }
    }

    private func enter(
        _ stage: String, at instant: Instant?, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var visit = StageVisit()
        visit.stage = stage
        if let instant { visit.from = instant.timestamp }
        let number = UInt64(row.count(.stageVisit))
        try put(ItemRow(.stageVisit(visit)), .stageVisit, number, of: event, &row, &store)
    }

    private func move(
        to stage: String, at instant: Instant, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        try changeVisit(-1, event, row, &store) { visit in
            // An abandoned one left its stage when it was abandoned.
            if !visit.hasTo { visit.to = instant.timestamp }
        }
        try enter(stage, at: instant, event, &row, &store)
    }

    private func correct(
        _ corrected: OpportunityCorrected, _ event: ViewEvent, _ row: DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if corrected.hasOpenedAt {
            let openedAt = Instant(microseconds: corrected.openedAt).timestamp
            try changeVisit(0, event, row, &store) { $0.from = openedAt }
        }
        guard corrected.hasClosedAt else { return }
        let closedAt = Instant(microseconds: corrected.closedAt).timestamp
        guard corrected.status != .abandoned else {
            return try changeVisit(-1, event, row, &store) { $0.to = closedAt }
        }
        try changeVisit(-1, event, row, &store) { $0.from = closedAt }
        try changeVisit(-2, event, row, &store) { $0.to = closedAt }
    }

    /// Changes a stay in a stage.
    ///
    /// - Parameter place: 0 for the first, −1 for the last, −2 for the one before it.
    private func changeVisit(
        _ place: Int, _ event: ViewEvent, _ row: DirectoryRow, _ store: inout some ProjectionStore & ~Copyable,
        _ change: (inout StageVisit) -> Void
    ) throws(ViewError) {
        let number = place < 0 ? row.count(.stageVisit) + place : place
        guard number >= 0 else { return }
        let key = ItemKind.stageVisit.key(of: event.header.stream, UInt64(number))
        guard let item = try store.row(ItemRow.self, tables.items, key), case .stageVisit(var visit)? = item.item else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) belongs to a stage that is not recorded.")
        }
        change(&visit)
        try store.put(tables.items, key, ItemRow(.stageVisit(visit)))
    }
}
