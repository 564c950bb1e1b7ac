package import Schema

/// What demo data to make. The same options give the same commands, on every machine.
package struct DemoOptions: Sendable, Equatable {
    /// From which everything is drawn.
    package var seed: UInt64
    /// How many parties.
    package var parties: Int
    /// How many orders a party places on average over the whole period; most place fewer, a few place many.
    package var ordersPerParty: Double
    /// How many products.
    package var products: Int
    /// How many opportunities, of salespeople who come with them; 0: nobody sells.
    package var opportunities: Int
    /// Whether there is a loyalty programme, in which most parties are members.
    package var loyalty: Bool
    /// How many tickets, of a service desk that comes with them; 0: nobody asks for anything.
    package var tickets: Int
    /// Midnight (UTC) of the first day.
    package var start: Instant
    /// Length of the period.
    package var days: Int

    package init(
        seed: UInt64 = 1, parties: Int = 1_000, ordersPerParty: Double = 4, products: Int = 200,
        opportunities: Int = 0, loyalty: Bool = false, tickets: Int = 0,
        start: Instant = DemoOptions.usualStart, days: Int = 730
    ) {
        self.seed = seed
        self.parties = parties
        self.ordersPerParty = ordersPerParty
        self.products = products
        self.opportunities = opportunities
        self.loyalty = loyalty
        self.tickets = tickets
        self.start = start
        self.days = days
    }

    /// 2024-01-01T00:00:00Z.
    package static let usualStart = Instant(microseconds: 1_704_067_200_000_000)

    /// The greatest number of parties: telephone numbers are made of eight digits.
    package static let maximumParties = 100_000_000
    /// The greatest number of opportunities.
    package static let maximumOpportunities = 100_000_000
    /// The greatest number of tickets.
    package static let maximumTickets = 100_000_000
}
