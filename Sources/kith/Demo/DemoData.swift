package import Schema

/// Commands that make a life-like log: products; people and organisations in several scripts, with e-mail addresses,
/// telephones and addresses; two years of orders, a few customers placing many and most placing few; returns,
/// notes, tags, needs and preferences; where they are asked for, salespeople with opportunities, a loyalty programme
/// with its members, and a service desk with tickets, which are one import.
///
/// Commands come in the order of the days on which they occurred, in historic mode, each with an id of its own.
/// Memory is about 16 bytes per party, opportunity and ticket, whatever the number of commands.
///
/// ```swift
/// for command in DemoData(DemoOptions(seed: 7, parties: 100)) { … }
/// ```
package struct DemoData: Sequence, IteratorProtocol, Sendable {
    /// Something that happens to a party, an opportunity or a ticket on a day.
    private struct Visit {
        enum Kind: UInt8 {
            case registration, order, goodsReturn, sale, ticket
        }

        /// Number of the party, or of the opportunity of a sale, or of the ticket.
        var party: Int32
        /// Number of the order among those of the party, from 1; of a sale and a ticket that of the step, from 0.
        var order: Int32
        var kind: Kind
    }

    private static let secondsPerDay = 86_400
    private static let stayingShare = 0.96
    private static let returnedShare = 0.08

    private let options: DemoOptions
    private let parties: DemoParties
    private let catalogue: DemoCatalogue
    private let orders: DemoOrders
    private let sales: DemoSales
    private let loyalty: DemoLoyalty
    private let tickets: DemoTickets
    private var days: [[Visit]]
    private var day = 0
    private var visit = 0
    private var nextProduct = 0
    private var isSetUp = false
    private var isComplete = false
    /// Commands that are made but not taken, the next one last.
    private var ready: [Command] = []
    private var made: UInt64 = 0

    /// - Parameter options: numbers below what makes sense (no party, no product, no day) are taken as one.
    package init(_ options: DemoOptions) {
        var options = options
        options.parties = Swift.min(Swift.max(1, options.parties), DemoOptions.maximumParties)
        options.products = Swift.max(1, options.products)
        options.days = Swift.max(1, options.days)
        options.opportunities = Swift.min(Swift.max(0, options.opportunities), DemoOptions.maximumOpportunities)
        options.tickets = Swift.min(Swift.max(0, options.tickets), DemoOptions.maximumTickets)
        self.options = options
        parties = DemoParties(seed: options.seed)
        catalogue = DemoCatalogue(seed: options.seed, count: options.products)
        orders = DemoOrders(seed: options.seed, catalogue: catalogue)
        sales = DemoSales(seed: options.seed, catalogue: catalogue, parties: parties, options: options)
        loyalty = DemoLoyalty(seed: options.seed)
        tickets = DemoTickets(seed: options.seed, parties: parties, options: options)
        days = Array(repeating: [], count: options.days)
        for party in 0..<options.parties {
            let day = parties.registrationDay(party, of: options.days)
            days[day].append(Visit(party: Int32(party), order: 0, kind: .registration))
        }
        for opportunity in 0..<options.opportunities {
            guard let day = sales.openingDay(opportunity) else { continue }
            days[day].append(Visit(party: Int32(opportunity), order: 0, kind: .sale))
        }
        for ticket in 0..<options.tickets {
            guard let second = tickets.opening(ticket) else { continue }
            days[second / Self.secondsPerDay].append(Visit(party: Int32(ticket), order: 0, kind: .ticket))
        }
    }

    /// The next command, or nil at the end.
    package mutating func next() -> Command? {
        while ready.isEmpty {
            if nextProduct < options.products {
                addProduct()
            } else if !isSetUp {
                setUp()
            } else if day < days.count {
                if visit < days[day].count {
                    visit += 1
                    handle(days[day][visit - 1])
                } else {
                    days[day] = []
                    (day, visit) = (day + 1, 0)
                }
            } else if options.tickets > 0, !isComplete {
                complete()
            } else {
                return nil
            }
        }
        return ready.popLast()
    }

    private mutating func addProduct() {
        var body = CommandBody()
        body.upsertProduct = catalogue.definition(nextProduct)
        ready = [command(body, second: 0)]
        nextProduct += 1
    }

    /// Makes known who sells, and what members of the programme get.
    private mutating func setUp() {
        isSetUp = true
        var bodies: [CommandBody] = []
        if options.opportunities > 0 { bodies += sales.setUp }
        if options.loyalty { bodies += loyalty.setUp }
        if options.tickets > 0 { bodies += DemoService.setUp + [DemoTickets.importStart(seed: options.seed)] }
        for body in bodies { ready.append(command(body, second: 0)) }
        ready.reverse()
    }

    /// What time does to tickets begins when all of them are there.
    private mutating func complete() {
        isComplete = true
        var body = CommandBody()
        body.commitImport.importJob = tickets.importJob
        ready = [command(body, second: 0)]
    }

    private mutating func handle(_ visit: Visit) {
        if visit.kind == .ticket { return handle(ticket: visit) }
        let party = Int(visit.party)
        var random = DemoGenerator(
            options.seed, 8, UInt64(party), UInt64(visit.order) << 2 | UInt64(visit.kind.rawValue))
        let second = random.below(Self.secondsPerDay - 600)
        var bodies: [CommandBody] = []
        var body = CommandBody()
        switch visit.kind {
        case .registration:
            body.registerParty = parties.registration(party)
            bodies.append(body)
            if options.loyalty, let enrolment = loyalty.enrolment(party) { bodies.append(enrolment) }
            planOrder(party, 1, &random)
        case .order:
            body.placeOrder = orders.placing(party, Int(visit.order), parties.culture(party))
            bodies.append(body)
            bodies += remarks(party, &random)
            if random.chance(Self.returnedShare), body.placeOrder.reached != .placed {
                plan(Visit(party: visit.party, order: visit.order, kind: .goodsReturn), in: 3 + random.below(25))
            }
            if random.chance(Self.stayingShare) { planOrder(party, Int(visit.order) + 1, &random) }
        case .goodsReturn:
            body.registerReturn = orders.returning(party, Int(visit.order), parties.culture(party))
            bodies.append(body)
        case .sale:
            bodies += step(visit)
        case .ticket: break
        }
        for (index, body) in bodies.enumerated() { ready.append(command(body, second: second + index * 60)) }
        ready.reverse()
    }

    /// What happens to an opportunity now; plans what comes next.
    private mutating func step(_ visit: Visit) -> [CommandBody] {
        guard let opened = sales.openingDay(Int(visit.party)) else { return [] }
        let steps = sales.steps(Int(visit.party), openedOn: opened)
        let now = Int(visit.order)
        if now + 1 < steps.count {
            plan(
                Visit(party: visit.party, order: visit.order + 1, kind: .sale), in: steps[now + 1].day - steps[now].day)
        }
        return [steps[now].body]
    }

    /// What happens to a ticket now; plans what comes next, which may be on the same day.
    private mutating func handle(ticket visit: Visit) {
        guard let opened = tickets.opening(Int(visit.party)) else { return }
        let steps = tickets.steps(Int(visit.party), openedAt: opened)
        let now = Int(visit.order)
        if now + 1 < steps.count {
            plan(
                Visit(party: visit.party, order: visit.order + 1, kind: .ticket),
                in: steps[now + 1].second / Self.secondsPerDay - day)
        }
        var command = command(steps[now].body, second: steps[now].second % Self.secondsPerDay)
        command.importJob = tickets.importJob
        ready = [command]
    }

    /// What else is recorded when an order is placed: a note, a tag, a need, a preference.
    private func remarks(_ party: Int, _ random: inout DemoGenerator) -> [CommandBody] {
        var bodies: [CommandBody] = []
        if random.chance(0.06) {
            var body = CommandBody()
            body.addNote.kind = .party
            body.addNote.target = DemoParties.reference(party)
            body.addNote.note.text = random.pick([
                "Asked for delivery after six in the evening.", "请在工作日送货。", "Prefers to be called in the morning.",
                "Very happy with the last order.", "Wants an invoice with the delivery.",
            ])
            bodies.append(body)
        }
        if random.chance(0.04) {
            var body = CommandBody()
            body.tag.kind = .party
            body.tag.target = DemoParties.reference(party)
            body.tag.tag = random.pick(["newsletter", "wholesale", "gift-buyer", "老客户"])
            bodies.append(body)
        }
        if random.chance(0.03) {
            var body = CommandBody()
            body.recordNeed.party = DemoParties.reference(party)
            body.recordNeed.need.text = random.pick([
                "more of the same", "a present for a colleague", "new office equipment",
            ])
            body.recordNeed.need.timeFrame = random.pick(["this month", "before the holidays", "no hurry"])
            body.recordNeed.product.external = DemoCatalogue.key(catalogue.drawn(&random))
            bodies.append(body)
        }
        if random.chance(0.03) {
            var body = CommandBody()
            body.recordPreference.party = DemoParties.reference(party)
            body.recordPreference.topic = "channel"
            body.recordPreference.preference.value = random.pick(["email", "phone", "wechat"])
            bodies.append(body)
        }
        return bodies
    }

    /// Orders of a party follow each other at random, at least a day apart.
    private mutating func planOrder(_ party: Int, _ order: Int, _ random: inout DemoGenerator) {
        let expected = parties.expectedOrders(party, mean: options.ordersPerParty)
        guard expected > 0 else { return }
        // Parties that come later and those that leave place fewer; the factor makes up for them.
        let gap = random.exponential(mean: Double(options.days) / (expected * 1.9))
        guard gap < Double(options.days) else { return }
        plan(Visit(party: Int32(party), order: Int32(order), kind: .order), in: 1 + Int(gap))
    }

    private mutating func plan(_ visit: Visit, in distance: Int) {
        if day + distance < days.count { days[day + distance].append(visit) }
    }

    private mutating func command(_ body: CommandBody, second: Int) -> Command {
        var random = DemoGenerator(options.seed, 9, made)
        var command = Command()
        // A millisecond apart each: ids in the order of the commands, as a client would choose them.
        command.id =
            Identifier.version7(
                milliseconds: UInt64(options.start.rawValue / 1_000) + made, randomHigh: random.next(),
                randomLow: random.next()
            ).description
        made += 1
        command.bodies = [body]
        command.occurredAt =
            Instant(
                microseconds: options.start.rawValue + Int64(day * Self.secondsPerDay + second) * 1_000_000
            ).timestamp
        command.source.system = DemoParties.system
        command.mode = .historic
        return command
    }
}
