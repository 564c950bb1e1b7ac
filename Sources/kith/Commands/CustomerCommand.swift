internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith customer`: everything about one customer.
struct CustomerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer", abstract: "Show everything that is known of one customer.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Which customer: \(ReferenceArgument.help)."))
    var reference: ReferenceArgument

    @Option(
        help: ArgumentHelp("The instant against which ages are computed; now where it is absent.", valueName: "time"))
    var asOf: InstantArgument?

    @Option(help: ArgumentHelp("How many events of the timeline to show.", valueName: "n"))
    var timeline: UInt32?

    @Option(help: ArgumentHelp("Wait until the view reflects this position.", valueName: "position"))
    var atLeast: UInt64 = 0

    func run() async throws {
        var request = CustomerRequest()
        request.party = reference.reference
        request.atLeast = atLeast
        if let asOf { request.asOf = asOf.instant.timestamp }
        if let timeline { request.timelineLimit = timeline }
        let customer = try await options.withClient { try await $0.customer(request) }.value
        if options.json {
            try JSONOutput.print(customer)
        } else {
            for line in CustomerText.lines(customer) { try Console.standard.line(line) }
        }
    }
}
