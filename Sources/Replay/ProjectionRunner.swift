internal import EventLog
internal import LMDB
internal import Logging
package import Schema
internal import Synchronization
package import Views

/// Keeps one projection: follows the log, answers reads, and lets itself be rebuilt. All of it happens on a thread of
/// its own, so that a read sees the rows between two events.
///
/// Catching up and following are one loop over positions; it waits for a signal only at the end of the log.
package actor ProjectionRunner<P: Projection>: AnyProjectionRunner {
    /// Why the projection does not go on.
    enum Halt {
        /// At an event that it cannot apply. Only a rebuild, or a program that can, mends that.
        case event(Position, String)
        /// The store or the log failed; tried again each second.
        case failure(String)

        var reason: String {
            switch self {
            case .event(let position, let reason): "At position \(position): \(reason)"
            case .failure(let reason): reason
            }
        }
    }

    private enum Phase {
        case opened, running, stopped
    }

    package nonisolated let name = P.name
    nonisolated let log: EventLog
    nonisolated let options: ReplayOptions
    nonisolated let owner: StoreOwner
    nonisolated let directory: StoreDirectory
    nonisolated let waiters: PositionWaiters
    nonisolated let signal = WakeSignal()
    /// Raised where gathering events for a moment would make somebody wait.
    nonisolated let urgent = WakeSignal()
    nonisolated let logger: Logger
    private nonisolated let executor: ThreadExecutor
    private nonisolated let stopping = Atomic<Bool>(false)
    nonisolated let repair = Mutex<String?>(nil)
    private let pages: PageSource
    private let commits: CommitThread
    private var phase = Phase.opened
    /// Nil once stopped: then the environment is closed.
    var rows: ProjectionRows<P>?
    var halt: Halt?
    /// Where the running rebuild is, if there is one.
    var rebuildPosition: Position?
    /// The rebuild that runs is the first building of this projection.
    var isFirstBuild = false
    var hasReachedEnd = false
    /// Reads in pieces, while which nothing is folded.
    var longReads = LongReads()
    /// Since when something waits for its commit.
    private var pendingSince: ContinuousClock.Instant?
    /// Makes damaged rows anew, beside the loop.
    var mending: Task<Void, Never>?
    /// When that may be done again, and how long after it has failed: what fails at once would do so for ever.
    var mendsAgainAt = ContinuousClock.now
    var mendInterval = Duration.seconds(60)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        log: EventLog, pages: PageSource, commits: CommitThread, viewsPath: String, options: ReplayOptions,
        logger: Logger
    ) throws(ReplayError) {
        self.log = log
        self.pages = pages
        self.commits = commits
        self.options = options
        self.logger = logger
        owner = StoreOwner(log: log.id, epoch: log.epoch, version: P.version)
        directory = try StoreDirectory(folder: viewsPath, name: P.name)
        let opened = try ProjectionRows<P>.open(
            path: directory.activePath, owner: owner, end: log.end.position, sync: .full)
        if let reason = opened.discarded {
            logger.notice(
                "The store of a projection was discarded; it is made again from the log.",
                metadata: ["projection": "\(P.name)", "reason": "\(reason)"])
        }
        repair.withLock { $0 = opened.discarded }
        waiters = PositionWaiters(reached: opened.rows.applied.position)
        executor = try ThreadExecutor()
        rows = opened.rows
    }

    package nonisolated var discarded: String? { repair.withLock { $0 } }

    package nonisolated func stop() {
        stopping.store(true, ordering: .releasing)
        urgent.raise()
        signal.raise()
    }

    nonisolated var isStopping: Bool { stopping.load(ordering: .acquiring) }

    var isRunning: Bool { phase == .running }
}

// MARK: - Following the log

extension ProjectionRunner {
    /// What the loop does after a step.
    private enum Step {
        /// There is more to fold.
        case more
        /// Waits for the signal, at most so many milliseconds; nil: as long as it takes.
        case wait(milliseconds: Int?)
    }

