internal import LMDB
package import Schema

/// The derived index of a log: heads of streams and subjects, command ids, references, lookup tokens, claims.
///
/// One LMDB environment with one applied position. Recent changes are overlaid in memory and written in large
/// sorted batches, because random keys cost a commit most. Everything in it follows from the log, so the
/// directory can be deleted; it is made again at the next start.
///
/// Invariants:
/// - The environment reflects exactly the events up to its applied position, and stores the frontier of the
///   Merkle tree there.
/// - `active` and `flushing` hold what later events changed; lookups ask active, flushing, what was looked up lately and
///   the environment, in this order.
/// - Only durable events reach the environment: what is handed over waits until its group is.
package final class IndexStore: Sendable {
    struct State {
        var active = IndexOverlay()
        var recent = RecentIndex()
        /// What the open group touches, each with its last position before the group: readers follow links from there.
        var open = TouchedLinks()
        /// The same of the group that was closed and is not durable yet.
        var closed = TouchedLinks()
        /// What is being written at present.
        var flushing: IndexOverlay?
        var flushTarget: Position = .none
        var flushFrontier = MerkleFrontier()
        /// Whether the log has become durable up to `flushTarget`.
        var isFlushDurable = true
        var applied: Position
        var failure: EventLogError?
        /// There is no space to write what is in `flushing`; it is tried again.
        var shortage: EventLogError?
        var stopping = false
        /// No timer that may fire is due before; nil: there is none.
        var earliestDue: Instant?
        /// Closed imports that may still hold timers.
        var released: Set<StreamNumber> = []
        /// By queue, the key in the environment before which no ticket of its pool is up to date: a look begins there.
        /// Forgotten when the environment changes.
        var poolStarts: [StreamNumber: [UInt8]] = [:]
        /// Timers that could not be fired since the start.
        var parked: Set<TimerPlace> = []
    }

    let environment: Environment
    let tables: IndexTables
    let state: Monitor<State>
    /// Changes in the overlay from which on it is written.
    package static let flushThreshold = 40_000
    /// Changes in the overlay at which the writer waits for the indexer.
    private static let backPressure = 400_000
    /// What writing the overlay may take of the disk, roughly.
    private static let writeBytes = 4 << 20
    /// Milliseconds between two attempts to write on a full disk.
    private static let retryInterval = 1_000

    /// Opens the index, or makes an empty one; one that belongs to another log is emptied.
    ///
    /// - Parameter mapSize: bytes of the map, which grows by itself.
    package init(path: String, logID: Identifier, mapSize: Int = 1 << 36) throws(EventLogError) {
        do {
            let environment = try Environment(
                path: path,
                options: EnvironmentOptions(
                    mapSize: mapSize, largestMapSize: EnvironmentOptions.largestMap, maxTables: 16, maxReaders: 2_048,
                    sync: .full))
            let tables = try IndexTables(environment, logID: logID)
            let applied = try tables.prepare(environment, logID: logID)
            var state = State(applied: applied)
            if applied > .none {
                let stored = try environment.read { transaction throws(LMDBError) in
                    try transaction.getBytes(tables.meta, key: IndexTables.frontierKey)
                }
                // Where they cannot be read, `frontier` says so.
                state.recent.greatest = stored.flatMap(IndexTables.summit)?.greatest ?? .unknown
            }
            self.environment = environment
            self.tables = tables
            self.state = Monitor(state)
        } catch {
            var failure = EventLogError(error, during: "opening the index in \(path)")
            failure.message += " The index follows from the log: delete \(path) and start again."
            if Self.damage.contains(error.code) { failure.code = .index }
            throw failure
        }
        try loadReleasedImports()
    }

    /// The position up to which the environment reflects the log.
    package var applied: Position { state.withLock { $0.applied } }

    /// The directory.
    var path: String { environment.path }

    /// The frontier of the Merkle tree at the applied position.
    package func frontier() throws(EventLogError) -> MerkleFrontier {
        let bytes = try read("reading the frontier") { transaction throws(LMDBError) in
            try transaction.getBytes(tables.meta, key: IndexTables.frontierKey)
        }
        guard let bytes else { return MerkleFrontier() }
        // The next acknowledgement's root follows from it: it is believed only whole.
        guard let frontier = IndexTables.summit(in: bytes)?.frontier, frontier.size == applied.rawValue else {
            condemn()
            throw EventLogError(.index, "The index does not hold the tree's frontier as it was written.")
        }
        return frontier
    }

    /// Empties the index, as if it had just been made: for one that is ahead of its log, whose rows nobody may trust.
    /// Called before the indexer runs.
    package func discard() throws(EventLogError) {
        do {
            try tables.clear(environment)
        } catch {
            var failure = EventLogError(error, during: "emptying the index")
            if Self.damage.contains(error.code) {
                failure.code = .index
                condemn()
            }
            throw failure
        }
        state.withLock { $0 = State(applied: .none) }
        try loadReleasedImports()
    }
}

