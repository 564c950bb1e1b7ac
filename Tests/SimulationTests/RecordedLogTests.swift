internal import FoundationEssentials
internal import KithTesting
internal import Testing

/// The real LMDB under the real writer: what it did to the log's file is recorded, and every state in which a power cut
/// could have left that file is opened again. See `docs/simulation.md`.
@Suite(.serialized) struct RecordedLogTests {
    private static let folder = SimulatedMachine.folder + "/recorded"
    private static let setting = ProcessInfo.processInfo.environment
    /// Power cuts that are tried; `tools/simulate --images` asks for more.
    private static let images = setting["KITH_SIMULATION_IMAGES"].flatMap { Int($0) } ?? 400
    private static let seed = setting["KITH_SIMULATION_START"].flatMap { UInt64($0) } ?? 1

    private static func withLog(groups: Int, _ body: (RecordedLog) throws -> Void) throws {
        defer { removed() }
        try body(RecordedLog(in: folder, groups: groups, seed: seed))
    }

    private static func removed() {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            // A test that has failed before it made the folder.
        }
    }

    /// Tries power cuts at calls in turn, and says what is wrong with what they leave.
    private static func problems(of log: RecordedLog, images: Int, honestWrites: Bool) throws -> [String] {
        var problems: [String] = []
        for image in 0..<images {
            var random = SeededGenerator(seed: seed &+ UInt64(image))
            let call = Int.random(in: 0...log.file.calls.count, using: &random)
            let leaving = FileRecording.Leaving.allCases[image % FileRecording.Leaving.allCases.count]
            let file = log.file.image(during: call, leaving, honestWrites: honestWrites, using: &random)
            if let problem = try log.problem(with: file, during: call, in: folder + "/image-\(image)") {
                problems.append(
                    "power cut during call \(call), leaving \(leaving) (seed \(seed), image \(image)): \(problem)")
            }
        }
        return problems
    }

    @Test func `every image of the file that a power cut leaves is a log with all that was acknowledged`() throws {
        try Self.withLog(groups: 40) { log in
            // Nothing was done to the file that was not recorded.
            #expect(log.file.end == log.last)
            #expect(log.file.calls.count > 4 * 40)
            let problems = try Self.problems(of: log, images: Self.images, honestWrites: true)
            let written = "\(log.file.calls.count) calls, \(log.leaves.count) records"
            print("\(Self.images) images of \(written): \(problems.count) wrong")
            for problem in problems { Issue.record(Comment(rawValue: problem)) }
        }
    }

    @Test func `a disk that says too early that a write is done is found out`() throws {
        try Self.withLog(groups: 10) { log in
            let problems = try Self.problems(of: log, images: 100, honestWrites: false)
            #expect(problems.contains { $0.contains("was acknowledged") })
        }
    }
}
