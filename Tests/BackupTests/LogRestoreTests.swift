import Backup
import EventLog
import Foundation
import Schema
import Testing

@Suite struct LogRestoreTests {
    private static let now = Instant(microseconds: SteppingClock.begin)
    private static let why = RestoreReason(text: "a test", uid: 42)
    /// Later than everything that is recorded.
    private static var later: SteppingClock { SteppingClock(SteppingClock.begin + 3_600_000_000) }

    /// A log of 1 + 2 + 3 + 1 + 4 + 2 events in three segments.
    private static func backedUp(_ folder: TemporaryFolder) throws -> (test: TestLog, directory: BackupDirectory) {
        let test = try TestLog(in: folder["data"])
        let directory = BackupDirectory(path: folder["backups"])
        for group in [[2, 3], [1, 4], [2]] {
            try test.append(commands: group)
            _ = try LogBackup(of: test.log, into: directory).run(at: now)
        }
        return (test, directory)
    }

    private static func roots(_ log: EventLog) throws -> [UInt64: TreeHash] {
        var frontier = MerkleFrontier()
        var roots: [UInt64: TreeHash] = [:]
        try log.scanChecked(from: Position(1)) { _, _, leaf in
            frontier.append(leaf)
            roots[frontier.size] = frontier.root
            return true
        }
        return roots
    }