// MARK: - Reading

extension IndexStore {
    func overlaid<Value>(_ find: (IndexOverlay) -> Value?) -> Value? {
        state.withLock { state in find(state.active) ?? state.flushing.flatMap(find) }
    }

    func read<Result>(
        _ activity: String, _ body: (borrowing ReadTransaction) throws(LMDBError) -> Result
    ) throws(EventLogError) -> Result {
        do { return try environment.read(body) } catch {
            var failure = EventLogError(error, during: activity)
            if Self.damage.contains(error.code) {
                failure.code = .index
                condemn()
            }
            throw failure
        }
    }
}

// MARK: - Changes

extension IndexStore {
    /// Records what one event changed. Called by the writer's thread only, in the order of the log.
    package func apply(
        _ header: EventHeader, streamID: Identifier?, subjects: [SubjectEntry], changes: [IndexChange]
    ) throws(EventLogError) {
        // Looked up before the lock is taken: both may read the environment.
        let before = streamID == nil ? try head(of: header.stream) : nil
        var claims: [([UInt8], Int64)] = []
        for case .claim(let key, let amount) in changes {
            if let pending = claims.firstIndex(where: { $0.0 == key }) {
                claims[pending].1 += amount
            } else {
                claims.append((key, try claim(key) + amount))
            }
        }
        let timers = try timerChanges(header, changes, createdBy: before?.importNumber ?? header.importNumber)
        let imports = try importChange(header, changes)
        let ticket = try ticketChange(header, changes)
        let isFact = header.origin == .command || header.origin == .import
        // A correction may be older than what it corrects: the stream's last fact stays the latest.
        let lastBefore = before?.lastFactAt ?? .earliest
        let lastFactAt = isFact ? max(header.occurredAt, lastBefore) : lastBefore
        guard let id = streamID ?? before?.id else {
            condemn()
            throw EventLogError(
                .index, "The index does not have the stream of the event at \(header.position).",
                position: header.position)
        }
        state.withLock { state in
            if let streamID { state.active.streams[streamID] = header.stream }
            let head = StreamEntry(
                id: id, kind: header.streamKind, revision: header.revision, last: header.position,
                lastFactAt: lastFactAt, importNumber: before?.importNumber ?? header.importNumber)
            state.active.heads[header.stream] = head
            state.recent.heads.change(head, header.stream)
            state.open.touch(header.stream, before: header.previousInStream)
            for entry in subjects {
                state.open.touch(subject: entry.subject, before: entry.previous)
                let standing = SubjectStanding(
                    last: header.position, keySlot: entry.keySlot, slotGeneration: entry.slotGeneration)
                state.active.subjects[entry.subject] = standing
                state.recent.subjects.change(standing, entry.subject)
            }
            if header.commandIndex == 0 { state.active.commands[header.commandID] = header.position }
            for change in changes {
                state.active.apply(change, stream: header.stream)
                state.recent.apply(change, stream: header.stream)
            }
            for (key, value) in claims {
                state.active.claims[key] = value
                state.recent.claims.change(value, key)
            }
            if let (number, standing) = imports { state.note(standing, of: number) }
            if let ticket { state.active.tickets.note(ticket, of: header.stream) }
            for (key, due, holder) in timers {
                state.setTimer(TimerPlace(stream: header.stream, key: key), due, holder: holder)
            }
            state.active.count += 2 + subjects.count + changes.count
        }
    }

    /// Says that the open group ends here. Hands the overlay to the indexer as `handOver` does; it is written once the
    /// group is durable.
    func closeGroup(upTo position: Position, frontier: MerkleFrontier, force: Bool) {
        let isHanded = state.withLock { state in
            state.closed.take(&state.open)
            return Self.hand(&state, position, frontier, force: force, isDurable: false)
        }
        if isHanded { state.notify() }
    }

    /// Says that the group that was closed is on stable storage.
    func groupIsDurable() {
        let isHanded = state.withLock { state in
            state.closed.removeAll()
            defer { state.isFlushDurable = true }
            return !state.isFlushDurable
        }
        // Not after every group: each waking of a thread costs the writer time, and here there is mostly nothing to do.
        if isHanded { state.notify() }
    }

    /// Keeps a decider's state.
    package func store(_ stored: StoredState, of stream: StreamNumber) {
        state.withLock { state in
            state.active.states[stream] = stored
            state.active.count += 1
        }
    }

    /// Number of changes that wait to be written.
    package var pendingChanges: Int { state.withLock { $0.active.count + ($0.flushing?.count ?? 0) } }

    /// Hands the overlay to the indexer if it is large enough (or `force`) and the indexer is idle. Called where
    /// everything in it is durable in the log.
    package func handOver(upTo position: Position, frontier: MerkleFrontier, force: Bool = false) {
        let isHanded = state.withLock { Self.hand(&$0, position, frontier, force: force, isDurable: true) }
        if isHanded { state.notify() }
    }

