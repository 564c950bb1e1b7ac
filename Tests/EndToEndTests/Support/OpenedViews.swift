import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Everything that the views say, opened, under names that do not hang on the service: external references in the
/// place of ids, stream numbers and positions. Two logs with the same facts have equal ones.
struct OpenedViews: Equatable {
    /// Kind and name of a record, or of a customer's view, to its texts. Records without a name of their own share one.
    private(set) var entries: [String: [String]] = [:]

    /// Kinds whose records are facts of the owner; imports and principals are those of a log.
    private static let kinds: [AggregateKind] = [
        .party, .product, .priceBook, .order, .return, .organisation, .employee, .team, .territory, .offer, .coupon,
        .pipeline, .opportunity,
    ]

    init(_ daemon: Daemon, asOf: Google_Protobuf_Timestamp) async throws {
        let position = try await daemon.durablePosition()
        let (records, customers) = try await daemon.withClient { client in
            var records: [Record] = []
            for kind in OpenedViews.kinds { records += try await client.all(kind, atLeast: position) }
            let parties = records.filter { $0.kind == .party }.map { Reference(id: $0.id) }
            let customers = try await client.customers(parties, asOf: asOf, timeline: 10_000, atLeast: position)
            return (records, customers)
        }
        var names: [UInt64: String] = [:]
        for record in records { names[record.number] = OpenedViews.name(record) }
        for record in records {
            try add(OpenedViews.opened(record, names), as: "\(record.kind) \(OpenedViews.name(record))")
        }
        for customer in customers {
            try add(OpenedViews.opened(customer, names), as: "view \(OpenedViews.name(customer.party))")
        }
        entries = entries.mapValues { $0.sorted() }
    }

    private mutating func add(_ text: String, as name: String) {
        entries[name, default: []].append(text)
    }

    /// What differs, for a person: at most three entries.
    func differences(from other: OpenedViews) -> String {
        Set(entries.keys).union(other.entries.keys).sorted()
            .filter { entries[$0] != other.entries[$0] }
            .prefix(3)
            .map { "\($0):\n  \(entries[$0] ?? [])\n  \(other.entries[$0] ?? [])" }
            .joined(separator: "\n")
    }

    private static func name(_ record: Record) -> String {
        record.external.map { "\($0.system):\($0.key)" }.sorted().joined(separator: " ")
    }

