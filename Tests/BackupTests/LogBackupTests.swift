import Backup
import EventLog
import Foundation
import Schema
import Testing

@Suite struct LogBackupTests {
    private static let now = Instant(microseconds: SteppingClock.begin)

    @Test func `each backup holds what is new, and the chain holds everything`() throws {
        let folder = try TemporaryFolder()
        let test = try TestLog(in: folder["data"])
        let directory = BackupDirectory(path: folder["a/b/backups"])
        try test.append(commands: [1, 3, 2])
        let first = try LogBackup(of: test.log, into: directory).run(at: Self.now)
        #expect(first.first == Position(1) && first.last == Position(7) && first.root == test.log.end.root)
        #expect(first.file == "\(directory.path)/log-00001-000000000000001-000000000000007.kith")
        for _ in 1...3 { try test.append(commands: [900], payload: 1_500) }
        let second = try LogBackup(of: test.log, into: directory).run(at: Self.now)
        #expect(second.first == Position(8) && second.last == test.log.end.position)
        #expect(second.bytes > 2_700 * 1_500)
        let none = try LogBackup(of: test.log, into: directory).run(at: Self.now)
        #expect(none.file == nil && none.last == test.log.end.position && none.root == test.log.end.root)
        let names = try folder.names(in: "a/b/backups")
        #expect(names.count == 3 && names.contains("LOCK"), "\(names)")
        var frontier = MerkleFrontier()
        for segment in try directory.segments() {
            try segment.forEachRecord(after: frontier) { (_, _, _) throws(BackupError) in }
            frontier = segment.trailer.frontier
        }
        #expect(frontier.size == test.log.end.position.rawValue && frontier.root == test.log.end.root)
        try test.close()
    }

    @Test func `a backup that is stopped leaves nothing, and one that was killed leaves nothing for long`() throws {
        let folder = try TemporaryFolder()
        let test = try TestLog(in: folder["data"])
        let directory = BackupDirectory(path: folder["backups"])
        for _ in 1...6 { try test.append(commands: [1_000]) }
        // Stopped while it copies, and while it verifies.
        for limit in [1, 4] {
            var asked = 0
            let stopped = LogBackup(
                of: test.log, into: directory,
                isStopped: {
                    asked += 1
                    return asked > limit
                })
            let error = #expect(throws: BackupError.self) { try stopped.run(at: Self.now) }
            #expect(error?.code == .stopped)
            #expect(try folder.names(in: "backups") == ["LOCK"])
        }
        try Data("half".utf8).write(to: URL(filePath: folder["backups/.unfinished-log-1"]))
        _ = try LogBackup(of: test.log, into: directory).run(at: Self.now)
        #expect(try folder.names(in: "backups").count == 2)
        try test.close()
    }

    @Test func `another log, records that the log does not have, and a lost segment are told`() throws {
        let folder = try TemporaryFolder()
        let directory = BackupDirectory(path: folder["backups"])
        let test = try TestLog(in: folder["data"])
        try test.append(commands: [5])
        let first = try #require(try LogBackup(of: test.log, into: directory).run(at: Self.now).file)
        try test.append(commands: [5])
        _ = try LogBackup(of: test.log, into: directory).run(at: Self.now)
        let other = try TestLog(in: folder["other"], id: Identifier(high: 5, low: 6))
        #expect(throws: BackupError.self) { try LogBackup(of: other.log, into: directory).run(at: Self.now) }
        // The same log with other records, and with fewer: put back without a restore.
        for sizes in [[4, 6, 3], [1]] {
            let forked = try TestLog(in: folder["fork-\(sizes.count)"])
            try forked.append(commands: sizes)
            let error = #expect(throws: BackupError.self) {
                try LogBackup(of: forked.log, into: directory).run(at: Self.now)
            }
            #expect(error?.code == .otherLog)
            try forked.close()
        }
        try FileManager.default.removeItem(atPath: first)
        let error = #expect(throws: BackupError.self) { try LogBackup(of: test.log, into: directory).run(at: Self.now) }
        #expect(error?.code == .missing)
        try other.close()
        try test.close()
    }

    @Test func `a damaged record of the log is not backed up`() throws {
        let folder = try TemporaryFolder()
        do {
            let test = try TestLog(in: folder["data"])
            try test.append(commands: [30], payload: 300)
            // The last record is checked when the log is opened; this one stays sound.
            try test.append(commands: [1])
            try test.close()
        }
        let path = folder["data/log/data.mdb"]
        var bytes = try Data(contentsOf: URL(filePath: path))
        let payload = Data(repeating: 7, count: 300)
        var found = 0
        while let range = bytes.range(of: payload) {
            bytes[range.lowerBound + 100] ^= 4
            found += 1
        }
        #expect(found >= 30)
        try bytes.write(to: URL(filePath: path))
        // Whoever comes first to the damage says so: the opening, where it catches its index up, or the backup.
        let error = #expect(throws: (any Error).self) {
            let again = try TestLog(in: folder["data"])
            defer { again.log.close() }
            _ = try LogBackup(of: again.log, into: BackupDirectory(path: folder["backups"])).run(at: Self.now)
        }
        #expect((error as? BackupError)?.code == .log || (error as? EventLogError)?.code == .damaged)
        let backups = FileManager.default.fileExists(atPath: folder["backups"]) ? try folder.names(in: "backups") : []
        #expect(!backups.contains { $0.hasPrefix("log-") })
    }
}
