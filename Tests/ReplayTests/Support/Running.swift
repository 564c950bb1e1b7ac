internal import EventLog
internal import Logging
internal import Schema
internal import Views

@testable import Replay

/// An engine with one projection on a test log.
func makeEngine<each P: Projection>(
    _ log: TestLog, _ viewsPath: String, _ types: repeat (each P).Type,
    change: (inout ReplayOptions) -> Void = { _ in }
) throws -> ReplayEngine {
    var options = ReplayOptions()
    change(&options)
    var logger = Logger(label: "replay-tests")
    logger.logLevel = .critical
    let engine = ReplayEngine(log: log.log, viewsPath: viewsPath, logger: logger, options: options)
    for type in repeat each types { try engine.add(type) }
    return engine
}

/// Runs an engine while `body` runs, and stops it then.
func running<R: Sendable>(_ engine: ReplayEngine, _ body: () async throws -> R) async throws -> R {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await engine.run() }
        let result = try await body()
        engine.stop()
        try await group.waitForAll()
        return result
    }
}

extension ProjectionRunner {
    /// Reads one number, without regard to the standing.
    func number(_ table: TableID, _ key: [UInt8], atLeast position: Position? = nil) async throws -> UInt64? {
        try await read(atLeast: position, deadlineMilliseconds: 120_000) { snapshot throws(ViewError) in
            try snapshot.get(table, key).map { Tags.number($0) }
        }.value
    }

    /// The digest once the projection has applied the event at `position`.
    func digest(at position: Position) async throws -> [UInt8] {
        try await wait(for: position, deadlineMilliseconds: 120_000)
        return try await digest().digest
    }
}

/// The digest that a new engine comes to, in a folder of its own.
func digestOfFreshEngine(
    _ log: TestLog, _ viewsPath: String, change: (inout ReplayOptions) -> Void = { _ in }
) async throws -> [UInt8] {
    let engine = try makeEngine(log, viewsPath, Tags.self, change: change)
    return try await running(engine) {
        try await engine.runner(Tags.self).digest(at: log.log.end.position)
    }
}
