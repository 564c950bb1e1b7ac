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
/// - `active` and `flushing` hold what later events changed; lookups ask active, flushing, environment, in this order.
/// - Only durable events reach the environment: `flush` is called between groups.
package final class IndexStore: Sendable {
    struct State {
        var active = IndexOverlay()
        /// What the open group touches, each with its last position before the group: readers follow links from there.
        var openStreams: [StreamNumber: Position] = [:]
        var openSubjects: [StreamNumber: Position] = [:]
        /// What is being written at present.
        var flushing: IndexOverlay?
        var flushTarget: Position = .none
        var flushFrontier = MerkleFrontier()
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

    private let environment: Environment
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
            let tables = try IndexTables(environment)
            let applied = try tables.prepare(environment, logID: logID)
            self.environment = environment
            self.tables = tables
            self.state = Monitor(State(applied: applied))
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
        guard let frontier = IndexTables.frontier(in: bytes), frontier.size == applied.rawValue else {
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
        } catch { throw EventLogError(error, during: "emptying the index") }
        state.withLock { $0 = State(applied: .none) }
        try loadReleasedImports()
    }
}

// MARK: - Lookups

extension IndexStore {
    /// The stream of an aggregate's UUID.
    package func stream(id: Identifier) throws(EventLogError) -> StreamNumber? {
        if let found = overlaid({ $0.streams[id] }) { return found }
        return try read("looking up a stream") { transaction throws(LMDBError) in
            try transaction.getUInt64(tables.streams, key: IndexCodec.key(id)).map { StreamNumber($0) }
        }
    }

    /// Where a stream stands.
    package func head(of stream: StreamNumber) throws(EventLogError) -> StreamEntry? {
        if let found = overlaid({ $0.heads[stream] }) { return found }
        return try storedHead(of: stream)
    }

    private func storedHead(of stream: StreamNumber) throws(EventLogError) -> StreamEntry? {
        try read("looking up the head of a stream") { transaction throws(LMDBError) in
            try transaction.get(tables.heads, key: stream.rawValue) { span throws(LMDBError) in
                IndexCodec.streamEntry(span)
            }.flatMap { $0 }
        }
    }

    /// Where a subject stands.
    package func subject(_ subject: StreamNumber) throws(EventLogError) -> SubjectStanding? {
        if let found = overlaid({ $0.subjects[subject] }) { return found }
        return try storedSubject(subject)
    }

    private func storedSubject(_ subject: StreamNumber) throws(EventLogError) -> SubjectStanding? {
        try read("looking up a subject") { transaction throws(LMDBError) in
            try transaction.get(tables.subjects, key: subject.rawValue) { span throws(LMDBError) in
                IndexCodec.subjectStanding(span)
            }.flatMap { $0 }
        }
    }

    /// The newest event of a stream that is on stable storage; none where there is none.
    package func durableLast(ofStream stream: StreamNumber) throws(EventLogError) -> Position {
        // One look under the lock: what is not in the overlay then is durable, and so is all that the environment has.
        let recent = state.withLock { state in
            state.openStreams[stream] ?? (state.active.heads[stream] ?? state.flushing?.heads[stream])?.last
        }
        if let recent { return recent }
        return try storedHead(of: stream)?.last ?? .none
    }

    /// The newest event about a subject that is on stable storage; none where there is none.
    package func durableLast(ofSubject subject: StreamNumber) throws(EventLogError) -> Position {
        let recent = state.withLock { state in
            state.openSubjects[subject] ?? (state.active.subjects[subject] ?? state.flushing?.subjects[subject])?.last
        }
        if let recent { return recent }
        return try storedSubject(subject)?.last ?? .none
    }

    /// Position of the first event of a command that appended events.
    package func command(_ id: Identifier) throws(EventLogError) -> Position? {
        if let found = overlaid({ $0.commands[id] }) { return found }
        return try read("looking up a command id") { transaction throws(LMDBError) in
            try transaction.getUInt64(tables.commands, key: IndexCodec.key(id)).map { Position($0) }
        }
    }

    /// The stream that a reference names.
    package func link(_ token: IndexToken) throws(EventLogError) -> StreamNumber? {
        if let found = overlaid({ $0.links[token] }) { return found == .none ? nil : found }
        return try read("looking up a reference") { transaction throws(LMDBError) in
            try transaction.getUInt64(tables.links, key: IndexCodec.key(token)).map { StreamNumber($0) }
        }
    }

    /// The present value of a claim.
    package func claim(_ key: [UInt8]) throws(EventLogError) -> Int64 {
        if let found = overlaid({ $0.claims[key] }) { return found }
        return try read("looking up a claim") { transaction throws(LMDBError) in
            Int64(bitPattern: try transaction.getUInt64(tables.claims, key: key) ?? 0)
        }
    }

    /// The streams that have a value: the lowest numbers first, at most so many. Those beyond cost nothing.
    package func holders(of token: IndexToken, most: Int = .max) throws(EventLogError) -> [StreamNumber] {
        let (active, flushing) = state.withLock {
            ($0.active.tokens[token] ?? [:], $0.flushing?.tokens[token] ?? [:])
        }
        var holders: [StreamNumber] = []
        let prefix = IndexCodec.key(token)
        try read("looking up a value") { transaction throws(LMDBError) in
            try transaction.scan(tables.tokens, from: prefix) { key, _ throws(LMDBError) in
                guard holders.count < most, key.byteCount == 24, key.starts(with: prefix) else { return .stop }
                let stream = IndexCodec.stream(inTokenKey: key)
                if active[stream] == nil, flushing[stream] == nil { holders.append(stream) }
                return .next
            }
        }
        for (stream, has) in active where has { holders.append(stream) }
        for (stream, has) in flushing where has && active[stream] == nil { holders.append(stream) }
        return Array(holders.sorted().prefix(most))
    }

