internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith backup`: a backup in a directory of the service's machine, while the service takes commands.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back the log up into a directory of the service's machine while the service runs.",
        discussion: """
            Only what the directory does not hold yet is written. What was written is read back and checked before it \
            gets its name. docs/backup.md says how to restore it.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: "Directory of the backups, on the service's machine; made where it is missing.",
        completion: .directory)
    var directory: String

    func run() async throws {
        var request = BackupRequest()
        request.directory = try FilePath.absolute(directory)
        request.part = .log
        var bar = ProgressBar("backing up")
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
