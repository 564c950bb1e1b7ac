internal import EventLog
internal import Schema
internal import Synchronization
import Testing

/// Groups that are decided while the one before is made durable.
@Suite struct FlushLineTests {
    /// Records in memory, which are durable when the test says so.
    private final class GatedStorage: LogStorage {
        struct State {
            var groups: [RecordGroup] = []
            var isOpen = false
            var fails = false
        }

        let state = Monitor(State())

        func arrange(_ change: (inout State) -> Void) { state.withLockNotifying { change(&$0) } }

        func append(_ group: RecordGroup) throws(EventLogError) {
            let fails = state.wait { state -> Bool? in
                guard state.isOpen else { return nil }
                if !state.fails { state.groups.append(group) }
                return state.fails
            }
            if fails { throw EventLogError(.store, "fdatasync: Input/output error") }
        }

        func hasRoom(besides bytes: Int) -> Bool { true }

        func lastPosition() throws(EventLogError) -> Position {
            Position(state.withLock { ($0.groups.last?.next.rawValue ?? 1) - 1 })
        }

        func scan(
            from position: Position, _ body: (Position, RawSpan) throws(EventLogError) -> Bool
        ) throws(EventLogError) {
            for group in state.withLock({ $0.groups }) {
                for index in 0..<group.count where group.first.advanced(by: index) >= position {
                    let goesOn = try group.withValue(index) { value throws(EventLogError) in
                        try body(group.first.advanced(by: index), value)
                    }
                    guard goesOn else { return }
                }
            }
        }

        func value<Result>(
            at position: Position, _ body: (RawSpan) throws(EventLogError) -> Result
        ) throws(EventLogError) -> Result? {
            var result: Result?
            try scan(from: position) { at, value throws(EventLogError) in
                if at == position { result = try body(value) }
                return false
            }
            return result
        }

        func size() throws(EventLogError) -> Int { 0 }
    }

    private typealias Outcome = Result<UInt64, EventLogError>

    /// What became of the groups that were handed over, in order.
    private final class Outcomes: Sendable {
        let all = Monitor<[Outcome]>([])

        func wait(_ count: Int) -> [Outcome] { all.wait { $0.count >= count ? $0 : nil } }
    }

    private let directory: TemporaryDirectory
    private let storage = GatedStorage()
    private let log: EventLog
    private let line: FlushThread
    private let writer: LogWriter
    private let clock = ManualClock()
    private let outcomes = Outcomes()

    init() throws {
        directory = try TemporaryDirectory()
        log = try EventLog(id: TestLog.id, storage: storage, indexPath: directory.path + "/index") { _, _ in [] }
        line = try FlushThread { _ in }
        writer = log.makeWriter(clock: clock, line: line)
    }

    private func close() {
        storage.arrange { $0.isOpen = true }
        line.close()
        log.close()
    }

    private func handOver(_ number: UInt64, stream: EventDraft.Stream? = nil) throws {
        try writer.begin()
        _ = try writer.append(
            .sample(stream ?? .new(.party, Identifier(high: 9, low: number)), command: number, changes: []))
        let outcomes = outcomes.all
        try writer.handOver { result in outcomes.withLockNotifying { $0.append(result.map(\.size)) } }
    }

    @Test func `a group is decided and can be read while the one before is on its way, and nobody else sees either`()
        throws
    {
        defer { close() }
        try handOver(1)
        #expect(log.end.position == .none && line.isBusy)
        try writer.begin()
        _ = try writer.append(.sample(.existing(StreamNumber(1)), command: 2, changes: []))
        // What is on its way and what is open can be read by the writer; links of readers end before both.
        for position in [1, 2] as [UInt64] {
            let own = try writer.record(at: Position(position)) { record throws(EventLogError) in
                do throws(RecordError) { return try EventHeader(reading: record).position } catch {
                    throw EventLogError(.damaged, error.message)
                }
            }
            #expect(own == Position(position))
        }
        #expect(try writer.record(at: Position(3)) { _ throws(EventLogError) in true } == nil)
        #expect(try log.index.head(of: StreamNumber(1))?.revision == Revision(2))
        #expect(try log.index.durableLast(ofStream: StreamNumber(1)) == .none)

        storage.arrange { $0.isOpen = true }
        let outcomes = outcomes.all
        try writer.handOver { result in outcomes.withLockNotifying { $0.append(result.map(\.size)) } }
        #expect(try self.outcomes.wait(2).map { try $0.get() } == [1, 2])
        #expect(log.end.position == Position(2))
        #expect(try log.index.durableLast(ofStream: StreamNumber(1)) == Position(2))
    }

