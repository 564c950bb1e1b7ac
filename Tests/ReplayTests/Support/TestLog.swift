internal import EventLog
internal import Foundation
internal import Schema
internal import Synchronization
internal import Testing

/// A folder of its own for one test, removed with it.
final class TestFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/replay-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var viewsPath: String { path + "/views" }

    /// Names in a folder below this one, sorted.
    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
    }
}

/// A real log in a folder, with synthetic events.
final class TestLog: Sendable {
    let log: EventLog
    private let writer: Mutex<LogWriter>
    private let nextCommand = Atomic<UInt64>(1)

    init(_ folder: TestFolder, name: String = "log", id: Identifier = Identifier(high: 7, low: 7)) throws {
        let storage = try LMDBLogStorage(path: "\(folder.path)/\(name)")
        log = try EventLog(id: id, storage: storage, indexPath: "\(folder.path)/\(name)-index") { _, _ in [] }
        writer = Mutex(log.makeWriter(clock: SystemClock()))
    }

    deinit { log.close() }

    /// What an event of the synthetic kinds does.
    enum Step {
        case open
        case tag(StreamNumber, String)
        case untag(StreamNumber, String)
    }

    /// Appends events as one group and returns the position of the last one.
    @discardableResult
    func append(_ steps: [Step]) throws -> Position {
        try writer.withLock { writer in
            try writer.begin()
            var last = Position.none
            for step in steps { last = try writer.append(try draft(step)).position }
            try writer.commit()
            return last
        }
    }

    /// Appends two streams and then events on them, from a seed: the same seed gives the same payloads.
    @discardableResult
    func appendRandom(_ count: Int, seed: UInt64, group: Int = 500) throws -> Position {
        var random = SeededGenerator(seed: seed)
        let first = try append([.open, .open])
        let streams = [StreamNumber(first.rawValue - 1), StreamNumber(first.rawValue)]
        var left = count
        var last = first
        while left > 0 {
            let steps = (0..<min(left, group)).map { _ -> Step in
                let stream = streams[Int.random(in: 0...1, using: &random)]
                let tag = "tag-\(Int.random(in: 0..<200, using: &random))"
                switch Int.random(in: 0..<10, using: &random) {
                case 0: return .open
                case 1, 2: return .untag(stream, tag)
                default: return .tag(stream, tag)
                }
            }
            last = try append(steps)
            left -= steps.count
        }
        return last
    }

    private func draft(_ step: Step) throws -> EventDraft {
        let event: EventPayload.OneOf_Event
        let stream: EventDraft.Stream
        let number = nextCommand.wrappingAdd(1, ordering: .relaxed).newValue
        switch step {
        case .open:
            event = .partyRegistered(PartyRegistered())
            stream = .new(.party, Identifier(high: 99, low: number))
        case .tag(let on, let tag):
            var tagged = Tagged()
            tagged.tag = tag
            event = .tagged(tagged)
            stream = .existing(on)
        case .untag(let on, let tag):
            var untagged = Untagged()
            untagged.tag = tag
            event = .untagged(untagged)
            stream = .existing(on)
        }
        let (kind, payload) = try EventPayload.encode(event)
        return EventDraft(
            stream: stream, kind: kind, payload: payload, origin: .command, flags: [],
            occurredAt: Instant(microseconds: 0), commandIndex: 0, commandCount: 1, body: 0,
            commandID: Identifier(high: 1, low: number), correlationID: .zero, causation: .none, principal: .none,
            onBehalfOf: .none, importNumber: .none, subjects: [], fingerprint: [], changes: [])
    }
}

/// Random numbers from a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
