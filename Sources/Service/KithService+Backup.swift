internal import Backup
internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Logging
internal import Schema

extension KithService {
    /// Writes a backup, away from the commands' threads. One at a time.
    ///
    /// - Throws: FORBIDDEN, SCHEMA_INVALID; OVERLOADED while another one is written; BACKUP_FAILED, DISK_FULL, DAMAGED,
    ///   CANCELLED.
    func writeBackup(
        _ request: BackupRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<BackupProgress>) async -> Void
    ) async throws(Refusal) {
        let principal = try access.principal(caller)
        try principal.require(.operations)
        guard request.directory.hasPrefix("/") else {
            throw Refusal(
                .schemaInvalid, "Give the absolute path of a directory of the service's machine.", field: "directory")
        }
        guard request.part == .unspecified || request.part == .log else {
            throw Refusal(.schemaInvalid, "This version does not know what is to be backed up.", field: "part")
        }
        guard backingUp.begin() else {
            throw Refusal(.overloaded, "Another backup is being written. Ask again when that is done.")
        }
        defer { backingUp.end() }
        let stop = StopFlag()
        let (news, source) = AsyncStream.makeStream(of: BackupProgress.self, bufferingPolicy: .bufferingNewest(1))
        let context = context
        let result = await withTaskCancellationHandler { () -> Result<BackupProgress, Refusal> in
            async let outcome = BlockingWork.result { () throws(Refusal) -> BackupProgress in
                defer { source.finish() }
                return try BackupWork(context: context, stop: stop, news: source).run(request)
            }
            for await step in news { await progress(Answer(step, reflects)) }
            return await outcome
        } onCancel: {
            stop.raise()
        }
        let last = try result.get()
        logger.notice(
            "A backup was written",
            metadata: [
                "file": "\(last.file.isEmpty ? "none: nothing was new" : last.file)", "position": "\(last.position)",
                "bytes": "\(last.bytes)", "principal": "\(principal.number)",
            ])
        await progress(Answer(last, reflects))
    }
}

/// One backup, on a thread that may wait for the disk.
private struct BackupWork {
    let context: LogContext
    let stop: StopFlag
    let news: AsyncStream<BackupProgress>.Continuation

    private static let interval = Duration.milliseconds(250)

    /// Writes the backup, and gives the last progress.
    func run(_ request: BackupRequest) throws(Refusal) -> BackupProgress {
        let begun = ContinuousClock.now
        do throws(BackupError) {
            var last = try backUpLog(into: BackupDirectory(path: request.directory), since: begun)
            last.done = true
            last.seconds = begun.seconds
            return last
        } catch {
            throw Refusal(error)
        }
    }

    private func backUpLog(
        into directory: BackupDirectory, since begun: ContinuousClock.Instant
    ) throws(BackupError) -> BackupProgress {
        let pace = Pace(interval: Self.interval)
        let backup = LogBackup(
            of: context.log, into: directory,
            report: { progress in
                guard pace.isDue else { return }
                var step = BackupProgress(.log, done: progress.done, of: progress.target, bytes: progress.bytes)
                step.verifying = progress.isVerifying
                step.seconds = begun.seconds
                news.yield(step)
            },
            isStopped: { stop.isRaised })
        let outcome = try backup.run(at: context.clock.now())
        var last = BackupProgress(
            .log, done: outcome.last.rawValue, of: outcome.last.rawValue, bytes: outcome.bytes)
        last.file = outcome.file ?? ""
        last.first = outcome.first.rawValue
        last.root = Data(outcome.root.bytes)
        return last
    }
}

/// Lets a few reports of many through. Used by one thread.
private final class Pace {
    private let interval: Duration
    private var last: ContinuousClock.Instant?

    init(interval: Duration) { self.interval = interval }

    /// Whether the interval since the last report is over; true at once for the first.
    var isDue: Bool {
        let now = ContinuousClock.now
        if let last, now - last < interval { return false }
        last = now
        return true
    }
}

extension BackupProgress {
    fileprivate init(_ part: BackupPart, done: UInt64, of target: UInt64, bytes: Int) {
        self.init()
        self.part = part
        position = done
        self.target = target
        self.bytes = UInt64(bytes)
    }
}

extension ContinuousClock.Instant {
    /// Seconds since then.
    fileprivate var seconds: Double { duration(to: .now) / .seconds(1) }
}

extension Refusal {
    /// What a caller gets to know of a backup that failed.
    fileprivate init(_ error: BackupError) {
        switch error.code {
        case .diskFull: self.init(.diskFull, error.message, field: "directory")
        case .busy: self.init(.overloaded, error.message)
        case .log: self.init(.damaged, error.message)
        case .stopped: self.init(.cancelled, error.message)
        case .key: self.init(.backupFailed, error.message, field: "key_file")
        case .directory, .otherLog: self.init(.backupFailed, error.message, field: "directory")
        case .damaged, .format, .notEmpty, .missing, .io: self.init(.backupFailed, error.message)
        }
    }
}
