import EventLog
import Schema
import Testing

@Suite struct EventLogTests {
    private static let party = Identifier(high: 2, low: 1)

    @Test func `events get positions without gaps, revisions and links`() throws {
        let test = try TestLog()
        let first = try test.append(.sample(.new(.product, Self.party), command: 1))
        let second = try test.append(.sample(.existing(first.stream), command: 2))
        let other = try test.append(.sample(.new(.product, Identifier(high: 2, low: 2)), command: 3))
        let third = try test.append(.sample(.existing(first.stream), command: 4))
        #expect([first, second, other, third].map(\.position.rawValue) == [1, 2, 3, 4])
        #expect([first, second, third].map(\.revision.rawValue) == [1, 2, 3])
        var previous: [UInt64] = []
        try test.log.scanChecked(from: Position(1)) { header, _, _ in
            previous.append(header.previousInStream.rawValue)
            return true
        }
        #expect(previous == [0, 1, 0, 2])
        #expect(try test.log.index.stream(id: Self.party) == StreamNumber(1))
        #expect(try test.log.index.command(Identifier(high: 1, low: 4)) == Position(4))
        #expect(try test.log.index.claim([7]) == 4)
    }

    @Test func `nothing of a group is visible before it is durable`() throws {
        let test = try TestLog()
        try test.writer.begin()
        _ = try test.writer.append(.sample(.new(.product, Self.party), command: 1))
        #expect(test.log.end.position == .none)
        #expect(try test.log.record(at: Position(1)) { $0.byteCount } == nil)
        #expect(try test.writer.record(at: Position(1)) { $0.byteCount } != nil)
        let tree = try test.writer.commit()
        #expect(test.log.end.position == Position(1))
        #expect(tree.size == 1)
        #expect(tree.root == test.log.end.root)
    }

    @Test func `the root is that of RFC 9162 at every size`() throws {
        let test = try TestLog()
        var leaves: [TreeHash] = []
        for number in 1...33 {
            let event = try test.append(
                .sample(.new(.product, Identifier(high: 9, low: UInt64(number))), command: UInt64(number)))
            leaves.append(event.leaf)
            #expect(test.log.end.root == Self.root(of: leaves[...]))
        }
    }

    /// The definition, recursively: split at the largest power of two below the size.
    private static func root(of leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1, let first = leaves.first else { return leaves.first ?? .emptyTree }
        _ = first
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return .node(root(of: leaves[..<middle]), root(of: leaves[middle...]))
    }

    @Test(arguments: [false, true])
    func `a log that is opened again goes on where it was, also without its index`(deleteIndex: Bool) throws {
        let directory = try TemporaryDirectory()
        var root = TreeHash.emptyTree
        do {
            let test = try TestLog(in: directory)
            try test.append(.sample(.new(.product, Self.party), command: 1))
            try test.append(.sample(.existing(StreamNumber(1)), command: 2))
            if !deleteIndex { try test.writer.flushIndex() }
            root = test.log.end.root
            test.log.close()
        }
        let test = try TestLog(in: directory)
        #expect(test.log.end.position == Position(2))
        #expect(test.log.end.root == root)
        #expect(try test.log.index.head(of: StreamNumber(1))?.revision == Revision(2))
        #expect(try test.log.index.claim([7]) == 2)
        let next = try test.append(.sample(.existing(StreamNumber(1)), command: 3))
        #expect(next.position == Position(3) && next.revision == Revision(3))
        test.log.close()
    }

    @Test func `subjects are linked across streams`() throws {
        let test = try TestLog()
        func subject(_ number: UInt64) -> EventDraft.Subject {
            EventDraft.Subject(
                subject: StreamNumber(number), keySlot: 16, slotGeneration: 1, body: 0, part: 0, role: .customer,
                sealed: [1, 2, 3])
        }
        try test.append(.sample(.new(.party, Self.party), command: 1, subjects: [subject(1)]))
        try test.append(.sample(.new(.order, Identifier(high: 2, low: 2)), command: 2, subjects: [subject(1)]))
        try test.append(.sample(.existing(StreamNumber(2)), command: 3, subjects: [subject(1), subject(2)]))
        var links: [[UInt64]] = []
        try test.log.scanChecked(from: Position(1)) { header, record, _ in
            links.append((0..<Int(header.subjectCount)).map { header.subject($0, in: record).previous.rawValue })
            return true
        }
        #expect(links == [[0], [1], [2, 0]])
        #expect(try test.log.index.subject(StreamNumber(1))?.last == Position(3))
    }

    @Test func `recordedAt never runs backwards and says where it was held`() throws {
        let test = try TestLog()
        try test.append(.sample(.new(.product, Self.party), command: 1))
        test.clock.advance(wall: -3_600_000_000, boot: 1_000)
        try test.append(.sample(.existing(StreamNumber(1)), command: 2))
        var times: [Instant] = []
        var held: [Bool] = []
        try test.log.scanChecked(from: Position(1)) { header, _, _ in
            times.append(header.recordedAt)
            held.append(header.flags.contains(.clockHeld))
            return true
        }
        #expect(times[1] == times[0])
        #expect(held == [false, true])
    }

    @Test func `a clock that jumps ahead of the time since boot stops the writer`() throws {
        let test = try TestLog()
        test.clock.advance(wall: 301_000_000, boot: 0)
        #expect(throws: EventLogError.self) { try test.writer.begin() }
        #expect(test.writer.failure?.code == .clock)
    }

    @Test func `a second process is kept out of the directory`() throws {
        let directory = try TemporaryDirectory()
        let first = try LogDirectory(path: directory.path)
        do {
            _ = try LogDirectory(path: directory.path)
            Issue.record("the directory was given out twice")
        } catch {
            #expect(error.code == .locked)
        }
        #expect(first.path == directory.path)
    }

    @Test func `a newer format and a file in the way are refused`() throws {
        let directory = try TemporaryDirectory()
        let lock = try LogDirectory(path: directory.path)
        try lock.beginFormat(id: TestLog.id)
        #expect(try lock.readFormat() == nil && lock.readBegunFormat() == TestLog.id)
        try lock.finishFormat()
        #expect(try lock.readFormat() == TestLog.id && lock.readBegunFormat() == nil)
        do {
            _ = try LogDirectory(path: directory.path + "/FORMAT")
            Issue.record("a file was taken for a directory")
        } catch {
            #expect(error.code == .notWritable)
        }
    }
}
