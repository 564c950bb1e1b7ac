internal import ArgumentParser
internal import Schema

/// `kith demo-data`: commands that make a life-like log.
struct DemoDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-data",
        abstract: "Print commands that make a life-like log, one JSON object per line.",
        discussion: """
            The same options give the same commands. To try it: kith demo-data --parties 1000 | kith submit
            An order appends three events; 1,000 parties with four orders each give about 12,000 events. What happens \
            in two years is made, from --start on.
            """)

    @Option(help: ArgumentHelp("From which everything is drawn.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("How many people and organisations.", valueName: "n"))
    var parties = 1_000

    @Option(help: ArgumentHelp("How many orders a party places on average.", valueName: "n"))
    var ordersPerParty = 4.0

    @Option(help: ArgumentHelp("How many products.", valueName: "n"))
    var products = 200

    @Option(help: ArgumentHelp("How many opportunities, with salespeople and a pipeline.", valueName: "n"))
    var opportunities = 0

    @Flag(help: "Also make a loyalty programme with members, who earn points with their orders.")
    var loyalty = false

    @Option(help: ArgumentHelp("How many tickets, with a service desk and its agents.", valueName: "n"))
    var tickets = 0

    @Option(help: ArgumentHelp("The first day; 2024-01-01 where it is absent.", valueName: "day"))
    var start: DayArgument?

    func validate() throws {
        guard (0...DemoOptions.maximumOpportunities).contains(opportunities) else {
            throw ValidationError("--opportunities must be 0 to \(DemoOptions.maximumOpportunities).")
        }
        guard (0...DemoOptions.maximumTickets).contains(tickets) else {
            throw ValidationError("--tickets must be 0 to \(DemoOptions.maximumTickets).")
        }
        guard (1...DemoOptions.maximumParties).contains(parties) else {
            throw ValidationError("--parties must be 1 to \(DemoOptions.maximumParties).")
        }
        guard products >= 1 else { throw ValidationError("--products must be at least 1.") }
        guard ordersPerParty >= 0, ordersPerParty <= 1_000 else {
            throw ValidationError("--orders-per-party must be 0 to 1000.")
        }
    }

    func run() throws {
        let options = DemoOptions(
            seed: seed, parties: parties, ordersPerParty: ordersPerParty, products: products,
            opportunities: opportunities, loyalty: loyalty, tickets: tickets,
            start: start?.midnight ?? DemoOptions.usualStart)
        for command in DemoData(options) { try JSONOutput.print(command) }
    }
}
