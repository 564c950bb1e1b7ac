internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Items of the content store, which any aggregate can have.
extension RecordFold {
    /// Keeps the items that an event refers to, or that one of them was redacted.
    func foldBodies(
        _ event: ViewEvent, into row: inout DirectoryRow, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        if case .bodyRedacted(let redacted) = event.payload { return try redact(redacted, event, &store) }
        for (place, body) in event.payload.bodies.enumerated() {
            var record = BodyRecord()
            record.body = body
            record.position = event.header.position.rawValue
            record.occurredAt = event.header.occurredAt.timestamp
            record.messageNumber = event.payload.messageNumber
            var item = ItemRow()
            item.body = record
            item.occurredAt = event.header.occurredAt.rawValue
            if let entry = event.sealedEntry(of: StreamNumber(body.subjectNumber)) {
                item.sealed = event.sealed(at: entry)
                item.sealedLength = UInt32(event.subjects[entry].sealedLength)
            }
            let number = Self.number(of: event.header.position.rawValue, UInt32(place))
            try put(item, .body, number, of: event, &row, &store)
        }
    }

    /// What numbers an item: an event refers to fifty at most.
    private static func number(of position: UInt64, _ place: UInt32) -> UInt64 { position << 6 | UInt64(place & 63) }

    private func redact(
        _ redacted: BodyRedacted, _ event: ViewEvent, _ store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        let key = ItemKind.body.key(
            of: event.header.stream, Self.number(of: redacted.referringPosition, redacted.place))
        guard var item = try store.row(ItemRow.self, tables.items, key), case .body(var record)? = item.item else {
            throw ViewError(.eventUnfit, "The event at \(event.header.position) redacts a body that is not recorded.")
        }
        record.redacted = true
        item.item = .body(record)
        try store.put(tables.items, key, item)
    }
}

extension ViewEvent {
    /// The entry of a subject's own sealed part; its reason, if there is one, stands behind it.
    fileprivate func sealedEntry(of subject: StreamNumber) -> Int? {
        guard subject != .none else { return nil }
        return subjects.firstIndex { $0.subject == subject && $0.sealedLength > 0 && $0.role != .fingerprint }
    }
}

extension EventPayload.OneOf_Event {
    /// Of a message of a ticket, its number; else 0.
    fileprivate var messageNumber: UInt32 {
        switch self {
        case .customerMessageReceived(let received): received.number
        case .agentReplied(let replied): replied.number
        default: 0
        }
    }
}

extension Record {
    /// Says what the files are called that stand in an opened part.
    mutating func fill(body itemID: String, with personal: PersonalData) {
        guard let index = bodies.firstIndex(where: { $0.body.itemID == itemID }),
            let title = personal.bodyTitles.first(where: { $0.itemID == itemID })
        else { return }
        bodies[index].personal = title
    }

    /// The key of the item's subject was destroyed.
    mutating func markErased(body itemID: String) {
        guard let index = bodies.firstIndex(where: { $0.body.itemID == itemID }) else { return }
        bodies[index].erased = true
    }
}

extension PersonalData {
    /// What the files are called that the event refers to.
    fileprivate var bodyTitles: [BodyPersonal] {
        switch data {
        case .noteAdded(let part): part.bodies
        case .interactionLogged(let part): part.content.bodies
        case .ticketOpened(let part): part.personal.bodies
        case .customerMessageReceived(let part), .agentReplied(let part): part.bodies
        default: []
        }
    }
}