    @Test func `a log is put back to every position, and no command is cut in two`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        let roots = try Self.roots(test.log)
        let ends: [UInt64] = [1, 3, 6, 7, 11, 13]
        for position in 1...13 as ClosedRange<UInt64> {
            let whole = try #require(ends.last { $0 <= position })
            let path = folder["restored-\(position)"]
            let outcome = try LogRestore(from: directory, clock: Self.later).run(
                into: path, target: .position(Position(position)), reason: Self.why)
            #expect(outcome.restored.rawValue == whole && outcome.root == roots[whole])
            #expect(outcome.backedUp == Position(13) && outcome.epoch == UInt32(position) + 1)
            let restored = try TestLog(in: path, clock: Self.later)
            #expect(restored.log.end.position.rawValue == whole + 1)
            #expect(restored.log.epoch == outcome.epoch)
            #expect(restored.log.epochs.last?.restored == outcome.restored)
            #expect(try Self.roots(restored.log)[whole] == roots[whole])
            #expect(try LogDirectory(path: path).readFormat() == TestLog.id)
            try restored.append(commands: [2])
            #expect(restored.log.end.position.rawValue == whole + 3)
            try restored.close()
        }
        try test.close()
    }

    @Test func `the first event of the epoch says from where, to which size and root, why and who`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        let outcome = try LogRestore(from: directory, clock: Self.later).run(
            into: folder["restored"], target: .position(Position(8)), reason: Self.why)
        let restored = try TestLog(in: folder["restored"], clock: Self.later)
        let record = try #require(
            try restored.log.checkedRecord(at: Position(8)) { header, record, _ in
                (header, record.extracting(header.payloadRange).withUnsafeBytes { Array($0) })
            })
        let (header, payload) = record
        #expect(header.kind == .epochOpened && header.stream == LogEpoch.stream)
        #expect(header.recordedAt > outcome.recordedAt && header.flags == .fingerprintOpen)
        guard case .epochOpened(let event) = try EventPayload.decode(kind: header.kind, payload: payload.span.bytes)
        else {
            Issue.record("no event at position 8")
            return
        }
        #expect(event.epoch == 2 && event.restoredSize == 7 && event.restoredRoot == Data(outcome.root.bytes))
        #expect(event.backupSize == 13 && event.backupRoot == Data(test.log.end.root.bytes))
        #expect(event.uid == 42 && event.reason == "a test")
        try restored.close()
        try test.close()
    }

    @Test func `a log is put back to an instant`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        let moments = test.moments
        for (number, moment) in moments.enumerated() {
            for (ahead, expected) in [(0, moment), (-1, number == 0 ? nil : moments[number - 1])] {
                let instant = Instant(microseconds: moment.recordedAt.rawValue + Int64(ahead))
                let restore = LogRestore(from: directory, clock: Self.later)
                let path = folder["at-\(number)-\(ahead)"]
                guard let expected else {
                    let error = #expect(throws: BackupError.self) {
                        try restore.run(into: path, target: .instant(instant), reason: Self.why)
                    }
                    #expect(error?.code == .missing)
                    continue
                }
                let outcome = try restore.run(into: path, target: .instant(instant), reason: Self.why)
                #expect(outcome.restored.rawValue == expected.size && outcome.root == expected.root)
            }
        }
        try test.close()
    }

    @Test func `a restored log is backed up into the same directory, and both futures can be restored`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        _ = try LogRestore(from: directory, clock: Self.later).run(
            into: folder["second"], target: .position(Position(9)), reason: Self.why)
        let second = try TestLog(in: folder["second"], clock: Self.later)
        try second.append(commands: [1, 1])
        let backup = try LogBackup(of: second.log, into: directory).run(at: Self.now)
        // The first segment, up to 6, is common; what follows is written anew.
        #expect(backup.first == Position(7) && backup.last == Position(10))
        try second.append(commands: [1])
        #expect(try LogBackup(of: second.log, into: directory).run(at: Self.now).first == Position(11))
        let newest = try LogRestore(from: directory, clock: Self.later).run(
            into: folder["third"], target: .end, reason: Self.why)
        #expect(newest.root == second.log.end.root && newest.epoch == 3)
        let given = try LogRestore(from: directory, clock: Self.later).run(
            into: folder["fourth"], target: .end, ending: 1, reason: Self.why)
        #expect(given.root == test.log.end.root && given.epoch == 4)
        // It descends from epoch 1: backups of epoch 2 are none of its own.
        let fourth = try TestLog(in: folder["fourth"], clock: Self.later)
        #expect(fourth.log.epochs.map(\.number) == [1, 4])
        #expect(try LogBackup(of: fourth.log, into: directory).run(at: Self.now).first == Position(14))
        try fourth.close()
        try second.close()
        try test.close()
    }

    @Test func `a directory that is not empty, and positions that are in no backup, are refused`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        let restore = LogRestore(from: directory, clock: Self.later)
        func code(_ path: String, _ target: RestoreTarget, _ ending: UInt32? = nil) -> BackupError.Code? {
            #expect(throws: BackupError.self) {
                try restore.run(into: path, target: target, ending: ending, reason: Self.why)
            }?.code
        }
        #expect(code(folder["data"], .end) == .notEmpty)
        #expect(code(folder["new"], .position(Position(14))) == .missing)
        #expect(code(folder["new"], .end, 0) == .missing)
        let nowhere = LogRestore(from: BackupDirectory(path: folder["nowhere"]))
        #expect(throws: BackupError.self) { try nowhere.run(into: folder["new"], target: .end, reason: Self.why) }
        #expect(!FileManager.default.fileExists(atPath: folder["new"]))
        try test.close()
    }

    @Test func `whatever bit of a backup is flipped, a restore says so and makes no log`() throws {
        let folder = try TemporaryFolder()
        let (test, directory) = try Self.backedUp(folder)
        var numbers = SeededNumbers(announcedFor: "LogRestoreTests.flipped")
        let names = try folder.names(in: "backups").filter { $0.hasPrefix("log-") }
        for _ in 1...60 {
            let name = try #require(names.randomElement(using: &numbers))
            let path = folder["backups/\(name)"]
            let sound = try Data(contentsOf: URL(filePath: path))
            var damaged = sound
            let bit = Int.random(in: 0..<damaged.count * 8, using: &numbers)
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: URL(filePath: path))
            let error = #expect(throws: BackupError.self, "bit \(bit) of \(name)") {
                try LogRestore(from: directory).run(into: folder["new"], target: .end, reason: Self.why)
            }
            let code = try #require(error?.code)
            #expect([.damaged, .format, .missing, .otherLog].contains(code), "bit \(bit) of \(name): \(code)")
            #expect(!FileManager.default.fileExists(atPath: folder["new/FORMAT"]))
            if FileManager.default.fileExists(atPath: folder["new"]) {
                try FileManager.default.removeItem(atPath: folder["new"])
            }
            try sound.write(to: URL(filePath: path))
        }
        let cut = folder["backups/\(names[2])"]
        let whole = try Data(contentsOf: URL(filePath: cut))
        for count in [0, 1, 127, 128, whole.count / 2, whole.count - 1] {
            try whole.prefix(count).write(to: URL(filePath: cut))
            let error = #expect(throws: BackupError.self, "\(count) bytes") {
                try LogRestore(from: directory).run(into: folder["new"], target: .end, reason: Self.why)
            }
            #expect(error?.code == .damaged)
        }
        try test.close()
    }
}