    package func run() async {
        guard phase == .opened else { return }
        phase = .running
        await buildWhereEmpty()
        while !isStopping, !Task.isCancelled {
            await longReadEnds()
            mendWhereDamaged()
            switch advance() {
            case .more: await executor.yield()
            case .wait(nil): await signal.wait()
            case .wait(let milliseconds?):
                // While events come one by one, a wake-up for each would cost more than the fold: they are gathered
                // for a moment, unless somebody waits to read what he wrote.
                await urgent.wait(milliseconds: min(milliseconds, options.gatherMilliseconds), on: executor)
                await signal.wait(milliseconds: milliseconds, on: executor)
            }
        }
        mending?.cancel()
        await mending?.value
        close()
    }

    /// Builds a projection that has nothing yet of a long log the way rebuilds do: sorted, without a sync per commit.
    private func buildWhereEmpty() async {
        guard let rows, rows.applied.position == .none else { return }
        guard log.end.position.rawValue > UInt64(options.initialBuildEvents) else { return }
        isFirstBuild = true
        defer { isFirstBuild = false }
        do {
            _ = try await rebuild { _ in }
        } catch  where error.code == .cancelled || error.code == .stopped {
            return
        } catch {
            // The live loop comes to the same event, and parks there with what is before it.
            logger.warning(
                "The first building of a projection did not succeed; it goes on event by event.",
                metadata: ["projection": "\(name)", "error": "\(error)"])
        }
    }

    /// Folds the next page, and commits when it is time.
    private func advance() -> Step {
        guard let rows else { return .wait(milliseconds: nil) }
        switch halt {
        case .event: return commitIfDue(rows) ?? .wait(milliseconds: nil)
        case .failure, nil: break
        }
        let page: EventPage?
        do {
            if case .failure = halt {
                guard try admitsCommit() else { return fail(Self.shortage) }
                try rows.commit()
                pendingSince = nil
            }
            page = try pages.page(from: rows.applied.position.advanced(by: 1))
            resume(rows)
        } catch let error as ReplayError {
            return fail(error.message)
        } catch let error as EventLogError {
            return fail(error.message)
        } catch {
            return fail("\(error)")
        }
        guard let page else {
            hasReachedEnd = true
            return commitIfDue(rows) ?? .wait(milliseconds: nil)
        }
        return fold(page, rows)
    }

    /// For how long events are folded while somebody waits to read, in nanoseconds.
    private static var slice: UInt64 { 500_000 }

    private func fold(_ page: EventPage, _ rows: ProjectionRows<P>) -> Step {
        do {
            let pause = MonotonicClock.nanoseconds() + Self.slice
            try rows.fold(page) { executor.hasJobs && MonotonicClock.nanoseconds() >= pause }
        } catch {
            return undo(error, rows)
        }
        if pendingSince == nil { pendingSince = .now }
        waiters.advance(to: rows.applied.position)
        if case .wait(let milliseconds) = commitIfDue(rows), halt != nil || isFull(rows) {
            return .wait(milliseconds: milliseconds)
        }
        return .more
    }

    /// Begins a commit if enough has come together or it has waited long enough, and notes how the one before came out.
    ///
    /// - Returns: how long to wait at most until it is due; nil where nothing waits.
    private func commitIfDue(_ rows: ProjectionRows<P>) -> Step? {
        do { try rows.settle() } catch { return fail(error.message) }
        guard let since = pendingSince else { return nil }
        let limit = rows.pendingRows == 0 ? options.idleCommitMilliseconds : options.commitMilliseconds
        let age = (ContinuousClock.now - since) / .milliseconds(1)
        let isFull = isFull(rows)
        guard isFull || age >= Double(limit) else {
            return .wait(milliseconds: max(1, limit - Int(age)))
        }
        // The end of the one before raises the signal.
        guard !rows.isCommitting else { return .wait(milliseconds: nil) }
        do {
            guard try admitsCommit() else {
                // What is folded is there for readers, and in the log: it can wait as long as memory allows.
                return isFull ? fail(Self.shortage) : .wait(milliseconds: 1_000)
            }
        } catch {
            return fail(error.message)
        }
        rows.beginCommit(on: commits) { [signal] in signal.raise() }
        pendingSince = nil
        return nil
    }

