package import Schema

/// Every domain of claims. A number is never given a second meaning: claims are made again from the log, but
/// a running service and its index must agree.
extension ClaimKey {
    /// How many products and variants have this stock keeping unit: 0 or 1.
    package static func sku(_ sku: String) -> ClaimKey { ClaimKey(domain: 1, sku.utf8) }

    /// How many orders have this document number: 0 or 1.
    package static func orderDocument(_ number: String) -> ClaimKey { ClaimKey(domain: 2, number.utf8) }

    /// How many returns have this document number: 0 or 1.
    package static func returnDocument(_ number: String) -> ClaimKey { ClaimKey(domain: 3, number.utf8) }

    /// What has come back of one line of an order.
    package static func returned(order: StreamNumber, line: UInt32) -> ClaimKey {
        ClaimKey(domain: 4, bigEndian(order.rawValue) + bigEndian(line))
    }

    /// How many confirmed orders a party has.
    package static func confirmedOrders(_ party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 5, bigEndian(party.rawValue))
    }

    /// How many principals are administrators of everything.
    package static let admins = ClaimKey(domain: 6, [])

    /// Whether an aggregate has a tag: 0 or 1.
    package static func tag(_ stream: StreamNumber, _ tag: String) -> ClaimKey {
        ClaimKey(domain: 7, bigEndian(stream.rawValue) + Array(tag.utf8))
    }

    /// Register: the competitor of this name, whatever its case; 0 where there is none.
    package static func competitorName(_ name: String) -> ClaimKey {
        ClaimKey(domain: 50, FoldedName(name).bytes)
    }

    /// Register: the market of this name, whatever its case; 0 where there is none.
    package static func marketName(_ name: String) -> ClaimKey { ClaimKey(domain: 51, FoldedName(name).bytes) }

    /// Register: the target of this metric, period, owner, programme and currency; 0 where there never was one.
    package static func target(_ target: TargetSet) -> ClaimKey {
        let owner: (kind: UInt8, number: UInt64) =
            switch target.owner.owner {
            case .employeeNumber(let number): (1, number)
            case .teamNumber(let number): (2, number)
            case nil: (0, 0)
            }
        var key = bigEndian(UInt16(clamping: target.metric.rawValue))
        key += Array(target.period.firstDay.utf8) + Array(target.period.lastDay.utf8)
        key += [owner.kind] + bigEndian(owner.number) + bigEndian(target.programmeNumber)
        return ClaimKey(domain: 52, key + Array(target.value.money.currency.utf8))
    }

    /// Number of the stream of the default pipeline; 0 where none is defined.
    package static let defaultPipeline = ClaimKey(domain: 30, [])

    /// How many open opportunities entered a stage of a pipeline, before any mapping of stages.
    package static func openInStage(_ pipeline: StreamNumber, _ stage: String) -> ClaimKey {
        ClaimKey(domain: 31, bigEndian(pipeline.rawValue) + Array(stage.utf8))
    }

    /// How many open opportunities a party has.
    package static func openOpportunities(_ party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 32, bigEndian(party.rawValue))
    }

    /// How many open things an owner has.
    static func openWork(_ owner: OwnerKey) -> ClaimKey { ClaimKey(domain: 10, owner.bytes) }

    /// How many open things of one kind an owner has.
    static func openWork(_ owner: OwnerKey, _ kind: AggregateKind) -> ClaimKey {
        ClaimKey(domain: 11, owner.token(kind))
    }

    /// How many employees are in a team.
    package static func teamMembers(_ team: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 12, bigEndian(team.rawValue))
    }

    /// Number of the team in use that has this name, whatever the case of its letters; 0: none.
    package static func teamName(_ name: String) -> ClaimKey { ClaimKey(domain: 13, name.lowercased().utf8) }

    /// How many teams or territories in use are a part of this one.
    package static func parts(_ stream: StreamNumber) -> ClaimKey { ClaimKey(domain: 14, bigEndian(stream.rawValue)) }

    /// Number of the territory in use that has this rule; 0: none.
    package static func territoryRule(_ rule: TerritoryRule) -> ClaimKey {
        ClaimKey(domain: 15, Array(rule.country.utf8) + [0] + Array(rule.tag.utf8))
    }

    /// How many territories were ever defined.
    package static let territories = ClaimKey(domain: 16, [])

    /// How many coupons of an offer are out: issued and not withdrawn.
    package static func offerIssued(_ offer: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 17, bigEndian(offer.rawValue))
    }

    /// How many coupons of an offer one party was issued, those that were withdrawn left out.
    package static func offerIssued(_ offer: StreamNumber, to party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 17, bigEndian(offer.rawValue) + bigEndian(party.rawValue))
    }

    /// How many redemptions of an offer are in force.
    package static func offerRedeemed(_ offer: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 18, bigEndian(offer.rawValue))
    }

    /// How many redemptions of an offer by one party are in force.
    package static func offerRedeemed(_ offer: StreamNumber, by party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 18, bigEndian(offer.rawValue) + bigEndian(party.rawValue))
    }

    /// How many coupons of an offer were redeemed on an order: 0 or 1.
    package static func offerOnOrder(_ offer: StreamNumber, _ order: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 19, bigEndian(offer.rawValue) + bigEndian(order.rawValue))
    }

    /// How many fields of its own a kind of aggregate requires.
    package static func requiredFields(_ kind: AggregateKind) -> ClaimKey {
        ClaimKey(domain: 20, bigEndian(UInt16(truncatingIfNeeded: kind.rawValue)))
    }

    /// How many aggregates have a value in a field.
    package static func fieldValues(_ field: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 21, bigEndian(field.rawValue))
    }

    /// How often a value was ever set in a field.
    package static func fieldEverSet(_ field: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 22, bigEndian(field.rawValue))
    }

    /// How many aggregates have a choice in a field that is not personal.
    package static func fieldChoice(_ field: StreamNumber, _ choice: String) -> ClaimKey {
        ClaimKey(domain: 23, bigEndian(field.rawValue) + Array(choice.utf8))
    }

    /// Position of the event that set the value that an aggregate has in a field; 0: the field is empty.
    package static func fieldSetAt(_ stream: StreamNumber, _ field: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 24, bigEndian(stream.rawValue) + bigEndian(field.rawValue))
    }

    /// How many imports are not committed.
    package static let openImports = ClaimKey(domain: 25, [])

    /// How many tickets were ever opened: the sequence of the last one.
    package static let tickets = ClaimKey(domain: 80, [])

    /// How many open tickets a party has.
    package static func openTickets(_ party: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 81, bigEndian(party.rawValue))
    }

    /// How many open tickets are in a queue.
    package static func openInQueue(_ queue: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 82, bigEndian(queue.rawValue))
    }

    /// Register: the queue for tickets of which nothing else is said; 0 where there is none.
    package static let defaultQueue = ClaimKey(domain: 83, [])

    /// Register: the queue in use that is called so, whatever the case of its letters; 0 where there is none.
    package static func queueLabel(_ label: String) -> ClaimKey { ClaimKey(domain: 84, FoldedName(label).bytes) }

    /// How many tickets the routing of a queue has given to somebody.
    package static func routed(_ queue: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 85, bigEndian(queue.rawValue))
    }

    /// Register: the calendar of which nothing else is said; 0 where there is none.
    package static let defaultCalendar = ClaimKey(domain: 86, [])

    /// How many service levels in force count by a calendar.
    package static func policiesOn(_ calendar: StreamNumber) -> ClaimKey {
        ClaimKey(domain: 87, bigEndian(calendar.rawValue))
    }

    static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
