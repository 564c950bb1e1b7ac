internal import CRM
internal import EventLog
internal import Schema
internal import SwiftProtobuf

/// Writes records as the events that readers get: `Event` of the schema in protobuf's binary form.
///
/// A payload stands in a record as it stands in the event, so it is copied, neither decoded nor encoded.
struct EventEncoder {
    let context: LogContext
    let request: HistoryRequest

    /// Appends an event to the fields of a message.
    func append(
        _ field: Int, _ header: EventHeader, _ record: RawSpan, _ leaf: TreeHash, to page: inout WireWriter
    ) throws(EventLogError) {
        let event = page.open(field, lengthBytes: 2)
        page.append(1, unlessZero: header.position.rawValue)
        page.append(2, unlessZero: UInt64(header.kind.rawValue))
        page.append(3, unlessZero: UInt64(header.schemaVersion))
        page.append(4, unlessZero: UInt64(header.origin.rawValue))
        page.append(5, unlessZero: header.flags.contains(.historic) ? 1 : 0)
        page.append(6, unlessZero: header.flags.contains(.clockHeld) ? 1 : 0)
        page.append(7, header.recordedAt.timestamp)
        page.append(8, header.occurredAt.timestamp)
        page.append(9, unlessZero: UInt64(header.streamKind.rawValue))
        page.append(10, unlessZero: header.stream.rawValue)
        if let id = try streamID(header, record) { page.append(11, id) }
        page.append(12, unlessZero: UInt64(header.revision.rawValue))
        page.append(13, unlessZero: header.previousInStream.rawValue)
        page.append(14, header.commandID)
        page.append(15, unlessZero: UInt64(header.commandIndex))
        page.append(16, unlessZero: UInt64(header.commandCount))
        if header.correlationID != .zero { page.append(17, header.correlationID) }
        page.append(18, unlessZero: header.causation.rawValue)
        page.append(19, unlessZero: header.principal.rawValue)
        page.append(20, unlessZero: header.onBehalfOf.rawValue)
        page.append(21, unlessZero: header.importNumber.rawValue)
        for index in 0..<Int(header.subjectCount) { try append(22, subject: index, header, record, to: &page) }
        if !request.omitPayload {
            let payload = page.open(23, lengthBytes: header.payloadLength < 0x7C ? 1 : 2)
            page.append(header.kind.rawValue, record.extracting(header.payloadRange))
            page.close(payload)
        }
        page.append(24, leaf.bytes)
        if request.includeRecord { page.append(25, record) }
        page.append(26, unlessZero: UInt64(header.body))
        page.append(27, unlessZero: UInt64(header.flags.rawValue))
        page.close(event)
    }

    /// The UUID of the event's stream, which stands in the stream's first record.
    private func streamID(_ header: EventHeader, _ record: RawSpan) throws(EventLogError) -> Identifier? {
        if let id = header.streamID(in: record) { return id }
        return try context.log.index.head(of: header.stream)?.id
    }

    private func append(
        _ field: Int, subject index: Int, _ header: EventHeader, _ record: RawSpan, to page: inout WireWriter
    ) throws(EventLogError) {
        let entry = header.subject(index, in: record)
        let subject = page.open(field)
        page.append(1, unlessZero: entry.subject.rawValue)
        page.append(2, unlessZero: UInt64(entry.role.rawValue))
        page.append(3, unlessZero: entry.previous.rawValue)
        page.append(4, unlessZero: UInt64(entry.keySlot))
        page.append(5, unlessZero: UInt64(entry.slotGeneration))
        page.append(6, unlessZero: UInt64(entry.body))
        page.append(7, unlessZero: UInt64(entry.part))
        page.append(8, unlessZero: UInt64(entry.sealedLength))
        if request.reveal, entry.sealedLength > 0, entry.role != .fingerprint {
            do throws(Refusal) {
                // What was sealed is the message itself.
                page.append(9, try context.open(entry, index, of: header, in: record))
            } catch {
                guard error.code == .erased else {
                    throw EventLogError(.damaged, error.detail.sentence, position: header.position)
                }
                page.append(10, 1)
            }
        }
        page.close(subject)
    }
}

extension WireWriter {
    /// An identifier in its text form.
    fileprivate mutating func append(_ field: Int, _ id: Identifier) { append(field, id.description.utf8) }

    /// A point in time.
    fileprivate mutating func append(_ field: Int, _ time: Google_Protobuf_Timestamp) {
        let message = open(field)
        append(1, unlessZero: UInt64(bitPattern: time.seconds))
        append(2, unlessZero: UInt64(bitPattern: Int64(time.nanos)))
        close(message)
    }
}
