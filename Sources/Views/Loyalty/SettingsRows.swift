internal import Schema

/// What the organisation has set and a view's days depend on.
struct SettingsRows {
    let table: TableID

    init(_ table: TableID) { self.table = table }

    private static let zoneKey: [UInt8] = [1]

    /// Keeps the zone that an event of the organisation names.
    func fold(_ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable) throws(ViewError) {
        guard case .organisationSet(let set) = event.payload else { return }
        try store.put(table, SettingsRows.zoneKey, Array(set.zone.utf8))
    }

    /// The clock of the organisation: that of its zone, UTC where it has set none.
    func clock(in reader: borrowing some ProjectionReader & ~Copyable) throws(ViewError) -> OrganisationClock {
        OrganisationClock(zone: String(decoding: try reader.get(table, SettingsRows.zoneKey) ?? [], as: UTF8.self))
    }
}
