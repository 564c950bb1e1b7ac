internal import EventLog
internal import FoundationEssentials
internal import KithTesting
internal import Schema

/// A log in a real LMDB environment, with everything that was done to its file and what was acknowledged when.
struct RecordedLog: Sendable {
    /// Someone was told that the log is durable up to a position.
    struct Acknowledgement: Sendable {
        /// Calls that had returned by then.
        var calls: Int
        var position: Position
    }

    private(set) var file: FileRecording
    private(set) var acknowledgements: [Acknowledgement] = []
    /// Leaf hashes of all records in order.
    private(set) var leaves: [TreeHash] = []
    /// The file as it was at the end.
    private(set) var last: [UInt8] = []

    private static let clockStart = Instant(microseconds: 1_800_000_000_000_000)

    /// Writes so many groups of records of many sizes, through the log's own writer.
    init(in folder: String, groups: Int, seed: UInt64) throws {
        let path = folder + "/log"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The file must be there, and nobody may have it open.
        _ = try LMDBLogStorage(path: path, reserve: Self.reserve)
        var random = SeededGenerator(seed: seed)
        var acknowledgements: [Acknowledgement] = []
        var leaves: [TreeHash] = []
        file = try FileRecording.record(path + "/data.mdb") { calls in
            let log = try EventLog(
                id: Identifier(high: 1, low: seed),
                storage: try LMDBLogStorage(path: path, reserve: Self.reserve), indexPath: folder + "/index"
            ) { _, _ in [] }
            defer { log.close() }
            let writer = log.makeWriter(clock: SimulatedClock(Self.clockStart))
            for _ in 0..<groups {
                try writer.begin()
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    leaves.append(try writer.append(Self.draft(UInt64(leaves.count), &random)).leaf)
                }
                try writer.commit()
                acknowledgements.append(Acknowledgement(calls: calls(), position: log.end.position))
            }
        }
        self.acknowledgements = acknowledgements
        self.leaves = leaves
        last = try FileRecording.contents(of: path + "/data.mdb")
    }

    /// Bytes of zeros ahead of the log: few, so that the file grows during the recording.
    static let reserve = 128 << 10

    /// An event of any size: most fit a page, some take several of their own.
    private static func draft(_ number: UInt64, _ random: inout SeededGenerator) -> EventDraft {
        let size = Int.random(in: 0..<8, using: &random) == 0 ? 30_000 : 1_500
        let payload = (0..<Int.random(in: 1...size, using: &random)).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        return EventDraft(
            stream: .new(.party, Identifier(high: 2, low: number + 1)), kind: .partyRegistered, payload: payload,
            origin: .command, flags: [], occurredAt: clockStart, commandIndex: 0, commandCount: 1, body: 0,
            commandID: Identifier(high: 3, low: number + 1), correlationID: .zero, causation: .none, principal: .none,
            onBehalfOf: .none, importNumber: .none, subjects: [], fingerprint: [], changes: [])
    }

    // MARK: Checking

    /// What is wrong with the log in an image of its file, which a power cut left during a call; nil: nothing.
    ///
    /// P1: what had been acknowledged is there. P2: nothing else than what was written. P3: no gaps, each record with its
    /// hash. And it can be written again.
    func problem(with image: [UInt8], during call: Int, in folder: String) throws -> String? {
        try FileManager.default.createDirectory(atPath: folder + "/log", withIntermediateDirectories: true)
        defer { removed(folder) }
        try Data(image).write(to: URL(filePath: folder + "/log/data.mdb"))
        let needed = acknowledgements.last { $0.calls <= call }?.position ?? Position.none
        let log: EventLog
        do {
            log = try EventLog(
                id: Identifier(high: 1, low: 1),
                storage: try LMDBLogStorage(path: folder + "/log", reserve: Self.reserve), indexPath: folder + "/index"
            ) { _, _ in [] }
        } catch {
            return "it cannot be opened: \(error)"
        }
        defer { log.close() }
        guard log.end.position >= needed else {
            return "it ends at \(log.end.position), and \(needed) was acknowledged"
        }
        var found: [TreeHash] = []
        do {
            try log.scanChecked(from: Position(1)) { _, _, leaf in
                found.append(leaf)
                return true
            }
            guard found.elementsEqual(leaves.prefix(found.count)) else { return "it holds what nobody wrote" }
            guard found.count == Int(log.end.position.rawValue) else { return "it has gaps" }
            return try unwritable(log)
        } catch {
            return "it cannot be used: \(error)"
        }
    }

    /// What keeps the log from being written again; nil: nothing.
    private func unwritable(_ log: EventLog) throws -> String? {
        var random = SeededGenerator(seed: 1)
        let writer = log.makeWriter(clock: SimulatedClock(Self.clockStart))
        try writer.begin()
        let appended = try writer.append(Self.draft(1 << 40, &random))
        try writer.commit()
        let read = try log.checkedRecord(at: appended.position) { _, _, leaf in leaf }
        return read == appended.leaf ? nil : "what is appended then is not there"
    }

    private func removed(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            // The folder of all images goes at the end.
        }
    }
}