    private static func hand(
        _ state: inout State, _ position: Position, _ frontier: MerkleFrontier, force: Bool, isDurable: Bool
    ) -> Bool {
        guard state.flushing == nil, !state.active.isEmpty, force || state.active.count >= flushThreshold
        else { return false }
        state.flushing = state.active
        state.active = IndexOverlay()
        state.flushTarget = position
        state.flushFrontier = frontier
        state.isFlushDurable = isDurable
        return true
    }

    /// Whether the indexer is too far behind: the bound on memory. The writer then waits for it.
    var isCrowded: Bool {
        state.withLock { $0.failure != nil || $0.active.count >= Self.backPressure }
    }

    /// Waits until nothing is being written.
    ///
    /// - Throws: `diskFull` where there is no space to write it; what failed the indexer for good.
    package func waitUntilFlushed() throws(EventLogError) {
        let failure: EventLogError? = state.wait { state in
            if let failure = state.failure ?? state.shortage { return .some(failure) }
            return state.flushing == nil ? .some(nil) : nil
        }
        if let failure { throw failure }
    }

    /// The indexer's loop: writes what is handed over until `stop`. Runs on a thread of its own.
    ///
    /// On a full disk it tries again, while lookups go on in the overlay: what it cannot write at the stop is taken
    /// from the log at the next start.
    package func run() {
        while true {
            let work: (IndexOverlay, Position, MerkleFrontier, GreatestIDs)? = state.wait { state in
                if let overlay = state.flushing, state.isFlushDurable, state.failure == nil {
                    return .some((overlay, state.flushTarget, state.flushFrontier, state.recent.greatest))
                }
                return state.stopping ? .some(nil) : nil
            }
            guard let (overlay, target, frontier, before) = work else { return }
            var greatest = before
            greatest.include(overlay)
            do {
                try tables.write(overlay, applied: target, frontier: frontier, greatest: greatest, to: environment)
                // To let go of that many entries takes long: not with the lock held that every lookup takes.
                let written = state.withLockNotifying { state in
                    defer { state.flushing = nil }
                    state.applied = target
                    state.recent.greatest = greatest
                    state.poolStarts = [:]
                    state.shortage = nil
                    return state.flushing
                }
                withExtendedLifetime(written) {}
            } catch {
                var failure = EventLogError(
                    error, writing: Self.writeBytes, to: environment, during: "writing the index")
                guard failure.code == .diskFull else {
                    if Self.damage.contains(error.code) {
                        failure.code = .index
                        condemn()
                    }
                    state.withLockNotifying { state in state.failure = failure }
                    return
                }
                state.withLockNotifying { state in state.shortage = failure }
                let isStopping = state.wait(milliseconds: Self.retryInterval) { $0.stopping ? true : nil } ?? false
                if isStopping { return }
            }
        }
    }

    /// Ends `run` once nothing is being written.
    package func stop() { state.withLockNotifying { $0.stopping = true } }
}

/// The streams and subjects that the events of a group concern, each with its last position before the group.
struct TouchedLinks {
    private(set) var streams: [StreamNumber: Position] = [:]
    private(set) var subjects: [StreamNumber: Position] = [:]

    var isEmpty: Bool { streams.isEmpty && subjects.isEmpty }

    mutating func touch(_ stream: StreamNumber, before: Position) {
        if streams[stream] == nil { streams[stream] = before }
    }

    mutating func touch(subject: StreamNumber, before: Position) {
        if subjects[subject] == nil { subjects[subject] = before }
    }

    /// Takes in what a later group touches, and empties it.
    mutating func take(_ later: inout TouchedLinks) {
        if isEmpty {
            // The rule: the group before has become durable.
            swap(&self, &later)
            return
        }
        streams.merge(later.streams) { before, _ in before }
        subjects.merge(later.subjects) { before, _ in before }
        later.removeAll()
    }

    mutating func removeAll() {
        streams.removeAll(keepingCapacity: true)
        subjects.removeAll(keepingCapacity: true)
    }
}

extension IndexOverlay {
    fileprivate mutating func apply(_ change: IndexChange, stream: StreamNumber) {
        switch change {
        case .link(let token): links[token] = stream
        case .unlink(let token): links[token] = StreamNumber.none
        case .addToken(let token): tokens[token, default: [:]][stream] = true
        case .removeToken(let token): tokens[token, default: [:]][stream] = false
        case .claim, .timer, .ticket, .importOpened, .importClosed: break
        }
    }
}

extension RawSpan {
    /// Whether the span begins with these bytes.
    func starts(with prefix: [UInt8]) -> Bool {
        guard byteCount >= prefix.count else { return false }
        for index in prefix.indices where unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) != prefix[index] {
            return false
        }
        return true
    }
}
