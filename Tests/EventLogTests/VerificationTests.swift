internal import EventLog
internal import LMDB
internal import Schema
internal import Synchronization
import Testing

/// What a verification finds, on a log whose records can be changed one by one.
@Suite struct VerificationTests {
    /// A log of 40 records: streams, subjects and commands of several events. Its values, and the root over them.
    private static func written() throws -> (storage: ChangedStorage, root: TreeHash) {
        let test = try TestLog()
        func subject(_ number: UInt64) -> EventDraft.Subject {
            EventDraft.Subject(
                subject: StreamNumber(number), keySlot: 16, slotGeneration: 1, body: 0, part: 0, role: .customer,
                sealed: [1, 2, 3])
        }
        try test.append(.sample(.new(.party, Identifier(high: 2, low: 1)), command: 1, subjects: [subject(1)]))
        for number in 2...20 as ClosedRange<UInt64> {
            test.clock.advance(1_000)
            try test.writer.begin()
            let made = try test.writer.append(
                .sample(
                    .new(.product, Identifier(high: 2, low: number)), command: number, index: 0, count: 2,
                    subjects: number.isMultiple(of: 3) ? [subject(1), subject(1)] : []))
            _ = try test.writer.append(
                .sample(
                    .existing(made.stream), command: number, index: 1, count: 2,
                    subjects: [subject(made.stream.rawValue)]))
            try test.writer.commit()
        }
        try test.append(.sample(.existing(StreamNumber(1)), command: 21))
        try test.writer.flushIndex()
        var values: [[UInt8]] = []
        try test.log.scanChecked(from: Position(1)) { _, record, leaf in
            values.append(record.withUnsafeBytes { Array($0) } + leaf.bytes)
            return true
        }
        let outcome = try test.log.verification().run(threads: 2)
        #expect(outcome.damage == nil && outcome.indexPosition == test.log.end.position)
        #expect(outcome.position == Position(40) && outcome.streams == 20 && outcome.commands == 21)
        #expect(outcome.root == test.log.end.root && outcome.bytes == values.reduce(0) { $0 + $1.count })
        let root = test.log.end.root
        test.log.close()
        return (ChangedStorage(values), root)
    }

    private static func verify(
        _ storage: ChangedStorage, through last: UInt64 = 40, _ roots: [(UInt64, TreeHash)] = [], stretch: Int = 8
    ) throws -> LogVerification.Outcome {
        let known = roots.map { LogVerification.KnownRoot(size: $0.0, root: $0.1, source: "The test") }
        return try LogVerification(
            storage, through: Position(last), roots: known, index: nil, stretchLength: stretch
        ).run(threads: 2)
    }

