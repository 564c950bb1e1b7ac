internal import Schema
internal import SwiftProtobuf

/// The figures of the service for a person.
struct ServiceText {
    var response: ServiceFiguresResponse
    var names = NameBook()
    var times: ZonedTimeText
    var layout = TextLayout.unlimited
    /// Whether every figure is explained.
    var definitions = false

    var lines: [String] {
        let total = response.total
        var blocks = [head(total), backlog(total.backlog), durations(total), attainment(total), backlogOn]
        blocks += groups
        if definitions { blocks.append(DefinitionText.lines(response.definitions)) }
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    // MARK: All together

    private func head(_ total: ServiceFigures) -> [String] {
        var fields = FieldList()
        fields.add("as of", "\(times.minute(response.asOf)); days are those of \(response.zone)")
        fields.add("period", "\(response.from.isEmpty ? "up to " : "\(response.from) to ")\(response.to)")
        let flow = total.flow
        let reopened = flow.reopenedAfterResolved + flow.reopenedAfterClosed
        fields.add(
            "came", "\(flow.inflow): \(flow.opened) opened, \(reopened) reopened" + others(flow.released + flow.movedIn)
        )
        fields.add(
            "went",
            "\(flow.outflow): \(flow.resolved) resolved, \(flow.closed) closed without"
                + others(flow.absorbed + flow.movedOut))
        fields.add("open before and after", "\(flow.backlogAtStart) and \(total.backlog.tickets)")
        fields.add("reopened", Self.counts(total.reopenRate))
        fields.add("solved at first contact", Self.counts(total.firstContactGross))
        fields.add("… and not reopened within 7 days", Self.counts(total.firstContactNet))
        fields.add("transfers", String(total.transfers))
        let levels = total.escalations.map { "level \($0.level): \($0.escalations)" }.joined(separator: ", ")
        fields.add("escalated", Self.counts(total.escalationRate) + (levels.isEmpty ? "" : "; \(levels)"))
        let handling = total.handling
        fields.add(
            "handling time",
            "\(DurationText.of(handling.hasMean ? handling.mean : nil)) on the average of "
                + "\(handling.tickets), \(handling.without) without any")
        return fields.lines
    }

    private func others(_ count: UInt64) -> String { count == 0 ? "" : ", \(count) otherwise" }

    private func backlog(_ backlog: TicketBacklog) -> [String] {
        var table = Table([("days open", .left), ("tickets", .right)])
        for bucket in backlog.ages {
            table.add([
                bucket.hasToDays ? "\(bucket.fromDays)–\(bucket.toDays)" : "more than \(bucket.fromDays)",
                String(bucket.tickets),
            ])
        }
        table.add(["pending", String(backlog.pending)])
        table.add(["unassigned", String(backlog.unassigned)])
        return table.lines(in: layout)
    }

    private func durations(_ total: ServiceFigures) -> [String] {
        var table = Table([
            ("time to", .left), ("n", .right), ("median", .right), ("p90", .right), ("mean", .right), ("max", .right),
        ])
        let rows = [
            ("first response", total.firstResponse), ("… in business time", total.firstResponseBusiness),
            ("response after reopening", total.reopenedResponse), ("next response", total.nextResponse),
            ("… in business time", total.nextResponseBusiness), ("first resolution", total.firstResolution),
            ("… in business time", total.firstResolutionBusiness), ("last resolution", total.lastResolution),
            ("… in business time", total.lastResolutionBusiness),
        ]
        for (title, figures) in rows where figures.n > 0 {
            let values = [figures.median, figures.p90, figures.mean, figures.max]
            table.add([title, String(figures.n)] + values.map { DurationText.of($0) })
        }
        return table.isEmpty ? [] : table.lines(in: layout)
    }

    private func attainment(_ total: ServiceFigures) -> [String] {
        var table = Table([("clock", .left), ("met", .right), ("breached", .right), ("kept", .right)])
        for clock in total.attainment {
            table.add([
                Labels.of(clock.clock), String(clock.met), String(clock.breached),
                RatioText.percent(clock.rate.hasValue ? clock.rate.value : nil),
            ])
        }
        return table.isEmpty ? [] : table.lines(in: layout)
    }

    private var backlogOn: [String] {
        var table = Table([("open at the end of", .left), ("tickets", .right), ("pending", .right)])
        for day in response.backlogOn {
            let counts = day.hasBacklog ? [String(day.backlog.tickets), String(day.backlog.pending)] : []
            table.add([day.day] + (counts.isEmpty ? [RatioText.unknown, RatioText.unknown] : counts))
        }
        return table.isEmpty ? [] : table.lines(in: layout)
    }

    // MARK: Groups

    private var groups: [[String]] {
        var dimensions: [ServiceDimension] = []
        for group in response.groups where !dimensions.contains(group.dimension) { dimensions.append(group.dimension) }
        return dimensions.map { dimension in
            var table = Table(
                [
                    (Labels.of(dimension), .left), ("open", .right), ("came", .right), ("went", .right),
                    ("first response", .right), ("resolution", .right), ("reopened", .right), ("breached", .right),
                ], flexible: [0])
            for group in response.groups where group.dimension == dimension { table.add(cells(group)) }
            return table.lines(in: layout)
        }
    }

    private func cells(_ group: ServiceGroup) -> [String] {
        let figures = group.figures
        let breached = figures.attainment.reduce(UInt64(0)) { $0 + $1.breached }
        return [
            label(of: group), figures.hasBacklog ? String(figures.backlog.tickets) : RatioText.unknown,
            String(figures.flow.inflow), String(figures.flow.outflow),
            DurationText.of(figures.firstResponse.hasMedian ? figures.firstResponse.median : nil),
            DurationText.of(figures.lastResolution.hasMedian ? figures.lastResolution.median : nil),
            RatioText.percent(figures.reopenRate.hasValue ? figures.reopenRate.value : nil), String(breached),
        ]
    }

    private func label(of group: ServiceGroup) -> String {
        var label = group.key
        if let entry = Self.entry(of: group) { label = names.name(entry.kind, entry.number) }
        return label.isEmpty ? "(none)" : label
    }

    private static func entry(of group: ServiceGroup) -> NameBook.Entry? {
        switch group.dimension {
        case .queue: NameBook.Entry(kind: .queue, number: group.number)
        case .agent: NameBook.Entry(kind: .employee, number: group.number)
        default: nil
        }
    }

    /// Everything in an answer that has a name.
    static func entries(of response: ServiceFiguresResponse) -> [NameBook.Entry] {
        response.groups.compactMap { entry(of: $0) }
    }

    private static func counts(_ ratio: TicketRatio) -> String {
        "\(RatioText.percent(ratio.hasValue ? ratio.value : nil)) (\(ratio.numerator) of \(ratio.denominator))"
    }
}
