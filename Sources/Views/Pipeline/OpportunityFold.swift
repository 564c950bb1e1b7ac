internal import Schema
internal import SwiftProtobuf

/// Folds opportunities: one read and one write of a row for each event.
struct OpportunityFold {
    let tables: PipelineTables

    init(_ tables: PipelineTables) { self.tables = tables }

    /// The party of an opportunity before and after an event; `none` where it has none.
    struct PartyChange: Hashable {
        var before: StreamNumber
        var after: StreamNumber
    }

    /// Folds an event of an opportunity.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where the opportunity was never opened, or what the store throws.
    func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) -> PartyChange {
        let number = event.header.stream
        if case .opportunityOpened(let opened) = event.payload {
            let row = try PipelineOpportunityRow(opened, event)
            try store.put(tables.opportunities, .key(number.rawValue), row)
            return PartyChange(before: .none, after: StreamNumber(row.partyNumber))
        }
        guard
            var row = try store.row(PipelineOpportunityRow.self, tables.opportunities, .key(number.rawValue)),
            let last = row.moments.last
        else {
            throw ViewError(
                .eventUnfit, "The event at \(event.header.position) belongs to an opportunity not yet opened.")
        }
        let before = StreamNumber(row.partyNumber)
        row.lastActivityAt = event.header.occurredAt.rawValue
        row.fold(event)
        let log = MomentLog(tables, number)
        if case .opportunityCorrected(let corrected) = event.payload {
            try log.correct(corrected, in: &row, &store)
        } else {
            var moment = last
            moment.fold(event)
            try log.note(moment, from: event.header.occurredAt, in: &row, &store)
        }
        try store.put(tables.opportunities, .key(number.rawValue), row)
        return PartyChange(before: before, after: StreamNumber(row.partyNumber))
    }
}

extension PipelineOpportunityRow {
    fileprivate init(_ opened: OpportunityOpened, _ event: ViewEvent) throws(ViewError) {
        guard let id = event.streamID else {
            throw ViewError(.eventUnfit, "The event at \(event.header.position) belongs to a stream that has begun.")
        }
        self.init()
        idHigh = id.high
        idLow = id.low
        set(opened.head)
        pipelineNumber = opened.pipelineNumber
        competitorNumbers = Set(opened.competitorNumbers).sorted()
        set(opened.lines)
        let occurredAt = event.header.occurredAt.rawValue
        lastActivityAt = occurredAt
        var moment = OpportunityMoment()
        moment.from = occurredAt
        moment.status = .open
        moment.stage = opened.stage
        moment.probability = opened.probability
        moment.category = opened.category
        if opened.hasAmount { moment.amount = opened.amount }
        moment.closeDate = opened.closeDate
        if opened.hasOwner { moment.owner = opened.owner }
        if !opened.openingUnknown {
            openedAt = occurredAt
            moment.stageSince = occurredAt
        }
        moments = [moment]
    }

    /// Takes over what holds for the opportunity as a whole, whenever it is looked at.
    fileprivate mutating func fold(_ event: ViewEvent) {
        switch event.payload {
        case .opportunityChanged(let changed): set(changed.head)
        case .lineAdded(let added): set(lines.filter { $0.line != added.line.line } + [.init(added.line)])
        case .lineRemoved(let removed): set(lines.filter { $0.line != removed.line.line })
        case .competitorAdded(let added):
            competitorNumbers = Set(competitorNumbers + [added.competitorNumber]).sorted()
        case .competitorRemoved(let removed): competitorNumbers.removeAll { $0 == removed.competitorNumber }
        case .nextStepSet(let step):
            hasNextStep_p = !step.cleared
            nextStepDue = step.dueDate
        case .opportunityLost(let lost):
            lossReason = lost.lossReason
            lostToNumber = lost.competitorNumber
        case .opportunityCorrected(let corrected): set(corrected)
        default: break
        }
    }

    private mutating func set(_ head: OpportunityHead) {
        partyNumber = head.partyNumber
        partnerNumber = head.partnerNumber
        channel = head.channel
        leadSource = head.leadSource
    }

    private mutating func set(_ corrected: OpportunityCorrected) {
        if corrected.hasOpenedAt { openedAt = corrected.openedAt }
        if corrected.hasLossReason { lossReason = corrected.lossReason }
        if corrected.hasCompetitorNumber { lostToNumber = corrected.competitorNumber }
    }

    private mutating func set(_ lines: [OpportunityLine]) { set(lines.map(OpportunityLineProduct.init)) }

    private mutating func set(_ lines: [OpportunityLineProduct]) {
        self.lines = lines.sorted { $0.line < $1.line }
        productNumbers = Set(lines.lazy.map(\.productNumber)).subtracting([0]).sorted()
    }
}

extension PipelineOpportunityRow {
    /// The competitors of the opportunity and, where it is lost, the one that it was lost to; each once.
    var allCompetitorNumbers: [UInt64] {
        guard lostToNumber != 0, moments.last?.status == .lost, !competitorNumbers.contains(lostToNumber) else {
            return competitorNumbers
        }
        return competitorNumbers + [lostToNumber]
    }
}

extension OpportunityLineProduct {
    fileprivate init(_ input: OpportunityLine) {
        self.init()
        line = input.line
        productNumber = input.productNumber
    }
}
