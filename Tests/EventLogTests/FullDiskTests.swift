internal import EventLog
internal import Glibc
internal import LMDB
internal import Schema
internal import Synchronization
import Testing

/// What the writer does when there is no space, and when the device fails.
@Suite struct FullDiskTests {
    /// Records in memory; space and device are as the test says.
    private final class MovedStorage: LogStorage {
        struct State {
            var groups: [RecordGroup] = []
            var isFull = false
            var failsFlush = false
        }

        let state = Mutex(State())
        let groupLimit = 1_000

        func makeRoom(urgent: Bool) throws(EventLogError) {
            guard urgent || !state.withLock({ $0.isFull }) else { throw EventLogError(.diskFull, "no space") }
        }

        func append(_ group: RecordGroup) throws(EventLogError) {
            let fails = state.withLock { state in
                if !state.failsFlush { state.groups.append(group) }
                return state.failsFlush
            }
            if fails { throw EventLogError(.store, "fdatasync: Input/output error") }
        }

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

    private let directory: TemporaryDirectory
    private let storage = MovedStorage()
    private let log: EventLog
    private let writer: LogWriter

    init() throws {
        directory = try TemporaryDirectory()
        log = try EventLog(id: TestLog.id, storage: storage, indexPath: directory.path + "/index") { _, _ in [] }
        writer = log.makeWriter(clock: ManualClock())
    }

    private func append(_ number: UInt64, urgent: Bool = false) throws {
        try writer.begin(urgent: urgent)
        _ = try writer.append(.sample(.new(.party, Identifier(high: 9, low: number)), command: number))
        try writer.commit()
    }

    @Test func `a full disk stops the writer before anything is decided, and only for as long as it is full`() throws {
        defer { log.close() }
        try append(1)
        storage.state.withLock { $0.isFull = true }
        for number in [2, 3] as [UInt64] {
            let error = #expect(throws: EventLogError.self) { try append(number) }
            #expect(error?.code == .diskFull && writer.failure == nil)
        }
        #expect(log.end.position == Position(1))
        try append(4, urgent: true)
        storage.state.withLock { $0.isFull = false }
        try append(5)
        #expect(log.end.position == Position(3))
        #expect(try log.index.stream(id: Identifier(high: 9, low: 2)) == nil)
        #expect(try log.index.stream(id: Identifier(high: 9, low: 5)) == StreamNumber(3))
    }

    @Test func `after a failed flush nothing is appended any more, though the device would take it again`() throws {
        defer { log.close() }
        try append(1)
        storage.state.withLock { $0.failsFlush = true }
        let error = #expect(throws: EventLogError.self) { try append(2) }
        #expect(error?.code == .store)
        storage.state.withLock { $0.failsFlush = false }
        for number in [3, 4] as [UInt64] {
            let again = #expect(throws: EventLogError.self) { try append(number) }
            #expect(again?.message == error?.message)
        }
        #expect(throws: EventLogError.self) { try writer.commit() }
        #expect(log.end.position == Position(1))
        #expect(storage.state.withLock { $0.groups.count } == 1)
    }

    @Test func `a group that could outgrow the room is closed`() throws {
        defer { log.close() }
        try writer.begin()
        #expect(!writer.isGroupLarge)
        while !writer.isGroupLarge {
            let number = writer.nextPosition.rawValue
            _ = try writer.append(.sample(.new(.party, Identifier(high: 9, low: number)), command: number))
        }
        #expect(writer.groupBytes >= storage.groupLimit && writer.groupCount < 20)
        try writer.commit()
        #expect(!writer.isGroupLarge)
    }

    @Test func `the maps of log and index grow under the writer`() throws {
        log.close()
        let storage = try LMDBLogStorage(path: directory.path + "/log", reserve: 1 << 20, mapSize: 256 << 10)
        let grown = try EventLog(
            id: TestLog.id, storage: storage, indexPath: directory.path + "/small", indexMapSize: 256 << 10
        ) { _, _ in [] }
        defer { grown.close() }
        let writer = grown.makeWriter(clock: ManualClock())
        for group in 0..<60 as Range<UInt64> {
            try writer.begin()
            for number in (group * 100)..<(group * 100 + 100) {
                _ = try writer.append(
                    .sample(
                        .new(.party, Identifier(high: 9, low: number)), payload: [UInt8](repeating: 7, count: 1_000),
                        command: number + 1))
            }
            try writer.commit()
        }
        try writer.flushIndex()
        #expect(grown.end.position == Position(6_000) && grown.index.applied == Position(6_000))
        #expect(try grown.usage().mapBytes > 6_000_000)
        #expect(try grown.index.stream(id: Identifier(high: 9, low: 5_999)) == StreamNumber(6_000))
    }