    /// Whether no more is to be folded before it is committed.
    private func isFull(_ rows: ProjectionRows<P>) -> Bool {
        rows.pendingRows >= options.commitRows || rows.pendingBytes >= options.commitBytes
    }

    /// Whether the volume has space for what only follows from the log.
    private func admitsCommit() throws(ReplayError) -> Bool {
        guard let space = log.space else { return true }
        do { return try space.admitsViews() } catch { throw ReplayError(error) }
    }

    private static var shortage: String {
        "The disk is nearly full: what is left is for the log. It goes on by itself when there is space."
    }

    /// Stops for a second because the store or the log failed.
    private func fail(_ reason: String) -> Step {
        if case .failure = halt {
        } else {
            logger.error(
                "A projection cannot go on for now.", metadata: ["projection": "\(name)", "reason": "\(reason)"])
        }
        halt = .failure(reason)
        waiters.halt()
        return .wait(milliseconds: 1_000)
    }

    /// Goes on after a failure that has passed.
    private func resume(_ rows: ProjectionRows<P>) {
        guard halt != nil else { return }
        halt = nil
        waiters.advance(to: rows.applied.position)
    }

    /// Undoes a page that could not be folded to its end, up to the event that could not be applied.
    private func undo(_ failure: FoldFailure, _ rows: ProjectionRows<P>) -> Step {
        rows.rollback()
        guard !failure.isStorage else { return fail(failure.reason) }
        var failure = failure
        while failure.position > rows.applied.position {
            guard let problem = refold(rows, through: Position(failure.position.rawValue - 1)) else { break }
            rows.rollback()
            // Damaged rows may show themselves at an earlier event this time.
            guard case .unfit(let earlier) = problem, !earlier.isStorage, earlier.position < failure.position else {
                return fail(Self.error(problem).message)
            }
            failure = earlier
        }
        park(failure, rows)
        return commitIfDue(rows) ?? .wait(milliseconds: nil)
    }

    private func park(_ failure: FoldFailure, _ rows: ProjectionRows<P>) {
        halt = .event(failure.position, failure.reason)
        pendingSince = .now
        waiters.advance(to: rows.applied.position)
        waiters.halt()
        logger.error(
            "A projection is parked: it cannot apply an event. Rebuild it, if need be with a program that can.",
            metadata: [
                "projection": "\(name)", "position": "\(failure.position)", "reason": "\(failure.reason)",
            ])
    }

    private static func error(_ problem: RefoldProblem) -> ReplayError {
        switch problem {
        case .log(let error): ReplayError(error)
        case .unfit(let failure): ReplayError(failure)
        }
    }

    /// Why some pages could not be folded again.
    private enum RefoldProblem {
        case log(EventLogError)
        case unfit(FoldFailure)
    }

    /// Folds the log from the applied position to exactly this one.
    ///
    /// - Returns: why that did not succeed; nil where it did.
    private func refold(_ rows: ProjectionRows<P>, through last: Position) -> RefoldProblem? {
        let kinds = KindFilter(P.kinds)
        while rows.applied.position < last {
            let page: EventPage?
            do {
                page = try EventPage.read(
                    log, from: rows.applied.position.advanced(by: 1), through: last, kinds: kinds,
                    limits: PageLimits(options))
            } catch {
                return .log(error)
            }
            guard let page else { break }
            do { try rows.fold(page) } catch { return .unfit(error) }
        }
        return nil
    }

    /// Commits view and checkpoint together and closes the store.
    private func close() {
        do {
            try rows?.commit()
        } catch {
            // What was not committed is folded again at the next start.
            logger.error(
                "A projection could not be committed at the stop.",
                metadata: ["projection": "\(name)", "error": "\(error)"])
        }
        phase = .stopped
        rows = nil
        waiters.halt()
    }
}

// MARK: - Taking over a rebuilt store

