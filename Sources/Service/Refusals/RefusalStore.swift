internal import EventLog
internal import FoundationEssentials
internal import LMDB
internal import Logging
internal import Schema
internal import SwiftProtobuf

/// The journal of refusals on disk: an LMDB environment of its own beside the log, so that nothing that happens to it
/// touches the log.
///
/// Entries stand under their numbers, which rise with their times. One thread writes, any number read.
final class RefusalStore: Sendable {
    /// `RefusalEntry` by number; the number itself is the key alone.
    let entries: Table
    /// `LostRefusals` in the order in which they were noticed.
    let losses: Table
    /// One `RefusalJournalState`.
    private let state: Table
    private let environment: Environment

    /// Address space, neither memory nor disk: many times what the journal may hold.
    private static let mapBytes = 8 << 30
    private static let stateKey: UInt64 = 1
    /// Entries that one transaction drops at most: whoever waits to write waits for no more.
    private static let dropMaximum = 10_000

    /// Opens the journal, or makes it. One that is damaged is put aside, under the same name with `.damaged` behind it:
    /// what was refused is no reason not to start.
    ///
    /// - Throws: what is wrong with its directory, and what to do.
    static func open(
        path: String, logger: Logger
    ) throws(EventLogError) -> (store: RefusalStore, latest: Instant?) {
        do throws(EventLogError) { return try opened(path) } catch {
            guard let cause = error.cause, damage.contains(cause.code) else { throw error }
            let aside = path + ".damaged"
            do {
                if FileManager.default.fileExists(atPath: aside) { try FileManager.default.removeItem(atPath: aside) }
                try FileManager.default.moveItem(atPath: path, toPath: aside)
            } catch {
                throw EventLogError(.store, "The damaged journal of refusals in \(path) cannot be put aside: \(error)")
            }
            logger.error(
                "The journal of refusals is damaged; it was put aside and begun anew.",
                metadata: ["reason": "\(error.message)", "kept_in": "\(aside)"])
            return try opened(path)
        }
    }

    private static func opened(_ path: String) throws(EventLogError) -> (store: RefusalStore, latest: Instant?) {
        let store = try RefusalStore(path: path)
        do { return (store, try store.latest()) } catch {
            throw EventLogError(error, during: "reading the refusals")
        }
    }

    /// Errors that say that the file is no good, rather than that the machine is in trouble. A process that was killed, or
    /// lost its power, while it made the file leaves one that is none of LMDB's.
    private static let damage: Set<LMDBError.Code> = [
        .corrupted, .pageNotFound, .invalid, .versionMismatch, .incompatible,
    ]

    private init(path: String) throws(EventLogError) {
        do throws(LMDBError) {
            environment = try Environment(
                path: path,
                options: EnvironmentOptions(
                    mapSize: Self.mapBytes, largestMapSize: EnvironmentOptions.largestMap, maxTables: 3))
            // It could be read as far as it goes, and never written again.
            if let damage = environment.damage { throw damage }
            entries = try environment.openTable(named: "entries", flags: [.integerKey])
            losses = try environment.openTable(named: "losses", flags: [.integerKey])
            state = try environment.openTable(named: "state", flags: [.integerKey])
        } catch {
            throw EventLogError(error, during: "opening the journal of refusals in \(path)")
        }
    }

    /// Runs `body` in a read transaction.
    func read<Result>(
        _ body: (borrowing ReadTransaction) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        try environment.read(body)
    }

    /// Entries, bytes and the oldest time.
    func status() throws(LMDBError) -> RefusalJournalStatus {
        var status = RefusalJournalStatus()
        status.bytes = UInt64(try environment.info().usedBytes)
        let found = try read { transaction throws(LMDBError) in
            let first = try transaction.firstKey(entries)
            let oldest = try first.flatMap { (key) throws(LMDBError) in
                try transaction.get(entries, key: key) { RefusalStore.entry(key, $0).refusedAt }
            }
            return (count: try transaction.count(entries), oldest: oldest)
        }
        status.entries = UInt64(found.count)
        if let oldest = found.oldest { status.oldest = oldest }
        return status
    }

