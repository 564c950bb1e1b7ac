import KithClient
import SwiftProtobuf

/// A record or a customer's view without what the service chose: ids and positions are taken out, and a stream number
/// is replaced by the name of what it stands for.
struct OpenedRecord {
    private let names: [UInt64: String]
    /// What the numbers that were taken out stood for, in their order.
    private var mentioned: [String] = []

    private init(_ names: [UInt64: String]) { self.names = names }

    /// A record as text.
    ///
    /// - Parameter names: what streams are called.
    static func text(of record: Record, _ names: [UInt64: String]) throws -> String {
        var (record, opened) = (record, OpenedRecord(names))
        opened.open(&record)
        return try record.jsonString() + opened.mentioned.joined(separator: ",")
    }

    /// A customer's view as text.
    ///
    /// - Parameter names: what streams are called.
    static func text(of customer: Customer, _ names: [UInt64: String]) throws -> String {
        var (customer, opened) = (customer, OpenedRecord(names))
        opened.open(&customer)
        return try customer.jsonString() + opened.mentioned.joined(separator: ",")
    }

    // MARK: What all have

    private mutating func open(_ record: inout Record) {
        record.id = ""
        record.number = 0
        record.firstPosition = 0
        record.lastPosition = 0
        record.importNumber = 0
        for index in record.notes.indices { record.notes[index].position = 0 }
        for index in record.fields.indices { open(&record.fields[index]) }
        switch record.details {
        case .party?: open(&record.party)
        case .product?: resolve(&record.product.related, \.number)
        case .priceBook?: resolve(&record.priceBook.prices, \.productNumber)
        case .order?: open(&record.order)
        case .goodsReturn?: open(&record.goodsReturn)
        case .organisation?: resolve(&record.organisation.closedPeriods, \.closedByNumber)
        case .employee?: resolve(&record.employee.teams, \.teamNumber)
        case .team?: resolve(&record.team.parentNumber)
        case .territory?: open(&record.territory)
        case .offer?: open(&record.offer)
        case .coupon?: open(&record.coupon)
        case .interaction?: open(&record.interaction)
        case .opportunity?: open(&record.opportunity)
        case .loyaltyProgramme?: open(&record.loyaltyProgramme)
        case .loyaltyAccount?: open(&record.loyaltyAccount)
        case .reward?: open(&record.reward)
        case .redemption?: open(&record.redemption)
        case .competitor?: open(&record.competitor)
        case .market?: for index in record.market.sizes.indices { record.market.sizes[index].position = 0 }
        case .target?: open(&record.target)
        case .training?: resolve(&record.training.employeeNumber)
        case .task?: open(&record.task)
        case .appointment?: open(&record.appointment)
        case .promise?: open(&record.promise)
        case .ticket?: open(&record.ticket)
        case .serviceDesk?:
            resolve(&record.serviceDesk.content.types, \.queueNumber)
            resolve(&record.serviceDesk.content.categories, \.queueNumber)
        case .queue?:
            resolve(&record.queue.teamNumbers)
            resolve(&record.queue.agents, \.employeeNumber)
        case .slaPolicy?:
            resolve(&record.slaPolicy.content.calendarNumber)
            resolve(&record.slaPolicy.content.match.queueNumbers)
        case .pipeline, .calendar, .field, .exchangeRates, .principal, .importJob, nil: break
        }
    }

    private mutating func open(_ ticket: inout TicketRecord) {
        ticket.partyID = ""
        resolve(&ticket.partyNumber)
        resolve(&ticket.requesterNumber)
        resolve(&ticket.queueNumber)
        resolve(&ticket.assigneeNumber)
        resolve(&ticket.waitsForNumber)
        resolve(&ticket.mergedIntoNumber)
        resolve(&ticket.absorbedNumbers)
        resolve(&ticket.links, \.number)
        for index in ticket.messages.indices {
            ticket.messages[index].position = 0
            resolve(&ticket.messages[index].employeeNumber)
            resolve(&ticket.messages[index].movedToNumber)
        }
        ticket.splitMessagePositions = []
        ticket.clocks = []
    }

    private mutating func open(_ field: inout RecordField) {
        resolve(&field.fieldNumber)
        if case .referenceNumber? = field.value.value { resolve(&field.value.referenceNumber) }
    }

    private mutating func open(_ customer: inout Customer) {
        open(&customer.party)
        customer.lastChangedPosition = 0
        for index in customer.timeline.indices {
            customer.timeline[index].position = 0
            customer.timeline[index].clearRecordedAt()
            customer.timeline[index].streamID = ""
            customer.timeline[index].streamNumber = 0
        }
        for index in customer.opportunities.indices { open(&customer.opportunities[index]) }
        for index in customer.loyalty.indices { open(&customer.loyalty[index]) }
        if customer.hasWork { open(&customer.work) }
    }

    // MARK: Numbers

    /// Takes a stream number out and keeps the name of what it stood for.
    mutating func resolve(_ number: inout UInt64) {
        mentioned.append(number == 0 ? "-" : names[number] ?? "?")
        number = 0
    }

    /// Does so with one number of every entry of a list.
    mutating func resolve<Entry>(_ entries: inout [Entry], _ number: WritableKeyPath<Entry, UInt64>) {
        for index in entries.indices { resolve(&entries[index][keyPath: number]) }
    }

    /// Does so with every number of a list.
    mutating func resolve(_ numbers: inout [UInt64]) { resolve(&numbers, \.self) }

    mutating func resolve(_ owner: inout Owner) {
        switch owner.owner {
        case .employeeNumber?: resolve(&owner.employeeNumber)
        case .teamNumber?: resolve(&owner.teamNumber)
        case nil: break
        }
    }
}
