internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith backup`: a backup in a directory of the service's machine, while the service takes commands.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back up the log, and its keys and bodies, while the service runs.",
        discussion: """
            Only what the directory does not hold yet is written. What was written is read back and checked before it \
            gets its name. docs/backup.md says how to restore it.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: "Directory of the backups, on the service's machine; made where it is missing.",
        completion: .directory)
    var directory: String

    @Option(
        help: ArgumentHelp(
            "Back up the keys and the bodies as well, sealed under the key in this file of the service's machine.",
            valueName: "path"),
        completion: .file())
    var backupKey: String?

    @Option(
        help: ArgumentHelp("Days for which backups of the keys are kept; 30 where it is absent.", valueName: "days"))
    var keepDays: UInt32?

    func validate() throws {
        if let keepDays {
            guard backupKey != nil else { throw ValidationError("--keep-days is about --backup-key.") }
            guard (1...36_500).contains(keepDays) else { throw ValidationError("--keep-days must be 1 to 36500.") }
        }
    }

    func run() async throws {
        // The log first: keys and bodies then hold everything that it refers to.
        try await backUp(.log)
        guard let backupKey else { return }
        for part in [BackupPart.keys, .bodies] { try await backUp(part, key: try FilePath.absolute(backupKey)) }
    }

    private func backUp(_ part: BackupPart, key: String = "") async throws {
        var request = BackupRequest()
        request.directory = try FilePath.absolute(directory)
        request.part = part
        request.keyFile = key
        request.keepDays = keepDays ?? 0
        var bar = ProgressBar("backing up the \(BackupText.name(of: part))")
        defer { bar.finish() }
        let last = try await options.withClient { client in
            var last: BackupProgress?
            for try await progress in client.backup(request) {
                if options.json { try JSONOutput.print(progress) }
                bar.update(
                    done: Int(clamping: progress.position), total: Int(clamping: progress.target),
                    note: progress.verifying ? "verifying" : "\(progress.bytes / 1_000_000) MB")
                if progress.done { last = progress }
            }
            return last
        }
        bar.finish()
        guard let last else { throw Failure.refused("the backup ended before it was done") }
        if !options.json {
            for line in BackupText.lines(last) { try Console.standard.line(line) }
        }
    }
}
