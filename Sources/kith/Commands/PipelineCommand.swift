internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith pipeline`: the figures of the pipeline.
struct PipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipeline",
        abstract: "Show the figures of the pipeline: stages, forecast, win rate, cycle, ageing.",
        discussion: """
            Without --as-of they are those of now. Periods and dates are days in the organisation's zone. \
            --definitions says of every figure how it is computed.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var filter: OpportunityFilterOptions

    @Option(help: ArgumentHelp("Won and lost ones that were closed in: \(PeriodArgument.help).", valueName: "period"))
    var closed: PeriodArgument?

    @Option(
        help: ArgumentHelp("Conversion of those that were opened in: \(PeriodArgument.help).", valueName: "period"))
    var opened: PeriodArgument?

    @Option(help: "Periods of the forecast.")
    var forecast = ForecastArgument.month

    @Option(help: ArgumentHelp("Also group by this; may be repeated.", valueName: "dimension"))
    var by: [DimensionArgument] = []

    @Option(help: ArgumentHelp("Also count those open at the end of this day; may be repeated.", valueName: "day"))
    var openOn: [DayArgument] = []

    @Flag(help: "Show how many came from each stage to each later one.")
    var conversion = false

    @Flag(help: "Explain every figure.")
    var definitions = false

    /// What is asked of the service.
    var request: PipelineRequest {
        var request = PipelineRequest()
        if let filter = filter.filter { request.filter = filter }
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        request.atLeast = view.atLeast
        if let closed { (request.closedFrom, request.closedTo) = (closed.days.firstDay, closed.days.lastDay) }
        if let opened { (request.openedFrom, request.openedTo) = (opened.days.firstDay, opened.days.lastDay) }
        request.forecastPeriod = forecast.period
        request.dimensions = by.map(\.dimension)
        request.openOn = openOn.map(\.day)
        return request
    }

    func run() async throws {
        let times = try view.times
        try await options.withClient { client in
            let answer = try await client.answer(.pipeline(request))
            guard case .pipeline(let summary) = answer.value else { throw Failure.unexpectedAnswer }
            if options.json { return try JSONOutput.print(summary) }
            var text = PipelineText(
                summary: summary, times: times, layout: view.layout, conversions: conversion, definitions: definitions)
            try await text.names.learn(PipelineText.entries(of: summary), from: client)
            for line in text.lines { try Console.standard.line(line) }
            try Console.standard.line("")
            try Console.standard.line("reflects position \(answer.reflects.position)")
        }
    }
}

extension Failure {
    /// The service answered something else than it was asked.
    static var unexpectedAnswer: Failure {
        .notReachable("The service's answer does not belong to the request. Are kith and kithd of the same version?")
    }
}

/// Options that choose opportunities; all of them must hold.
struct OpportunityFilterOptions: ParsableArguments {
    @OptionGroup var owner: OwnerOptions

    @Option(help: ArgumentHelp("Only those of this pipeline.", valueName: "reference"))
    var pipeline: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those with this party.", valueName: "reference"))
    var party: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those with this product.", valueName: "reference"))
    var product: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those that this competitor is after.", valueName: "reference"))
    var competitor: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those through this partner.", valueName: "reference"))
    var partner: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those that came from there, for example referral.", valueName: "source"))
    var leadSource: String?

    @Option(help: ArgumentHelp("Only those of this sales channel.", valueName: "channel"))
    var channel: String?

    /// The filter, or nil where nothing is asked for.
    var filter: OpportunityFilter? {
        var filter = OpportunityFilter()
        if let owner = owner.reference { filter.owner = owner }
        if let pipeline { filter.pipeline = pipeline.reference }
        if let party { filter.party = party.reference }
        if let product { filter.product = product.reference }
        if let competitor { filter.competitor = competitor.reference }
        if let partner { filter.partner = partner.reference }
        filter.leadSource = leadSource ?? ""
        filter.channel = channel ?? ""
        return filter == OpportunityFilter() ? nil : filter
    }
}

/// How long the periods of a forecast are.
enum ForecastArgument: String, ExpressibleByArgument, CaseIterable {
    case month, quarter

    var period: ForecastPeriod {
        switch self {
        case .month: .month
        case .quarter: .quarter
        }
    }
}

/// By what opportunities are grouped, for example `close-quarter`.
struct DimensionArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        PipelineDimension.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var dimension: PipelineDimension

    init?(argument: String) {
        guard
            let dimension = PipelineDimension.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument })
        else { return nil }
        self.dimension = dimension
    }
}
