internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith clocks`: what stands on the clocks of a ticket, and what was counted.
struct ClocksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clocks",
        abstract: "Show the clocks of a ticket, with every interval that was counted.",
        discussion: """
            It is reckoned from what happened to the ticket: the stretches in which a clock ran or stood still, by which \
            service level and calendar, and in them the business time that counted.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var view: ViewOptions

    @Argument(help: ArgumentHelp("The ticket: \(ReferenceArgument.help)."))
    var ticket: ReferenceArgument

    @Option(
        help: ArgumentHelp(
            "How many counted intervals of each clock to show, the latest ones; 1,000 where it is absent.",
            valueName: "n"))
    var intervals: UInt32?

    /// What is asked of the service.
    var request: TicketClocksRequest {
        var request = TicketClocksRequest()
        request.ticket = ticket.reference
        request.atLeast = view.atLeast
        if let asOf = view.asOf { request.asOf = asOf.instant.timestamp }
        if let intervals { request.intervalLimit = intervals }
        return request
    }

    func validate() throws {
        if let intervals, intervals == 0 { throw ValidationError("--intervals must be at least 1.") }
    }

    func run() async throws {
        let text = ClocksText(times: try view.times)
        try await options.withClient { client in
            guard case .ticketClocks(let answer) = try await client.answer(.ticketClocks(request)).value else {
                throw Failure.unexpectedAnswer
            }
            if options.json { return try JSONOutput.print(answer) }
            for line in text.lines(answer) { try Console.standard.line(line) }
        }
    }
}