    @Test func `the root is the same however the log is cut into stretches`() throws {
        let (storage, root) = try Self.written()
        for stretch in [1, 2, 4, 8, 16, 64] {
            var tree = MerkleFrontier()
            var roots: [UInt64: TreeHash] = [:]
            for last in 1...40 as ClosedRange<UInt64> {
                tree.append(storage.leaf(at: last))
                roots[last] = tree.root
                let half = max(1, last / 2)
                let outcome = try Self.verify(
                    storage, through: last, [(half, try #require(roots[half])), (last, tree.root)], stretch: stretch)
                #expect(outcome.root == tree.root && outcome.position == Position(last), "\(stretch), \(last)")
                // The log ends within a command of two events where the position is even.
                #expect((outcome.damage?.kind == .command) == (last.isMultiple(of: 2) && last < 40))
                #expect(outcome.damage == nil || outcome.damage?.kind == .command)
            }
            #expect(tree.root == root)
        }
    }

    /// A change of the log and what it has to be called.
    struct Damage: Sendable, CustomTestStringConvertible {
        var kind: DamageKind
        var position: UInt64
        var change: @Sendable (ChangedStorage) -> Void
        var testDescription: String { "\(kind)" }
    }

    static let damages = [
        Damage(kind: .leafHash, position: 17) { $0.change(17, sealed: false) { $0[130] ^= 4 } },
        Damage(kind: .leafHash, position: 9) { $0.change(9, sealed: false) { $0.removeLast(20) } },
        Damage(kind: .missingRecord, position: 23) { $0.remove(23) },
        Damage(kind: .missingRecord, position: 40) { $0.remove(40) },
        Damage(kind: .misplacedRecord, position: 5) { $0.swap(5, 6) },
        Damage(kind: .header, position: 12) { $0.change(12) { $0[0] = 9 } },
        Damage(kind: .streamLink, position: 40) { $0.change(40) { $0[48] = 2 } },
        Damage(kind: .streamLink, position: 11) { $0.change(11) { $0[40] = 3 } },
        Damage(kind: .subjectLink, position: 16) { $0.change(16) { $0[128 + 16 + 8] = 3 } },
        Damage(kind: .command, position: 8) { $0.change(8) { $0[44] = 1 } },
        Damage(kind: .time, position: 30) { $0.change(30) { $0[22] = 0 } },
        Damage(kind: .root, position: 1) { $0.change(33) { $0[24] ^= 1 } },
    ]

    @Test(arguments: damages) func `damage is found at its position and has its name`(damage: Damage) throws {
        let (storage, root) = try Self.written()
        #expect(try Self.verify(storage, [(40, root)]).damage == nil)
        damage.change(storage)
        for stretch in [4, 64] {
            let outcome = try Self.verify(storage, [(40, root)], stretch: stretch)
            #expect(outcome.damage?.kind == damage.kind && outcome.damage?.position == damage.position, "\(outcome)")
            #expect(outcome.damage?.sentence.isEmpty == false)
            if damage.kind != .root { #expect(outcome.position == Position(damage.position - 1)) }
        }
    }

    @Test func `a root over more records than there are says that the last ones are gone`() throws {
        let (storage, root) = try Self.written()
        let damage = try Self.verify(storage, [(41, root)]).damage
        #expect(damage?.kind == .missingRecord && damage?.position == 41)
    }

    @Test func `a known root narrows the place of other records down`() throws {
        let (storage, root) = try Self.written()
        let half = try Self.verify(storage, through: 21).root
        storage.change(33) { $0[24] ^= 1 }
        let damage = try Self.verify(storage, [(21, half), (40, root)]).damage
        #expect(damage?.kind == .root && damage?.position == 22)
    }

    @Test func `an index that names other heads is told from a damaged log`() throws {
        let directory = try TemporaryDirectory()
        do {
            let test = try TestLog(in: directory)
            try test.append(.sample(.new(.product, Identifier(high: 2, low: 1)), command: 1))
            try test.append(.sample(.existing(StreamNumber(1)), command: 2))
            try test.writer.flushIndex()
            test.log.close()
        }
        let path = directory.path
        func outcome() throws -> LogVerification.Outcome {
            let storage = try LMDBLogStorage(reading: path + "/log")
            let index = try IndexSummary.read(path: path + "/index", logID: TestLog.id)
            return try LogVerification(storage, through: try storage.lastPosition(), roots: [], index: index)
                .run(threads: 1)
        }
        #expect(try outcome().damage == nil)
        #expect(try outcome().indexPosition == Position(2))
        do {
            let environment = try Environment(path: path + "/index", options: EnvironmentOptions(maxTables: 16))
            let heads = try environment.openTable(named: "heads", flags: [.integerKey, .checked])
            try environment.write { transaction throws(LMDBError) in _ = try transaction.delete(heads, key: 1) }
        }
        #expect(try outcome().damage?.kind == .index)
    }

    @Test func `readers get no record that was changed, and are told where it is`() throws {
        let (storage, _) = try Self.written()
        let directory = try TemporaryDirectory()
        let log = try EventLog(id: TestLog.id, storage: storage, indexPath: directory.path + "/index") { _, _ in [] }
        defer { log.close() }
        #expect(log.damage == nil)
        storage.change(17, sealed: false) { $0[130] ^= 4 }
        storage.remove(9)
        #expect(throws: EventLogError.self) { try log.record(at: Position(17)) { _ in } }
        #expect(log.damage?.kind == .leafHash && log.damage?.position == 17)
        #expect(throws: EventLogError.self) { try log.record(at: Position(9)) { _ in } }
        var read: [UInt64] = []
        do {
            try log.scanChecked(from: Position(3)) { header, _, _ in
                read.append(header.position.rawValue)
                return true
            }
            Issue.record("the scan went past the damage")
        } catch {
            #expect(error.damage?.position == 9 && error.damage?.kind == .missingRecord)
        }
        #expect(read == Array(3...8))
        #expect(log.damage?.position == 9)
        #expect(try log.record(at: Position(8)) { _ in true } == true)
        #expect(try log.record(at: Position(41)) { _ in true } == nil)
    }
}

/// Values in memory that a test can change behind the log's back.
final class ChangedStorage: LogStorage {
    private let values: Mutex<[UInt64: [UInt8]]>

    init(_ values: [[UInt8]]) {
        self.values = Mutex(
            Dictionary(uniqueKeysWithValues: values.enumerated().map { (UInt64($0.offset + 1), $0.element) }))
    }

    /// The leaf hash that stands behind a record.
    func leaf(at position: UInt64) -> TreeHash {
        values.withLock { TreeHash(bytes: Array(($0[position] ?? []).suffix(32))) ?? .emptyTree }
    }

    /// Changes a value; where it is sealed, the record gets the leaf hash that goes with it.
    func change(_ position: UInt64, sealed: Bool = true, _ change: (inout [UInt8]) -> Void) {
        values.withLock { values in
            guard var value = values[position] else { return }
            change(&value)
            if sealed {
                value.removeLast(32)
                let leaf = TreeHash.leaf(value.span.bytes)
                leaf.append(to: &value)
            }
            values[position] = value
        }
    }

    func remove(_ position: UInt64) { values.withLock { $0[position] = nil } }

    func swap(_ one: UInt64, _ other: UInt64) {
        values.withLock { ($0[one], $0[other]) = ($0[other], $0[one]) }
    }

    func append(_ group: RecordGroup) throws(EventLogError) {}

    func lastPosition() throws(EventLogError) -> Position { Position(values.withLock { $0.keys.max() ?? 0 }) }

    func scan(
        from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
    ) throws(EventLogError) {
        let values = values.withLock { $0 }
        for key in values.keys.sorted() where key >= position.rawValue {
            guard let value = values[key], try body(Position(key), value.span.bytes) else { return }
        }
    }

    func value<Result>(
        at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
    ) throws(EventLogError) -> Result? {
        guard let value = values.withLock({ $0[position.rawValue] }) else { return nil }
        return try body(value.span.bytes)
    }

    func size() throws(EventLogError) -> Int { 0 }
}
