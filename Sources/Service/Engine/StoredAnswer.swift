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
        var headers: [EventHeader] = []
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
            headers.append(event.header)
            // A body's first fact stands on the stream that it is about; what came of it may stand there too.
            if bodies[event.header.body].map({ $0.number == event.header.stream.rawValue }) ?? true {
                bodies[event.header.body] = try bodyResult(event)
            }
            index += 1
        }
        for (index, body) in command.bodies.enumerated() {
            if let result = bodies[UInt16(index)] {
                accepted.bodies.append(result)
            } else {
                // It saw what the bodies before it did.
                let seen = headers.last { Int($0.body) < index }?.position ?? Position(first.rawValue - 1)
                accepted.bodies.append(try unchanged(body.command, through: seen))
            }
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

    /// What a body is about that changed nothing, as it stood when the command was answered.
    private func unchanged<C: DomainCommand>(_ command: C, through last: Position) throws(Refusal) -> BodyResult {
        var result = BodyResult()
        result.unchanged = true
        let number: StreamNumber? =
            switch command.commandTarget {
            case .new: nil
            case .existing(let reference), .upsert(let reference, _): try world.resolve(reference, C.Target.kind)
            case .any(let kind, let reference): try world.resolve(reference, kind)
            case .singleton: try world.singleton(C.Target.kind)
            case .located: try command.locate(in: world)
            case .searched: try command.search(in: world)
            }
        guard let number, let head = try world.head(of: number) else { return result }
        result.id = head.id.description
        result.number = number.rawValue
        result.revision = UInt64(try revision(of: head, through: last).rawValue)
        return result
    }

    /// The revision that a stream had at a position, found along its links.
    private func revision(of head: StreamHead, through last: Position) throws(Refusal) -> Revision {
        var position = head.last
        var revision = head.revision
        while position > last {
            let event = try event(at: position)
            position = event.header.previousInStream
            revision = Revision(event.header.revision.rawValue - 1)
        }
        return revision
    }

    private func bodyResult(_ event: StoredRecord) throws(Refusal) -> BodyResult {
        var result = BodyResult()
        result.number = event.header.stream.rawValue
        result.revision = UInt64(event.header.revision.rawValue)
        result.id = try world.head(of: event.header.stream)?.id.description ?? ""
        return result
    }
}
