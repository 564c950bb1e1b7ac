internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith service`: the figures of the service.
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Show the figures of the service: backlog, flow, response and resolution times, attainment.",
        discussion: """
            Without --period they are those of all the time until now. Days and months are those of the organisation's \
            zone. --definitions says of every figure how it is computed and on which date it counts.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var filter: TicketFilterOptions

    @Option(help: ArgumentHelp("What happened in: \(PeriodArgument.help).", valueName: "period"))
    var period: PeriodArgument?

    @Option(
        help: ArgumentHelp(
            "Also group by this; may be repeated. Days and months need --period.", valueName: "dimension"))
    var by: [ServiceDimensionArgument] = []

    @Option(
        help: ArgumentHelp("Also tell the backlog at the end of this day; may be repeated.", valueName: "day"))
    var backlogOn: [DayArgument] = []

    @Flag(help: "Explain every figure.")
    var definitions = false

    /// What is asked of the service.
    var request: ServiceFiguresRequest {
        var request = ServiceFiguresRequest()
        if let filter = filter.filter { request.filter = filter }
        if let period { (request.from, request.to) = (period.days.firstDay, period.days.lastDay) }
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        request.dimensions = by.map(\.dimension)
        request.backlogOn = backlogOn.map(\.day)
        request.atLeast = view.atLeast
        return request
    }

    func run() async throws {
        let times = try view.times
        try await options.withClient { client in
            let answer = try await client.serviceFigures(request)
            if options.json { return try JSONOutput.print(answer.value) }
            var text = ServiceText(
                response: answer.value, times: times, layout: view.layout, definitions: definitions)
            try await text.names.learn(ServiceText.entries(of: answer.value), from: client)
            for line in text.lines { try Console.standard.line(line) }
            try Console.standard.line("")
            try Console.standard.line("reflects position \(answer.reflects.position)")
        }
    }
}

/// By what tickets are grouped, for example `customer-class`.
struct ServiceDimensionArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        ServiceDimension.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var dimension: ServiceDimension

    init?(argument: String) {
        guard
            let dimension = ServiceDimension.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument })
        else { return nil }
        self.dimension = dimension
    }
}
