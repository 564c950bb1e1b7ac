/// The fixed part of a record, read in place. `docs/log-format.md` has it byte by byte.
///
/// Layout (little-endian, offsets in bytes):
/// ```
///   0 u8  format version (1)        56 16 B command id
///   1 u8  origin                    72 16 B correlation id
///   2 u16 event kind                88 u64  causation (position)
///   4 u16 schema version            96 u64  principal
///   6 u16 flags                    104 u64  on behalf of
///   8 u64 position                 112 u64  import
///  16 i64 recordedAt (us)          120 u16  stream kind
///  24 i64 occurredAt (us)          122 u8   number of subject entries
///  32 u64 stream number            123 u8   zero
///  40 u32 revision                 124 u16  payload length
///  44 u16 command index i          126 u16  body of the command
///  46 u16 command count n          128 [16 B stream UUID, where revision is 1]
///  48 u64 previous in stream           subject entries, 32 B each
///                                      payload, [32 B open fingerprint], sealed parts
/// ```
public struct EventHeader: Sendable, Hashable {
    public var origin: Origin
    public var kind: EventKind
    public var schemaVersion: UInt16
    public var flags: Flags
    public var position: Position
    public var recordedAt: Instant
    public var occurredAt: Instant
    public var stream: StreamNumber
    public var revision: Revision
    public var commandIndex: UInt16
    public var commandCount: UInt16
    public var previousInStream: Position
    public var commandID: Identifier
    public var correlationID: Identifier
    public var causation: Position
    public var principal: StreamNumber
    public var onBehalfOf: StreamNumber
    public var importNumber: StreamNumber
    public var streamKind: AggregateKind
    public var subjectCount: UInt8
    public var payloadLength: UInt16
    /// Which body of the command the event follows from.
    public var body: UInt16

    /// What holds for the event as a whole.
    public struct Flags: OptionSet, Sendable, Hashable {
        public var rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The command was historic.
        public static let historic = Flags(rawValue: 1)
        /// The clock ran backwards; recordedAt was held at the last value.
        public static let clockHeld = Flags(rawValue: 2)
        /// 32 bytes of fingerprint stand open after the payload.
        public static let fingerprintOpen = Flags(rawValue: 4)
        /// The fingerprint is the plaintext of the first sealed part.
        public static let fingerprintSealed = Flags(rawValue: 8)
    }

    public init(
        origin: Origin, kind: EventKind, schemaVersion: UInt16, flags: Flags, position: Position,
        recordedAt: Instant, occurredAt: Instant, stream: StreamNumber, revision: Revision,
        commandIndex: UInt16, commandCount: UInt16, previousInStream: Position, commandID: Identifier,
        correlationID: Identifier, causation: Position, principal: StreamNumber, onBehalfOf: StreamNumber,
        importNumber: StreamNumber, streamKind: AggregateKind, subjectCount: UInt8, payloadLength: UInt16, body: UInt16
    ) {
        self.origin = origin
        self.kind = kind
        self.schemaVersion = schemaVersion
        self.flags = flags
        self.position = position
        self.recordedAt = recordedAt
        self.occurredAt = occurredAt
        self.stream = stream
        self.revision = revision
        self.commandIndex = commandIndex
        self.commandCount = commandCount
        self.previousInStream = previousInStream
        self.commandID = commandID
        self.correlationID = correlationID
        self.causation = causation
        self.principal = principal
        self.onBehalfOf = onBehalfOf
        self.importNumber = importNumber
        self.streamKind = streamKind
        self.subjectCount = subjectCount
        self.payloadLength = payloadLength
        self.body = body
    }
}

/// One entry of a record's subject table: a person or organisation that the event concerns, and the sealed
/// part, if any, that holds its personal data. 32 bytes.
public struct SubjectEntry: Sendable, Hashable {
    /// Stream number of the subject.
    public var subject: StreamNumber
    /// Position of the previous event that concerns the subject; none for its first.
    public var previous: Position
    /// Slot of the subject's key in the vault, and the generation of the slot.
    public var keySlot: UInt32
    public var slotGeneration: UInt32
    /// Body of the command, and part of that body: what the seal binds beside the log and the command.
    public var body: UInt16
    public var part: UInt16
    /// Length of the sealed part in bytes; 0 where there is none.
    public var sealedLength: UInt16
    public var role: SubjectRole

    public init(
        subject: StreamNumber, previous: Position, keySlot: UInt32, slotGeneration: UInt32, body: UInt16,
        part: UInt16, sealedLength: UInt16, role: SubjectRole
    ) {
        self.subject = subject
        self.previous = previous
        self.keySlot = keySlot
        self.slotGeneration = slotGeneration
        self.body = body
        self.part = part
        self.sealedLength = sealedLength
        self.role = role
    }
}

/// What is wrong with the bytes of a record.
public struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in words.
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
