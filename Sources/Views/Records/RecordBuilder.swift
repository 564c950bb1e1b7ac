internal import Schema
internal import SwiftProtobuf

/// Puts a record together from its row and its items, list by list in the order of `ItemKind`.
struct RecordBuilder {
    /// What ids, times and the like take in a record beyond what they take in a row.
    private static let bytesAround = 200

    private var record = Record()
    private var sealed: [SealedRef: (places: [SealedPlace], length: Int)] = [:]
    private var contactPoints: [NumberedItem] = []
    private var fulfilled: [UInt32: DecimalValue] = [:]
    private var omitted: [(list: String, count: Int)] = []
    private var size: Int
    /// The customer of an order, a return or a coupon, or whom an opportunity is with.
    private(set) var party = StreamNumber.none

    init(_ stream: StreamNumber, _ stored: StoredRow) {
        let row = stored.row
        size = stored.size + Self.bytesAround
        record.id = row.identifier.description
        record.number = stream.rawValue
        record.kind = row.kind
        record.revision = UInt64(row.revision)
        record.firstPosition = stream.rawValue
        record.lastPosition = row.lastPosition
        record.occurredAt = Instant(microseconds: row.occurredAt).timestamp
        record.changedAt = Instant(microseconds: row.changedAt).timestamp
        record.external = row.external
        record.tags = newest(row.tags, "tags")
        record.importNumber = row.importNumber
        begin(row.details)
    }

    private mutating func begin(_ details: DirectoryRow.OneOf_Details?) {
        switch details {
        case .party(let row):
            record.party = PartyRecord(row)
            if row.hasName { note(row.name, row.nameLength, .name) }
            if row.hasReviewPart { note(row.reviewPart, row.reviewLength, .review) }
        case .product(let product): record.product = product
        case .priceBook(let book): record.priceBook = book
        case .order(let row):
            record.order = OrderRecord(row)
            party = StreamNumber(row.partyNumber)
            if row.hasPersonal { note(row.personal, row.personalLength, .order) }
        case .goodsReturn(let row):
            record.goodsReturn = ReturnRecord(row)
            party = StreamNumber(row.partyNumber)
        case .importJob(let job): record.importJob = job
        case .organisation(let organisation): record.organisation = organisation
        case .principal(let principal):
            record.principal = principal
            record.principal.roles = newest(principal.roles, "roles")
        case .employee(let row):
            record.employee = row.record
            if row.hasName { note(row.name, row.nameLength, .employeeName) }
            if row.hasContactPoints { note(row.contactPoints, row.contactPointsLength, .employeeContactPoints) }
        case .team(let team): record.team = team
        case .territory(let territory): record.territory = territory
        case .offer(let offer): record.offer = offer
        case .coupon(let row):
            record.coupon = row.record
            party = StreamNumber(row.record.partyNumber)
            if row.hasPersonal { note(row.personal, row.personalLength, .coupon) }
        case .field(let field): record.field = field
        case .interaction(let row):
            record.interaction = InteractionRecord(row)
            for reference in row.content { note(reference, row.contentLength, .interaction) }
        case .exchangeRates(let rates): record.exchangeRates = rates
        case .pipeline(let pipeline): record.pipeline = pipeline
        case .opportunity(let row): begin(row)
        case .ticket(let row): begin(row)
        case .serviceDesk(let desk): record.serviceDesk = desk
        case .queue(let queue): record.queue = queue
        case .calendar(let calendar): record.calendar = calendar
        case .slaPolicy(let policy): record.slaPolicy = policy
        case .loyaltyProgramme(let programme): record.loyaltyProgramme = programme
        case .loyaltyAccount(let account):
            record.loyaltyAccount = account
            record.loyaltyAccount.lots = first(account.lots, "lots")
            party = StreamNumber(account.partyNumber == 0 ? account.employeeNumber : account.partyNumber)
        case .reward(let reward): record.reward = reward
        case .redemption(let redemption):
            record.redemption = redemption
            party = StreamNumber(redemption.partyNumber)
        case .competitor(let competitor): record.competitor = competitor
        case .market(let market): record.market = market
        case .target(let target): record.target = target
        case .training(let row):
            record.training = row.record
            if row.hasPersonal { note(row.personal, row.personalLength, .training) }
        case .task(let row): begin(row)
        case .appointment(let row):
            record.appointment = row.record
            for reference in row.personal { note(reference, row.personalLength, .appointment) }
        case .promise(let row): begin(row)
        case nil: break
        }
    }

