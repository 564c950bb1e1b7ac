internal import FoundationEssentials
internal import Glibc
internal import Schema

/// A data directory whose service does not answer, looked at from outside. Nothing is changed, and no lock is taken: a
/// service that is being started must not find one.
struct DirectoryExamination {
    /// The socket at which nobody answered.
    let socket: String
    /// The data directory.
    let directory: String
    /// The file with the master key.
    let masterKey: String
    /// Bytes that the disk should have left.
    var freeBytes = Threshold.freeBytes
    /// Whether this user may use a file so (access(2)).
    var mayUse: @Sendable (_ path: String, _ mode: Int32) -> Bool = { access($0, $1) == 0 }

    private static let start = "systemctl start kithd"

    /// Every trouble there is, the worst first; at least that nobody answers.
    var troubles: [Trouble] {
        let found = [socketClosed, directoryClosed].compactMap(\.self)
        // Of what cannot be read nothing can be said.
        guard directoryClosed == nil else { return found }
        let lasting = [format, vault, key, rights, disk].compactMap(\.self)
        return found + lasting + [state(hasObstacle: !lasting.isEmpty || !found.isEmpty)].compactMap(\.self)
    }

    // MARK: Socket and process

    private var socketClosed: Trouble? {
        guard let status = FileStatus(socket), status.isSocket, !mayUse(socket, R_OK | W_OK) else { return nil }
        return Trouble(
            "socketClosed", "The socket \(socket) is not for this user: only group \(status.group) may open it.",
            type: "sudo usermod -aG \(status.group) $USER")
    }

    /// Who holds the directory, or that nobody does.
    private func state(hasObstacle: Bool) -> Trouble? {
        if let holder = FileLocks.holder(of: "\(directory)/LOCK") {
            return Trouble(
                "noAnswer",
                "Process \(holder) serves \(directory) and does not answer at \(socket): it is being started, is "
                    + "stuck, or listens elsewhere.",
                type: "journalctl -u kithd -n 20")
        }
        let left = FileStatus(socket)?.isSocket == true ? "; the socket is left over from one that was killed" : ""
        let next = hasObstacle ? "" : ", and nothing is in the way of starting it"
        return Trouble("notRunning", "No service runs on \(directory)\(left)\(next).", type: Self.start)
    }

    // MARK: The directory

    private var directoryClosed: Trouble? {
        guard let status = FileStatus(directory) else {
            return Trouble(
                "directoryMissing",
                "There is no data directory \(directory), and no service answers at \(socket). Name another one with "
                    + "--data-directory, or start a new log.",
                type: Self.start)
        }
        guard status.isDirectory else {
            return Trouble("noDirectory", "\(directory) is no directory.", type: "ls -l \(Trouble.quoted(directory))")
        }
        guard mayUse(directory, R_OK | X_OK) else {
            return Trouble(
                "directoryClosed", "Only its owner may look into \(directory).",
                type: "sudo -u '#\(status.owner)' kith doctor --data-directory \(Trouble.quoted(directory))")
        }
        return nil
    }

    private var hasRecords: Bool { FileStatus("\(directory)/log/data.mdb") != nil }

