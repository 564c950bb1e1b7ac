internal import Schema
internal import SwiftProtobuf

/// Where the contacts with customers stand.
///
/// - `contacts`: party, beginning, interaction → `ContactRow`.
/// - `settings`: see `SettingsRows`.
struct ContactTables: Sendable {
    static let names = ["contacts", "settings"]

    let contacts: TableID
    let settings: SettingsRows

    /// - Parameter first: index of the first of them among the projection's tables.
    init(from first: Int) {
        contacts = TableID(first)
        settings = SettingsRows(TableID(first + 1))
    }

    static let kinds: Set<EventKind> = [
        .interactionLogged, .interactionCorrected, .interactionLinked, .interactionRedacted, .organisationSet,
    ]
}

/// Folds interactions into the contacts of the parties that took part or were represented. An event carries all that
/// is needed, so that nothing has to be looked up.
struct ContactFold {
    let tables: ContactTables

    init(_ tables: ContactTables) { self.tables = tables }

    func apply(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        switch event.payload {
        case .interactionLogged(let logged): try put(logged.parties, logged.detail, event, &store)
        case .interactionCorrected(let corrected):
            for party in corrected.partiesBefore where party.isContact {
                let key = ContactFold.key(party.partyNumber, corrected.detailBefore.start, event)
                try store.delete(tables.contacts, key)
            }
            try put(corrected.parties, corrected.detail, event, &store)
        case .interactionLinked(let linked): try put(linked.addedParties, linked.detail, event, &store)
        default: break
        }
    }

    private func put(
        _ parties: [InteractionParty], _ detail: InteractionDetail, _ event: ViewEvent,
        _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for party in parties where party.isContact {
            var row = ContactRow()
            row.channel = detail.channel
            row.direction = detail.direction
            row.sentiment = detail.sentiment
            row.start = detail.start
            row.role = party.role
            try store.put(tables.contacts, ContactFold.key(party.partyNumber, detail.start, event), row)
        }
    }

    private static func key(_ party: UInt64, _ start: Int64, _ event: ViewEvent) -> [UInt8] {
        var key = [UInt8].key(capacity: 24)
        key.append(bigEndian: party)
        key.append(Instant(microseconds: start))
        key.append(bigEndian: event.header.stream.rawValue)
        return key
    }
}

extension InteractionParty {
    /// Whether it is a contact with the party: those who were only informed or spoken of had none.
    fileprivate var isContact: Bool { role == .participant || role == .represented }
}