    /// The time of the newest entry; nil where there is none.
    func latest() throws(LMDBError) -> Instant? {
        try read { transaction throws(LMDBError) in
            guard let last = try transaction.lastKey(entries) else { return nil }
            return try transaction.get(entries, key: last) { RefusalStore.time(of: $0) }
        }
    }

    /// What the journal knows of itself.
    func state<Transaction: TableReader & ~Copyable>(
        in transaction: borrowing Transaction
    ) throws(LMDBError) -> RefusalJournalState {
        guard let bytes = try transaction.getBytes(state, key: Self.stateKey) else { return RefusalJournalState() }
        return (try? RefusalJournalState(serializedBytes: bytes)) ?? RefusalJournalState()
    }

    /// Appends entries, and behind them what was lost.
    ///
    /// - Parameters:
    ///   - encoded: entries without their numbers, in the order of their times.
    ///   - lost: refusals that are not among them; their places are left out.
    func append(_ encoded: [[UInt8]], lost: (refusals: UInt64, encoded: [UInt8])?) throws(LMDBError) {
        try environment.write { transaction throws(LMDBError) in
            var state = try state(in: transaction)
            for entry in encoded {
                state.lastNumber += 1
                try transaction.put(entries, key: state.lastNumber, value: entry, append: true)
            }
            if let lost {
                state.lastNumber += lost.refusals
                let key = (try transaction.lastKey(losses) ?? 0) + 1
                try transaction.put(losses, key: key, value: lost.encoded, append: true)
            }
            try put(state, transaction)
        }
    }

    /// Drops the oldest entries: those before an instant, and those above a number of them.
    ///
    /// - Returns: whether there may be more to drop.
    func drop(before instant: Instant, keeping maximum: Int) throws(LMDBError) -> Bool {
        try environment.write { transaction throws(LMDBError) in
            let above = try transaction.count(entries) - maximum
            var dropped: [UInt64] = []
            var until: Instant?
            try transaction.scan(entries) { (number, value) throws(LMDBError) in
                let time = RefusalStore.time(of: value)
                guard dropped.count < Self.dropMaximum, dropped.count < above || time < instant else { return .stop }
                dropped.append(number)
                until = time
                return .next
            }
            for number in dropped { _ = try transaction.delete(entries, key: number) }
            try dropLosses(before: instant, transaction)
            if let until {
                var state = try state(in: transaction)
                state.droppedUntil = max(until.rawValue, state.hasDroppedUntil ? state.droppedUntil : .min)
                try put(state, transaction)
            }
            return dropped.count == Self.dropMaximum
        }
    }

    private func dropLosses(before instant: Instant, _ transaction: borrowing WriteTransaction) throws(LMDBError) {
        var dropped: [UInt64] = []
        try transaction.scan(losses) { (key, value) throws(LMDBError) in
            guard RefusalStore.lost(value).lastAt < instant.rawValue else { return .stop }
            dropped.append(key)
            return .next
        }
        for key in dropped { _ = try transaction.delete(losses, key: key) }
    }

    private func put(
        _ state: RefusalJournalState, _ transaction: borrowing WriteTransaction
    ) throws(LMDBError) {
        // A message of numbers: its encoding cannot fail.
        guard let bytes = try? state.encoded() else { return }
        try transaction.put(self.state, key: Self.stateKey, value: bytes)
    }

    // MARK: Values

    /// The entry of a value; one that cannot be read is told by its missing code.
    static func entry(_ number: UInt64, _ value: RawSpan) -> RefusalEntry {
        var entry = (try? RefusalEntry(serializedBytes: [UInt8](copying: value))) ?? RefusalEntry()
        entry.number = number
        return entry
    }

    /// When the refusal of a value was. One that cannot be read counts as the oldest: it is the first to be dropped.
    static func time(of value: RawSpan) -> Instant {
        let entry = try? RefusalEntry(serializedBytes: [UInt8](copying: value))
        return entry.flatMap { Instant($0.refusedAt) } ?? .earliest
    }

    /// Refusals that were not written down.
    static func lost(_ value: RawSpan) -> LostRefusals {
        (try? LostRefusals(serializedBytes: [UInt8](copying: value))) ?? LostRefusals()
    }
}
