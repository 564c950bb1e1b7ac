import Backup
import EventLog
import Foundation
import Schema
import Testing

/// Backups at random moments while the log grows as fast as it can, each restored elsewhere.
@Suite struct BackupUnderLoadTests {
    /// `KITH_BACKUP_MOMENTS` says how many; ten where it is not set.
    private static let count =
        ProcessInfo.processInfo.environment["KITH_BACKUP_MOMENTS"].flatMap { Int($0) } ?? 10

    /// What the thread that makes the backups has come to.
    private struct Made: Sendable {
        var heads: [LogBackup.Outcome] = []
        var failure: String?
        var isDone = false
    }

    @Test func `every head is a committed prefix, and verifies`() throws {
        let folder = try TemporaryFolder()
        var numbers = SeededNumbers(announcedFor: "BackupUnderLoadTests")
        let test = try TestLog(in: folder["data"])
        let sizes = (0..<64).map { _ in (1...Int.random(in: 1...20, using: &numbers)).map { $0 % 7 + 1 } }
        let steps = (0..<Self.count).map { _ in Int.random(in: 1...600, using: &numbers) }
        let directory = BackupDirectory(path: folder["backups"])
        let made = Monitor(Made())
        let (log, count) = (test.log, Self.count)
        let backups = try DedicatedThread(named: "backups") {
            var heads: [LogBackup.Outcome] = []
            var failure: String?
            do {
                for step in steps {
                    let next = log.end.position.advanced(by: step)
                    while log.end.position < next { usleep(200) }
                    heads.append(try LogBackup(of: log, into: directory).run(at: Instant(microseconds: 0)))
                }
            } catch { failure = "\(error)" }
            made.withLockNotifying { $0 = Made(heads: heads, failure: failure, isDone: true) }
        }
        var group = 0
        while !made.withLock({ $0.isDone }) {
            try test.append(commands: sizes[group % sizes.count])
            group += 1
        }
        backups.join()
        let outcome = made.withLock { $0 }
        #expect(outcome.failure == nil && outcome.heads.count == count)
        try check(outcome.heads, of: test, directory, folder)
        try test.close()
    }

    /// Restores to each head, and to a position before it.
    private func check(
        _ heads: [LogBackup.Outcome], of test: TestLog, _ directory: BackupDirectory, _ folder: TemporaryFolder
    ) throws {
        let committed = Dictionary(uniqueKeysWithValues: test.moments.map { ($0.size, $0.root) })
        for (number, head) in heads.enumerated() {
            #expect(committed[head.last.rawValue] == head.root, "\(head)")
            let path = folder["restored-\(number)"]
            let outcome = try LogRestore(from: directory).run(
                into: path, target: .position(head.last), reason: RestoreReason(text: "a test", uid: 0))
            #expect(outcome.restored == head.last && outcome.root == head.root)
            let restored = try TestLog(in: path)
            var frontier = MerkleFrontier()
            try restored.log.scanChecked(from: Position(1)) { header, _, leaf in
                guard header.position <= head.last else { return false }
                frontier.append(leaf)
                return true
            }
            #expect(frontier.root == head.root)
            try restored.close()
        }
    }
}
