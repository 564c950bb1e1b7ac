internal import Glibc

/// A directory of backups of one log.
///
/// ```
/// LOCK                 held by the backup that writes into it
/// log-E-FIRST-LAST     segments of the log: epoch, first and last position
/// epoch-N              a note that a restore has opened this epoch
/// erasures             the register of what was erased
/// keys-TIME.kith       the keys, sealed under the backup key
/// bodies-TIME.kith     the table of the content store, sealed under the backup key
/// contents/            sealed contents of bodies
/// .unfinished-…        what a backup that was killed left behind
/// ```
package struct BackupDirectory: Sendable {
    /// Path of the directory.
    package let path: String

    package init(path: String) { self.path = path }

    /// Every segment in the directory, in the order of their names. Files with other names are passed over.
    ///
    /// - Throws: `directory` where there is none, `damaged`, `format`, `io`.
    package func segments() throws(BackupError) -> [Segment] {
        guard let names = try Files.names(in: path) else {
            throw BackupError(.directory, "There is no directory \(path). Name the one that kith backup wrote into.")
        }
        var segments: [Segment] = []
        for name in names where name.hasPrefix("log-") && name.hasSuffix(".kith") {
            segments.append(try Segment(path: "\(path)/\(name)"))
        }
        return segments
    }
}

/// The right to write into a directory of backups, which one process has at a time.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Makes the directory where it is missing, takes the lock, and removes what a backup left that was killed.
    ///
    /// - Throws: `busy`, `directory`.
    init(_ directory: BackupDirectory) throws(BackupError) {
        guard directory.path.hasPrefix("/") else {
            throw BackupError(.directory, "\(directory.path) is not an absolute path.")
        }
        try Files.makeDirectory(directory.path)
        let path = "\(directory.path)/LOCK"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else { throw BackupError.system("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw BackupError(.busy, "Another backup writes into \(directory.path). Wait until it is done.")
        }
        for name in try Files.names(in: directory.path) ?? [] where name.hasPrefix(OutputFile.unfinishedPrefix) {
            try Files.remove("\(directory.path)/\(name)")
        }
    }

    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
