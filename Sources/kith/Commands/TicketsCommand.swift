internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith tickets`: the ticket queue in its order.
struct TicketsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tickets",
        abstract: "List open tickets in the order in which they are worked on.",
        discussion: """
            First those whose time is over (! behind it), then by what is due first, priority, class of the customer, \
            and how long the customer waits. Pending ones come last.
            """)

    private static let pageMaximum: UInt32 = 1_000

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions
    @OptionGroup var filter: TicketFilterOptions

    @Option(help: ArgumentHelp("Only those that stand so: new, open, pending; may be repeated.", valueName: "status"))
    var status: [TicketStatusArgument] = []

    @Flag(help: "Only those whose time is over.")
    var breached = false

    @Option(help: ArgumentHelp("How many at most.", valueName: "n"))
    var limit: UInt32 = 100

    @Flag(help: "All of them, however many.")
    var all = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    }

    /// What is asked of the service, but for how many.
    var request: TicketsRequest {
        var request = TicketsRequest()
        if let filter = filter.filter { request.filter = filter }
        request.statuses = status.map(\.status)
        request.breached = breached
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        request.atLeast = view.atLeast
        return request
    }

    func run() async throws {
        var text = TicketText(times: try view.times, layout: view.layout)
        var request = request
        try await options.withClient { client in
            var left = all ? Int.max : Int(limit)
            while left > 0 {
                request.limit = UInt32(min(left, Int(Self.pageMaximum)))
                let page = try await client.tickets(request).value
                if options.json {
                    for ticket in page.tickets { try JSONOutput.print(ticket) }
                } else {
                    try await text.names.learn(text.entries(of: page.tickets), from: client)
                    for line in text.lines(page.tickets) { try Console.standard.line(line) }
                }
                left -= page.tickets.count
                request.cursor = page.cursor
                if page.cursor.isEmpty { break }
            }
        }
    }
}

/// Options that choose tickets; all of them must hold.
struct TicketFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those of this queue: \(ReferenceArgument.help).", valueName: "queue"))
    var queue: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those on which this employee works.", valueName: "employee"))
    var assignee: ReferenceArgument?

    @Flag(help: "Only those on which nobody works.")
    var unassigned = false

    @Option(help: ArgumentHelp("Only those of this party.", valueName: "party"))
    var party: ReferenceArgument?

    @Option(help: ArgumentHelp("Only those of this priority; may be repeated.", valueName: "key"))
    var priority: [String] = []

    @Option(help: ArgumentHelp("Only those of this type.", valueName: "key"))
    var type: String?

    @Option(help: ArgumentHelp("Only those of this category and of those below it.", valueName: "key"))
    var category: String?

    @Option(help: ArgumentHelp("Only those of this class of customers.", valueName: "key"))
    var customerClass: String?

    @Option(help: ArgumentHelp("Only those that came by this channel.", valueName: "channel"))
    var channel: String?

    func validate() throws {
        if assignee != nil, unassigned { throw ValidationError("Name an assignee or --unassigned, not both.") }
    }

    /// The filter, or nil where nothing is asked for.
    var filter: TicketFilter? {
        var filter = TicketFilter()
        if let queue { filter.queue = queue.reference }
        if let assignee { filter.assignee = assignee.reference }
        filter.unassigned = unassigned
        if let party { filter.party = party.reference }
        filter.priorities = priority
        filter.type = type ?? ""
        filter.category = category ?? ""
        filter.customerClass = customerClass ?? ""
        filter.channel = channel ?? ""
        return filter == TicketFilter() ? nil : filter
    }
}

/// How a ticket of the queue stands, for example `pending`.
struct TicketStatusArgument: ExpressibleByArgument, Equatable {
    static var allValueStrings: [String] { [TicketStatus.new, .open, .pending].map { Labels.of($0) } }

    var status: TicketStatus

    init?(argument: String) {
        guard let status = [TicketStatus.new, .open, .pending].first(where: { Labels.of($0) == argument })
        else { return nil }
        self.status = status
    }
}