    private mutating func begin(_ row: OpportunityRow) {
        record.opportunity = row.record
        party = StreamNumber(row.record.partyNumber)
        if row.hasPersonal { note(row.personal, row.personalLength, .opportunity) }
        if row.hasNextStep { note(row.nextStep, row.nextStepLength, .nextStep) }
        if row.hasClosing { note(row.closing, row.closingLength, .closing) }
    }

    private mutating func begin(_ row: TaskRow) {
        record.task = row.record
        party = StreamNumber(row.record.partyNumber)
        if row.hasPersonal { note(row.personal, row.personalLength, .task) }
        if row.hasClosing { note(row.closing, row.closingLength, .taskOutcome) }
    }

    private mutating func begin(_ row: PromiseRow) {
        record.promise = row.record
        party = StreamNumber(row.record.partyNumber)
        if row.hasPersonal { note(row.personal, row.personalLength, .promise) }
        if row.hasClosing { note(row.closing, row.closingLength, .promiseRemark) }
    }

    private mutating func begin(_ row: TicketRow) {
        record.ticket = row.record
        party = StreamNumber(row.record.partyNumber)
        if row.hasPersonal { note(row.personal, row.personalLength, .ticket) }
        if row.hasResolution { note(row.resolution, row.resolutionLength, .resolution) }
    }

    /// The newest of what a row lists itself.
    private mutating func newest<Word>(_ words: [Word], _ list: String) -> [Word] {
        leaveOut(words.count - RecordLimits.wordsMaximum, of: list)
        return words.suffix(RecordLimits.wordsMaximum)
    }

    /// The first of what a row lists itself.
    private mutating func first<Entry>(_ entries: [Entry], _ list: String) -> [Entry] {
        leaveOut(entries.count - RecordLimits.wordsMaximum, of: list)
        return Array(entries.prefix(RecordLimits.wordsMaximum))
    }

    /// Says that a list has more entries than the record.
    private mutating func leaveOut(_ count: Int, of list: String) {
        if count > 0 { omitted.append((list, count)) }
    }

    /// Adds the fields, in their order.
    mutating func add(_ fields: [FieldRow]) {
        record.fields = fields.map { Schema.RecordField($0) }
        for (index, field) in fields.enumerated() where field.hasSealed {
            note(field.sealed, field.sealedLength, .field(index))
        }
    }

    /// Adds the newest items of a list.
    ///
    /// - Parameter count: how many entries the list has.
    mutating func add(_ newest: NewestItems, _ kind: ItemKind, of count: Int) {
        if let list = RecordLimits.name(of: kind) { leaveOut(count - newest.entries, of: list) }
        for item in newest.items { size += item.size - Int(item.row.sealedLength) }
        switch kind {
        // Those in use and those retired make one list.
        case .contactPoint, .retiredContactPoint: contactPoints += newest.items
        default: for item in newest.items.reversed() { add(item.row, number: item.number) }
        }
    }