extension ProjectionRunner {
    /// Puts a store that a rebuild has finished in the place of the present one, and removes that.
    ///
    /// What the present one is ahead is folded first, so the position that readers see never goes back.
    func adopt(_ number: Int) throws(ReplayError) {
        guard let present = rows else { throw .stoppedEngine }
        let path = directory.path(number)
        let (fresh, discarded) = try ProjectionRows<P>.open(
            path: path, owner: owner, end: log.end.position, sync: .full)
        guard discarded == nil else {
            throw ReplayError(.storage, "The rebuilt store of \(name) cannot be opened. Rebuild it again.")
        }
        if let problem = refold(fresh, through: present.applied.position) { throw Self.error(problem) }
        try fresh.commit()
        try directory.activate(number)
        rows = fresh
        halt = nil
        pendingSince = nil
        waiters.advance(to: fresh.applied.position)
        signal.raise()
        do {
            try StoreDirectory.remove(present.path)
        } catch {
            // The next start removes it.
            logger.warning(
                "The replaced store of a projection could not be removed.",
                metadata: ["projection": "\(name)", "error": "\(error)"])
        }
    }
}

extension ReplayError {
    init(_ failure: FoldFailure) {
        self.init(
            failure.isStorage ? .storage : .unfit,
            "The event at position \(failure.position) cannot be applied: \(failure.reason)", position: failure.position
        )
    }
}

// MARK: - Reading

extension ProjectionRunner {
    /// Reads the projection, between two events, on its thread.
    ///
    /// - Parameters:
    ///   - position: answer only once the event at this position has its effect (read your writes); nil: now.
    ///   - deadlineMilliseconds: how long to wait for that at most.
    ///   - body: must be short: the projection waits for it. What it is lent must not leave it.
    /// - Returns: what `body` returned, and how the projection stood.
    /// - Throws: `notYet`, `parked` where the projection stopped before the position, `cancelled`, `stopped`,
    ///   `storage`, or `view` with what `body` threw.
    package func read<R: Sendable>(
        atLeast position: Position? = nil, deadlineMilliseconds: Int = 1_000,
        _ body: @Sendable (borrowing ProjectionSnapshot) throws(ViewError) -> R
    ) async throws(ReplayError) -> (value: R, standing: ProjectionStanding) {
        if let position { try await wait(for: position, deadlineMilliseconds: deadlineMilliseconds) }
        guard let rows else { throw .stoppedEngine }
        let standing = try standing()
        do { return (try rows.read(body), standing) } catch {
            noteDamage(error)
            throw error
        }
    }

    /// Reads much of the projection as it is at one position, piece by piece: short reads come in between, events do not.
    ///
    /// One read of more than one piece takes place at a time; between two of them the projection goes on.
    ///
    /// - Parameters:
    ///   - work: what `piece` keeps from one piece to the next.
    ///   - piece: the work of half a millisecond or so; nil where another piece is to follow.
    /// - Returns: what the last piece returned, and how the projection stood.
    /// - Throws: `stopped`, `storage`, or `view` with what `piece` threw.
    package func read<Work: Sendable, R: Sendable>(
        inPieces work: Work,
        _ piece: @Sendable (inout Work, borrowing ProjectionSnapshot) throws(ViewError) -> R?
    ) async throws(ReplayError) -> (value: R, standing: ProjectionStanding) {
        // What takes one piece waits for nobody; what takes more begins again in its turn.
        let short = try await read { snapshot throws(ViewError) in
            var work = work
            return try piece(&work, snapshot)
        }
        if let value = short.value { return (value, short.standing) }
        await beginLongRead()
        defer { endLongRead() }
        var work = work
        while true {
            // Rows that were made anew meanwhile are those of the same position.
            let last = work
            let answer = try await read { snapshot throws(ViewError) in
                var next = last
                let value = try piece(&next, snapshot)
                return (value, next)
            }
            if let value = answer.value.0 { return (value, answer.standing) }
            work = answer.value.1
            await executor.yield()
        }
    }
}
