internal import EventLog
internal import Foundation
internal import Logging
internal import Schema
internal import Synchronization
internal import Testing
internal import Views

@testable import Replay

@Suite struct RebuildTests {
    @Test func `a rebuild while events are appended ends with equal digests`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(6_000, seed: 10)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) {
            $0.pageRecords = 32
            $0.rebuildBytes = 50_000
        }
        let reports = Mutex<[RebuildProgress]>([])
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            try await runner.wait(for: log.log.end.position, deadlineMilliseconds: 120_000)
            let appending = Task {
                for seed in 0..<40 as Range<UInt64> { try log.appendRandom(50, seed: seed, group: 10) }
            }
            let results = try await engine.rebuild("all") { report in reports.withLock { $0.append(report) } }
            try await appending.value
            let result = try #require(results.first)
            #expect(result.done)
            #expect(result.name == "tags")
            #expect(result.digest.count == 32)
            #expect(result.digest == result.previousDigest)
            #expect(result.seconds > 0)
            #expect(reports.withLock { $0.last } == result)
            let after = try await runner.digest(at: log.log.end.position)
            #expect(try await digestOfFreshEngine(log, folder.path + "/fresh") == after)
        }
        #expect(try folder.names(in: "views") == ["tags-2", "tags.active"])
        let fresh = try await digestOfFreshEngine(log, folder.path + "/fresh")
        #expect(try await digestOfFreshEngine(log, folder.viewsPath) == fresh)
    }

    @Test func `an interrupted rebuild leaves the rows as they were`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let end = try log.appendRandom(3_000, seed: 11)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) {
            $0.pageRecords = 32
            // After every page.
            $0.progressMilliseconds = 0
        }
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            let before = try await runner.digest(at: end)
            let reports = Mutex<[UInt64]>([])
            let task = Task {
                try await engine.rebuild("tags") { report in
                    reports.withLock { $0.append(report.position) }
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            let result = await task.result
            let positions = reports.withLock { $0 }
            #expect(positions.count == 1 && (1..<end.rawValue).contains(positions[0]), "\(positions)")
            #expect(throws: ReplayError.cancelledTask) { try result.get() }
            #expect(try await runner.digest().digest == before)
            #expect(try await runner.standing().state == .live)
            #expect(try folder.names(in: "views") == ["tags-1", "tags.active"])
            #expect(try await engine.rebuild("tags") { _ in }.first?.done == true)
        }
    }

    @Test func `what a killed rebuild left behind is removed at the next start`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(200, seed: 12)
        let digest = try await digestOfFreshEngine(log, folder.viewsPath)
        let leftover = folder.viewsPath + "/tags-7"
        try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
        try Data([1, 2, 3]).write(to: URL(filePath: leftover + "/data.mdb"))
        #expect(try await digestOfFreshEngine(log, folder.viewsPath) == digest)
        #expect(try folder.names(in: "views") == ["tags-1", "tags.active"])
    }

    @Test func `a record that is not what was written stops a rebuild and not the projection`() async throws {
        let folder = try TestFolder()
        let storage = DamagedStorage()
        let log = try EventLog(
            id: Identifier(high: 1, low: 1), storage: storage, indexPath: folder.path + "/index"
        ) { _, _ in [] }
        defer { log.close() }
        let engine = ReplayEngine(log: log, viewsPath: folder.viewsPath, logger: Logger(label: "test"))
        try engine.add(Idle.self)
        storage.isDamaged.store(true, ordering: .relaxed)
        let error = await #expect(throws: ReplayError.self) { try await engine.rebuild("idle") { _ in } }
        #expect(error?.code == .damaged)
        #expect(error?.position == Position(2))
        #expect(try folder.names(in: "views") == ["idle-1", "idle.active"])
    }

    @Test func `an unknown name is refused`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        let error = await #expect(throws: ReplayError.self) { try await engine.rebuild("nothing") { _ in } }
        #expect(error?.code == .unknownProjection)
    }
}

@Suite struct StoreTests {
    @Test func `the store of another log is discarded`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 20)
        let digest = try await digestOfFreshEngine(log, folder.viewsPath)
        let other = try TestLog(folder, name: "other", id: Identifier(high: 8, low: 8))
        try other.appendRandom(300, seed: 21)
        let expected = try await digestOfFreshEngine(other, folder.path + "/fresh")
        #expect(expected != digest)
        #expect(try await digestOfFreshEngine(other, folder.viewsPath) == expected)
    }

    @Test func `the store of another version is discarded`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 22)
        _ = try await digestOfFreshEngine(log, folder.viewsPath)
        let engine = try makeEngine(log, folder.viewsPath, TagsNextVersion.self)
        #expect(try await engine.runner(TagsNextVersion.self).standing().position == .none)
    }

    @Test func `a store ahead of the log is discarded`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 23)
        _ = try await digestOfFreshEngine(log, folder.viewsPath)
        // The same log, restored to an earlier position.
        let restored = try TestLog(folder, name: "restored")
        try restored.appendRandom(100, seed: 23)
        let engine = try makeEngine(restored, folder.viewsPath, Tags.self)
        #expect(try await engine.runner(Tags.self).standing().position == .none)
    }

    @Test(arguments: ["data.mdb", "active"])
    func `a damaged file is made again from the log`(file: String) async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 24)
        let digest = try await digestOfFreshEngine(log, folder.viewsPath)
        let path = file == "active" ? "/tags.active" : "/tags-1/data.mdb"
        try Data(repeating: 0x5A, count: 20_000).write(to: URL(filePath: folder.viewsPath + path))
        #expect(try await digestOfFreshEngine(log, folder.viewsPath) == digest)
    }

    @Test func `everything below the folder may be deleted`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 25)
        let digest = try await digestOfFreshEngine(log, folder.viewsPath)
        try FileManager.default.removeItem(atPath: folder.viewsPath)
        #expect(try await digestOfFreshEngine(log, folder.viewsPath) == digest)
    }
}