    private var format: Trouble? {
        let restore = "kith restore BACKUPS --data-directory \(Trouble.quoted(directory + ".restored")) --reason lost"
        let text: String
        do {
            text = try String(contentsOfFile: "\(directory)/FORMAT", encoding: .utf8)
        } catch {
            // A log that is being made has FORMAT.new.
            guard hasRecords, FileStatus("\(directory)/FORMAT.new") == nil else { return nil }
            return Trouble(
                "formatMissing", "\(directory) holds a log and no FORMAT file that can be read. Restore it.",
                type: restore)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 5, words[0] == "kith-log", let version = Int(words[2]) else {
            return Trouble("formatDamaged", "\(directory)/FORMAT is not that of a log. Restore it.", type: restore)
        }
        guard hasRecords else {
            return Trouble(
                "recordsMissing", "\(directory) is that of a log, but its records are gone. Restore it.", type: restore)
        }
        guard version == Int(RecordLayout.formatVersion) else {
            return Trouble(
                "formatUnknown",
                "The log has format version \(version), this program knows \(RecordLayout.formatVersion): it is that "
                    + "of another release.",
                type: "kithd --version")
        }
        return nil
    }

    private var vault: Trouble? {
        guard hasRecords, FileStatus("\(directory)/vault") == nil else { return nil }
        return Trouble(
            "vaultMissing",
            "The vault \(directory)/vault has gone: without it no personal datum can be read. Restore it.",
            type: "ls -l \(Trouble.quoted(directory))")
    }

    private var key: Trouble? {
        guard hasRecords else { return nil }
        guard let status = FileStatus(masterKey) else {
            return Trouble(
                "masterKeyMissing",
                "There is no master key at \(masterKey). Put the file there, or say with --master-key where it is.",
                type: "ls -l \(Trouble.quoted(masterKey))")
        }
        let file = Trouble.quoted(masterKey)
        if let owner = FileStatus(directory)?.owner, status.owner != owner {
            return Trouble(
                "masterKeyOwner", "The master key \(masterKey) belongs to user \(status.owner), the log to \(owner).",
                type: "chown \(owner) \(file)")
        }
        guard status.mode == 0o600 || status.mode == 0o400 else {
            return Trouble(
                "masterKeyMode",
                "The master key \(masterKey) has mode \(String(status.mode, radix: 8)), so that others could use it.",
                type: "chmod 600 \(file)")
        }
        guard status.size == 32 else {
            return Trouble(
                "masterKeySize",
                "The master key \(masterKey) has \(status.size) bytes instead of 32. Put the right one "
                    + "there.", type: "ls -l \(file)")
        }
        return nil
    }

    private var rights: Trouble? {
        guard let status = FileStatus(directory), status.mode & 0o022 != 0 else { return nil }
        return Trouble(
            "directoryOpen", "Others than its owner can change what lies in \(directory).",
            type: "chmod go-w \(Trouble.quoted(directory))")
    }

    private var disk: Trouble? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        guard free < freeBytes else { return nil }
        return Trouble(
            "diskNearlyFull", "The disk of \(directory) has \(free >> 20) MiB left.",
            type: "df -h \(Trouble.quoted(directory))")
    }
}

/// What the system says of a file; nil where there is none.
struct FileStatus {
    private let status: stat

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.status = status
    }

    var isSocket: Bool { status.st_mode & S_IFMT == S_IFSOCK }
    var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var mode: mode_t { status.st_mode & 0o7777 }
    var owner: uid_t { status.st_uid }
    var size: Int { Int(status.st_size) }
    /// Device and inode as /proc/locks writes them.
    var place: String {
        let device = UInt64(status.st_dev)
        // As in <sys/sysmacros.h>.
        let major = (device >> 8 & 0xfff) | (device >> 32 & ~0xfff)
        let minor = (device & 0xff) | (device >> 12 & ~0xff)
        return "\(Self.hexadecimal(major)):\(Self.hexadecimal(minor)):\(status.st_ino)"
    }

    /// Name of the file's group, its number where it has none.
    var group: String {
        guard let entry = getgrgid(status.st_gid) else { return "\(status.st_gid)" }
        return String(cString: entry.pointee.gr_name)
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return text.count < 2 ? "0" + text : text
    }
}

/// The locks that the system knows of.
enum FileLocks {
    /// More than a system has locks, in bytes of their list.
    private static let limit = 64 << 20

    /// The process that holds a lock on a file, as far as this one may know.
    static func holder(of path: String, locks: String = "/proc/locks") -> Int? {
        guard let place = FileStatus(path)?.place else { return nil }
        let text: [UInt8]
        // The system gives a few kilobytes at a time, with no length beforehand: what is read at once is not all of it.
        do { text = try InputFile.contents(of: locks, limit: limit) } catch { return nil }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
            let words = line.split(separator: " ")
            if words.count >= 6, words[1] == "FLOCK", words[5] == place { return Int(words[4]) }
        }
        return nil
    }
}
