internal import Analytics
package import Schema
internal import SwiftProtobuf

extension Pipeline {
    /// The figures of the pipeline as of an instant. The time it takes grows with the number of opportunities.
    ///
    /// - Parameters:
    ///   - request: its filter, `as_of` and `at_least` are not looked at.
    ///   - conditions: which opportunities count.
    ///   - asOf: what occurred later does not count.
    /// - Throws: `ViewError` with `requestInvalid` where the request is at fault, with `rowDamaged`, or what the reader
    ///   throws.
    package static func summary(
        _ request: PipelineRequest, of conditions: OpportunityConditions, asOf: Instant,
        in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> PipelineSummary {
        let question = try PipelineQuestion(request)
        let reading = try PipelineReading(
            rows, pipeline: conditions.pipeline?.rawValue, asOf: asOf, in: reader)
        var figures = SummaryInProgress(question, reading.frame)
        try reading.each(conditions, in: reader) { standing throws(ViewError) in
            figures.add(standing)
            return .next
        }
        return figures.summary
    }
}

/// Hands every opportunity to the figures that it counts in.
private struct SummaryInProgress {
    let question: PipelineQuestion
    let frame: PipelineFrame
    private var outcomes = OutcomeTally()
    private var stages: StageTally
    private var forecast: ForecastTally
    private var won = CycleTally()
    private var lost = CycleTally()
    private var conversions: ConversionTally
    private var groups: [GroupTally]
    private var ageing = AgeingTally()
    private var pushes = PushTally()
    private var velocity = VelocityTally()
    private var openDays: OpenDayTally

    init(_ question: PipelineQuestion, _ frame: PipelineFrame) {
        self.question = question
        self.frame = frame
        stages = StageTally(frame.stages)
        forecast = ForecastTally(question.forecastPeriod)
        conversions = ConversionTally(frame.stages)
        groups = question.dimensions.map { GroupTally($0) }
        openDays = OpenDayTally(question.openOn, frame.calendar)
    }

    mutating func add(_ standing: OpportunityStanding) {
        let closedOn = standing.closedAt.map { frame.calendar.day(of: $0) }
        forecast.add(standing, closedOn: closedOn)
        openDays.add(standing)
        if isInCohort(standing) { conversions.add(standing, frame.stages) }
        if standing.isOpen {
            stages.add(standing)
            ageing.add(standing, frame)
            pushes.add(standing)
        } else if let closedOn, !question.closed.contains(closedOn) {
            return
        }
        outcomes.add(standing)
        velocity.add(standing, frame.calendar)
        for index in groups.indices { groups[index].add(standing, closedOn: closedOn) }
        if standing.moment.status == .won { won.add(standing, frame.calendar) }
        if standing.moment.status == .lost { lost.add(standing, frame.calendar) }
    }

    private func isInCohort(_ standing: OpportunityStanding) -> Bool {
        if question.opened.isOpen { return true }
        guard let openedAt = standing.history.openedAt else { return false }
        return question.opened.contains(frame.calendar.day(of: openedAt))
    }

    var summary: PipelineSummary {
        var summary = PipelineSummary()
        summary.asOf = frame.asOf.timestamp
        summary.zone = frame.calendar.zone
        summary.outcomes = outcomes.figures
        summary.stages = stages.figures
        summary.forecast = forecast.figures
        summary.cycles = [won.figures(.won), lost.figures(.lost)]
        summary.conversions = conversions.figures
        summary.groups = groups.flatMap(\.figures)
        summary.ageing = ageing.figures
        summary.ageUnknown = ageing.unknown
        summary.pushRate = pushes.rate
        summary.pushes = pushes.pushes
        summary.velocity = velocity.figures(outcomes)
        summary.openOn = openDays.figures
        summary.definitions = PipelineDefinitions.summary
        return summary
    }
}
