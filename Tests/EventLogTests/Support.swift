internal import EventLog
internal import Glibc
internal import Schema
internal import Synchronization
import Testing

/// A directory that goes away with the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/kith-log-XXXXXX\0".utf8CString)
        guard mkdtemp(&template) != nil else { throw EventLogError(.notWritable, "no temporary directory") }
        path = String(decoding: template.dropLast().prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// A clock that tests turn by hand; wall and boot time move together unless told otherwise.
final class ManualClock: LogClock {
    private let times: Mutex<(wall: Int64, boot: Int64)>

    init(_ microseconds: Int64 = 1_767_225_600_000_000) { times = Mutex((microseconds, 1_000_000)) }

    func now() -> Instant { Instant(microseconds: times.withLock { $0.wall }) }
    func sinceBoot() -> Int64 { times.withLock { $0.boot } }
    func advance(wall: Int64, boot: Int64) {
        times.withLock { times in
            times.wall += wall
            times.boot += boot
        }
    }
    func advance(_ microseconds: Int64) { advance(wall: microseconds, boot: microseconds) }
}

/// A log in a directory of its own.
final class TestLog {
    let directory: TemporaryDirectory
    let log: EventLog
    let writer: LogWriter
    let clock = ManualClock()
    static let id = Identifier(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0001)

    init(in directory: TemporaryDirectory? = nil) throws {
        let directory = try directory ?? TemporaryDirectory()
        self.directory = directory
        let storage = try LMDBLogStorage(path: directory.path + "/log", reserve: 1 << 20)
        log = try EventLog(id: Self.id, storage: storage, indexPath: directory.path + "/index") { header, _ in
            header.kind == .tagged ? [.claim([7], 1)] : []
        }
        writer = log.makeWriter(clock: clock)
    }

    /// Appends one event and commits it.
    @discardableResult
    func append(_ draft: EventDraft) throws -> AppendedEvent {
        try writer.begin()
        let event = try writer.append(draft)
        try writer.commit()
        return event
    }
}

extension EventDraft {
    /// An event with little in it.
    static func sample(
        _ stream: Stream, kind: EventKind = .tagged, payload: [UInt8] = [0x0A, 1, 0x61],
        command: UInt64, index: UInt16 = 0, count: UInt16 = 1, subjects: [Subject] = [],
        changes: [IndexChange] = [.claim([7], 1)],
        at: Int64 = 0
    ) -> EventDraft {
        EventDraft(
            stream: stream, kind: kind, payload: payload, origin: .command, flags: index == 0 ? .fingerprintOpen : [],
            occurredAt: Instant(microseconds: at), commandIndex: index, commandCount: count, body: 0,
            commandID: Identifier(high: 1, low: command), correlationID: .zero, causation: .none, principal: .none,
            onBehalfOf: .none, importNumber: .none, subjects: subjects,
            fingerprint: index == 0 ? [UInt8](repeating: 0xFF, count: 32) : [], changes: changes)
    }
}

/// Numbers that follow from a seed (splitmix64).
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
