package import Schema

/// An event that has been decided and only lacks its place in the log.
package struct EventDraft: Sendable {
    /// Whose stream it goes to.
    package enum Stream: Sendable, Hashable {
        /// Opens a new stream.
        case new(AggregateKind, Identifier)
        case existing(StreamNumber)
    }

    package var stream: Stream
    package var kind: EventKind
    package var payload: [UInt8]
    package var origin: Origin
    package var flags: EventHeader.Flags
    package var occurredAt: Instant
    package var commandIndex: UInt16
    package var commandCount: UInt16
    /// Which body of the command the event follows from.
    package var body: UInt16
    package var commandID: Identifier
    package var correlationID: Identifier
    package var causation: Position
    package var principal: StreamNumber
    package var onBehalfOf: StreamNumber
    package var importNumber: StreamNumber
    package var subjects: [Subject]
    /// 32 bytes that stand open after the payload, where the flags say so.
    package var fingerprint: [UInt8]
    /// What the event does to the index beside moving heads.
    package var changes: [IndexChange]

    /// A subject that the event concerns.
    package struct Subject: Sendable, Hashable {
        package var subject: StreamNumber
        package var keySlot: UInt32
        package var slotGeneration: UInt32
        package var body: UInt16
        package var part: UInt16
        package var role: SubjectRole
        /// The sealed part; empty where there is none.
        package var sealed: [UInt8]

        package init(
            subject: StreamNumber, keySlot: UInt32, slotGeneration: UInt32, body: UInt16, part: UInt16,
            role: SubjectRole, sealed: [UInt8]
        ) {
            self.subject = subject
            self.keySlot = keySlot
            self.slotGeneration = slotGeneration
            self.body = body
            self.part = part
            self.role = role
            self.sealed = sealed
        }
    }

    package init(
        stream: Stream, kind: EventKind, payload: [UInt8], origin: Origin, flags: EventHeader.Flags,
        occurredAt: Instant,
        commandIndex: UInt16, commandCount: UInt16, body: UInt16, commandID: Identifier, correlationID: Identifier,
        causation: Position, principal: StreamNumber, onBehalfOf: StreamNumber, importNumber: StreamNumber,
        subjects: [Subject], fingerprint: [UInt8], changes: [IndexChange]
    ) {
        self.stream = stream
        self.kind = kind
        self.payload = payload
        self.origin = origin
        self.flags = flags
        self.occurredAt = occurredAt
        self.commandIndex = commandIndex
        self.commandCount = commandCount
        self.body = body
        self.commandID = commandID
        self.correlationID = correlationID
        self.causation = causation
        self.principal = principal
        self.onBehalfOf = onBehalfOf
        self.importNumber = importNumber
        self.subjects = subjects
        self.fingerprint = fingerprint
        self.changes = changes
    }

    /// Length of the record that the draft becomes.
    package var recordLength: Int {
        var length = RecordLayout.headerLength + payload.count + fingerprint.count
        if case .new = stream { length += RecordLayout.streamIDLength }
        for subject in subjects { length += RecordLayout.subjectEntryLength + subject.sealed.count }
        return length
    }

    /// Version of the payload's schema that this program writes.
    static let schemaVersion: UInt16 = 1

    /// The record's bytes, once its place is known.
    func encode(header: EventHeader, entries: [SubjectEntry], into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(recordLength)
        header.write(to: &bytes)
        if case .new(_, let id) = stream { bytes.append(id) }
        for entry in entries { entry.write(to: &bytes) }
        bytes.append(contentsOf: payload)
        bytes.append(contentsOf: fingerprint)
        for subject in subjects { bytes.append(contentsOf: subject.sealed) }
    }
}

/// Where an appended event stands.
package struct AppendedEvent: Sendable, Hashable {
    package var position: Position
    package var kind: EventKind
    package var stream: StreamNumber
    package var revision: Revision
    package var leaf: TreeHash

    package init(position: Position, kind: EventKind, stream: StreamNumber, revision: Revision, leaf: TreeHash) {
        self.position = position
        self.kind = kind
        self.stream = stream
        self.revision = revision
        self.leaf = leaf
    }
}