    private mutating func add(_ item: ItemRow, number: UInt64) {
        switch item.item {
        case .note(let text): add(note: text, item, position: number)
        case .need(let need):
            record.party.needs.append(NeedRecord(need, item))
            seal(item, .need(record.party.needs.count - 1))
        case .preference(let topic):
            record.party.preferences.append(PreferenceRecord(topic, item))
            seal(item, .preference(record.party.preferences.count - 1))
        case .externalUnlinked: seal(item, .external)
        case .contactPoint(let row):
            record.party.contactPoints.append(ContactPointRecord(row))
            let index = record.party.contactPoints.count - 1
            seal(item, .contactPoint(index, indexInPart: Int(row.index)))
        case .variant(let variant): record.product.variants.append(variant)
        case .related(let related): record.product.related.append(related)
        case .price(let price): record.priceBook.prices.append(PriceRecord(price))
        case .orderLines(let chunk): record.order.lines.append(contentsOf: chunk.lines)
        case .returnLines(let chunk): record.goodsReturn.lines.append(contentsOf: chunk.lines)
        case .fulfilled(let quantity): fulfilled[UInt32(truncatingIfNeeded: number)] = quantity
        case .exchangeRate(let rate): record.exchangeRates.rates.append(rate)
        case .opportunityLine(let line): record.opportunity.lines.append(line)
        case .stageVisit(let visit): record.opportunity.stages.append(visit)
        case .ticketMessage(let message):
            record.ticket.messages.append(message)
            seal(item, .ticketMessage(record.ticket.messages.count - 1))
        case .competitorMove(let move): record.competitor.insert(move)
        case .marketSize(let size): record.market.insert(size)
        case .body(let body):
            record.bodies.insert(body, at: 0)
            seal(item, .body(body.body.itemID))
        case .renegotiation(let renegotiation): record.promise.renegotiations.insert(renegotiation, at: 0)
        case nil: break
        }
    }

    private mutating func add(note text: String, _ item: ItemRow, position: UInt64) {
        var note = Note()
        note.position = position
        note.text = text
        note.occurredAt = Instant(microseconds: item.occurredAt).timestamp
        record.notes.append(note)
        if text.isEmpty { seal(item, .note(record.notes.count - 1)) }
    }

    private mutating func seal(_ item: ItemRow, _ place: SealedPlace) {
        if item.hasSealed { note(item.sealed, item.sealedLength, place) }
    }

    private mutating func note(_ reference: SealedRef, _ length: UInt32, _ place: SealedPlace) {
        sealed[reference, default: ([], Int(length))].places.append(place)
    }

    /// The record, with the places that one sealed part fills put together.
    mutating func finish(partyID: String) -> SealedRecord {
        for item in contactPoints.sorted(by: { $0.number < $1.number }) { add(item.row, number: item.number) }
        if case .order? = record.details {
            record.order.partyID = partyID
            if !fulfilled.isEmpty {
                record.order.fulfilled = record.order.lines.map { fulfilled[$0.line] ?? DecimalValue() }
                size += 2 * record.order.lines.count
            }
        } else if case .goodsReturn? = record.details {
            record.goodsReturn.partyID = partyID
        } else if case .coupon? = record.details {
            record.coupon.partyID = partyID
        } else if case .loyaltyAccount(let account)? = record.details {
            if account.partyNumber == 0 {
                record.loyaltyAccount.employeeID = partyID
            } else {
                record.loyaltyAccount.partyID = partyID
            }
        } else if case .redemption? = record.details {
            record.redemption.partyID = partyID
        } else if case .opportunity? = record.details {
            record.opportunity.partyID = partyID
        } else if case .task? = record.details {
            record.task.partyID = partyID
        } else if case .promise? = record.details {
            record.promise.partyID = partyID
        } else if case .ticket? = record.details {
            record.ticket.partyID = partyID
        }
        sayWhatIsLeftOut()
        return SealedRecord(
            record: record, sealed: fields, size: sealed.values.reduce(size) { $0 + $1.length })
    }

    private mutating func sayWhatIsLeftOut() {
        var counts: [String: Int] = [:]
        for (list, count) in omitted { counts[list, default: 0] += count }
        record.omitted = counts.sorted { $0.key < $1.key }.map { list, count in
            .with {
                $0.list = list
                $0.count = UInt64(count)
            }
        }
    }

    private var fields: [SealedField] {
        sealed.map { SealedField(reference: $0, places: $1.places) }
            .sorted { ($0.reference.position, $0.reference.entry) < ($1.reference.position, $1.reference.entry) }
    }
}
