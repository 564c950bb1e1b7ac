package import EventLog
package import Logging
package import Schema
internal import Synchronization
package import Views

/// Keeps projections of one log up to date, each in a store of its own below one folder.
///
/// ```swift
/// let engine = ReplayEngine(log: log, viewsPath: directory.viewsPath, logger: logger)
/// try engine.add(Directory.self)
/// async let running: Void = engine.run()
/// let (row, standing) = try await engine.runner(Directory.self).read(atLeast: position) { snapshot in
///     try snapshot.get(table, key)
/// }
/// ```
///
/// Everything below the folder follows from the log: it may be deleted while the engine does not run.
package final class ReplayEngine: Sendable {
    private let log: EventLog
    private let viewsPath: String
    private let options: ReplayOptions
    private let logger: Logger
    private let pages: PageSource
    private let runners = Mutex<[any AnyProjectionRunner]>([])
    /// Made with the first projection.
    private let commits = Mutex<CommitThread?>(nil)

    /// - Parameter viewsPath: folder of the stores; made where it is missing.
    package init(log: EventLog, viewsPath: String, logger: Logger, options: ReplayOptions = ReplayOptions()) {
        self.log = log
        self.viewsPath = viewsPath
        self.options = options
        self.logger = logger
        pages = PageSource(log: log, limits: PageLimits(options))
    }

    /// Adds a projection and opens its store. Before `run`, and each projection once.
    ///
    /// - Throws: `storage` where its store cannot be opened or made.
    package func add<P: Projection>(_ type: P.Type) throws(ReplayError) {
        precondition(!all.contains { $0.name == P.name }, "a projection is added once")
        let runner = try ProjectionRunner<P>(
            log: log, pages: pages, commits: try commitThread(), viewsPath: viewsPath, options: options, logger: logger)
        pages.include(P.kinds)
        let signal = runner.signal
        log.onDurable { signal.raise() }
        runners.withLock { $0.append(runner) }
    }

    private func commitThread() throws(ReplayError) -> CommitThread {
        try commits.withLock { thread throws(ReplayError) in
            if let thread { return thread }
            let made = try CommitThread()
            thread = made
            return made
        }
    }

    /// The runner of a projection.
    ///
    /// - Throws: `unknownProjection` where it was not added.
    package func runner<P: Projection>(_ type: P.Type) throws(ReplayError) -> ProjectionRunner<P> {
        for runner in all {
            if let runner = runner as? ProjectionRunner<P> { return runner }
        }
        throw Self.unknown(P.name)
    }

    /// The runner of the projection with this name.
    ///
    /// - Throws: `unknownProjection` where there is none.
    package func runner(named name: String) throws(ReplayError) -> any AnyProjectionRunner {
        guard let runner = all.first(where: { $0.name == name }) else { throw Self.unknown(name) }
        return runner
    }

    /// The projections whose stores were discarded and made anew since the start, and why.
    package var discarded: [(store: String, reason: String)] {
        all.compactMap { runner in runner.discarded.map { (runner.name, $0) } }
    }

    /// All runners, in the order in which their projections were added.
    package var all: [any AnyProjectionRunner] { runners.withLock { $0 } }

    /// Runs all projections until `stop` is called or the task is cancelled. Each then finishes its page, commits rows
    /// and checkpoint together and closes its store. Once only: afterwards reads throw `stopped`.
    package func run() async {
        let runners = all
        await withDiscardingTaskGroup { group in
            for runner in runners { group.addTask { await runner.run() } }
        }
    }

    /// Ends `run`. Does not wait for it.
    package func stop() {
        for runner in all { runner.stop() }
    }

    /// What operators see of every projection.
    ///
    /// - Parameter digest: with the digests, for which all rows are read.
    package func status(digest: Bool = false) async throws(ReplayError) -> [ProjectionStatus] {
        var result: [ProjectionStatus] = []
        for runner in all { result.append(try await runner.status(digest: digest)) }
        return result
    }

    /// Rebuilds the projection with this name, or, for "all", one after the other; see `ProjectionRunner.rebuild`.
    ///
    /// - Returns: the last progress of each.
    /// - Throws: `unknownProjection`, or what the rebuild throws; what was rebuilt before that stays.
    package func rebuild(
        _ name: String, progress: @escaping @Sendable (RebuildProgress) async -> Void
    ) async throws(ReplayError) -> [RebuildProgress] {
        let chosen = name == "all" ? all : [try runner(named: name)]
        var results: [RebuildProgress] = []
        for runner in chosen { results.append(try await runner.rebuild(progress: progress)) }
        return results
    }

    private static func unknown(_ name: String) -> ReplayError {
        ReplayError(.unknownProjection, "There is no projection \"\(name)\". The status lists those there are.")
    }
}
