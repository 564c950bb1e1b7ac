internal import Glibc
internal import LMDB
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
        let (pages, records) = metaPages("\(path)/log")
        findings.append(pages)
        if let witnessPath { findings.append(witness(witnessPath, path, records)) }
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

    /// The two first pages of the log's file, and how many records they say there are.
    private static func metaPages(_ path: String) -> (Finding, records: UInt64?) {
        do throws(LMDBError) {
            guard let report = try MetaReport.look(at: path) else {
                return (Finding(.wrong, "log: \(path)/data.mdb is missing or no file of LMDB; restore it"), nil)
            }
            guard let repair = report.repair else {
                return (Finding(.fine, "log: both meta pages can be read, \(report.entries) events"), report.entries)
            }
            let text = "log: meta page \(repair.damage.page) is damaged (\(repair.damage.what)); a start mends it"
            return (Finding(.notice, "\(text), \(report.entries) events"), report.entries)
        } catch {
            return (Finding(.wrong, "log: \(error.message); restore the log from a backup"), nil)
        }
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
