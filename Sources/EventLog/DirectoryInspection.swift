internal import Glibc
internal import Schema

/// What stands in the way of serving a data directory, found without writing anything and without opening LMDB: also
/// while another process serves it.
package enum DirectoryInspection {
    /// One thing that was looked at.
    package struct Finding: Sendable, Hashable {
        /// What it means for a start.
        package enum Verdict: Sendable, Hashable {
            case fine
            /// Worth knowing; a start succeeds, or will once the other process has stopped.
            case notice
            /// A start would fail.
            case wrong
        }

        package var verdict: Verdict
        /// What was found, and where it is wrong what to do.
        package var text: String

        package init(_ verdict: Verdict, _ text: String) {
            self.verdict = verdict
            self.text = text
        }
    }

    /// Whether there is a log to look at.
    package static func holdsLog(_ path: String) -> Bool { exists("\(path)/FORMAT") }

    /// Looks at the directory, its lock, the format, the first pages of the log, and at what the witness knows.
    package static func findings(of path: String, witnessPath: String?) -> [Finding] {
        guard exists(path) else { return [Finding(.notice, "directory: \(path) is missing; a start makes it")] }
        var findings = [rights(path), lock(path), format(path)]
        if let doubt = finding(
            "verification", { () throws(EventLogError) in try LogDirectory.readFile("\(path)/VERIFY") },
            { (doubt: String) in
                Finding(.notice, "verification: the end of the log is verified at the start, because: \(doubt)")
            })
        {
            findings.append(doubt)
        }
        guard holdsLog(path) else { return findings }
        let pages = MetaPages(path: "\(path)/log/data.mdb")
        findings.append(pages.finding)
        if let witnessPath { findings.append(witness(witnessPath, path, pages.records)) }
        return findings
    }

    /// Whether the volume has the space that commands need.
    package static func space(of path: String, ballastBytes: Int, logReserve: Int) -> Finding {
        var status = statvfs()
        let present = exists(path) ? path : Witness.folder(of: path)
        guard unsafe statvfs(present, &status) == 0 else {
            return Finding(.wrong, "space: the volume of \(present) cannot be asked: \(LogDirectory.lastError())")
        }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let ballast = exists("\(path)/ballast") ? 0 : ballastBytes
        let wanted = ballast + 2 * LogRoom.step(reserve: logReserve)
        guard free >= wanted else {
            return Finding(
                .wrong,
                "space: \(free >> 20) MiB are free, commands need \(wanted >> 20) MiB; make space, or lower ballastBytes"
            )
        }
        return Finding(.fine, "space: \(free >> 20) MiB are free")
    }

    // MARK: One by one

    private static func rights(_ path: String) -> Finding {
        guard unsafe access(path, R_OK | W_OK | X_OK) == 0 else {
            return Finding(
                .wrong,
                "directory: \(path) cannot be written: \(LogDirectory.lastError()). Change its owner or its mode.")
        }
        return Finding(.fine, "directory: \(path)")
    }

    private static func lock(_ path: String) -> Finding {
        let file = unsafe open("\(path)/LOCK", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return Finding(.fine, "lock: free") }
            return Finding(.wrong, "lock: \(path)/LOCK cannot be opened: \(LogDirectory.lastError())")
        }
        defer { close(file) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            return Finding(.notice, "lock: another process serves the directory; stop it before a start")
        }
        flock(file, LOCK_UN)
        return Finding(.fine, "lock: free")
    }

    private static func format(_ path: String) -> Finding {
        let found = finding(
            "format", { () throws(EventLogError) in try LogDirectory.readFormat("\(path)/FORMAT", in: path) },
            { (id: Identifier) in Finding(.fine, "format: version \(RecordLayout.formatVersion), log \(id)") })
        return found ?? Finding(.notice, "format: there is no log yet; a start makes one")
    }

    private static func witness(_ path: String, _ directory: String, _ records: UInt64?) -> Finding {
        let found = finding(
            "witness", { () throws(EventLogError) -> Witness.Statement? in try Witness(path: path).last }
        ) { (known: Witness.Statement) in
            do throws(EventLogError) {
                guard try LogDirectory.readFormat("\(directory)/FORMAT", in: directory) == known.log else {
                    return Finding(.wrong, "witness: \(path) knows another log, \(known.log)")
                }
            } catch { return Finding(.wrong, "witness: \(error.message)") }
            if let records, records < known.size {
                return Finding(
                    .wrong,
                    "witness: the log has \(records) events, and \(path) knows \(known.size): restore the newest copy")
            }
            return Finding(.fine, "witness: \(path) knows \(known.size) events")
        }
        return found ?? Finding(.notice, "witness: \(path) is missing; a start makes it")
    }

    /// A finding about something that may be absent, or fail to be read.
    private static func finding<Value>(
        _ name: String, _ read: () throws(EventLogError) -> Value?, _ body: (Value) -> Finding
    ) -> Finding? {
        do throws(EventLogError) {
            return try read().map(body)
        } catch { return Finding(.wrong, "\(name): \(error.message)") }
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}

/// The two first pages of an LMDB file, each of which says what was last committed.
private struct MetaPages {
    let finding: DirectoryInspection.Finding
    /// Entries of the unnamed table, as the newer page has it; nil where neither can be read.
    let records: UInt64?

    /// Where things are in LMDB 0.9's pages: a header of 16 bytes, then the meta data.
    private enum Layout {
        static let flags = 10
        static let metaFlag: UInt16 = 0x08
        static let magic = 16
        static let magicNumber: UInt32 = 0xBEEF_C0DE
        static let version = 20
        static let pageSize = 40
        static let entries = 120
        static let transaction = 144
        static let length = 152
    }

    init(path: String) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            finding = .init(.wrong, "log: \(path) cannot be read: \(LogDirectory.lastError())")
            records = nil
            return
        }
        defer { close(file) }
        let first = Self.read(file, at: 0)
        let second = Self.read(file, at: off_t(first?.pageSize ?? UInt32(sysconf(Int32(_SC_PAGESIZE)))))
        let valid = [first, second].compactMap { $0 }
        let newest = valid.max { $0.transaction < $1.transaction }
        records = newest?.entries
        switch valid.count {
        case 2: finding = .init(.fine, "log: both meta pages can be read, \(newest?.entries ?? 0) events")
        case 1:
            finding = .init(
                .wrong,
                "log: one of the two meta pages of \(path) is damaged; the other has \(newest?.entries ?? 0) events")
        default: finding = .init(.wrong, "log: both meta pages of \(path) are damaged; restore the log from a backup")
        }
    }

    private static func read(
        _ file: Int32, at offset: off_t
    ) -> (entries: UInt64, transaction: UInt64, pageSize: UInt32)? {
        var bytes = [UInt8](repeating: 0, count: Layout.length)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, offset) }
        guard count == bytes.count else { return nil }
        let span = unsafe bytes.span.bytes
        guard unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.flags, as: UInt16.self) & Layout.metaFlag != 0,
            unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.magic, as: UInt32.self) == Layout.magicNumber,
            unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.version, as: UInt32.self) == 1
        else { return nil }
        return (
            unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.entries, as: UInt64.self),
            unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.transaction, as: UInt64.self),
            unsafe span.unsafeLoadUnaligned(fromByteOffset: Layout.pageSize, as: UInt32.self)
        )
    }
}
