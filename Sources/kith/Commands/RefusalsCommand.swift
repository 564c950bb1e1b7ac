internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith refusals`: what was asked of the service and not done.
struct RefusalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refusals",
        abstract: "Show the journal of refusals: what was not done, for whom and why.",
        discussion: "For auditors and administrators. Newest first; nothing in it is personal.")

    private static let pageMaximum: UInt32 = 1_000

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Option(help: ArgumentHelp("Only what was refused at this time or later.", valueName: "time"))
    var since: InstantArgument?

    @Option(help: ArgumentHelp("Only what was refused before this time.", valueName: "time"))
    var until: InstantArgument?

    @Option(help: ArgumentHelp("Only this code, for example FORBIDDEN; may be repeated.", valueName: "code"))
    var code: [ErrorCodeArgument] = []

    @Option(help: ArgumentHelp("Only those of this principal: \(ReferenceArgument.help).", valueName: "principal"))
    var principal: ReferenceArgument?

    @Flag(help: "Only those of callers to whom nothing is granted.")
    var unknownCallers = false

    @Option(
        help: ArgumentHelp(
            "Only this command or query, for example placeOrder or history; may be repeated.", valueName: "operation"))
    var operation: [String] = []

    @Option(help: "Only what concerned an aggregate of this kind.")
    var kind: KindArgument?

    @Option(help: ArgumentHelp("Only the command with this id.", valueName: "UUID"))
    var commandID: String = ""

    @Flag(help: "Show how many there are by code, principal and operation, instead of each of them.")
    var counts = false

    @Option(help: ArgumentHelp("How many at most.", valueName: "n"))
    var limit: UInt32 = 100

    @Flag(help: "All of them, however many.")
    var all = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        if principal != nil, unknownCallers {
            throw ValidationError("Name a principal or ask for unknown callers, not both.")
        }
    }

    /// What is asked of the service.
    var request: RefusalsRequest {
        var request = RefusalsRequest()
        if let since { request.since = since.instant.timestamp }
        if let until { request.until = until.instant.timestamp }
        request.codes = code.map(\.code)
        if let principal { request.principal = principal.reference }
        request.unknownCallers = unknownCallers
        request.operations = operation
        if let kind { request.kind = kind.kind }
        request.commandID = commandID
        request.counts = counts
        return request
    }

    func run() async throws {
        let times = try reader.times
        var request = request
        try await options.withClient { client in
            var left = counts ? 1 : all ? Int.max : Int(limit)
            var names = NameBook()
            var isFirst = true
            while left > 0 {
                request.limit = UInt32(min(left, Int(Self.pageMaximum)))
                guard case .refusals(let page) = try await client.answer(.refusals(request)).value else {
                    throw Failure.unexpectedAnswer
                }
                if options.json {
                    try JSONOutput.print(page)
                } else {
                    try await names.learn(RefusalText.entries(of: page), from: client)
                    let text = RefusalText(times: times, names: names)
                    for line in text.lines(page, withHeader: isFirst) { try Console.standard.line(line) }
                }
                isFirst = false
                left -= page.refusals.count
                request.cursor = page.cursor
                if counts || page.cursor.isEmpty { break }
            }
        }
    }
}

/// A code of refusals, as the schema spells it, for example `FORBIDDEN`.
struct ErrorCodeArgument: ExpressibleByArgument, Equatable {
    var code: ErrorCode

    init?(argument: String) {
        guard let code = ErrorCode.allCases.first(where: { $0 != .unspecified && $0.label == argument }) else {
            return nil
        }
        self.code = code
    }
}