    @Test func `a doubted log is verified from its end, and says the first bad position`() throws {
        defer { log.close() }
        for number in 1...20 { try append(UInt64(number)) }
        try EventLog.verifyEnd(of: storage)
        try EventLog.verifyEnd(of: storage, records: 5)
        storage.state.withLock { state in
            var group = RecordGroup(first: Position(12))
            group.append(record: [UInt8](repeating: 1, count: 200), leaf: .emptyTree)
            state.groups[11] = group
        }
        let error = #expect(throws: EventLogError.self) { try EventLog.verifyEnd(of: storage) }
        #expect(error?.code == .damaged && error?.position == Position(12))
        try EventLog.verifyEnd(of: storage, records: 5)
        storage.state.withLock { state in _ = state.groups.remove(at: 17) }
        let missing = #expect(throws: EventLogError.self) { try EventLog.verifyEnd(of: storage, records: 5) }
        #expect(missing?.code == .damaged && missing?.position == Position(18))
    }

    @Test func `the doubt outlives the process that had it`() throws {
        log.close()
        let path = directory.path + "/data"
        do {
            let directory = try LogDirectory(path: path)
            #expect(try directory.doubt() == nil)
            try directory.noteDoubt("fdatasync: Input/output error")
        }
        let directory = try LogDirectory(path: path)
        #expect(try directory.doubt()?.hasPrefix("fdatasync") == true)
        directory.dropCachedPages()
        try directory.settleDoubt()
        #expect(try directory.doubt() == nil)
        try directory.settleDoubt()
    }
}

/// The ballast, on a real volume.
@Suite struct DiskSpaceTests {
    private static func allocated(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int(status.st_blocks) * 512
    }

    @Test func `the ballast has its blocks, is given up once, and is made again`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/ballast"
        let space = DiskSpace(directory: directory.path, ballastBytes: 3 << 20, logReserve: 1 << 20)
        #expect(space.holdsBallast)
        #expect(try #require(Self.allocated(path)) >= 3 << 20)
        #expect(try space.admitsViews() && space.admitsRebuild())
        space.giveUpBallast()
        space.giveUpBallast()
        #expect(!space.holdsBallast && Self.allocated(path) == nil)
        space.restoreBallast()
        #expect(space.holdsBallast)
        #expect(try #require(Self.allocated(path)) >= 3 << 20)
        // Another run finds the file, also where it wants another size.
        let larger = DiskSpace(directory: directory.path, ballastBytes: 5 << 20, logReserve: 1 << 20)
        #expect(larger.holdsBallast)
        #expect(try #require(Self.allocated(path)) >= 5 << 20)
        let none = DiskSpace(directory: directory.path, ballastBytes: 0, logReserve: 1 << 20)
        #expect(none.holdsBallast && Self.allocated(path) == nil)
    }

    @Test func `a volume without space for the ballast counts as full, and gets no half of one`() throws {
        let directory = try TemporaryDirectory()
        let free = try DiskSpace(directory: directory.path, ballastBytes: 0, logReserve: 1 << 20).free()
        let space = DiskSpace(directory: directory.path, ballastBytes: 2 * free, logReserve: 1 << 20)
        #expect(!space.holdsBallast && Self.allocated(directory.path + "/ballast") == nil)
        #expect(try !space.admitsViews() && !space.admitsRebuild() && space.available() < 0)
        let storage = try LMDBLogStorage(path: directory.path + "/log", reserve: 1 << 20, space: space)
        let error = #expect(throws: EventLogError.self) { try storage.makeRoom(urgent: false) }
        #expect(error?.code == .diskFull)
        try storage.makeRoom(urgent: true)
    }
}
