internal import EventLog
internal import LMDB
internal import Logging
internal import Schema

/// Writes down what was refused, beside the log and never in its way.
///
/// Whoever refuses leaves an entry in a bounded queue; a thread of the journal's own writes what has gathered, four
/// times a second, at most `perRound` at a time. What comes faster than that for long is counted and not written: a
/// caller that does nothing but wrong slows down nobody. What waits when the process is killed is missing.
final class RefusalJournal: Sendable {
    /// How much is kept.
    struct Retention: Sendable {
        /// Days for which entries are kept.
        var days: Int
        /// Entries that are kept at most, the newest ones: a few hundred megabytes.
        var entries = 1_000_000
    }

    private let state: Monitor<RefusalQueue>
    private let store: RefusalStore
    private let clock: any LogClock
    private let thread: DedicatedThread

    /// Entries that are written in one round, and the milliseconds between rounds: 5,000 a second for long.
    static let perRound = 1_250
    private static let roundMilliseconds = 250
    /// Milliseconds after which old entries are looked for while nothing is refused.
    private static let idleMilliseconds = 3_600_000

    /// Opens the journal and begins to write.
    ///
    /// - Throws: what is wrong with its directory.
    init(path: String, clock: any LogClock, retention: Retention, logger: Logger) throws(EventLogError) {
        let (store, latest) = try RefusalStore.open(path: path, logger: logger)
        let state = Monitor(RefusalQueue(latest: latest ?? .earliest))
        self.store = store
        self.state = state
        self.clock = clock
        thread = try DedicatedThread(named: "kith-refusals") {
            var writing = RefusalWriting(store: store, retention: retention, clock: clock, logger: logger)
            Self.run(state, &writing)
        }
    }

    /// Takes an entry, which gets its time here. Never blocks.
    ///
    /// - Parameter entry: makes the entry; not called where there is no room for it.
    func record(_ entry: () -> RefusalEntry) {
        let now = clock.now()
        guard state.withLock({ $0.hasRoom }) else { return state.withLock { $0.lose(at: now) } }
        let entry = entry()
        let isFirst = state.withLock { state in
            state.add(entry, at: now)
            return state.waiting.count == 1
        }
        if isFirst { state.notify() }
    }

    /// Waits until everything that was refused so far is written, or known to be lost. Not for tasks of the
    /// cooperative pool.
    func flush() {
        let taken = state.withLockNotifying { state in
            state.isWanted = true
            return state.taken
        }
        state.wait { $0.settled >= taken || $0.isClosed ? () : nil }
    }

    /// Writes what waits and takes no more. Call it once.
    func close() {
        state.withLockNotifying { $0.isClosed = true }
        thread.join()
    }

    /// How the journal is.
    func status() throws(EventLogError) -> RefusalJournalStatus {
        var status: RefusalJournalStatus
        do { status = try store.status() } catch { throw EventLogError(error, during: "reading the refusals") }
        (status.lost, status.failure) = state.withLock { ($0.lostSinceStart, $0.failure) }
        return status
    }

    /// How many refusals wait to be written, and how many since the start were not.
    var standing: (waiting: Int, lost: UInt64) { state.withLock { ($0.waiting.count, $0.lostSinceStart) } }

    /// Reads a page.
    func page(_ query: RefusalQuery) throws(EventLogError) -> RefusalPage {
        do { return try query.page(of: store) } catch { throw EventLogError(error, during: "reading the refusals") }
    }

    private static func run(_ state: Monitor<RefusalQueue>, _ writing: inout RefusalWriting) {
        while true {
            _ = state.wait(milliseconds: idleMilliseconds) { $0.hasWork ? () : nil }
            // More gathers meanwhile, unless somebody wants to read it.
            _ = state.wait(milliseconds: roundMilliseconds) { $0.isWanted || $0.isClosed ? () : nil }
            let (round, lost, isLast) = state.withLock { $0.takeRound(most: perRound) }
            let failure = writing.write(round, lost)
            state.withLockNotifying { $0.settle(round, lost, failure) }
            if isLast { return }
        }
    }
}

/// What waits to be written into the journal of refusals.
struct RefusalQueue: Sendable {
    /// In the order of their times.
    private(set) var waiting: [RefusalEntry] = []
    /// Entries that were taken since the start, and those of them that are written or lost.
    private(set) var taken: UInt64 = 0
    private(set) var settled: UInt64 = 0
    private(set) var lostSinceStart: UInt64 = 0
    /// Why the last round was not written; empty where it was.
    private(set) var failure = ""
    /// Somebody waits for everything to be written.
    var isWanted = false
    /// No more entries come.
    var isClosed = false
    /// What is lost and not yet written down as lost.
    private var lost = LostRefusals()
    /// The time of the last refusal: times never go back.
    private var latest: Instant