    @Test func `readers find the links of the durable part while a stream is written by two groups`() throws {
        defer { close() }
        storage.arrange { $0.isOpen = true }
        try handOver(1)
        _ = outcomes.wait(1)
        line.drain()
        storage.arrange { $0.isOpen = false }
        try handOver(2, stream: .existing(StreamNumber(1)))
        try writer.begin()
        _ = try writer.append(.sample(.existing(StreamNumber(1)), command: 3, changes: []))
        #expect(try log.index.durableLast(ofStream: StreamNumber(1)) == Position(1))
        storage.arrange { $0.isOpen = true }
        _ = outcomes.wait(2)
        // The open group is not durable yet.
        #expect(try log.index.durableLast(ofStream: StreamNumber(1)) == Position(2))
        try writer.commit()
        #expect(try log.index.durableLast(ofStream: StreamNumber(1)) == Position(3))
    }

    @Test func `a flush that fails is told, and poisons the group that was decided meanwhile`() throws {
        defer { close() }
        try handOver(1)
        try writer.begin()
        _ = try writer.append(.sample(.new(.party, Identifier(high: 9, low: 2)), command: 2, changes: []))
        storage.arrange { state in
            state.fails = true
            state.isOpen = true
        }
        #expect(
            outcomes.wait(1).allSatisfy { if case .failure(let error) = $0 { error.code == .store } else { false } })
        storage.arrange { $0.fails = false }
        #expect(throws: EventLogError.self) { try writer.handOver { _ in Issue.record("nothing is written any more") } }
        #expect(throws: EventLogError.self) { try writer.commit() }
        #expect(throws: EventLogError.self) { try writer.begin() }
        #expect(writer.failure?.code == .store && log.end.position == .none)
        #expect(storage.state.withLock { $0.groups.isEmpty })
    }

    @Test func `the index is written once the group is durable, and not before`() throws {
        defer { close() }
        clock.advance(5_000_000)
        try handOver(1)
        // It was handed over because of the time; the indexer would need a moment.
        for _ in 0..<20 {
            #expect(log.index.applied == .none)
            _ = Monitor(()).wait(milliseconds: 5) { _ in Bool?.none }
        }
        storage.arrange { $0.isOpen = true }
        _ = outcomes.wait(1)
        try log.index.waitUntilFlushed()
        #expect(log.index.applied == Position(1))
    }

    @Test func `an empty group is answered behind the one before it`() throws {
        defer { close() }
        try handOver(1)
        storage.arrange { $0.isOpen = true }
        try writer.begin()
        let outcomes = outcomes.all
        try writer.handOver { result in outcomes.withLockNotifying { $0.append(result.map(\.size)) } }
        #expect(try self.outcomes.wait(2).map { try $0.get() } == [1, 1])
    }

    @Test func `a writer that is far ahead of the indexer waits for it and goes on`() throws {
        defer { close() }
        storage.arrange { $0.isOpen = true }
        var token: UInt64 = 0
        for number in 1...8 as ClosedRange<UInt64> {
            try writer.begin()
            let changes = (0..<100_000).map { _ in
                token += 1
                return IndexChange.addToken(IndexToken(high: token &* 0x9E37_79B9_7F4A_7C15, low: token))
            }
            _ = try writer.append(
                .sample(.new(.party, Identifier(high: 9, low: number)), command: number, changes: changes))
            try writer.commit()
            #expect(log.index.pendingChanges < 1_300_000)
        }
        try writer.flushIndex()
        #expect(log.index.applied == Position(8) && log.index.pendingChanges == 0)
    }
}
