internal import Schema
import Testing

@testable import EventLog

/// What the index knows of timers and of the imports that hold them.
@Suite struct TimerTests {
    private static func at(_ seconds: Int64) -> Instant { Instant(microseconds: seconds * 1_000_000) }

    /// A log with streams, whose events set and clear timers.
    private final class Timers {
        let test: TestLog
        private var commands: UInt64 = 0

        init(in directory: TemporaryDirectory? = nil, commands: UInt64 = 0) throws {
            test = try TestLog(in: directory)
            self.commands = commands
        }

        @discardableResult
        func event(
            _ stream: EventDraft.Stream, _ changes: [IndexChange], import number: StreamNumber = .none,
            at seconds: Int64 = 0
        ) throws -> StreamNumber {
            commands += 1
            var draft = EventDraft.sample(stream, command: commands, changes: changes)
            draft.importNumber = number
            draft.origin = number == .none ? .command : .import
            draft.occurredAt = TimerTests.at(seconds)
            return try test.append(draft).stream
        }

        func stream(import number: StreamNumber = .none, _ changes: [IndexChange] = [], at seconds: Int64 = 0) throws
            -> StreamNumber
        {
            try event(.new(.order, Identifier(high: 7, low: commands + 1)), changes, import: number, at: seconds)
        }

        func due(by seconds: Int64, most: Int = 100) throws -> [DueTimer] {
            try test.log.index.dueTimers(by: TimerTests.at(seconds), most: most).timers
        }

        func places(by seconds: Int64, most: Int = 100) throws -> [TimerPlace] {
            try due(by: seconds, most: most).map(\.place)
        }
    }

    private static func set(_ item: UInt64, _ seconds: Int64?) -> IndexChange {
        .timer(TimerKey(kind: 1, item: item), seconds.map(at))
    }

    private static func place(_ stream: StreamNumber, _ item: UInt64) -> TimerPlace {
        TimerPlace(stream: stream, key: TimerKey(kind: 1, item: item))
    }

    @Test func `timers come by instant, then stream, then key, and only those that are due`() throws {
        let timers = try Timers()
        let first = try timers.stream([Self.set(2, 10), Self.set(1, 10), Self.set(3, 5)])
        let second = try timers.stream([Self.set(1, 10), Self.set(9, 11)])
        let expected = [
            Self.place(first, 3), Self.place(first, 1), Self.place(first, 2), Self.place(second, 1),
        ]
        #expect(try timers.places(by: 10) == expected)
        try timers.test.writer.flushIndex()
        #expect(try timers.places(by: 10) == expected)
        let two = try timers.test.log.index.dueTimers(by: Self.at(10), most: 2)
        #expect(two.timers.map(\.place) == Array(expected.prefix(2)))
        #expect(!two.isComplete)
        #expect(timers.test.log.index.earliestDue == Self.at(5))
    }

    @Test func `a timer that is set again has moved, and one that is cleared is gone`() throws {
        let timers = try Timers()
        let stream = try timers.stream([Self.set(1, 10), Self.set(2, 10)])
        try timers.test.writer.flushIndex()
        try timers.event(.existing(stream), [Self.set(1, 20), Self.set(2, nil)])
        #expect(try timers.places(by: 19).isEmpty)
        #expect(timers.test.log.index.earliestDue == Self.at(20))
        try timers.test.writer.flushIndex()
        #expect(try timers.places(by: 20) == [Self.place(stream, 1)])
        #expect(try timers.test.log.index.timer(Self.place(stream, 2)) == nil)
    }

