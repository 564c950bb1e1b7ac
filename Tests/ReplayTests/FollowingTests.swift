internal import EventLog
internal import Foundation
internal import LMDB
internal import Schema
internal import Testing
internal import Views

@testable import Replay

@Suite struct FollowingTests {
    @Test func `a read that asks for a position sees the event there before it is committed`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) { $0.commitMilliseconds = 3_600_000 }
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            let stream = StreamNumber(try log.append([.open]).rawValue)
            for round in 1...20 as ClosedRange<UInt64> {
                let position = try log.append([.tag(stream, "vip")])
                let (count, standing) = try await runner.read(atLeast: position, deadlineMilliseconds: 120_000) {
                    snapshot throws(ViewError) in
                    try snapshot.get(Tags.counts, Tags.count("vip")).map { Tags.number($0) }
                }
                #expect(count == round)
                #expect(standing.position == position)
                #expect(standing.lagEvents == 0)
                #expect(standing.lagMicroseconds == 0)
            }
            #expect(try await runner.standing().state == .live)
        }
    }

    @Test func `each event has its effect once, also when rows since the last commit are lost`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(3_000, seed: 1)
        let expected = try await digestOfFreshEngine(log, folder.path + "/expected")
        let views = folder.viewsPath
        let engine = try makeEngine(log, views, Tags.self) {
            $0.pageRecords = 50
            $0.commitRows = 120
            $0.commitMilliseconds = 3_600_000
        }
        // What a crash leaves behind: the files as they are between two commits, with a tail in memory only.
        let copies = try await running(engine) {
            var copies: [String] = []
            for position in [1_000, 2_000, end.rawValue] {
                try await engine.runner(Tags.self).wait(for: Position(position), deadlineMilliseconds: 120_000)
                let copy = "\(folder.path)/crash-\(position)"
                try FileManager.default.copyItem(atPath: views, toPath: copy)
                copies.append(copy)
            }
            return copies
        }
        for copy in copies + [views] {
            #expect(try await digestOfFreshEngine(log, copy) == expected)
        }
    }

    @Test func `pages of 1, 7 and 1000 records give equal rows, as does a first building`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(2_500, seed: 2)
        var digests: Set<[UInt8]> = []
        for size in [1, 7, 1_000] {
            digests.insert(try await digestOfFreshEngine(log, "\(folder.path)/views-\(size)") { $0.pageRecords = size })
        }
        digests.insert(
            try await digestOfFreshEngine(log, "\(folder.path)/views-built") {
                $0.initialBuildEvents = 100
                $0.rebuildBytes = 20_000
                $0.pageRecords = 64
            })
        #expect(digests.count == 1)
    }

    @Test func `rows equal those of a plain store`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(1_500, seed: 3)
        var model = MemoryStore(for: Tags.self)
        let page = try EventPage.read(
            log.log, from: Position(1), through: end, kinds: KindFilter(Tags.kinds),
            limits: PageLimits(ReplayOptions()))
        var pages = [try #require(page)]
        while let last = pages.last?.last, last < end {
            let next = try EventPage.read(
                log.log, from: last.advanced(by: 1), through: end, kinds: KindFilter(Tags.kinds),
                limits: PageLimits(ReplayOptions()))
            pages.append(try #require(next))
        }
        for event in pages.flatMap(\.events) { try Tags().apply(event, to: &model) }
        let expected = model
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        try await running(engine) {
            let equal = try await engine.runner(Tags.self).read(atLeast: end, deadlineMilliseconds: 120_000) {
                snapshot throws(ViewError) in
                var found = MemoryStore(for: Tags.self)
                for table in [Tags.counts, Tags.bearers] {
                    try snapshot.scan(table, prefix: []) { key, row throws(ViewError) in
                        try found.put(table, key, row)
                        return .next
                    }
                }
                return found == expected
            }.value
            #expect(equal)
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `pages that are folded in pieces give the rows of each position in between`(seed: UInt64) throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(600, seed: seed)
        var random = SeededGenerator(seed: seed)
        var model = MemoryStore(for: Tags.self)
        let rows = try ProjectionRows<Tags>.open(
            path: folder.path + "/pieces", owner: StoreOwner(log: log.log.id, epoch: log.log.epoch, version: 1),
            end: end, sync: .none
        ).rows
        var pieces = 0
        while rows.applied.position < end {
            let before = rows.applied.position
            let page = try #require(
                try EventPage.read(
                    log.log, from: before.advanced(by: 1), through: end, kinds: KindFilter(Tags.kinds),
                    limits: PageLimits(ReplayOptions())))
            try rows.fold(page) { Int.random(in: 0..<20, using: &random) == 0 }
            pieces += 1
            let reached = rows.applied.position
            for event in page.events where event.header.position <= reached { try Tags().apply(event, to: &model) }
            let recordedAt = try log.log.record(at: reached) { EventHeader.recordedAt(of: $0) }
            #expect(rows.applied.recordedAt == recordedAt)
            let expected = model
            let isEqual = try rows.read { snapshot throws(ViewError) in
                var found = MemoryStore(for: Tags.self)
                for table in [Tags.counts, Tags.bearers] {
                    try snapshot.scan(table, prefix: []) { key, row throws(ViewError) in
                        try found.put(table, key, row)
                        return .next
                    }
                }
                return found == expected
            }
            #expect(isEqual, "from \(before) to \(reached)")
            if pieces.isMultiple(of: 7) { try rows.commit() }
        }
        #expect(pieces > 5)
    }

    @Test func `a checkpoint moves over events that nobody consumes`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(1_000, seed: 4)
        let engine = try makeEngine(log, folder.viewsPath, Idle.self)
        try await running(engine) {
            try await engine.runner(Idle.self).wait(for: end, deadlineMilliseconds: 120_000)
        }
        let again = try makeEngine(log, folder.viewsPath, Idle.self)
        #expect(try await again.runner(Idle.self).standing().position == end)
    }

    @Test func `the lag counts events and the time between them`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(100, seed: 5)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        let standing = try await engine.runner(Tags.self).standing()
        #expect(standing.position == .none)
        #expect(standing.lagEvents == end.rawValue)
        #expect(standing.state == .catchingUp)
        let first = try #require(try log.log.record(at: Position(1)) { EventHeader.recordedAt(of: $0) })
        #expect(standing.lagMicroseconds == UInt64(log.log.end.recordedAt.rawValue - first.rawValue))
    }

    @Test func `a wait ends with its deadline, with its task and with the engine`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        let runner = try engine.runner(Tags.self)
        let never = Position(1_000_000)
        let outcome = try await running(engine) {
            let late = await #expect(throws: ReplayError.self) {
                try await runner.wait(for: never, deadlineMilliseconds: 20)
            }
            #expect(late?.code == .notYet)
            let cancelled = Task { try await runner.wait(for: never, deadlineMilliseconds: 60_000) }
            cancelled.cancel()
            let result = await cancelled.result
            #expect(throws: ReplayError.cancelledTask) { try result.get() }
            return Task { try await runner.wait(for: never, deadlineMilliseconds: 60_000) }
        }
        let result = await outcome.result
        #expect(throws: ReplayError.stoppedEngine) { try result.get() }
        let read = await #expect(throws: ReplayError.self) { try await runner.number(Tags.counts, [1]) }
        #expect(read?.code == .stopped)
    }

    @Test func `cancelling the task of run stops the engine`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(500, seed: 6)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self, Idle.self)
        let task = Task { await engine.run() }
        try await engine.runner(Tags.self).wait(for: end, deadlineMilliseconds: 120_000)
        task.cancel()
        await task.value
        let again = try makeEngine(log, folder.viewsPath, Tags.self)
        #expect(try await again.runner(Tags.self).standing().position == end)
    }

    /// Waits on a thread of its own, as projections do.
    private actor Waiter {
        private let executor: ThreadExecutor

        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init() throws { executor = try ThreadExecutor() }

        /// How long a wait took.
        func wait(for signal: WakeSignal, milliseconds: Int) async -> Duration {
            let began = ContinuousClock.now
            await signal.wait(milliseconds: milliseconds, on: executor)
            return .now - began
        }
    }

    @Test func `a signal is kept for who waits later, and many are one`() async throws {
        let signal = WakeSignal()
        signal.raise()
        signal.raise()
        await signal.wait()
        let waiter = try Waiter()
        #expect(await waiter.wait(for: signal, milliseconds: 30) >= .milliseconds(30))
        // A signal ends a wait that would be long, also one that has begun.
        signal.raise()
        #expect(await waiter.wait(for: signal, milliseconds: 600_000) < .seconds(300))
        let long = Task { await waiter.wait(for: signal, milliseconds: 600_000) }
        try await Task.sleep(for: .milliseconds(20))
        signal.raise()
        #expect(await long.value < .seconds(300))
        // The timer of a wait that was ended does not end the next one.
        #expect(await waiter.wait(for: signal, milliseconds: 40) >= .milliseconds(40))
    }
}
