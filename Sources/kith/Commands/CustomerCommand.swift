internal import ArgumentParser
internal import FoundationEssentials
internal import KithClient
internal import Schema

/// `kith customer`: everything about one customer.
struct CustomerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer",
        abstract: "Show everything that is known of one customer.",
        discussion: """
            What is shown is what is known now. --as-of moves only the instant to which ages ("days ago") are counted; \
            it does not show the figures of that time.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Argument(help: ArgumentHelp("Which customer: \(ReferenceArgument.help)."))
    var reference: ReferenceArgument

    @Option(
        help: ArgumentHelp(
            "The instant to which ages are counted; now where it is absent. Figures are always those of now.",
            valueName: "time"))
    var asOf: InstantArgument?

    @Option(help: ArgumentHelp("How many events of the timeline to show.", valueName: "n"))
    var timeline: UInt32?

    @Option(help: ArgumentHelp("Only events of the timeline before this position.", valueName: "position"))
    var timelineBefore: UInt64?

    @Option(help: ArgumentHelp("Only events of this kind in the timeline; may be repeated.", valueName: "name"))
    var timelineKind: [EventKindArgument] = []

    @Option(help: ArgumentHelp("Wait until the view reflects this position.", valueName: "position"))
    var atLeast: UInt64 = 0

    func validate() throws {
        if timelineBefore == 0 { throw ValidationError("--timeline-before must be at least 1.") }
    }

    /// What is asked of the service.
    var request: CustomerRequest {
        var request = CustomerRequest()
        request.party = reference.reference
        request.atLeast = atLeast
        if let asOf { request.asOf = asOf.instant.timestamp }
        if let timeline { request.timelineLimit = timeline }
        if let timelineBefore { request.timelineBefore = timelineBefore }
        request.timelineKinds = timelineKind.map(\.kind)
        return request
    }

    func run() async throws {
        let request = request
        let times = try reader.times
        var names = NameBook()
        let customer = try await options.withClient { client in
            let customer = try await client.customer(request).value
            if !options.json { try await names.learn(CustomerText.entries(of: customer), from: client) }
            return customer
        }
        if options.json {
            try JSONOutput.print(customer)
        } else {
            let text = CustomerText(
                times: times, names: names,
                layout: Terminal.layout(asked: nil, environment: ProcessInfo.processInfo.environment))
            let lines = text.lines(customer, agesAt: request.hasAsOf ? request.asOf : nil)
            for line in lines { try Console.standard.line(line) }
        }
    }
}