    /// A stored decider state.
    package func storedState(of stream: StreamNumber) throws(EventLogError) -> StoredState? {
        if let found = overlaid({ $0.states[stream] }) { return found }
        return try read("reading a stored state") { transaction throws(LMDBError) in
            try transaction.getBytes(tables.states, key: stream.rawValue)
        }.flatMap { IndexCodec.storedState($0) }
    }

    /// Calls `body` with the number and the head of every stream that the environment knows, in order of number.
    /// Recent ones in the overlay are not among them: for start-up, after `flush`.
    package func scanHeads(_ body: (StreamNumber, StreamEntry) -> Bool) throws(EventLogError) {
        try read("reading the heads") { transaction throws(LMDBError) in
            try transaction.scan(tables.heads) { number, span throws(LMDBError) in
                guard let entry = IndexCodec.streamEntry(span) else { return .next }
                return body(StreamNumber(number), entry) ? .next : .stop
            }
        }
    }

    /// The highest key slot that any subject has.
    package func highestSlot() throws(EventLogError) -> UInt32 {
        var highest: UInt32 = 0
        try read("reading the subjects") { transaction throws(LMDBError) in
            highest = UInt32(truncatingIfNeeded: try transaction.getUInt64(tables.meta, key: Array("slot".utf8)) ?? 0)
        }
        let pending = state.withLock { state in
            [state.active, state.flushing ?? IndexOverlay()].flatMap { $0.subjects.values.map(\.keySlot) }.max() ?? 0
        }
        return max(highest, pending)
    }

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
            state.active.heads[header.stream] = StreamEntry(
                id: id, kind: header.streamKind, revision: header.revision, last: header.position,
                lastFactAt: lastFactAt, importNumber: before?.importNumber ?? header.importNumber)
            if state.openStreams[header.stream] == nil {
                state.openStreams[header.stream] = header.previousInStream
            }
            for entry in subjects {
                if state.openSubjects[entry.subject] == nil { state.openSubjects[entry.subject] = entry.previous }
                state.active.subjects[entry.subject] = SubjectStanding(
                    last: header.position, keySlot: entry.keySlot, slotGeneration: entry.slotGeneration)
            }
            if header.commandIndex == 0 { state.active.commands[header.commandID] = header.position }
            for change in changes { state.active.apply(change, stream: header.stream) }
            for (key, value) in claims { state.active.claims[key] = value }
            if let (number, standing) = imports { state.note(standing, of: number) }
            if let ticket { state.active.tickets.note(ticket, of: header.stream) }
            for (key, due, holder) in timers {
                state.setTimer(TimerPlace(stream: header.stream, key: key), due, holder: holder)
            }
            state.active.count += 2 + subjects.count + changes.count
        }
    }

    /// Says that everything applied so far is on stable storage.
    func closeGroup() {
        state.withLock { state in
            state.openStreams.removeAll(keepingCapacity: true)
            state.openSubjects.removeAll(keepingCapacity: true)
        }
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

    /// Hands the overlay to the indexer if it is large enough (or `force`) and the indexer is idle. Called between
    /// groups: everything in it is durable in the log.
    package func handOver(upTo position: Position, frontier: MerkleFrontier, force: Bool = false) {
        let isHanded = state.withLock { state in
            guard state.flushing == nil, !state.active.isEmpty, force || state.active.count >= Self.flushThreshold
            else { return false }
            state.flushing = state.active
            state.active = IndexOverlay()
            state.flushTarget = position
            state.flushFrontier = frontier
            return true
        }
        // Not after every group: each waking of a thread costs the writer time, and here there is mostly nothing to do.
        if isHanded { state.notify() }
    }

    /// Waits while the indexer is too far behind: the bound on memory.
    ///
    /// - Throws: `diskFull` where it cannot write for want of space; what failed it for good.
    package func waitForRoom() throws(EventLogError) {
        let failure: EventLogError? = state.wait { state in
            if let failure = state.failure { return .some(failure) }
            if state.active.count < Self.backPressure { return .some(nil) }
            return state.shortage.map { .some($0) }
        }
        if let failure { throw failure }
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
            let work: (IndexOverlay, Position, MerkleFrontier)? = state.wait { state in
                if let overlay = state.flushing, state.failure == nil {
                    return .some((overlay, state.flushTarget, state.flushFrontier))
                }
                return state.stopping ? .some(nil) : nil
            }
            guard let (overlay, target, frontier) = work else { return }
            do {
                try tables.write(overlay, applied: target, frontier: frontier, to: environment)
                state.withLockNotifying { state in
                    state.flushing = nil
                    state.applied = target
                    state.poolStarts = [:]
                    state.shortage = nil
                }
            } catch {
                let failure = EventLogError(
                    error, writing: Self.writeBytes, to: environment, during: "writing the index")
                guard failure.code == .diskFull else {
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
