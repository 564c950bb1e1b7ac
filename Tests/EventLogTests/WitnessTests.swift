internal import EventLog
internal import Foundation
internal import Schema
import Testing

/// What is noticed by the file outside of the data directory.
@Suite struct WitnessTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.path + "/witness" }

    private static func hash(_ number: UInt64) -> TreeHash {
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: number >> UInt64($0 % 8 * 8)) }
        return TreeHash.leaf(bytes.span.bytes)
    }

    @Test func `what two trees have in common is a beginning of both`() {
        var frontiers = [MerkleFrontier()]
        for number in 0..<140 as Range<UInt64> {
            var next = frontiers[frontiers.count - 1]
            next.append(Self.hash(number))
            frontiers.append(next)
        }
        for size in frontiers.indices {
            for target in 0...size {
                var shared = frontiers[size].shared(with: UInt64(target))
                #expect(shared.size <= UInt64(target))
                while shared.size < UInt64(target) { shared.append(Self.hash(shared.size)) }
                #expect(shared.root == frontiers[target].root)
            }
        }
    }

    @Test func `the newest whole line counts`() throws {
        let log = TestLog.id
        let witness = try Witness(path: path)
        #expect(witness.last == nil)
        for size in 1...3 as ClosedRange<UInt64> {
            try witness.note(.init(log: log, epoch: 1, size: size, root: Self.hash(size)))
        }
        let last = Witness.Statement(log: log, epoch: 1, size: 3, root: Self.hash(3))
        #expect(witness.last == last)
        #expect(try Witness(path: path).last == last)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.append(contentsOf: Array("kith-witness 1 log \(log) epoch 1 size 9".utf8))
        try bytes.write(to: URL(filePath: path))
        #expect(try Witness(path: path).last == last)
        try Data("a letter\n".utf8).write(to: URL(filePath: path))
        let error = #expect(throws: EventLogError.self) { try Witness(path: path) }
        #expect(error?.code == .format)
    }

    @Test func `the file stays small`() throws {
        let line = "kith-witness 1 log \(TestLog.id) epoch 1 size 7 root \(String(repeating: "0a", count: 32))\n"
        let many = String(repeating: line, count: (1 << 20) / line.utf8.count)
        try Data(many.utf8).write(to: URL(filePath: path))
        let witness = try Witness(path: path)
        #expect(witness.last?.size == 7)
        let next = Witness.Statement(log: TestLog.id, epoch: 1, size: 8, root: Self.hash(8))
        for size in 8...10 as ClosedRange<UInt64> {
            try witness.note(.init(log: TestLog.id, epoch: 1, size: size, root: next.root))
        }
        #expect(try Data(contentsOf: URL(filePath: path)).count < 1_000)
        #expect(try Witness(path: path).last?.size == 10)
        try witness.setAside()
        #expect(try Witness(path: path).last == nil && Witness(path: path + ".old").last?.size == 10)
    }

    /// What was said of a log after each of forty events; it is closed then.
    private func statements() throws -> [Witness.Statement] {
        let test = try TestLog(in: directory)
        defer { test.log.close() }
        var statements = [test.log.statement]
        for number in 1...40 as ClosedRange<UInt64> {
            try test.append(.sample(.new(.party, Identifier(high: 9, low: number)), command: number))
            statements.append(test.log.statement)
        }
        return statements
    }

    @Test func `a log that is shorter, another one, or has another root is refused`() throws {
        let statements = try statements()
        let reopened = try TestLog(in: directory)
        defer { reopened.log.close() }
        for statement in statements { try reopened.log.compare(with: statement, from: path) }
        for change in [
            { $0.size = 41 }, { $0.size = 39 }, { $0.root = .emptyTree },
            { $0.log = Identifier(high: 1, low: 1) },
        ] as [(inout Witness.Statement) -> Void] {
            var statement = statements[40]
            change(&statement)
            let error = #expect(throws: EventLogError.self) {
                try reopened.log.compare(with: statement, from: path)
            }
            #expect(error?.code == .rolledBack)
        }
    }
}
