internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Turns records into the events that readers get.
struct EventEncoder {
    let context: LogContext
    let request: HistoryRequest
    let ids: StreamNames

    func event(_ header: EventHeader, _ record: RawSpan, _ leaf: TreeHash) throws(EventLogError) -> Event {
        var event = Event()
        event.position = header.position.rawValue
        event.kind = header.kind
        event.schemaVersion = UInt32(header.schemaVersion)
        event.origin = header.origin
        event.historic = header.flags.contains(.historic)
        event.clockHeld = header.flags.contains(.clockHeld)
        event.recordedAt = header.recordedAt.timestamp
        event.occurredAt = header.occurredAt.timestamp
        event.streamKind = header.streamKind
        event.streamNumber = header.stream.rawValue
        if let id = header.streamID(in: record) {
            event.streamID = id.description
        } else {
            event.streamID = try ids.id(of: header.stream)
        }
        event.revision = UInt64(header.revision.rawValue)
        event.previousInStream = header.previousInStream.rawValue
        event.commandID = header.commandID.description
        event.commandIndex = UInt32(header.commandIndex)
        event.commandCount = UInt32(header.commandCount)
        event.correlationID = header.correlationID == .zero ? "" : header.correlationID.description
        event.causation = header.causation.rawValue
        event.principalNumber = header.principal.rawValue
        event.onBehalfOfNumber = header.onBehalfOf.rawValue
        event.importNumber = header.importNumber.rawValue
        event.leafHash = Data(leaf.bytes)
        event.body = UInt32(header.body)
        event.flags = UInt32(header.flags.rawValue)
        if request.includeRecord { event.record = record.withUnsafeBytes { Data($0) } }
        for index in 0..<Int(header.subjectCount) { event.subjects.append(try subject(index, header, record)) }
        if !request.omitPayload {
            do throws(RecordError) {
                event.payload.event = try EventPayload.decode(
                    kind: header.kind, payload: record.extracting(header.payloadRange))
            } catch { throw EventLogError(.damaged, error.message, position: header.position) }
        }
        return event
    }

    private func subject(_ index: Int, _ header: EventHeader, _ record: RawSpan) throws(EventLogError) -> EventSubject {
        let entry = header.subject(index, in: record)
        var subject = EventSubject()
        subject.number = entry.subject.rawValue
        subject.role = entry.role
        subject.previous = entry.previous.rawValue
        subject.keySlot = entry.keySlot
        subject.slotGeneration = entry.slotGeneration
        subject.body = UInt32(entry.body)
        subject.part = UInt32(entry.part)
        subject.sealedLength = UInt32(entry.sealedLength)
        guard request.reveal, entry.sealedLength > 0, entry.role != .fingerprint else { return subject }
        do throws(Refusal) {
            let plaintext = try context.open(entry, index, of: header, in: record)
            subject.personal = try Self.decode(plaintext)
        } catch {
            guard error.code == .erased else {
                throw EventLogError(.damaged, error.detail.sentence, position: header.position)
            }
            subject.erased = true
        }
        return subject
    }

    private static func decode(_ plaintext: [UInt8]) throws(Refusal) -> PersonalData {
        do { return try PersonalData(serializedBytes: plaintext) } catch {
            throw Refusal(.damaged, "A personal part cannot be read.")
        }
    }
}
