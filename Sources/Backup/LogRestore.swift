package import EventLog
internal import FoundationEssentials
internal import Schema

/// Puts a log back from its backups into a new data directory, up to a position or an instant, and opens a new epoch.
///
/// Everything is checked while it is written and once more from what was written. The directory counts as a log from the
/// last step on; one in which a restore was cut short is refused by the service.
package struct LogRestore {
    private let source: BackupDirectory
    private let clock: any LogClock
    private let identifiers: any IdentifierSource
    private let report: (LogBackup.Progress) -> Void

    private static let reportedRecords = 4_096

    /// - Parameter report: told how far the work is.
    package init(
        from source: BackupDirectory, clock: any LogClock = SystemClock(),
        identifiers: any IdentifierSource = SystemIdentifierSource(),
        report: @escaping (LogBackup.Progress) -> Void = { _ in }
    ) {
        self.source = source
        self.clock = clock
        self.identifiers = identifiers
        self.report = report
    }

    /// Restores.
    ///
    /// - Parameters:
    ///   - path: the new data directory: not there, or empty.
    ///   - target: how far.
    ///   - ending: of which epoch the last segment may be at most; of the latest where it is nil. For a future that an
    ///     earlier restore had given up.
    ///   - keys: puts vault and content store beside the log.
    /// - Throws: `BackupError`.
    package func run(
        into path: String, target: RestoreTarget, ending: UInt32? = nil, reason: RestoreReason, keys: KeyRestore? = nil
    ) throws(BackupError) -> RestoreOutcome {
        let segments = try source.segments()
        let chain = try Self.chain(of: segments, in: source, ending: ending)
        try Self.check(target, against: chain)
        if let names = try Files.names(in: path), !names.isEmpty {
            throw BackupError(.notEmpty, "\(path) is not empty. Name a directory that is empty or not there.")
        }
        let epoch = try nextEpoch(segments)
        do {
            let directory = try LogDirectory(path: path)
            let storage = try LMDBLogStorage(path: directory.logPath)
            var copy = RecordCopy(storage: storage, target: target)
            try read(chain, into: &copy)
            var outcome = RestoreOutcome(
                restored: Position(copy.frontier.size), root: copy.frontier.root, recordedAt: copy.recordedAt,
                backedUp: chain.last, epoch: epoch)
            try open(outcome, of: chain, reason, &copy)
            try Self.verify(storage, against: copy.frontier)
            outcome.keys = try keys?.run(into: directory, of: chain.segments[0].header.logID)
            try directory.writeFormat(id: chain.segments[0].header.logID)
            return outcome
        } catch let error as BackupError {
            throw Self.unfinished(error, path)
        } catch let error as EventLogError {
            throw Self.unfinished(BackupError(error, during: "restoring into \(path)"), path)
        } catch {
            throw BackupError(.io, "The restore failed: \(error).")
        }
    }

    private static func unfinished(_ error: BackupError, _ path: String) -> BackupError {
        BackupError(error.code, "\(error.message) Nothing serves from \(path) as it is now: delete it.")
    }

    /// The segments to restore from.
    private static func chain(
        of segments: [Segment], in source: BackupDirectory, ending: UInt32?
    ) throws(BackupError) -> SegmentChain {
        guard let first = segments.first else {
            throw BackupError(.missing, "There is no backup of a log in \(source.path).")
        }
        guard let other = segments.first(where: { $0.header.logID != first.header.logID }) else {
            let chain = try SegmentChain(latestOf: segments) { $0.header.epoch <= ending ?? .max }
            guard chain.last > .none else {
                throw BackupError(.missing, "\(source.path) holds no backup of an epoch up to \(ending ?? 0).")
            }
            return chain
        }
        throw BackupError(
            .otherLog, "\(first.path) and \(other.path) are backups of two logs. Put each log into its own directory.")
    }

    private static func check(_ target: RestoreTarget, against chain: SegmentChain) throws(BackupError) {
        switch target {
        case .position(let position) where position > chain.last:
            throw BackupError(.missing, "The backups end at position \(chain.last), before \(position).")
        default: break
        }
    }

    /// Reads as many segments as are needed, each to its end, so that its root is checked.
    private func read(_ chain: SegmentChain, into copy: inout RecordCopy) throws(BackupError) {
        var before = MerkleFrontier()
        for segment in chain.segments where !copy.isFull {
            try segment.forEachRecord(after: before) { (header, record, leaf) throws(BackupError) in
                try copy.take(header, record, leaf)
                guard header.position.rawValue % UInt64(Self.reportedRecords) == 0 else { return }
                report(
                    LogBackup.Progress(
                        done: header.position.rawValue, target: chain.last.rawValue, bytes: copy.bytes,
                        isVerifying: false))
            }
            before = segment.trailer.frontier
        }
        guard copy.frontier.size > 0 else {
            throw BackupError(.missing, "There is no whole command at or before what was asked for.")
        }
        try copy.flush()
    }

    // MARK: The new epoch

    /// A number that no epoch of the log has had, as far as the backups know; noted among them, so that another restore
    /// from them gets another one.
    private func nextEpoch(_ segments: [Segment]) throws(BackupError) -> UInt32 {
        let noted = (try Files.names(in: source.path) ?? []).compactMap(Self.notedEpoch)
        let greatest = max(segments.map(\.header.epoch).max() ?? 1, noted.max() ?? 1)
        let epoch = greatest + 1
        let note = try OutputFile(directory: source.path, name: "epoch-\(epoch)")
        try note.append(Array("The number of an epoch that a restore has opened.\n".utf8))
        try note.sync()
        try note.finish()
        return epoch
    }

    private static func notedEpoch(_ name: String) -> UInt32? {
        name.hasPrefix("epoch-") ? UInt32(name.dropFirst("epoch-".count)) : nil
    }

    /// Appends the first event of the new epoch.
    private func open(
        _ outcome: RestoreOutcome, of chain: SegmentChain, _ reason: RestoreReason, _ copy: inout RecordCopy
    ) throws(BackupError) {
        var opened = EpochOpened()
        opened.epoch = outcome.epoch
        opened.restoredSize = outcome.restored.rawValue
        opened.restoredRoot = Data(outcome.root.bytes)
        opened.backupSize = chain.last.rawValue
        opened.backupRoot = Data(chain.frontier.root.bytes)
        opened.uid = reason.uid
        opened.reason = reason.text
        // The log's time never runs backwards, whatever this machine's clock says.
        let now = max(clock.now(), outcome.recordedAt)
        let record = try EpochRecord(opened, after: copy, at: now, identifiers: identifiers)
        try copy.append(record)
    }

    /// Reads the restored records once more.
    private static func verify(
        _ storage: LMDBLogStorage, against expected: MerkleFrontier
    ) throws(EventLogError) {
        var frontier = MerkleFrontier()
        var next = Position(1)
        // A slice at a time: no page is held for long.
        while next.rawValue <= expected.size {
            var left = reportedRecords
            try storage.scan(from: next) { position, value throws(EventLogError) in
                frontier.append(try EventLog.checked(value, at: position).leaf)
                next = position.advanced(by: 1)
                left -= 1
                return left > 0
            }
            guard left < reportedRecords else { break }
        }
        guard frontier == expected else {
            throw EventLogError(.damaged, "What was written is not what is read back. Check the disk and begin again.")
        }
    }
}
