internal import Schema
internal import SwiftProtobuf

/// Puts a record together from its row and its items, which come in the order of their keys.
struct RecordBuilder {
    private var record = Record()
    private var sealed: [SealedField] = []
    private var fulfilled: [UInt32: DecimalValue] = [:]
    private var size = 200
    /// The customer of an order or a return.
    private(set) var party = StreamNumber.none

    init(_ stream: StreamNumber, _ row: DirectoryRow) {
        record.id = row.identifier.description
        record.number = stream.rawValue
        record.kind = row.kind
        record.revision = UInt64(row.revision)
        record.firstPosition = stream.rawValue
        record.lastPosition = row.lastPosition
        record.occurredAt = Instant(microseconds: row.occurredAt).timestamp
        record.changedAt = Instant(microseconds: row.changedAt).timestamp
        record.external = row.external
        record.tags = row.tags
        record.importNumber = row.importNumber
        begin(row.details)
    }

    private mutating func begin(_ details: DirectoryRow.OneOf_Details?) {
        switch details {
        case .party(let row):
            record.party = PartyRecord(row)
            if row.hasName { note(row.name, .name) }
        case .product(let product): record.product = product
        case .priceBook(let book): record.priceBook = book
        case .order(let row):
            record.order = OrderRecord(row)
            party = StreamNumber(row.partyNumber)
            if row.hasPersonal { note(row.personal, .order) }
        case .goodsReturn(let row):
            record.goodsReturn = ReturnRecord(row)
            party = StreamNumber(row.partyNumber)
        case .importJob(let job): record.importJob = job
        case .organisation(let organisation): record.organisation = organisation
        case .principal(let principal): record.principal = principal
        case nil: break
        }
    }

    /// Adds an item of a list.
    ///
    /// - Throws: `ViewError` with `rowDamaged`.
    mutating func add(_ key: [UInt8], _ bytes: [UInt8]) throws(ViewError) {
        size += bytes.count
        var reader = KeyReader(key)
        _ = try reader.integer(UInt64.self)
        _ = try reader.integer(UInt8.self)
        add(try decodedRow(ItemRow.self, bytes), number: try reader.integer(UInt64.self))
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
            seal(item, .contactPoint(record.party.contactPoints.count - 1, indexInPart: Int(row.index)))
        case .variant(let variant): record.product.variants.append(variant)
        case .related(let related): record.product.related.append(related)
        case .price(let price): record.priceBook.prices.append(PriceRecord(price))
        case .orderLines(let chunk): record.order.lines.append(contentsOf: chunk.lines)
        case .returnLines(let chunk): record.goodsReturn.lines.append(contentsOf: chunk.lines)
        case .fulfilled(let quantity): fulfilled[UInt32(truncatingIfNeeded: number)] = quantity
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
        if item.hasSealed { note(item.sealed, place) }
    }

    private mutating func note(_ reference: SealedRef, _ place: SealedPlace) {
        sealed.append(SealedField(reference: reference, places: [place]))
    }

    /// The record, with the places that one sealed part fills put together.
    func finish(partyID: String) -> SealedRecord {
        var record = record
        if case .order? = record.details {
            record.order.partyID = partyID
            if !fulfilled.isEmpty {
                record.order.fulfilled = record.order.lines.map { fulfilled[$0.line] ?? DecimalValue() }
            }
        } else if case .goodsReturn? = record.details {
            record.goodsReturn.partyID = partyID
        }
        return SealedRecord(record: record, sealed: grouped(), size: size)
    }

    private func grouped() -> [SealedField] {
        var places: [SealedRef: [SealedPlace]] = [:]
        for field in sealed { places[field.reference, default: []].append(contentsOf: field.places) }
        return places.map { SealedField(reference: $0, places: $1) }
            .sorted { ($0.reference.position, $0.reference.entry) < ($1.reference.position, $1.reference.entry) }
    }
}
