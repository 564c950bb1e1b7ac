internal import ArgumentParser
internal import Backup
internal import Schema

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `kith restore`: a log from its backups into a new data directory; no service is needed for it.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a log from its backups into a new data directory, which no service uses yet.",
        discussion: """
            A restore opens a new epoch: answers and cursors tell clients that what was behind the restored position \
            is gone. Without --to-position and --to-time everything is restored that the backups hold.
            """)

    @Argument(help: "Directory of the backups.", completion: .directory)
    var directory: String

    @Option(
        help: ArgumentHelp("The new data directory: not there, or empty.", valueName: "path"),
        completion: .directory)
    var dataDirectory: String

    @Option(help: ArgumentHelp("Up to the last whole command at or before this position.", valueName: "position"))
    var toPosition: UInt64?

    @Option(help: ArgumentHelp("Up to the last whole command recorded at or before this instant.", valueName: "time"))
    var toTime: InstantArgument?

    @Option(
        help: ArgumentHelp(
            "Leave backups of later epochs aside: for records that an earlier restore gave up.", valueName: "epoch"))
    var fromEpoch: UInt32?

    @Option(help: ArgumentHelp("Why it is restored; stands in the log for ever.", valueName: "text"))
    var reason: String

    @Option(
        help: ArgumentHelp(
            "Put the keys and the bodies back as well; the file of the key that they were backed up with.",
            valueName: "path"),
        completion: .file())
    var backupKey: String?

    @Option(
        help: ArgumentHelp(
            "The file of the master key to wrap the keys with, made where it is missing; master.key in the data directory "
                + "where it is absent.", valueName: "path"),
        completion: .file())
    var masterKey: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard toPosition == nil || toTime == nil else {
            throw ValidationError("Only one of --to-position and --to-time can be given.")
        }
        guard masterKey == nil || backupKey != nil else { throw ValidationError("--master-key is about --backup-key.") }
        guard toPosition != 0 else { throw ValidationError("--to-position must be at least 1.") }
        guard !reason.isEmpty, reason.utf8.count <= 1_024 else {
            throw ValidationError("--reason must have 1 to 1,024 bytes.")
        }
    }

    private var target: RestoreTarget {
        if let toPosition { return .position(Position(toPosition)) }
        if let toTime { return .instant(toTime.instant) }
        return .end
    }

    func run() throws {
        var bar = ProgressBar("restoring")
        defer { bar.finish() }
        let restore = LogRestore(from: BackupDirectory(path: directory)) { progress in
            bar.update(
                done: Int(clamping: progress.done), total: Int(clamping: progress.target),
                note: "\(progress.bytes / 1_000_000) MB")
        }
        let outcome: RestoreOutcome
        do throws(BackupError) {
            let key = try backupKey.map { (path) throws(BackupError) in try BackupKey(path: path) }
            let keys = key.map {
                KeyRestore(from: BackupDirectory(path: directory), under: $0, masterKeyPath: masterKey)
            }
            outcome = try restore.run(
                into: dataDirectory, target: target, ending: fromEpoch,
                reason: RestoreReason(text: reason, uid: UInt32(getuid())), keys: keys)
        } catch {
            throw Failure.refused(error.message)
        }
        bar.finish()
        if json {
            try Console.standard.line(utf8: BackupText.json(outcome).serialised)
        } else {
            for line in BackupText.lines(outcome, directory: dataDirectory) { try Console.standard.line(line) }
        }
    }
}
