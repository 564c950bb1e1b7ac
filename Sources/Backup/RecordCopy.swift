internal import EventLog
internal import Schema

/// Records on their way from backups into a new log: whole commands only, up to a target.
struct RecordCopy {
    private let storage: LMDBLogStorage
    private let target: RestoreTarget
    private var group = RecordGroup(first: Position(1))
    /// The records so far of a command that has not ended yet.
    private var command: [(header: EventHeader, record: [UInt8], leaf: TreeHash)] = []
    /// The tree over what was taken.
    private(set) var frontier = MerkleFrontier()
    /// When the last record that was taken was recorded.
    private(set) var recordedAt = Instant.earliest
    /// The last event of the log's own stream that was taken.
    private(set) var lastOfLog: EventHeader?
    /// The target was passed: nothing more is taken.
    private(set) var isFull = false
    /// Bytes of the records that were taken.
    private(set) var bytes = 0

    /// Bytes that are written and flushed at once.
    private static let groupBytes = 8 << 20

    init(storage: LMDBLogStorage, target: RestoreTarget) {
        self.storage = storage
        self.target = target
    }

    /// Takes the next record, if it does not lie behind the target.
    mutating func take(_ header: EventHeader, _ record: RawSpan, _ leaf: TreeHash) throws(BackupError) {
        guard !isFull else { return }
        guard !target.isPassed(by: header) else {
            isFull = true
            command = []
            return
        }
        command.append((header, record.withUnsafeBytes { Array($0) }, leaf))
        guard header.commandIndex + 1 == header.commandCount else { return }
        for (header, record, leaf) in command { put(header, record, leaf) }
        command.removeAll(keepingCapacity: true)
        if group.bytes.count >= Self.groupBytes { try flush() }
    }

    private mutating func put(_ header: EventHeader, _ record: [UInt8], _ leaf: TreeHash) {
        group.append(record: record, leaf: leaf)
        frontier.append(leaf)
        recordedAt = header.recordedAt
        bytes += record.count
        if header.stream == LogEpoch.stream { lastOfLog = header }
    }

    /// Appends a record that is in no backup, durably.
    mutating func append(_ record: EpochRecord) throws(BackupError) {
        put(record.header, record.bytes, TreeHash.leaf(record.bytes.span.bytes))
        try flush()
    }

    /// Puts what was taken on stable storage.
    mutating func flush() throws(BackupError) {
        guard group.count > 0 else { return }
        do { try storage.append(group) } catch { throw BackupError(error, during: "writing the restored log") }
        group = RecordGroup(first: group.next)
    }
}

/// The record of an `EpochOpened`.
struct EpochRecord {
    let header: EventHeader
    let bytes: [UInt8]

    /// The record that follows what was copied.
    ///
    /// - Throws: `damaged` where there is no event of the log's own stream to follow.
    init(
        _ opened: EpochOpened, after copy: RecordCopy, at now: Instant, identifiers: any IdentifierSource
    ) throws(BackupError) {
        guard let last = copy.lastOfLog, last.streamKind == .log else {
            throw BackupError(.damaged, "The backups do not begin as a log does. Use others.")
        }
        let encoded: (kind: EventKind, payload: [UInt8])
        do throws(RecordError) { encoded = try EventPayload.encode(.epochOpened(opened)) } catch {
            throw BackupError(.log, error.message)
        }
        header = EventHeader(
            origin: .command, kind: encoded.kind, schemaVersion: 1, flags: .fingerprintOpen,
            position: Position(copy.frontier.size + 1), recordedAt: now, occurredAt: now, stream: LogEpoch.stream,
            revision: Revision(last.revision.rawValue + 1), commandIndex: 0, commandCount: 1,
            previousInStream: last.position, commandID: identifiers.identifier(at: now), correlationID: .zero,
            causation: .none, principal: .none, onBehalfOf: .none, importNumber: .none, streamKind: .log,
            subjectCount: 0, payloadLength: UInt16(encoded.payload.count), body: 0)
        var bytes: [UInt8] = []
        header.write(to: &bytes)
        bytes += encoded.payload
        // Nobody sends this command again: a number that no content has stands for its fingerprint, so that the restore
        // needs no key.
        for _ in 0..<RecordLayout.fingerprintLength / 8 { bytes.append(littleEndian: identifiers.random()) }
        self.bytes = bytes
    }
}
