internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema

/// The answer to a command id that has appended events before, read back from its records.
struct StoredAnswer {
    let context: LogContext
    let writer: LogWriter
    let world: DecisionWorld

    /// The answer as it was given.
    ///
    /// - Throws: COMMAND_ID_REUSED where the content differs, ERASED with the positions where it cannot be compared any more.
    func callAsFunction(_ command: CheckedCommand, first: Position) throws(Refusal) -> Accepted {
        var accepted = Accepted()
        var bodies: [UInt16: BodyResult] = [:]
        var count = 1
        var index = 0
        while index < count {
            let event = try event(at: first.advanced(by: index))
            if index == 0 {
                count = Int(event.header.commandCount)
                try compare(event, command, count: count)
                accepted.recordedAt = event.header.recordedAt.timestamp
            }
            accepted.events.append(event.receipt)
            if event.header.origin == .command || event.header.origin == .import {
                bodies[event.header.body] = try bodyResult(event)
            }
            index += 1
        }
        accepted.bodies = command.bodies.indices.map { body in
            if let result = bodies[UInt16(body)] { return result }
            var unchanged = BodyResult()
            unchanged.unchanged = true
            return unchanged
        }
        return accepted
    }

    private struct StoredRecord {
        var header: EventHeader
        var receipt: EventReceipt
        var openFingerprint: [UInt8]?
    }

    private func event(at position: Position) throws(Refusal) -> StoredRecord {
        do throws(EventLogError) {
            let found = try writer.record(at: position) { (record) throws(EventLogError) -> StoredRecord in
                let header = try EventHeader.checked(record, at: position)
                let open = header.fingerprintRange.map { range in record.extracting(range).withUnsafeBytes { Array($0) }
                }
                let appended = AppendedEvent(
                    position: position, kind: header.kind, stream: header.stream, revision: header.revision,
                    leaf: TreeHash.leaf(record))
                return StoredRecord(header: header, receipt: EventReceipt(appended), openFingerprint: open)
            }
            guard let found else {
                throw EventLogError(.damaged, "There is no record at position \(position).", position: position)
            }
            return found
        } catch { throw Refusal(error) }
    }

    private func compare(_ event: StoredRecord, _ command: CheckedCommand, count: Int) throws(Refusal) {
        let stored: [UInt8]
        if let open = event.openFingerprint {
            stored = open
        } else {
            var reference = SealedRef()
            reference.position = event.header.position.rawValue
            do throws(Refusal) {
                stored = Array(try world.open(reference).fingerprint)
            } catch  where error.code == .erased {
                var refusal = Refusal(
                    .erased, "The personal data of this command were erased; its events stand at these positions.")
                refusal.detail.positions = (0..<count).map { event.header.position.advanced(by: $0).rawValue }
                throw refusal
            }
        }
        guard stored == command.fingerprint else {
            throw Refusal(
                .commandIDReused,
                "The command id was used before with other content. Give every command an id of its own.", field: "id")
        }
    }

    private func bodyResult(_ event: StoredRecord) throws(Refusal) -> BodyResult {
        var result = BodyResult()
        result.number = event.header.stream.rawValue
        result.revision = UInt64(event.header.revision.rawValue)
        result.id = try world.head(of: event.header.stream)?.id.description ?? ""
        return result
    }
}
