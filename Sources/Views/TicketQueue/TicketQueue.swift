package import Schema

/// The ticket queue: open tickets in the order in which they are worked on, and the figures of the service.
///
/// The order is that of `TicketOrderKey`, which the writer's index uses too when somebody claims the next ticket. For
/// the
/// figures it keeps in which times tickets were open and how they stood in them (stints), and what happened to them
/// (counts); everything relative to now is worked out when it is read.
///
/// Tables:
/// - `tickets`: stream number → `QueuedTicketRow`.
/// - `order`: open tickets, by scope; see `QueueScope`.
/// - `openings`: stream number → when it was opened, 8 bytes.
/// - `stints`: end, stream number, number → `TicketStintRow`.
/// - `counts`: kind, instant, stream number, number → `TicketCountRow`; see `CountKind`.
/// - `clocks`: stream number, kind, cycle → `TicketClockRow`.
/// - `settings`: see `SettingsRows`.
package struct TicketQueue: Projection {
    package static let name = "ticketQueue"
    package static let version: UInt32 = 1
    package static let tables = ["tickets", "order", "openings", "stints", "counts", "clocks", "settings"]
    package static let kinds = Set(
        EventKind.allCases.filter { QueuedTicketFold.holds($0) || $0 == .organisationSet })

    static let tickets = QueuedTicketFold(TableID(0))
    static let order = TableID(1)
    static let openings = TableID(2)
    static let stints = TableID(3)
    static let counts = TableID(4)
    static let clocks = TableID(5)
    static let settings = SettingsRows(TableID(6))

    package init() {}

    package func apply(
        _ event: ViewEvent, to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        switch event.header.streamKind {
        case .organisation: try TicketQueue.settings.fold(event, to: &store)
        case .ticket: try fold(event, &store)
        default: break
        }
    }

    private func fold(
        _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let number = event.header.stream
        var change = try TicketQueue.tickets.folded(event, in: store)
        try QueueScope.move(change, of: number, in: &store)
        try StintFold(event).apply(&change, to: &store)
        try CountFold(event).apply(&change, to: &store)
        if change.before?.openedAt != change.after.openedAt {
            try store.put(TicketQueue.openings, .key(number.rawValue), .instant(change.after.openedAt))
        }
        try TicketQueue.tickets.put(change.after, of: number, in: &store)
    }
}

extension [UInt8] {
    /// A row of one instant, in microseconds since 1970.
    static func instant(_ microseconds: Int64) -> [UInt8] {
        var bytes = [UInt8].key(capacity: 8)
        bytes.append(Instant(microseconds: microseconds))
        return bytes
    }
}
