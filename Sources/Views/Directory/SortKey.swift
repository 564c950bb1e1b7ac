internal import Schema

/// Keys of the sort orders: kind of aggregate, sort order, the value that is sorted by, stream number. The number at
/// the end makes every key one record's own, so a list can go on behind any of them, whatever was added since.
enum SortKey {
    /// The sort orders in which records of a kind can be listed.
    static func orders(of kind: AggregateKind) -> [SortOrder] {
        switch kind {
        // Names of persons and opportunities and codes of coupons are sealed, and so no order can be made of them.
        case .party, .opportunity, .employee, .coupon, .interaction, .ticket: [.registered, .changed, .occurred]
        default: [.registered, .changed, .occurred, .label]
        }
    }

    /// What all keys of one sort order of one kind begin with.
    static func prefix(_ kind: AggregateKind, _ sort: SortOrder) -> [UInt8] {
        var key = [UInt8].key(capacity: 64)
        key.append(bigEndian: UInt16(truncatingIfNeeded: kind.rawValue))
        key.append(UInt8(truncatingIfNeeded: sort.rawValue))
        return key
    }

    /// The key of a record in a sort order.
    static func key(_ kind: AggregateKind, _ sort: SortOrder, _ row: DirectoryRow, _ stream: StreamNumber) -> [UInt8] {
        var key = prefix(kind, sort)
        switch sort {
        case .changed: key.append(bigEndian: row.lastPosition)
        case .occurred: key.append(Instant(microseconds: row.occurredAt))
        case .label: key.append(sortable: row.label)
        // A stream's number is the position of its first event.
        case .registered, .unspecified, .UNRECOGNIZED: break
        }
        key.append(bigEndian: stream.rawValue)
        return key
    }

    /// The record whose key this is.
    static func stream(of key: [UInt8]) -> StreamNumber {
        StreamNumber(key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension DirectoryRow {
    /// What the record is called in a list: document number, stock keeping unit or name; empty where it has none.
    var label: String {
        switch details {
        case .product(let product): product.sku.isEmpty ? product.detail.name : product.sku
        case .priceBook(let book): book.name
        case .order(let order): order.documentNumber
        case .goodsReturn(let goodsReturn): goodsReturn.documentNumber
        case .importJob(let job): job.mapping
        case .organisation(let organisation): organisation.name
        case .principal(let principal): principal.label
        case .team(let team): team.name
        case .territory(let territory): territory.name
        case .offer(let offer): offer.name
        // The text of an interaction is sealed, as the others are.
        case .employee, .coupon, .interaction: ""
        case .field(let field): field.definition.key
        case .exchangeRates(let rates): "\(rates.from)/\(rates.to)"
        case .pipeline(let pipeline): pipeline.content.name
        // Names of opportunities are sealed with their parties, as are titles of tasks, what was promised and what a
        // ticket is about.
        case .opportunity, .task, .appointment, .promise, .ticket, .serviceDesk: ""
        case .queue(let queue): queue.label
        case .calendar(let calendar): calendar.content.label
        case .slaPolicy(let policy): policy.content.label
        case .loyaltyProgramme(let programme): programme.label
        case .reward(let reward): reward.detail.label
        case .loyaltyAccount, .redemption: ""
        case .competitor(let competitor): competitor.detail.name
        case .market(let market): market.detail.name
        case .target(let target): target.period.firstDay
        case .training(let training): training.record.detail.course
        case .party, nil: ""
        }
    }
}
