internal import EventLog
internal import Foundation
internal import Schema
internal import Testing

@testable import Replay

/// Rows that are not what was written: nobody gets them, and the projection makes its store anew while it runs.
@Suite struct DamagedRowsTests {
    private static let tags = (0..<200).map { "tag-\($0)" }

    /// The count of each tag.
    private static func counts(_ runner: ProjectionRunner<Tags>) async -> [Result<UInt64?, any Error>] {
        var counts: [Result<UInt64?, any Error>] = []
        for tag in tags {
            do { counts.append(.success(try await runner.number(Tags.counts, Tags.count(tag)))) } catch {
                counts.append(.failure(error))
            }
        }
        return counts
    }

    @Test func `a flipped bit of a store is not given out, and is mended while the projection runs`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(1_500, seed: 30)
        let end = log.log.end.position
        let whole = try await digestOfFreshEngine(log, folder.viewsPath)
        let file = URL(filePath: folder.viewsPath + "/tags-1/data.mdb")
        let intact = try Data(contentsOf: file)
        var engine = try makeEngine(log, folder.viewsPath, Tags.self)
        let expected = try await running(engine) {
            try await Self.counts(engine.runner(Tags.self)).map { try $0.get() }
        }
        let seed = UInt64.random(in: .min ... .max)
        print("DamagedRowsTests: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let flips = 25
        var harmless = 0
        for _ in 0..<flips {
            var bytes = intact
            // In the second half of a page, where entries are.
            let page = Int.random(in: 2..<bytes.count / 4_096, using: &random)
            let offset = page * 4_096 + Int.random(in: 2_048..<4_096, using: &random)
            let mask = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            bytes[offset] ^= mask
            let note: Comment = "seed \(seed): bit \(mask) of byte \(offset)"
            try FileManager.default.removeItem(atPath: folder.viewsPath)
            try FileManager.default.createDirectory(
                atPath: folder.viewsPath + "/tags-1", withIntermediateDirectories: true)
            try Data("1\n".utf8).write(to: URL(filePath: folder.viewsPath + "/tags.active"))
            try bytes.write(to: file)
            engine = try makeEngine(log, folder.viewsPath, Tags.self)
            try await running(engine) {
                let runner = try engine.runner(Tags.self)
                try await runner.wait(for: end, deadlineMilliseconds: 60_000)
                for (found, right) in zip(await Self.counts(runner), expected) {
                    if let found = try? found.get() { #expect(found == right, note) }
                }
                // The digest reads every row: what the counts did not meet, it meets.
                var digest: [UInt8]?
                for _ in 0..<600 where digest == nil {
                    digest = try? await runner.digest().digest
                    if digest == nil { try await Task.sleep(for: .milliseconds(50)) }
                }
                #expect(digest == whole, note)
                #expect(await Self.counts(runner).compactMap { try? $0.get() } == expected.compactMap(\.self), note)
                #expect(try await runner.standing().state == .live, note)
                if engine.discarded.isEmpty { harmless += 1 }
            }
        }
        // Some bits belong to free pages or to nothing; not all of them.
        #expect(harmless < flips)
    }

    @Test func `a table whose name has a flipped bit is not taken for one that is empty`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 31)
        let whole = try await digestOfFreshEngine(log, folder.viewsPath)
        let file = URL(filePath: folder.viewsPath + "/tags-1/data.mdb")
        var bytes = try Data(contentsOf: file)
        // In every page that has it, also in those of earlier commits; the order of the names stays.
        var from = bytes.startIndex
        while let name = bytes.range(of: Data("bearers".utf8), in: from..<bytes.endIndex) {
            bytes[name.upperBound - 1] ^= 1
            from = name.upperBound
        }
        #expect(from > bytes.startIndex)
        try bytes.write(to: file)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        #expect(engine.discarded.count == 1)
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            try await runner.wait(for: log.log.end.position, deadlineMilliseconds: 60_000)
            #expect(try await runner.digest().digest == whole)
        }
    }

    @Test func `a rebuild replaces rows that are damaged, although nobody has read them yet`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        try log.appendRandom(300, seed: 32)
        let whole = try await digestOfFreshEngine(log, folder.viewsPath)
        let file = URL(filePath: folder.viewsPath + "/tags-1/data.mdb")
        var bytes = try Data(contentsOf: file)
        var flips = 0
        for tag in Self.tags {
            var from = bytes.startIndex
            while let key = bytes.range(of: Data(Tags.count(tag)), in: from..<bytes.endIndex) {
                // The value stands behind the key.
                bytes[key.upperBound + 7] ^= 0x10
                from = key.upperBound
                flips += 1
            }
        }
        #expect(flips > 0)
        try bytes.write(to: file)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self)
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            #expect(try await runner.rebuild { _ in }.done)
            #expect(try await runner.digest().digest == whole)
        }
    }
}
