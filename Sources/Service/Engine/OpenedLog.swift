internal import BodyStore
internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema

/// A directory with everything in it opened and checked against each other.
struct OpenedLog {
    let directory: LogDirectory
    let context: LogContext
    /// The log was made just now, or its first start was cut short.
    let isNew: Bool
    /// The FORMAT file has not got its name yet: it does when the first start is done.
    let isUnfinished: Bool
    /// What is known of the log outside of the directory; nil where nothing is to be.
    let witness: Witness?
    /// Why the end of the log was verified; nil where nothing gave rise to that.
    let settledDoubt: String?
    /// What was found wrong with the log's file, in sentences for an operator.
    let findings: [String]

    /// How the records of a log are opened, given their directory; simulations put their own disk there.
    typealias StorageOpening = (_ path: String) throws -> any LogStorage

    /// - Parameters:
    ///   - openStorage: where the records lie; in LMDB where it is nil.
    ///   - randomBytes: where new keys and nonces come from.
    init(
        configuration: ServiceConfiguration, clock: any LogClock, identifiers: any IdentifierSource,
        openStorage: StorageOpening? = nil,
        randomBytes: @escaping KeyVault.RandomBytes = KeyVault.systemRandomBytes
    ) throws {
        let directory = try LogDirectory(path: configuration.dataDirectory)
        let recorded = try directory.readFormat()
        let witness = try configuration.witnessPath.map { (path) throws(EventLogError) in try Witness(path: path) }
        if configuration.acceptsRollback { try witness?.setAside() }
        let doubt = try directory.doubt()
        if doubt != nil { directory.dropCachedPages() }
        let space = DiskSpace(
            directory: directory.path, ballastBytes: configuration.ballastBytes,
            logReserve: configuration.logReserveBytes)
        let storage =
            try openStorage?(directory.logPath)
            ?? LMDBLogStorage(path: directory.logPath, reserve: configuration.logReserveBytes, space: space)
        if doubt != nil {
            try EventLog.verifyEnd(of: storage)
            try directory.settleDoubt()
        }
        let last = try storage.lastPosition()
        let begun = recorded == nil ? try directory.readBegunFormat() : nil
        if recorded != nil, last == .none {
            throw EventLogError(
                .damaged,
                "The directory \(directory.path) is that of a log, but its records are gone. Restore it from a backup.")
        }
        if last == .none, let known = witness?.last { throw EventLog.lost(known, from: directory.path) }
        if recorded == nil, begun == nil, last > .none {
            throw EventLogError(
                .format, "The directory \(directory.path) holds a log but no FORMAT file. Restore it from a backup.")
        }
        let id = recorded ?? begun ?? identifiers.identifier(at: clock.now())
        let vault = try KeyVault(
            path: directory.vaultPath, masterKeyPath: configuration.masterKeyPath, createIfMissing: last == .none,
            randomBytes: randomBytes)
        if recorded == nil, begun == nil { try directory.beginFormat(id: id) }
        try Self.checkIdentity(id, storage)
        let changes = RecordChanges(logID: id, vault: vault)
        let log = try EventLog(id: id, storage: storage, indexPath: directory.indexPath, space: space) {
            (header, record) throws(EventLogError) in
            try changes(header, record)
        }
        do {
            if let witness, let known = witness.last { try log.compare(with: known, from: witness.path) }
            try vault.startAllocating(after: try log.index.highestSlot())
            let bodies = try BodyStore(directory: directory.bodiesPath, logID: id, vault: vault)
            context = LogContext(log: log, vault: vault, bodies: bodies, clock: clock, identifiers: identifiers)
        } catch {
            log.close()
            throw error
        }
        self.directory = directory
        settledDoubt = doubt
        self.witness = witness
        isNew = last < Position(3)
        isUnfinished = recorded == nil
        findings = storage.findings
    }

    /// The first record must be of the log that the FORMAT file names.
    private static func checkIdentity(_ id: Identifier, _ storage: any LogStorage) throws(EventLogError) {
        try storage.value(at: Position(1)) { (value) throws(EventLogError) in
            let record = value.extracting(0..<max(0, value.byteCount - RecordLayout.leafHashLength))
            let event = try StoredEvent(reading: record)
            guard case .logOpened(let opened) = event.payload, Identifier(bytes: opened.logID) == id else {
                throw EventLogError(
                    .format, "The FORMAT file names another log than the records do. Restore it from a backup.")
            }
        }
    }
}
