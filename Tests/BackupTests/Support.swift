import EventLog
import Foundation
import Schema
import Synchronization

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/kith-backup-" + UUID().uuidString.prefix(8).lowercased()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) is left behind: \(error)")
        }
    }

    subscript(name: String) -> String { "\(path)/\(name)" }

    func names(in name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self[name]).sorted()
    }
}

/// A clock that moves a millisecond whenever it is read.
final class SteppingClock: LogClock {
    private let time: Mutex<Int64>
    static let begin: Int64 = 1_767_225_600_000_000

    init(_ microseconds: Int64 = begin) { time = Mutex(microseconds) }

    func now() -> Instant {
        time.withLock { time in
            time += 1_000
            return Instant(microseconds: time)
        }
    }

    func sinceBoot() -> Int64 { time.withLock { $0 - Self.begin + 1_000_000 } }
}

/// A log whose first record is that of a log, and that takes commands of several events.
final class TestLog {
    /// What the log was after a group.
    struct Moment: Sendable, Hashable {
        var size: UInt64
        var root: TreeHash
        var recordedAt: Instant
    }

    let log: EventLog
    private let writer: LogWriter
    /// After every group that was committed.
    private(set) var moments: [Moment] = []
    private var commands: UInt64 = 0

    static let id = Identifier(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0001)

    /// Opens the log in a data directory, or makes one.
    init(in path: String, id: Identifier = TestLog.id, clock: any LogClock = SteppingClock()) throws {
        let storage = try LMDBLogStorage(path: path + "/log", reserve: 1 << 20)
        log = try EventLog(id: id, storage: storage, indexPath: path + "/index") { _, _ in [] }
        writer = log.makeWriter(clock: clock)
        if log.end.position == .none { try open(id) }
    }

    private func open(_ id: Identifier) throws {
        var opened = LogOpened()
        opened.logID = Data(id.bytes)
        opened.formatVersion = 1
        opened.epoch = 1
        let encoded = try EventPayload.encode(.logOpened(opened))
        try append([[draft(.new(.log, id), kind: encoded.kind, payload: encoded.payload, index: 0, count: 1)]])
    }

    /// Appends a group of commands, each of as many events.
    func append(commands sizes: [Int], payload: Int = 20) throws {
        var group: [[EventDraft]] = []
        for size in sizes {
            commands += 1
            group.append(
                (0..<size).map { index in
                    draft(
                        .existing(LogEpoch.stream), kind: .tagged, payload: [UInt8](repeating: 7, count: payload),
                        index: index, count: size)
                })
        }
        try append(group)
    }

    private func append(_ group: [[EventDraft]]) throws {
        try writer.begin()
        for draft in group.joined() { _ = try writer.append(draft) }
        let tree = try writer.commit()
        let moment = Moment(size: tree.size, root: tree.root, recordedAt: writer.recordedAt)
        moments.append(moment)
    }

    private func draft(
        _ stream: EventDraft.Stream, kind: EventKind, payload: [UInt8], index: Int, count: Int
    ) -> EventDraft {
        EventDraft(
            stream: stream, kind: kind, payload: payload, origin: .command, flags: index == 0 ? .fingerprintOpen : [],
            occurredAt: Instant(microseconds: 0), commandIndex: UInt16(index), commandCount: UInt16(count), body: 0,
            commandID: Identifier(high: 1, low: commands), correlationID: .zero, causation: .none, principal: .none,
            onBehalfOf: .none, importNumber: .none, subjects: [],
            fingerprint: index == 0 ? [UInt8](repeating: 0xFF, count: 32) : [], changes: [])
    }

    /// Stops the log's threads; another `TestLog` may open it then.
    func close() throws {
        try writer.flushIndex()
        log.close()
    }
}

/// Numbers that follow from a seed (splitmix64), which is printed: `KITH_TEST_SEED` sets it.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(announcedFor test: String) {
        let seed =
            ProcessInfo.processInfo.environment["KITH_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0..<1_000_000)
        print("\(test): KITH_TEST_SEED=\(seed)")
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
