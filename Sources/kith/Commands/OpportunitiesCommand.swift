internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith opportunities`: opportunities one by one.
struct OpportunitiesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opportunities",
        abstract: "List opportunities: open ones, where nothing else is asked for.",
        discussion: """
            "days" are those in the stage; ! behind them: longer than the stage allows. * behind a probability: it was \
            set by hand.
            """)

    private static let pageMaximum: UInt32 = 1_000

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var filter: OpportunityFilterOptions

    @Option(
        help: ArgumentHelp(
            "Only those that stand so: open, won, lost, abandoned; may be repeated.", valueName: "status"))
    var status: [OpportunityStatusArgument] = []

    @Option(help: ArgumentHelp("Only those in the stage with this key.", valueName: "stage"))
    var stage: String?

    @Flag(help: "Only those that are longer in their stage than it allows.")
    var stalled = false

    @Option(help: "By what to sort.")
    var sort = OpportunitySortArgument.opened

    @Option(help: ArgumentHelp("How many at most.", valueName: "n"))
    var limit: UInt32 = 100

    @Flag(help: "All of them, however many.")
    var all = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    /// What is asked of the service, but for how many.
    var request: OpportunitiesRequest {
        var request = OpportunitiesRequest()
        if let filter = filter.filter { request.filter = filter }
        request.statuses = status.map(\.status)
        request.stage = stage ?? ""
        request.stalled = stalled
        request.order = sort.order
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        request.atLeast = view.atLeast
        return request
    }

    func run() async throws {
        var text = OpportunityText(times: try view.times, layout: view.layout)
        var request = request
        try await options.withClient { client in
            var left = all ? Int.max : Int(limit)
            while left > 0 {
                request.limit = UInt32(min(left, Int(Self.pageMaximum)))
                guard case .opportunities(let page) = try await client.answer(.opportunities(request)).value else {
                    throw Failure.unexpectedAnswer
                }
                if options.json {
                    for opportunity in page.opportunities { try JSONOutput.print(opportunity) }
                } else {
                    try await text.names.learn(text.entries(of: page.opportunities), from: client)
                    for line in text.lines(page.opportunities) { try Console.standard.line(line) }
                }
                left -= page.opportunities.count
                request.cursor = page.cursor
                if page.cursor.isEmpty { break }
            }
        }
    }
}

/// How an opportunity stands, for example `won`.
struct OpportunityStatusArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] {
        OpportunityStatus.allCases.filter { $0 != .unspecified }.map { Labels.of($0) }
    }

    var status: OpportunityStatus

    init?(argument: String) {
        guard let status = OpportunityStatus.allCases.first(where: { $0 != .unspecified && Labels.of($0) == argument })
        else { return nil }
        self.status = status
    }
}

/// By what opportunities are sorted.
enum OpportunitySortArgument: String, ExpressibleByArgument, CaseIterable {
    case opened
    case closeDate = "close-date"
    case weighted
    case daysInStage = "days-in-stage"

    var order: OpportunityOrder {
        switch self {
        case .opened: .opened
        case .closeDate: .closeDate
        case .weighted: .weighted
        case .daysInStage: .daysInStage
        }
    }
}