    /// Entries that may wait: a few megabytes.
    static let maximum = 20_000

    init(latest: Instant) { self.latest = latest }

    var hasRoom: Bool { waiting.count < Self.maximum && !isClosed }
    var hasWork: Bool { !waiting.isEmpty || lost.refusals > 0 || isWanted || isClosed }

    /// Takes an entry and gives it its time.
    mutating func add(_ entry: RefusalEntry, at now: Instant) {
        latest = max(latest, now)
        var entry = entry
        entry.refusedAt = latest.timestamp
        waiting.append(entry)
        taken += 1
    }

    /// Counts a refusal for which there is no room.
    mutating func lose(at now: Instant) {
        latest = max(latest, now)
        lose(1, from: latest, to: latest)
        lostSinceStart += 1
    }

    private mutating func lose(_ refusals: UInt64, from first: Instant, to last: Instant) {
        if lost.refusals == 0 { lost.firstAt = first.rawValue }
        lost.firstAt = min(lost.firstAt, first.rawValue)
        lost.lastAt = max(lost.refusals == 0 ? last.rawValue : lost.lastAt, last.rawValue)
        lost.refusals += refusals
    }

    /// Hands out what is to be written next: everything where somebody waits for it, else `most` at most.
    mutating func takeRound(most: Int) -> (entries: [RefusalEntry], lost: LostRefusals, isLast: Bool) {
        let count = isWanted || isClosed ? waiting.count : min(waiting.count, most)
        let round = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        isWanted = false
        // Behind what still waits: it was lost because of that.
        guard waiting.isEmpty else { return (round, LostRefusals(), false) }
        defer { lost = LostRefusals() }
        return (round, lost, isClosed)
    }

    /// What was handed out is written, or is lost where that failed.
    mutating func settle(_ round: [RefusalEntry], _ roundLost: LostRefusals, _ failure: String?) {
        settled += UInt64(round.count)
        self.failure = failure ?? ""
        guard failure != nil else { return }
        if roundLost.refusals > 0 {
            lose(
                roundLost.refusals, from: Instant(microseconds: roundLost.firstAt),
                to: Instant(microseconds: roundLost.lastAt))
        }
        guard let first = round.first, let last = round.last else { return }
        lostSinceStart += UInt64(round.count)
        lose(
            UInt64(round.count), from: Instant(first.refusedAt) ?? latest, to: Instant(last.refusedAt) ?? latest)
    }
}

/// The writing side of the journal; everything here runs on its thread.
struct RefusalWriting {
    let store: RefusalStore
    let retention: RefusalJournal.Retention
    let clock: any LogClock
    let logger: Logger
    private var nextDrop: Instant = .earliest
    private var hasFailed = false

    /// Microseconds between two looks for what is too old.
    private static let dropInterval: Int64 = 60_000_000
    private static let day: Int64 = 86_400_000_000

    init(store: RefusalStore, retention: RefusalJournal.Retention, clock: any LogClock, logger: Logger) {
        self.store = store
        self.retention = retention
        self.clock = clock
        self.logger = logger
    }

    /// Writes a round, and drops what is too old.
    ///
    /// - Returns: why it could not be written; nil where it was.
    mutating func write(_ round: [RefusalEntry], _ lost: LostRefusals) -> String? {
        do {
            let entries = try round.map { try $0.encoded() }
            let losses = lost.refusals > 0 ? (lost.refusals, try lost.encoded()) : nil
            if !entries.isEmpty || losses != nil { try store.append(entries, lost: losses) }
            try drop()
        } catch {
            let reason = (error as? LMDBError)?.message ?? "\(error)"
            if !hasFailed { logger.error("The journal of refusals cannot be written", metadata: ["why": "\(reason)"]) }
            hasFailed = true
            return reason
        }
        if lost.refusals > 0 {
            logger.warning("Refusals were not written down", metadata: ["refusals": "\(lost.refusals)"])
        }
        if hasFailed { logger.notice("The journal of refusals is written again") }
        hasFailed = false
        return nil
    }

    private mutating func drop() throws(LMDBError) {
        let now = clock.now()
        guard now >= nextDrop else { return }
        let oldest = Instant(microseconds: now.rawValue - Int64(retention.days) * Self.day)
        // A transaction at a time; where there is more, the next round goes on.
        let isMore = try store.drop(before: oldest, keeping: retention.entries)
        nextDrop = isMore ? now : Instant(microseconds: now.rawValue + Self.dropInterval)
    }
}
