internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith loyalty`: points of a member, or a programme as a whole.
struct LoyaltyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loyalty",
        abstract: "Show the points of a member, or a loyalty programme as a whole.",
        discussion: """
            With a party (or --employee, --account) its accounts; without one the programme: the only one that there \
            is, or --programme. --members lists the accounts of --programme.
            """)

    private static let pageMaximum: UInt32 = 1_000

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions

    @Argument(help: ArgumentHelp("Whose points: \(ReferenceArgument.help)."))
    var party: ReferenceArgument?

    @Option(help: ArgumentHelp("The points of this employee.", valueName: "reference"))
    var employee: ReferenceArgument?

    @Option(help: ArgumentHelp("This account.", valueName: "reference"))
    var account: ReferenceArgument?

    @Option(help: ArgumentHelp("This programme.", valueName: "reference"))
    var programme: ReferenceArgument?

    @Flag(help: "List the accounts of the programme.")
    var members = false

    @Option(help: ArgumentHelp("How many lots of an account to show.", valueName: "n"))
    var lots: UInt32?

    @Option(help: ArgumentHelp("How many movements of an account to show.", valueName: "n"))
    var movements: UInt32?

    @Option(help: ArgumentHelp("Figures of a period: from this time on.", valueName: "time"))
    var from: InstantArgument?

    @Option(help: ArgumentHelp("Figures of a period: before this time.", valueName: "time"))
    var to: InstantArgument?

    @Option(help: ArgumentHelp("How many accounts of a programme at most.", valueName: "n"))
    var limit: UInt32 = 100

    @Flag(help: "Explain every figure.")
    var definitions = false

    func validate() throws {
        guard [party, employee, account].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("Name a party, an employee or an account: one of them.")
        }
        guard programme == nil || asksForProgramme || members else {
            throw ValidationError("--programme shows a programme; leave out whose points to show.")
        }
        guard !members || (programme != nil && asksForProgramme) else {
            throw ValidationError("--members lists the accounts of --programme.")
        }
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    /// Whether nobody's points are asked for.
    private var asksForProgramme: Bool { party == nil && employee == nil && account == nil }

    /// What is asked of accounts; nil where a programme is asked for as a whole.
    var accountsRequest: LoyaltyRequest? {
        var request = LoyaltyRequest()
        if let party {
            request.party = party.reference
        } else if let employee {
            request.employee = employee.reference
        } else if let account {
            request.account = account.reference
        } else if members, let programme {
            request.programme = programme.reference
        } else {
            return nil
        }
        request.atLeast = view.atLeast
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        if let lots { request.lotLimit = lots }
        if let movements { request.movementLimit = movements }
        return request
    }

    /// What is asked of a programme.
    var programmeRequest: ProgrammeRequest {
        var request = ProgrammeRequest()
        if let programme { request.programme = programme.reference }
        request.atLeast = view.atLeast
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        if let from { request.from = from.instant.timestamp }
        if let to { request.to = to.instant.timestamp }
        return request
    }

    func run() async throws {
        let text = LoyaltyText(times: try view.times, layout: view.layout)
        try await options.withClient { client in
            if let request = accountsRequest {
                try await printAccounts(request, text, client)
            } else {
                try await printProgramme(text, client)
            }
        }
    }

    private func printProgramme(_ text: LoyaltyText, _ client: KithClient) async throws {
        guard case .programme(let programme) = try await client.answer(.programme(programmeRequest)).value else {
            throw Failure.unexpectedAnswer
        }
        if options.json { return try JSONOutput.print(programme) }
        for line in text.lines(programme) { try Console.standard.line(line) }
        if definitions { try printDefinitions(programme.definitions) }
    }

    private func printAccounts(_ asked: LoyaltyRequest, _ text: LoyaltyText, _ client: KithClient) async throws {
        var (request, text) = (asked, text)
        var left = Int(limit)
        while left > 0 {
            request.limit = UInt32(min(left, Int(Self.pageMaximum)))
            guard case .loyalty(let page) = try await client.answer(.loyalty(request)).value else {
                throw Failure.unexpectedAnswer
            }
            let members = page.accounts.flatMap { account in
                [
                    NameBook.Entry(kind: .party, number: account.summary.partyNumber),
                    NameBook.Entry(kind: .employee, number: account.summary.employeeNumber),
                ]
            }
            if !options.json { try await text.names.learn(members, from: client) }
            for (index, account) in page.accounts.enumerated() {
                if options.json {
                    try JSONOutput.print(account)
                    continue
                }
                if index > 0 || left < Int(limit) { try Console.standard.line("") }
                for line in text.lines(account) { try Console.standard.line(line) }
            }
            left -= page.accounts.count
            request.cursor = page.cursor
            if page.cursor.isEmpty {
                if definitions, !options.json { try printDefinitions(page.definitions) }
                break
            }
        }
    }

    private func printDefinitions(_ definitions: [FigureDefinition]) throws {
        try Console.standard.line("")
        for line in DefinitionText.lines(definitions) { try Console.standard.line(line) }
    }
}
