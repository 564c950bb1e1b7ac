package import EventLog
package import Schema

/// Backs the records of a log up while it is being written: a consistent prefix, read back and verified before it gets
/// its name.
package struct LogBackup {
    /// How far a backup is.
    package struct Progress: Sendable, Hashable {
        /// What is done of what there is to do.
        package var done: UInt64
        package var target: UInt64
        /// Bytes written so far.
        package var bytes: Int
        /// What was written is being read again.
        package var isVerifying: Bool
    }

    /// What a backup has come to.
    package struct Outcome: Sendable, Hashable {
        /// Path of the new segment; nil where nothing was new.
        package var file: String?
        /// First position in it.
        package var first: Position
        /// Last position of the backup, and the root of the tree over everything up to there.
        package var last: Position
        package var root: TreeHash
        package var bytes: Int
    }

    private let log: EventLog
    private let directory: BackupDirectory
    private let report: (Progress) -> Void
    private let isStopped: () -> Bool

    /// Records that are read under one snapshot of the log: few, so that a slow disk holds up no page for long.
    private static let sliceRecords = 2_048

    /// - Parameters:
    ///   - report: told how far the work is, after each slice.
    ///   - isStopped: asked after each slice whether anybody still waits.
    package init(
        of log: EventLog, into directory: BackupDirectory, report: @escaping (Progress) -> Void = { _ in },
        isStopped: @escaping () -> Bool = { false }
    ) {
        self.log = log
        self.directory = directory
        self.report = report
        self.isStopped = isStopped
    }

    /// Writes everything that the directory's backups do not hold yet, up to the log's present end.
    ///
    /// - Parameter now: when it is made.
    /// - Throws: `BackupError`; nothing has the name of a backup then that was not there before.
    package func run(at now: Instant) throws(BackupError) -> Outcome {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let chain = try chain()
        let end = log.end
        let frontier = chain.frontier
        let first = chain.last.advanced(by: 1)
        guard chain.last < end.position else {
            guard frontier.root == end.root else { throw otherRecords }
            return Outcome(file: nil, first: first, last: end.position, root: end.root, bytes: 0)
        }
        let name = Segment.name(epoch: log.epoch, first: first, last: end.position)
        let header = SegmentHeader(
            logID: log.id, epoch: log.epoch, first: first, rootBefore: frontier.root, madeAt: now)
        var writer = try SegmentWriter(
            try OutputFile(directory: directory.path, name: name), header: header, after: frontier)
        try copy(from: first, through: end.position, into: &writer)
        guard writer.frontier.root == end.root else { throw otherRecords }
        try writer.close()
        try verify(writer, after: frontier)
        try writer.finish()
        return Outcome(
            file: "\(directory.path)/\(name)", first: first, last: end.position, root: end.root, bytes: writer.size)
    }

    /// The segments that the log goes on from.
    private func chain() throws(BackupError) -> SegmentChain {
        let segments = try directory.segments()
        if let other = segments.first(where: { $0.header.logID != log.id }) {
            throw BackupError(
                .otherLog,
                "\(other.path) is a backup of the log \(other.header.logID), not of \(log.id). Choose a directory of "
                    + "its own for each log.")
        }
        let chain = try SegmentChain(latestOf: segments) { log.contains($0) }
        guard chain.last <= log.end.position else { throw otherRecords }
        return chain
    }

    private var otherRecords: BackupError {
        BackupError(
            .otherLog,
            "The backups in \(directory.path) hold other records than the log: it was put back without kith restore, or "
                + "is damaged. Verify the log, then choose a new directory.")
    }

    private func copy(
        from first: Position, through last: Position, into writer: inout SegmentWriter
    ) throws(BackupError) {
        var next = first
        while next <= last {
            guard !isStopped() else { throw BackupError(.stopped, "The backup was cancelled.") }
            var left = Self.sliceRecords
            var failure: BackupError?
            do {
                try log.scanChecked(from: next) { header, record, leaf in
                    do throws(BackupError) {
                        try writer.append(record, leaf: leaf, recordedAt: header.recordedAt)
                    } catch {
                        failure = error
                        return false
                    }
                    next = header.position.advanced(by: 1)
                    left -= 1
                    return left > 0 && next <= last
                }
            } catch {
                throw BackupError(error, during: "reading the log for a backup")
            }
            if let failure { throw failure }
            guard left < Self.sliceRecords else {
                throw BackupError(.log, "The log ends before position \(next). Verify it.")
            }
            report(
                Progress(
                    done: next.rawValue - 1, target: last.rawValue, bytes: writer.size, isVerifying: false))
        }
    }

    /// Reads back what was written, from the disk where the system lets go of its cache.
    private func verify(_ writer: SegmentWriter, after frontier: MerkleFrontier) throws(BackupError) {
        let segment = try Segment(path: writer.unfinishedPath)
        var count = 0
        try segment.forEachRecord(after: frontier) { (header, _, _) throws(BackupError) in
            count += 1
            guard count % Self.sliceRecords == 0 else { return }
            guard !isStopped() else { throw BackupError(.stopped, "The backup was cancelled.") }
            report(
                Progress(
                    done: header.position.rawValue, target: segment.trailer.last.rawValue, bytes: writer.size,
                    isVerifying: true))
        }
    }
}
