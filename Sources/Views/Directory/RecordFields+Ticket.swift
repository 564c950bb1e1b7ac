internal import Schema
internal import SwiftProtobuf

/// The open fields of records of tickets and of what they are worked on with.
enum TicketFields {
    static let ticket: [String: RecordField] = [
        "status": .choice(.ticketStatus) { $0.ticket.record.status.rawValue },
        "sequence": .number { _, row in number(row.ticket.record.sequence) },
        "partyNumber": .number { _, row in number(row.ticket.record.partyNumber) },
        "partyId": .partyID { StreamNumber($0.ticket.record.partyNumber) },
        "requesterNumber": .number { _, row in number(row.ticket.record.requesterNumber) },
        "channel": .text { $0.ticket.record.channel },
        "type": .text { $0.ticket.record.type },
        "category": .text { $0.ticket.record.category },
        "customerClass": .text { $0.ticket.record.customerClass },
        "priority": .text { $0.ticket.record.priority },
        "priorityRank": .number { _, row in Int64(row.ticket.record.priorityRank) },
        "queueNumber": .number { _, row in number(row.ticket.record.queueNumber) },
        "assigneeNumber": .number { _, row in number(row.ticket.record.assigneeNumber) },
        "level": .number { _, row in Int64(row.ticket.record.level) },
        "openedAt": .instant { instant($0.ticket.record.openedAt) },
        "openedByUs": .boolean { $0.ticket.record.openedByUs },
        "wait": .choice(.ticketWait) { $0.ticket.record.wait.rawValue },
        "firstResolvedAt": .instant { instant($0.ticket.record.firstResolvedAt) },
        "resolvedAt": .instant { instant($0.ticket.record.resolvedAt) },
        "closedAt": .instant { instant($0.ticket.record.closedAt) },
        "resolutionCode": .text { $0.ticket.record.resolutionCode },
        "waitingSince": .instant { instant($0.ticket.record.waitingSince) },
        "unanswered": .number { _, row in Int64(row.ticket.record.unanswered) },
        "contacts": .number { _, row in Int64(row.ticket.record.contacts) },
        "firstResponseAt": .instant { instant($0.ticket.record.firstResponseAt) },
        "transfers": .number { _, row in Int64(row.ticket.record.transfers) },
        "reopenedAfterResolved": .number { _, row in Int64(row.ticket.record.reopenedAfterResolved) },
        "reopenedAfterClosed": .number { _, row in Int64(row.ticket.record.reopenedAfterClosed) },
        "mergedIntoNumber": .number { _, row in number(row.ticket.record.mergedIntoNumber) },
    ]

    static let serviceDesk: [String: RecordField] = [
        "version": .number { _, row in Int64(row.serviceDesk.version) }
    ]

    static let queue: [String: RecordField] = [
        "label": .text { $0.queue.label },
        "version": .number { _, row in Int64(row.queue.version) },
        "isDefault": .boolean { $0.queue.isDefault },
        "retired": .boolean { $0.queue.retired },
    ]

    static let calendar: [String: RecordField] = [
        "label": .text { $0.calendar.content.label },
        "zone": .text { $0.calendar.content.zone },
        "version": .number { _, row in Int64(row.calendar.version) },
        "isDefault": .boolean { $0.calendar.isDefault },
        "retired": .boolean { $0.calendar.retired },
    ]

    static let slaPolicy: [String: RecordField] = [
        "label": .text { $0.slaPolicy.content.label },
        "order": .number { _, row in Int64(row.slaPolicy.content.order) },
        "version": .number { _, row in Int64(row.slaPolicy.version) },
        "activeVersion": .number { _, row in Int64(row.slaPolicy.activeVersion) },
    ]

    private static func number(_ value: UInt64) -> Int64 { Int64(clamping: value) }

    /// The instant of a timestamp; 1970-01-01T00:00:00Z where it is absent.
    private static func instant(_ timestamp: Google_Protobuf_Timestamp) -> Instant {
        Instant(timestamp) ?? Instant(microseconds: 0)
    }
}
