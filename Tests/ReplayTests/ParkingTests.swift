internal import EventLog
internal import Schema
internal import Synchronization
internal import Testing
internal import Views

@testable import Replay

@Suite(.serialized) struct ParkingTests {
    @Test func `an event that cannot be applied parks its projection, and a rebuild mends it`() async throws {
        FussyTags.isLenient.store(false, ordering: .relaxed)
        defer { FussyTags.isLenient.store(false, ordering: .relaxed) }
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let stream = StreamNumber(try log.append([.open]).rawValue)
        let engine = try makeEngine(log, folder.viewsPath, FussyTags.self, Tags.self)
        let fussy = try engine.runner(FussyTags.self)
        let tags = try engine.runner(Tags.self)
        try await running(engine) {
            try log.append([.tag(stream, "good"), .tag(stream, "good"), .tag(stream, "bad"), .tag(stream, "good")])
            let end = try log.append([.tag(stream, "good")])
            #expect(try await tags.number(Tags.counts, Tags.count("good"), atLeast: end) == 4)
            #expect(try await tags.standing().state != .parked)

            let refused = await #expect(throws: ReplayError.self) {
                try await fussy.number(Tags.counts, Tags.count("good"), atLeast: end)
            }
            #expect(refused?.code == .parked)
            #expect(refused?.position == Position(3))
            let (counts, standing) = try await fussy.read { snapshot throws(ViewError) in
                [try snapshot.get(Tags.counts, Tags.count("good")), try snapshot.get(Tags.counts, Tags.count("bad"))]
            }
            #expect(counts == [.key(2 as UInt64), nil])
            #expect(standing.state == .parked)
            #expect(standing.position == Position(3))
            #expect(standing.parkedReason == "At position 4: This tag does not fit.")
            #expect(try await fussy.status(digest: false).parkedReason == standing.parkedReason)

            let failed = await #expect(throws: ReplayError.self) { try await engine.rebuild("fussy") { _ in } }
            #expect(failed?.code == .unfit)
            #expect(failed?.position == Position(4))
            #expect(try await fussy.standing().state == .parked)

            FussyTags.isLenient.store(true, ordering: .relaxed)
            let result = try await engine.rebuild("fussy") { _ in }
            #expect(result.first?.done == true)
            #expect(try await fussy.number(Tags.counts, Tags.count("good"), atLeast: end) == 4)
            let later = try log.append([.tag(stream, "bad")])
            #expect(try await fussy.number(Tags.counts, Tags.count("bad"), atLeast: later) == 2)
            #expect(try await fussy.standing().state == .live)
        }
    }

    @Test func `a parked projection is committed up to the event and tries it again at the next start`() async throws {
        FussyTags.isLenient.store(false, ordering: .relaxed)
        defer { FussyTags.isLenient.store(false, ordering: .relaxed) }
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let stream = StreamNumber(try log.append([.open]).rawValue)
        let end = try log.append([.tag(stream, "good"), .tag(stream, "bad"), .tag(stream, "good")])
        let engine = try makeEngine(log, folder.viewsPath, FussyTags.self)
        _ = try await running(engine) {
            await #expect(throws: ReplayError.self) {
                try await engine.runner(FussyTags.self).wait(for: end, deadlineMilliseconds: 120_000)
            }
        }
        FussyTags.isLenient.store(true, ordering: .relaxed)
        let again = try makeEngine(log, folder.viewsPath, FussyTags.self)
        #expect(try await again.runner(FussyTags.self).standing().position == Position(2))
        try await running(again) {
            let runner = try again.runner(FussyTags.self)
            #expect(try await runner.number(Tags.counts, Tags.count("good"), atLeast: end) == 2)
        }
    }
}
