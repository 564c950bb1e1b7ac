internal import Schema
internal import SwiftProtobuf

extension PartyRecord {
    init(_ row: PartyRow) {
        self.init()
        kind = row.kind
        status = row.status
        archived = row.archived
        detail = row.detail
        if row.hasReview { review = row.review }
        if row.hasOwner {
            owner = row.owner
            ownerSince = Instant(microseconds: row.ownerSince).timestamp
        }
        territoryNumber = row.territoryNumber
        territoryPinned = row.territoryPinned
    }
}

extension ContactPointRecord {
    init(_ row: ContactPointRow) {
        self.init()
        number = row.entry.number
        kind = row.entry.kind
        label = row.entry.label
        normalised = row.entry.normalised
        verified = row.verified
        retired = row.retired
    }
}

extension NeedRecord {
    init(_ need: NeedRecorded, _ item: ItemRow) {
        self.init()
        productNumber = need.productNumber
        if need.hasBudget { budget = need.budget }
        occurredAt = Instant(microseconds: item.occurredAt).timestamp
    }
}

extension PreferenceRecord {
    init(_ topic: String, _ item: ItemRow) {
        self.init()
        self.topic = topic
        occurredAt = Instant(microseconds: item.occurredAt).timestamp
    }
}

extension PriceRecord {
    init(_ price: PriceSet) {
        self.init()
        productNumber = price.productNumber
        unitPrice = price.unitPrice
        from = Instant(microseconds: price.from).timestamp
        if price.hasTo { to = Instant(microseconds: price.to).timestamp }
    }
}

extension OrderRecord {
    init(_ row: OrderRow) {
        self.init()
        status = row.status
        documentNumber = row.documentNumber
        partyNumber = row.partyNumber
        channel = row.channel
        country = row.country
        currency = row.currency
        net = row.net
        placedAt = Instant(microseconds: row.placedAt).timestamp
    }
}

extension ReturnRecord {
    init(_ row: ReturnRow) {
        self.init()
        status = row.status
        documentNumber = row.documentNumber
        orderNumber = row.orderNumber
        partyNumber = row.partyNumber
        channel = row.channel
        country = row.country
        currency = row.currency
        net = row.net
        if row.hasRefunded { refunded = row.refunded }
        registeredAt = Instant(microseconds: row.registeredAt).timestamp
    }
}
