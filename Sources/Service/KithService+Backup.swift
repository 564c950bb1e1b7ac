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
        if request.part != .unspecified, request.part != .log { try principal.require(.keys) }
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
    /// Days for which backups of the keys are kept where nobody says otherwise.
    private static let keepDays = 30

    /// Writes the backup, and gives the last progress.
    func run(_ request: BackupRequest) throws(Refusal) -> BackupProgress {
        let begun = ContinuousClock.now
        do throws(BackupError) {
            var last = try part(request, since: begun)
            last.done = true
            last.seconds = begun.seconds
            return last
        } catch {
            throw Refusal(error)
        }
    }

    private func part(
        _ request: BackupRequest, since begun: ContinuousClock.Instant
    ) throws(BackupError) -> BackupProgress {
        let directory = BackupDirectory(path: request.directory)
        let now = context.clock.now()
        let position = context.log.end.position
        switch request.part {
        case .unspecified, .log: return try backUpLog(into: directory, since: begun)
        case .keys:
            let days = request.keepDays == 0 ? Self.keepDays : Int(request.keepDays)
            let key = try BackupKey(path: request.keyFile)
            let outcome = try keyBackup(.keys, into: directory, since: begun)
                .backUpKeys(under: key, position: position, keptDays: days, at: now)
            return BackupProgress(.keys, outcome)
        case .bodies:
            let key = try BackupKey(path: request.keyFile)
            let outcome = try keyBackup(.bodies, into: directory, since: begun)
                .backUpBodies(under: key, position: position, at: now)
            return BackupProgress(.bodies, outcome)
        case .UNRECOGNIZED:
            throw BackupError(.missing, "This version does not know what is to be backed up.")
        }
    }

    private func keyBackup(
        _ part: BackupPart, into directory: BackupDirectory, since begun: ContinuousClock.Instant
    ) -> KeyBackup {
        KeyBackup(
            of: context.log.id, vault: context.vault, bodies: context.bodies, into: directory,
            report: reporter(of: part, since: begun), isStopped: { stop.isRaised })
    }

    /// Tells how far the work is, four times a second.
    private func reporter(
        of part: BackupPart, since begun: ContinuousClock.Instant
    ) -> (LogBackup.Progress) -> Void {
        let pace = Pace(interval: Self.interval)
        return { progress in
            guard pace.isDue else { return }
            var step = BackupProgress(part, done: progress.done, of: progress.target, bytes: progress.bytes)
            step.verifying = progress.isVerifying
            step.seconds = begun.seconds
            news.yield(step)
        }
    }

    private func backUpLog(
        into directory: BackupDirectory, since begun: ContinuousClock.Instant
    ) throws(BackupError) -> BackupProgress {
        let backup = LogBackup(
            of: context.log, into: directory, report: reporter(of: .log, since: begun),
            isStopped: { stop.isRaised })
        let outcome = try backup.run(at: context.clock.now())
        // What was erased by now stays erased, whatever is restored from here.
        try keyBackup(.log, into: directory, since: begun).registerErasures()
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

    fileprivate init(_ part: BackupPart, _ outcome: KeyBackup.Outcome) {
        self.init(part, done: UInt64(outcome.entries), of: UInt64(outcome.entries), bytes: outcome.bytes)
        file = outcome.file
        deleted = outcome.deleted
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