    @Test func `an open import holds the timers of the streams that it created, and of no others`() throws {
        let timers = try Timers()
        let live = try timers.stream()
        let importNumber = try timers.event(.new(.import, Identifier(high: 8, low: 1)), [.importOpened], at: 1_000)
        let created = try timers.stream(import: importNumber, [Self.set(1, 10)], at: 5)
        try timers.event(.existing(live), [Self.set(1, 20)], import: importNumber, at: 30)
        #expect(try timers.places(by: 100) == [Self.place(live, 1)])
        try timers.test.writer.flushIndex()
        #expect(try timers.places(by: 100) == [Self.place(live, 1)])

        try timers.event(.existing(importNumber), [.importClosed])
        #expect(try timers.places(by: 100) == [Self.place(created, 1), Self.place(live, 1)])
        try timers.event(.existing(created), [Self.set(2, 15)])
        let places = [Self.place(created, 1), Self.place(created, 2), Self.place(live, 1)]
        #expect(try timers.places(by: 100) == places)
    }

    @Test func `a complete import releases what was due by its latest fact; rows without a date do not count`() throws {
        let timers = try Timers()
        let importNumber = try timers.event(.new(.import, Identifier(high: 8, low: 1)), [.importOpened], at: 1_000)
        _ = try timers.stream(import: importNumber, [Self.set(1, 10), Self.set(2, 50), Self.set(3, 900)], at: 40)
        // Without a date of its own: when the import was started.
        _ = try timers.stream(import: importNumber, at: 1_000)
        let standing = try #require(try timers.test.log.index.importStanding(importNumber))
        #expect(standing.latest == Self.at(40))
        #expect(standing.isHistory(Self.at(40)) && !standing.isHistory(Self.at(41)))
        try timers.event(.existing(importNumber), [.importClosed])
        #expect(try timers.due(by: 60).map(\.due) == [Self.at(10), Self.at(50)])
        // A clock that is behind the history does not hold it up.
        #expect(try timers.due(by: 5).map(\.due) == [Self.at(10)])
    }

    @Test func `a parked timer stays out until it is set again`() throws {
        let timers = try Timers()
        let stream = try timers.stream([Self.set(1, 10)])
        timers.test.log.index.park(Self.place(stream, 1))
        #expect(try timers.places(by: 100).isEmpty)
        try timers.test.writer.flushIndex()
        #expect(try timers.places(by: 100).isEmpty)
        try timers.event(.existing(stream), [Self.set(1, 12)])
        #expect(try timers.places(by: 100) == [Self.place(stream, 1)])
    }

    @Test func `an index that is emptied knows no timers, no imports and nothing that is parked`() throws {
        let directory = try TemporaryDirectory()
        let timers = try Timers(in: directory)
        let importNumber = try timers.event(.new(.import, Identifier(high: 8, low: 1)), [.importOpened], at: 1)
        let created = try timers.stream(import: importNumber, [Self.set(1, 10)], at: 5)
        try timers.event(.existing(importNumber), [.importClosed])
        _ = try timers.stream([Self.set(1, 20)])
        try timers.test.writer.flushIndex()
        let index = timers.test.log.index
        index.park(Self.place(created, 1))
        #expect(try timers.due(by: 15).isEmpty && index.earliestDue == Self.at(20))

        try index.discard()
        #expect(index.applied == .none && index.parkedTimers == 0)
        #expect(try index.importStanding(importNumber) == nil && index.timer(Self.place(created, 1)) == nil)
        // Not known before the first look, as after a start.
        #expect(index.earliestDue == .earliest)
        #expect(try timers.places(by: 100).isEmpty && index.earliestDue == nil)
    }

