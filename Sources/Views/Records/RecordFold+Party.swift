internal import Schema
internal import SwiftProtobuf

extension RecordFold {
    /// Folds an event of a party.
    func foldParty(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.payload {
        case .partyRegistered(let registered): try register(registered, event, &row, &store)
        case .partyCorrected(let corrected):
            if corrected.kind != .unspecified { row.party.kind = corrected.kind }
            if corrected.hasDetail { row.party.detail = corrected.detail }
            if corrected.nameReplaced { row.party.replaceName(by: event) }
        case .partyDetailChanged(let changed):
            if changed.hasDetail { row.party.detail = changed.detail }
            if changed.nameReplaced { row.party.replaceName(by: event) }
        case .contactPointAdded(let added):
            try putContactPoint(added.contactPoint, index: 0, event, &row, &store)
        case .contactPointVerified(let verified):
            try changeContactPoint(verified.contactPoint, event, &row, &store) { $0.verified = true }
        case .contactPointRetired(let retired):
            try changeContactPoint(retired.contactPoint, event, &row, &store) { $0.retired = true }
        case .partyStatusChanged(let changed): row.party.status = changed.to
        case .partyStatusWithdrawn(let withdrawn): row.party.status = withdrawn.to
        case .needRecorded(var recorded):
            recorded.reason = ""
            recorded.clearSource()
            try put(event.item(.need(recorded)), .need, event.header.position.rawValue, of: event, &row, &store)
        case .preferenceRecorded(let recorded):
            let item = event.item(.preference(recorded.topic))
            try put(item, .preference, event.header.position.rawValue, of: event, &row, &store)
        case .ownerAssigned, .territoryAssigned: row.party.foldOwner(event)
        case .partyArchived: row.party.archived = true
        case .partyRestored: row.party.archived = false
        case .relationshipReviewed(let reviewed): row.party.keep(reviewed, of: event)
        default: break
        }
    }

    private func register(
        _ registered: PartyRegistered, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        row.party.kind = registered.kind
        row.party.status = registered.status
        row.party.detail = registered.detail
        row.party.replaceName(by: event)
        for (index, entry) in registered.contactPoints.enumerated() {
            try putContactPoint(entry, index: UInt32(index), event, &row, &store)
        }
        if registered.externalCount > 0 { try putExternal(event, unlinked: false, &row, &store) }
    }

    private func putContactPoint(
        _ entry: ContactPointEntry, index: UInt32, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        var contactPoint = ContactPointRow()
        contactPoint.entry = entry
        contactPoint.index = index
        var item = event.item(.contactPoint(contactPoint))
        item.occurredAt = 0
        try put(item, .contactPoint, UInt64(entry.number), of: event, &row, &store)
    }

    private func changeContactPoint(
        _ number: UInt32, _ event: ViewEvent, _ row: inout DirectoryRow,
        _ store: inout some ProjectionStore & ~Copyable,
        _ change: (inout ContactPointRow) -> Void
    ) throws(ViewError) {
        for kind in [ItemKind.contactPoint, .retiredContactPoint] {
            let key = kind.key(of: event.header.stream, UInt64(number))
            guard var item = try store.row(ItemRow.self, tables.items, key) else { continue }
            change(&item.contactPoint)
            let now: ItemKind = item.contactPoint.retired ? .retiredContactPoint : .contactPoint
            if now != kind {
                try store.delete(tables.items, key)
                row.setCount(kind, row.count(kind) - 1)
            }
            try put(item, now, UInt64(number), entries: now == kind ? 0 : 1, of: event, &row, &store)
            return
        }
        throw ViewError(
            .eventUnfit, "The event at \(event.header.position) is about a contact point that was never added.")
    }
}

extension PartyRow {
    /// The name is what the event's sealed part says; a party may have none.
    fileprivate mutating func replaceName(by event: ViewEvent) {
        if let part = event.sealedPart { name = part } else { clearName() }
        nameLength = event.sealedLength
    }
}
