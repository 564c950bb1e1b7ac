internal import EventLog
internal import Schema
internal import Synchronization
internal import Testing
internal import Views

@testable import Replay

/// Reads in pieces: they see one position, others read between their pieces, and the projection goes on afterwards.
@Suite struct LongReadTests {
    /// What happened besides a read.
    private final class Besides: Sendable {
        let reads = Atomic(0)
        let hasAppended = Atomic(false)
    }

    @Test func `all pieces see one position, while events come and others read`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) { $0.commitRows = 10 }
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            let stream = StreamNumber(try log.append([.open]).rawValue)
            for round in 1...5 as ClosedRange<UInt64> {
                let first = try log.append([.tag(stream, "vip")])
                try await runner.wait(for: first, deadlineMilliseconds: 120_000)
                let besides = Besides()
                async let long = runner.read(inPieces: [UInt64]()) {
                    (seen, snapshot) throws(ViewError) -> [UInt64]? in
                    seen.append(try snapshot.get(Tags.counts, Tags.count("vip")).map { Tags.number($0) } ?? 0)
                    let isEnough = besides.reads.load(ordering: .relaxed) == 3
                    return isEnough && besides.hasAppended.load(ordering: .relaxed) && seen.count >= 10 ? seen : nil
                }
                let before = round * 2 - 1
                for _ in 1...3 {
                    let (count, _) = try await runner.read { snapshot throws(ViewError) in
                        try snapshot.get(Tags.counts, Tags.count("vip")).map { Tags.number($0) }
                    }
                    #expect(count == before)
                    besides.reads.add(1, ordering: .relaxed)
                }
                let last = try log.append([.tag(stream, "vip")])
                besides.hasAppended.store(true, ordering: .relaxed)
                let (seen, standing) = try await long
                #expect(seen.count >= 10 && Set(seen).count == 1, "\(seen)")
                #expect(standing.position == (seen[0] == before ? first : last))
                try await runner.wait(for: last, deadlineMilliseconds: 120_000)
            }
        }
    }

    @Test func `many reads in pieces end, each at one position, and the projection follows between them`() async throws
    {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) { $0.commitRows = 10 }
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            let stream = StreamNumber(try log.append([.open]).rawValue)
            let positions = try await withThrowingTaskGroup(of: Position.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        let (seen, standing) = try await runner.read(inPieces: [UInt64]()) {
                            (seen, snapshot) throws(ViewError) -> [UInt64]? in
                            seen.append(try snapshot.get(Tags.counts, Tags.count("vip")).map { Tags.number($0) } ?? 0)
                            return seen.count == 20 ? seen : nil
                        }
                        #expect(Set(seen).count == 1 && seen[0] == max(1, standing.position.rawValue) - 1, "\(seen)")
                        return standing.position
                    }
                }
                for _ in 0..<100 { _ = try log.append([.tag(stream, "vip")]) }
                return try await group.reduce(into: Set<Position>()) { $0.insert($1) }
            }
            #expect(!positions.isEmpty)
            try await runner.wait(for: log.log.end.position, deadlineMilliseconds: 120_000)
        }
    }

    @Test func `what a piece throws ends the read, and the next one takes its turn`() async throws {
        let folder = try TestFolder()
        let log = try TestLog(folder)
        let engine = try makeEngine(log, folder.viewsPath, Tags.self) { _ in }
        try await running(engine) {
            let runner = try engine.runner(Tags.self)
            await #expect(throws: ReplayError.self) {
                _ = try await runner.read(inPieces: 0) { (pieces, _) throws(ViewError) -> Int? in
                    pieces += 1
                    guard pieces < 3 else { throw ViewError(.requestInvalid, "enough") }
                    return nil
                }
            }
            let (pieces, _) = try await runner.read(inPieces: 0) { (pieces, _) throws(ViewError) -> Int? in
                pieces += 1
                return pieces == 3 ? pieces : nil
            }
            #expect(pieces == 3)
            let position = try log.append([.open])
            try await runner.wait(for: position, deadlineMilliseconds: 120_000)
        }
    }
}
