internal import CRM
internal import EventLog
internal import Foundation
internal import Logging
internal import Schema
internal import SwiftProtobuf
internal import Synchronization
internal import Testing

@testable import Service

/// The journal of refusals on its own: what it keeps, in which order, and what it does when it is too much.
@Suite struct RefusalJournalTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func run(
        clock: ManualClock, days: Int = 90, entries: Int = 1_000_000,
        _ body: (RefusalJournal) throws -> Void
    ) throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try open(path, clock: clock, days: days, entries: entries)
        defer { journal.close() }
        try body(journal)
    }

    private static func open(
        _ path: String, clock: ManualClock, days: Int = 90, entries: Int = 1_000_000
    ) throws -> RefusalJournal {
        try RefusalJournal(
            path: path + "/refusals", clock: clock, retention: RefusalJournal.Retention(days: days, entries: entries),
            logger: logger)
    }

    private static func entry(_ code: ErrorCode, _ operation: String = "placeOrder", principal: UInt64 = 7)
        -> RefusalEntry
    {
        .with {
            $0.code = code
            $0.command = operation
            $0.principalNumber = principal
        }
    }

    @Test func `a journal that is not whole is put aside and begun anew`() throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clock = ManualClock(.day(20_000))
        let file = path + "/refusals/data.mdb"
        // As a process leaves it that is killed while it makes the file, so nothing has to be kept; then one that is no file
        // of LMDB at all.
        let contents = [(Data(count: 3_000), isKept: false), (Data(repeating: 7, count: 20_000), isKept: true)]
        for (number, (content, isKept)) in contents.enumerated() {
            if number == 0 {
                try FileManager.default.createDirectory(
                    atPath: path + "/refusals", withIntermediateDirectories: true)
            }
            try content.write(to: URL(filePath: file))
            let journal = try Self.open(path, clock: clock)
            journal.record { Self.entry(.forbidden, "after \(number)") }
            journal.flush()
            #expect(try journal.page(RefusalQuery()).entries.map(\.command) == ["after \(number)"])
            journal.close()
            let aside = path + "/refusals.damaged/data.mdb"
            #expect(FileManager.default.fileExists(atPath: aside) == isKept)
            if isKept { #expect(try Data(contentsOf: URL(filePath: aside)) == content) }
        }
    }

    @Test func `entries come newest first, page by page, also after a restart`() throws {
        let path = try TestService.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let clock = ManualClock(.day(20_000))
        do {
            let journal = try Self.open(path, clock: clock)
            for index in 0..<5 {
                journal.record { Self.entry(.forbidden, "first\(index)") }
                clock.advance(seconds: 1)
            }
            journal.close()
        }
        let journal = try Self.open(path, clock: clock)
        defer { journal.close() }
        for index in 0..<5 {
            journal.record { Self.entry(.notFound, "second\(index)") }
            clock.advance(seconds: 1)
        }
        journal.flush()
        var query = RefusalQuery()
        query.limit = 4
        var found: [RefusalEntry] = []
        while true {
            let page = try journal.page(query)
            found += page.entries
            // Whatever is refused meanwhile does not move the pages.
            journal.record { Self.entry(.forbidden, "later") }
            journal.flush()
            guard let next = page.next else { break }
            query.below = next
        }
        #expect(found.map(\.number) == (1...10).reversed().map(UInt64.init))
        #expect(found.first?.command == "second4" && found.last?.command == "first0")
    }

    @Test func `conditions choose, and counts are of everything that meets them`() throws {
        let clock = ManualClock(.day(20_000))
        try Self.run(clock: clock) { journal in
            let start = clock.now()
            for index in 0..<60 {
                journal.record {
                    Self.entry(
                        index % 3 == 0 ? .forbidden : .notFound, index % 2 == 0 ? "placeOrder" : "addNote",
                        principal: UInt64(index % 4))
                }
                clock.advance(seconds: 1)
            }
            journal.flush()
            func page(_ change: (inout RefusalQuery) -> Void) throws -> RefusalPage {
                var query = RefusalQuery()
                query.counts = true
                query.limit = 2
                change(&query)
                return try journal.page(query)
            }
            func total(_ change: (inout RefusalQuery) -> Void) throws -> UInt64? {
                try page(change).counts?.total
            }
            #expect(try total { _ in } == 60)
            #expect(try total { $0.codes = [.forbidden] } == 20)
            #expect(try total { $0.principal = 0 } == 15)
            #expect(try total { $0.operations = ["addNote"] } == 30)
            let tenth = Instant(microseconds: start.rawValue + 10_000_000)
            let fortieth = Instant(microseconds: start.rawValue + 40_000_000)
            #expect(try total { $0.since = tenth } == 50)
            #expect(try total { $0.until = tenth } == 10)
            #expect(
                try total {
                    $0.since = tenth
                    $0.until = fortieth
                } == 30)
            #expect(
                try total {
                    $0.since = fortieth
                    $0.until = tenth
                } == 0)
            let counts = try #require(try page { _ in }.counts)
            #expect(counts.codes.map(\.code) == [.notFound, .forbidden])
            #expect(counts.codes.map(\.refusals) == [40, 20])
            #expect(counts.principals.map(\.principalNumber) == [0, 1, 2, 3])
            #expect(counts.operations.map(\.operation) == ["addNote", "placeOrder"])
        }
    }

    @Test func `what is too old is dropped, and it is said since when all is there`() throws {
        let clock = ManualClock(.day(20_000))
        try Self.run(clock: clock, days: 2) { journal in
            journal.record { Self.entry(.forbidden, "old") }
            journal.flush()
            let old = clock.now()
            clock.advance(seconds: 86_400)
            journal.record { Self.entry(.forbidden, "young") }
            journal.flush()
            #expect(try journal.page(RefusalQuery()).entries.count == 2)
            #expect(try journal.page(RefusalQuery()).droppedUntil == nil)
            clock.advance(seconds: 86_401)
            journal.record { Self.entry(.forbidden, "new") }
            journal.flush()
            let page = try journal.page(RefusalQuery())
            #expect(page.entries.map(\.command) == ["new", "young"])
            #expect(page.droppedUntil == old)
            #expect(page.entries.map(\.number) == [3, 2])
        }
    }

    @Test func `no more than so many are kept, the newest`() throws {
        let clock = ManualClock(.day(20_000))
        try Self.run(clock: clock, entries: 10) { journal in
            for round in 0..<4 {
                for index in 0..<8 { journal.record { Self.entry(.forbidden, "\(round) \(index)") } }
                journal.flush()
                clock.advance(seconds: 61)
            }
            journal.record { Self.entry(.forbidden, "last") }
            journal.flush()
            let entries = try journal.page(RefusalQuery()).entries
            #expect(entries.count == 10 && entries.first?.command == "last")
            #expect(try journal.status().entries == 10)
        }
    }

    @Test func `a flood is counted where it is not written, and its makers are not called`() throws {
        let clock = ManualClock(.day(20_000))
        try Self.run(clock: clock) { journal in
            let made = Mutex(0)
            let asked = 200_000
            for _ in 0..<asked {
                journal.record {
                    made.withLock { $0 += 1 }
                    return Self.entry(.forbidden)
                }
            }
            journal.flush()
            // What was lost is written behind what was taken.
            journal.flush()
            let page = try journal.page(.counting)
            let written = try #require(page.counts?.total)
            #expect(written == UInt64(made.withLock { $0 }))
            #expect(written >= UInt64(RefusalQueue.maximum) && page.lost > 0)
            #expect(written + page.lost == UInt64(asked))
            #expect(try journal.status().lost == page.lost)
            // The places of those that are lost are left out.
            journal.record { Self.entry(.forbidden, "after") }
            journal.flush()
            #expect(try journal.page(RefusalQuery()).entries.first?.number == UInt64(asked) + 1)
        }
    }

    @Test func `times never go back, whatever the clock does`() throws {
        let clock = ManualClock(.day(20_000), tick: -1_000_000)
        try Self.run(clock: clock) { journal in
            journal.record { Self.entry(.forbidden) }
            journal.record { Self.entry(.forbidden) }
            journal.flush()
            let times = try journal.page(RefusalQuery()).entries.compactMap { Instant($0.refusedAt) }
            #expect(times.count == 2 && times[0] == times[1])
        }
    }
}

extension ManualClock {
    fileprivate func advance(seconds: Int64) { move(to: Instant(microseconds: now().rawValue + seconds * 1_000_000)) }
}

extension RefusalQuery {
    /// Everything, counted.
    fileprivate static var counting: RefusalQuery {
        var query = RefusalQuery()
        query.counts = true
        return query
    }
}
