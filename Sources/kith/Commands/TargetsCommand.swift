internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith targets`: what was reached of targets.
struct TargetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets",
        abstract: "Show what was reached of targets, and our share of the markets.",
        discussion: """
            "elapsed" is how much of the period has passed; "coverage" how often the open opportunities, weighted, \
            would make up for what is missing.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var owner: OwnerOptions

    @Option(help: ArgumentHelp("Only targets with a day in: \(PeriodArgument.help).", valueName: "period"))
    var period: PeriodArgument?

    @Option(help: ArgumentHelp("Only this metric, for example won-value; may be repeated.", valueName: "metric"))
    var metric: [MetricArgument] = []

    @Flag(help: "Show our share of the markets too.")
    var markets = false

    @Flag(help: "Explain every metric.")
    var definitions = false

    /// What is asked of the service.
    var request: TargetsRequest {
        var request = TargetsRequest()
        request.atLeast = view.atLeast
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        if let period { request.period = period.days }
        if let owner = owner.reference { request.owner = owner }
        request.metrics = metric.map(\.metric)
        request.markets = markets
        return request
    }

    func run() async throws {
        let times = try view.times
        var text = AttainmentText(layout: view.layout)
        var request = request
        try await options.withClient { client in
            repeat {
                guard case .targets(let page) = try await client.answer(.targets(request)).value else {
                    throw Failure.unexpectedAnswer
                }
                request.cursor = page.cursor
                if options.json {
                    try JSONOutput.print(page)
                    continue
                }
                try await text.names.learn(AttainmentText.entries(of: page), from: client)
                var blocks = [text.lines(page.targets), text.lines(page.markets)]
                if definitions { blocks.append(AttainmentText.definitions(page.definitions)) }
                if page.cursor.isEmpty {
                    blocks.append(["as of \(times.minute(page.asOf)); days are those of \(page.zone)"])
                }
                for line in blocks.filter({ !$0.isEmpty }).joined(separator: [""]) { try Console.standard.line(line) }
            } while !request.cursor.isEmpty
        }
    }
}

/// What a target is measured by, for example `won-value`.
struct MetricArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        TargetMetric.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var metric: TargetMetric

    init?(argument: String) {
        guard let metric = TargetMetric.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument })
        else {
            return nil
        }
        self.metric = metric
    }
}