    private static func opened(_ record: Record, _ names: [UInt64: String]) throws -> String {
        var record = record
        var mentioned: [String] = []
        /// Takes a stream number out and keeps the name of what it stood for.
        func resolve(_ number: inout UInt64) {
            mentioned.append(number == 0 ? "-" : names[number] ?? "?")
            number = 0
        }
        func resolve(_ benefit: inout OfferBenefit) {
            if case .points? = benefit.benefit { resolve(&benefit.points.programmeNumber) }
        }
        func resolve(_ owner: inout Owner) {
            switch owner.owner {
            case .employeeNumber(var number):
                resolve(&number)
                owner.employeeNumber = number
            case .teamNumber(var number):
                resolve(&number)
                owner.teamNumber = number
            case nil: break
            }
        }
        record.id = ""
        record.number = 0
        record.firstPosition = 0
        record.lastPosition = 0
        record.importNumber = 0
        for index in record.notes.indices { record.notes[index].position = 0 }
        switch record.details {
        case .party(var party):
            for index in party.needs.indices { resolve(&party.needs[index].productNumber) }
            if party.hasReview {
                party.review.position = 0
                resolve(&party.review.reviewerNumber)
            }
            resolve(&party.territoryNumber)
            if party.hasOwner { resolve(&party.owner) }
            record.party = party
        case .product(var product):
            for index in product.related.indices { resolve(&product.related[index].number) }
            record.product = product
        case .priceBook(var book):
            for index in book.prices.indices { resolve(&book.prices[index].productNumber) }
            record.priceBook = book
        case .order(var order):
            order.partyID = ""
            resolve(&order.partyNumber)
            for index in order.lines.indices { resolve(&order.lines[index].productNumber) }
            record.order = order
        case .goodsReturn(var goodsReturn):
            goodsReturn.partyID = ""
            resolve(&goodsReturn.partyNumber)
            resolve(&goodsReturn.orderNumber)
            for index in goodsReturn.lines.indices { resolve(&goodsReturn.lines[index].productNumber) }
            record.goodsReturn = goodsReturn
        case .employee(var employee):
            for index in employee.teams.indices { resolve(&employee.teams[index].teamNumber) }
            record.employee = employee
        case .team(var team):
            resolve(&team.parentNumber)
            record.team = team
        case .territory(var territory):
            resolve(&territory.parentNumber)
            if territory.hasOwner { resolve(&territory.owner) }
            record.territory = territory
        case .offer(var offer):
            for index in offer.productNumbers.indices { resolve(&offer.productNumbers[index]) }
            resolve(&offer.eligibility.programmeNumber)
            resolve(&offer.benefit)
            record.offer = offer
        case .coupon(var coupon):
            coupon.partyID = ""
            resolve(&coupon.partyNumber)
            resolve(&coupon.offerNumber)
            resolve(&coupon.orderNumber)
            resolve(&coupon.benefit)
            record.coupon = coupon
        case .interaction, .field, .exchangeRates: break
        case .opportunity(var opportunity):
            opportunity.partyID = ""
            resolve(&opportunity.partyNumber)
            resolve(&opportunity.partnerNumber)
            resolve(&opportunity.pipelineNumber)
            resolve(&opportunity.lostToNumber)
            resolve(&opportunity.orderNumber)
            resolve(&opportunity.owner)
            for index in opportunity.lines.indices { resolve(&opportunity.lines[index].productNumber) }
            for index in opportunity.competitorNumbers.indices { resolve(&opportunity.competitorNumbers[index]) }
            for index in opportunity.buyingRoles.indices { resolve(&opportunity.buyingRoles[index].partyNumber) }
            record.opportunity = opportunity
        case .pipeline: break
        case .loyaltyProgramme(var programme):
            for rule in programme.rules.indices {
                for index in programme.rules[rule].condition.productNumbers.indices {
                    resolve(&programme.rules[rule].condition.productNumbers[index])
                }
            }
            record.loyaltyProgramme = programme
        case .loyaltyAccount(var account):
            account.partyID = ""
            account.employeeID = ""
            resolve(&account.programmeNumber)
            resolve(&account.partyNumber)
            resolve(&account.employeeNumber)
            for index in account.lots.indices {
                account.lots[index].earning = 0
                resolve(&account.lots[index].orderNumber)
            }
            record.loyaltyAccount = account
        case .reward(var reward):
            resolve(&reward.programmeNumber)
            resolve(&reward.productNumber)
            record.reward = reward
        case .redemption(var redemption):
            redemption.partyID = ""
            resolve(&redemption.accountNumber)
            resolve(&redemption.rewardNumber)
            resolve(&redemption.programmeNumber)
            resolve(&redemption.partyNumber)
            resolve(&redemption.employeeNumber)
            record.redemption = redemption
        case .competitor(var competitor):
            for index in competitor.strengthsAndWeaknesses.indices {
                resolve(&competitor.strengthsAndWeaknesses[index].productNumber)
            }
            for index in competitor.moves.indices {
                competitor.moves[index].position = 0
                resolve(&competitor.moves[index].productNumber)
                resolve(&competitor.moves[index].marketNumber)
            }
            record.competitor = competitor
        case .market(var market):
            for index in market.sizes.indices { market.sizes[index].position = 0 }
            record.market = market
        case .target(var target):
            var owner = target.owner.employeeNumber + target.owner.teamNumber
            resolve(&owner)
            if case .teamNumber? = target.owner.owner { target.owner.teamNumber = 0 }
            if case .employeeNumber? = target.owner.owner { target.owner.employeeNumber = 0 }
            resolve(&target.programmeNumber)
            record.target = target
        case .training(var training):
            resolve(&training.employeeNumber)
            record.training = training
        case .organisation, .principal, .importJob, nil: break
        }
        return try record.jsonString() + mentioned.joined(separator: ",")
    }

    private static func opened(_ customer: Customer, _ names: [UInt64: String]) throws -> String {
        var customer = customer
        let party = try opened(customer.party, names)
        customer.clearParty()
        customer.lastChangedPosition = 0
        for index in customer.timeline.indices {
            customer.timeline[index].position = 0
            customer.timeline[index].clearRecordedAt()
            customer.timeline[index].streamID = ""
            customer.timeline[index].streamNumber = 0
        }
        return try party + customer.jsonString()
    }
}
