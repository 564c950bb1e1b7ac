internal import Analytics
internal import Schema
internal import SwiftProtobuf

/// One opportunity as it stands at an instant.
struct OpportunityStanding {
    let number: UInt64
    let row: PipelineOpportunityRow
    let history: OpportunityHistory
    let moment: OpportunityMoment
    let stage: PlacedStage
    /// Nil where it is open.
    let closedAt: Instant?
    /// Days in its stage, until it was closed or until then; nil where nobody knows since when.
    let daysInStage: UInt64?
    /// Amount × probability / 100 in minor units, rounded half to even; nil without an amount.
    let weighted: Int64?

    init(
        _ number: UInt64, _ row: PipelineOpportunityRow, _ history: OpportunityHistory, _ frame: PipelineFrame
    ) {
        self.number = number
        self.row = row
        self.history = history
        let moment = history.present
        self.moment = moment
        stage = frame.stages.stage(of: row.pipelineNumber, moment.stage)
        let closedAt = history.closedAt
        self.closedAt = closedAt
        daysInStage = history.stageSince.map { frame.calendar.wholeDays(from: $0, to: closedAt ?? frame.asOf) }
        weighted =
            moment.hasAmount
            ? Int64(
                clamping: Decimals.halfEven(
                    Int128(moment.amount.minorUnits) * Int128(moment.probability), dividedBy: 100))
            : nil
    }

    var isOpen: Bool { moment.status == .open }

    /// It is open, and longer in its stage than that allows.
    var isStalled: Bool {
        guard isOpen, stage.maxDays > 0, let daysInStage else { return false }
        return daysInStage > stage.maxDays
    }

    /// Days since it was opened, until it was closed or until then; nil where nobody knows when.
    func daysOpen(_ frame: PipelineFrame) -> UInt64? {
        history.openedAt.map { frame.calendar.wholeDays(from: $0, to: closedAt ?? frame.asOf) }
    }

    /// What lists show of it.
    func summary(_ frame: PipelineFrame) -> OpportunitySummary {
        var summary = OpportunitySummary()
        summary.number = number
        summary.id = Identifier(high: row.idHigh, low: row.idLow).description
        summary.status = moment.status
        summary.partyNumber = row.partyNumber
        if moment.hasOwner { summary.owner = moment.owner }
        summary.pipelineNumber = row.pipelineNumber
        summary.stage = stage.key
        summary.stageLabel = stage.label
        if let daysInStage { summary.daysInStage = daysInStage }
        if let days = daysOpen(frame) { summary.daysOpen = days }
        fillForecast(&summary)
        summary.hasNextStep_p = row.hasNextStep_p
        summary.nextStepDue = row.nextStepDue
        let activity = lastActivity(frame)
        summary.lastActivityAt = activity.timestamp
        summary.daysSinceActivity = frame.calendar.wholeDays(from: activity, to: frame.asOf)
        summary.stalled = isStalled
        if let openedAt = history.openedAt { summary.openedAt = openedAt.timestamp }
        if let closedAt { summary.closedAt = closedAt.timestamp }
        if moment.status == .lost { summary.lossReason = row.lossReason }
        summary.leadSource = row.leadSource
        summary.channel = row.channel
        summary.productNumbers = row.productNumbers
        return summary
    }

    private func fillForecast(_ summary: inout OpportunitySummary) {
        if moment.hasAmount { summary.amount = moment.amount }
        summary.probability = moment.probability
        summary.probabilityOverridden = moment.probabilityOverridden
        if let weighted { summary.weighted = weighted }
        summary.category = moment.category
        summary.closeDate = moment.closeDate
        summary.pushes = moment.pushes
    }

    /// Only the last event of all is kept; as of an earlier instant the last change of how it stood takes its place.
    private func lastActivity(_ frame: PipelineFrame) -> Instant {
        let last = Instant(microseconds: row.lastActivityAt)
        return last <= frame.asOf ? last : history.lastChange
    }
}

/// What every opportunity of one answer is read with.
struct PipelineFrame {
    let asOf: Instant
    let calendar: PipelineCalendar
    let stages: StageMap
}
