internal import Crypto
internal import EventLog
internal import Schema

/// A log as somebody from outside reads it: which command stands where, and whether the order of the log holds.
struct LogReading {
    /// Consecutive events of one command.
    struct Run {
        var places: [Ledger.Place] = []
        /// The scheduler made them.
        var isOfTime: Bool
        var expected: UInt16
    }

    /// By command, its runs: one where all is well.
    private(set) var runs: [Identifier: [Run]] = [:]
    /// Hashes of all records.
    private(set) var leaves: [[UInt8]] = []
    /// What breaks the order of the log, in words.
    private(set) var problems: [String] = []
    /// How many events there are of each kind.
    private(set) var kinds: [EventKind: Int] = [:]

    private var last: EventHeader?
    private var heads: [StreamNumber: (revision: UInt32, position: Position)] = [:]
    private var expired: Set<StreamNumber> = []

    /// Reads all of a log, checking each record against its hash.
    init(_ log: EventLog) {
        do {
            try log.scanChecked(from: Position(1)) { header, record, leaf throws(EventLogError) in
                let bytes = record.withUnsafeBytes { Array($0) }
                if MerkleTree.leaf(bytes) != leaf.bytes { problems.append("the hash at \(header.position) is wrong") }
                add(header, leaf.bytes)
                return true
            }
        } catch {
            problems.append("the log cannot be read: \(error)")
        }
        closeRun()
        if UInt64(leaves.count) != log.end.position.rawValue {
            problems.append("the log ends at \(log.end.position) and has \(leaves.count) records")
        }
        if MerkleTree.root(leaves[...]) != log.end.root.bytes { problems.append("the root of the log is wrong") }
    }

    private mutating func add(_ header: EventHeader, _ leaf: [UInt8]) {
        let at = header.position
        leaves.append(leaf)
        kinds[header.kind, default: 0] += 1
        if at.rawValue != UInt64(leaves.count) { problems.append("position \(at) follows on \(leaves.count - 1)") }
        if let last, header.recordedAt < last.recordedAt { problems.append("time runs backwards at \(at)") }
        let head = heads[header.stream] ?? (0, .none)
        if header.revision.rawValue != head.revision + 1 || header.previousInStream != head.position {
            problems.append("the stream \(header.stream) is broken at \(at)")
        }
        heads[header.stream] = (header.revision.rawValue, at)
        if header.origin == .scheduler {
            if header.occurredAt > header.recordedAt { problems.append("the timer at \(at) fired too early") }
            if header.kind == .couponExpired, !expired.insert(header.stream).inserted {
                problems.append("the timer at \(at) fired twice")
            }
        }
        add(header, Ledger.Place(position: at.rawValue, leaf: leaf))
        last = header
    }

    private mutating func add(_ header: EventHeader, _ place: Ledger.Place) {
        if header.commandIndex == 0 {
            closeRun()
            let run = Run(isOfTime: header.origin == .scheduler, expected: header.commandCount)
            runs[header.commandID, default: []].append(run)
        }
        guard let index = runs[header.commandID]?.indices.last,
            runs[header.commandID]?[index].places.count == Int(header.commandIndex)
        else { return problems.append("the command at \(header.position) is in pieces") }
        runs[header.commandID]?[index].places.append(place)
    }

    /// The command before must have all its events.
    private mutating func closeRun() {
        guard let last else { return }
        if last.commandIndex + 1 != last.commandCount {
            problems.append("the command that ends at \(last.position) is cut off")
        }
    }
}

/// The Merkle tree of RFC 9162, 2.1.1, by its definition: slow, and nothing of the service's own code.
enum MerkleTree {
    /// The hash of a record.
    static func leaf(_ record: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: [0] + record)) }

    /// The root over these leaf hashes.
    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard let first = leaves.first else { return Array(SHA256.hash(data: [UInt8]())) }
        guard leaves.count > 1 else { return first }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        return Array(SHA256.hash(data: [1] + root(leaves.prefix(split)) + root(leaves.dropFirst(split))))
    }
}