    @Test func `the id of a timer's command depends on the log, the stream, its revision, the key and the instant`() {
        let timer = DueTimer(due: Self.at(1), place: Self.place(StreamNumber(7), 3))
        let log = Identifier(high: 1, low: 2)
        var others = [timer, timer, timer, timer]
        others[0].due = Self.at(2)
        others[1].place.stream = StreamNumber(8)
        others[2].place.key.kind = 2
        others[3].place.key.item = 4
        let ids =
            [
                timer.commandID(logID: log, at: Revision(1)),
                timer.commandID(logID: Identifier(high: 1, low: 3), at: Revision(1)),
                timer.commandID(logID: log, at: Revision(2)),
            ] + others.map { $0.commandID(logID: log, at: Revision(1)) }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.bytes[6] >> 4 == 8 })
    }

    @Test(arguments: [UInt64.random(in: 0 ... .max), 1, 2])
    func `whatever is set, moved and cleared, the index says what a list would`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let directory = try TemporaryDirectory()
        var open: Timers? = try Timers(in: directory)
        var streams: [StreamNumber] = []
        var expected: [TimerPlace: Instant] = [:]
        var events: UInt64 = 0
        var isClosing = false
        for _ in 0..<400 {
            let timers = try open ?? Timers(in: directory, commands: events)
            open = timers
            let item = random.next() % 4
            let due: Int64? = random.next() % 3 == 0 ? nil : Int64(random.next() % 50)
            let change = Self.set(item, due)
            events += 1
            let stream: StreamNumber
            if streams.isEmpty || random.next() % 5 == 0 {
                stream = try timers.stream([change])
                streams.append(stream)
            } else {
                stream = streams[Int(random.next() % UInt64(streams.count))]
                try timers.event(.existing(stream), [change])
            }
            expected[Self.place(stream, item)] = due.map(Self.at)
            switch random.next() % 12 {
            case 0: try timers.test.writer.flushIndex()
            case 1: isClosing = true
            default: break
            }
            let horizon = Int64(random.next() % 60)
            let listed = expected.filter { $0.value <= Self.at(horizon) }
                .sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            #expect(try timers.places(by: horizon, most: 1_000) == listed, "seed \(seed)")
            guard isClosing else { continue }
            isClosing = false
            try timers.test.writer.flushIndex()
            timers.test.log.close()
            open = nil
        }
    }

    // MARK: Imports

    @Test func `an import whose history has fired lets go of what lies ahead, bit by bit`() throws {
        let timers = try Timers()
        let importNumber = try timers.event(.new(.import, Identifier(high: 8, low: 1)), [.importOpened], at: 1_000)
        let items = 1...25_000 as ClosedRange<UInt64>
        let stream = try timers.stream(import: importNumber, items.map { Self.set($0, 100 + Int64($0)) }, at: 40)
        try timers.event(.existing(stream), [Self.set(0, 30)], import: importNumber, at: 41)
        try timers.test.writer.flushIndex()
        try timers.event(.existing(importNumber), [.importClosed])
        let index = timers.test.log.index
        func released() -> Int { index.state.withLock { $0.released.count } }
        func held() throws -> Int {
            try items.count { try index.timer(Self.place(stream, $0))?.holder == importNumber }
        }
        #expect(try timers.due(by: 50).map(\.due) == [Self.at(30)])
        #expect(try released() == 1 && held() == 25_000)
        try timers.event(.existing(stream), [Self.set(0, nil)])
        for left in [15_000, 5_000, 0] {
            #expect(try timers.places(by: 103) == [1, 2, 3].map { Self.place(stream, $0) })
            #expect(index.earliestDue == Self.at(101))
            #expect(try held() == left && released() == (left == 0 ? 0 : 1))
            if left == 15_000 { try timers.test.writer.flushIndex() }
        }
        #expect(try timers.due(by: 25_100, most: 30_000).map(\.place.key.item) == Array(items))
        try timers.test.writer.flushIndex()
        #expect(try timers.due(by: 25_100, most: 30_000).count == 25_000)
    }

    /// What a list knows of timers and imports.
    private struct Model {
        struct Import {
            var latest: Int64?
            var isClosed = false
        }

        var timers: [TimerPlace: (due: Int64, holder: StreamNumber)] = [:]
        var imports: [StreamNumber: Import] = [:]
        var creators: [StreamNumber: StreamNumber] = [:]

        mutating func set(_ place: TimerPlace, _ due: Int64?) {
            let creator = creators[place.stream] ?? .none
            let isHeld = imports[creator].map { !$0.isClosed } ?? false
            timers[place] = due.map { ($0, isHeld ? creator : .none) }
        }

        mutating func bring(_ fact: Int64, in job: StreamNumber) {
            let latest = imports[job]?.latest ?? fact
            imports[job]?.latest = max(fact, latest)
        }

        func due(by horizon: Int64) -> [DueTimer] {
            timers.compactMap { place, timer in
                let job = imports[timer.holder]
                guard job?.isClosed ?? true else { return nil }
                let isHistory = job.map { timer.due <= $0.latest ?? TimerTests.importStart } ?? false
                guard isHistory || timer.due <= horizon else { return nil }
                return DueTimer(due: TimerTests.at(timer.due), place: place)
            }.sorted()
        }
    }

    private static let importStart: Int64 = 1_000

    @Test(arguments: [UInt64.random(in: 0 ... .max), 1, 2, 3])
    func `whatever imports hold and let go, the index says what a list would`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let directory = try TemporaryDirectory()
        var open: Timers? = try Timers(in: directory)
        var model = Model()
        var streams: [StreamNumber] = []
        var events: UInt64 = 0
        for _ in 0..<500 {
            let timers = try open ?? Timers(in: directory, commands: events)
            open = timers
            let running = model.imports.filter { !$0.value.isClosed }.keys.sorted()
            let job = running.isEmpty ? .none : running[Int(random.next() % UInt64(running.count))]
            events += 1
            switch random.next() % 12 {
            case 0 where running.count < 3:
                let new = EventDraft.Stream.new(.import, Identifier(high: 8, low: events))
                model.imports[try timers.event(new, [.importOpened], at: Self.importStart)] = Model.Import()
            case 1 where job != .none:
                try timers.event(.existing(job), [.importClosed])
                model.imports[job]?.isClosed = true
            default:
                let item = random.next() % 4
                let due: Int64? = random.next() % 3 == 0 ? nil : Int64(random.next() % 50)
                let fact = Int64(random.next() % 50)
                let isImported = job != .none && random.next() % 2 == 0
                let owner = isImported ? job : .none
                let stream: StreamNumber
                if streams.isEmpty || random.next() % 5 == 0 {
                    stream = try timers.stream(import: owner, [Self.set(item, due)], at: fact)
                    streams.append(stream)
                    if isImported { model.creators[stream] = job }
                } else {
                    stream = streams[Int(random.next() % UInt64(streams.count))]
                    try timers.event(.existing(stream), [Self.set(item, due)], import: owner, at: fact)
                }
                model.set(Self.place(stream, item), due)
                if isImported { model.bring(fact, in: job) }
            }
            let horizon = Int64(random.next() % 60)
            #expect(try timers.due(by: horizon, most: 1_000) == model.due(by: horizon), "seed \(seed)")
            let end = random.next() % 12
            if end < 2 { try timers.test.writer.flushIndex() }
            guard end == 0 else { continue }
            timers.test.log.close()
            open = nil
        }
        let timers = try open ?? Timers(in: directory, commands: events)
        for (job, standing) in model.imports where !standing.isClosed {
            try timers.event(.existing(job), [.importClosed])
            model.imports[job]?.isClosed = true
        }
        // Nothing is due before 0 but what belongs to the history of an import.
        for timer in model.due(by: -1) {
            try timers.event(.existing(timer.place.stream), [.timer(timer.place.key, nil)])
            model.timers[timer.place] = nil
        }
        #expect(try timers.due(by: 60, most: 1_000) == model.due(by: 60), "seed \(seed)")
        #expect(timers.test.log.index.state.withLock { $0.released.isEmpty }, "seed \(seed)")
        #expect(try timers.due(by: 60, most: 1_000) == model.due(by: 60), "seed \(seed)")
    }
}
