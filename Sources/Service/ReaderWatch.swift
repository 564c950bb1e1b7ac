internal import Dispatch
internal import LMDB
internal import Logging
internal import Schema
internal import SwiftProtobuf
internal import Synchronization

/// Looks after those who read the stores of a data directory: frees the slots of processes that have died, and tells
/// who keeps old pages from being used again.
final class ReaderWatch: Sendable {
    private let directory: String
    private let patience: Duration
    private let logger: Logger
    private let queue = DispatchQueue(label: "kith.readers")
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        var seen: [Key: Sighting] = [:]
    }

    /// A read transaction, as far as LMDB tells one from another.
    private struct Key: Hashable {
        var store: String
        var reader: EnvironmentReader
    }

    private struct Sighting {
        var since: ContinuousClock.Instant
        var commitsBehind: UInt64
        var isReported = false
    }

    /// Seconds between two looks.
    private static let interval = 5

    /// - Parameters:
    ///   - directory: the stores below it are looked after.
    ///   - patience: how long a transaction may be open before it is told of: replay lets go of its own much sooner.
    init(directory: String, patience: Duration = .seconds(10), logger: Logger) {
        self.directory = directory
        self.patience = patience
        self.logger = logger
    }

    /// Begins to look now and then.
    func start() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.interval)) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            look()
            start()
        }
    }

    /// Returns when no look is under way; none begins after that.
    func stop() {
        state.withLock { $0.isStopped = true }
        queue.sync {}
    }

    /// The transactions that were open for long when last looked at, and that others have committed behind.
    var pinned: [PinnedSnapshot] {
        let now = ContinuousClock.now
        return state.withLock { $0.seen }
            .filter { $0.value.commitsBehind > 0 && now - $0.value.since >= patience }
            .map { key, sighting in
                PinnedSnapshot.with {
                    $0.store = key.store
                    $0.processID = UInt32(clamping: key.reader.processID)
                    $0.commitsBehind = sighting.commitsBehind
                    $0.seconds = (now - sighting.since) / .seconds(1)
                }
            }
            .sorted { ($0.store, $0.processID) < ($1.store, $1.processID) }
    }

    /// Looks once.
    func look() {
        var present: [Key: UInt64] = [:]
        for environment in Environment.open(below: directory) {
            let store = String(environment.path.dropFirst(directory.count + 1))
            do {
                let freed = try environment.checkReaders()
                if freed > 0 {
                    logger.notice(
                        "Readers that have died were cleared.", metadata: ["store": "\(store)", "readers": "\(freed)"])
                }
                let last = try environment.info().lastTransaction
                for reader in try environment.readers() {
                    guard let snapshot = reader.snapshot else { continue }
                    present[Key(store: store, reader: reader)] = last > snapshot ? last - snapshot : 0
                }
            } catch {
                logger.warning(
                    "The readers of a store cannot be told.", metadata: ["store": "\(store)", "error": "\(error)"])
            }
        }
        note(present)
    }

    private func note(_ present: [Key: UInt64]) {
        let now = ContinuousClock.now
        state.withLock { state in
            let before = state.seen
            state.seen = [:]
            for (key, behind) in present {
                var sighting = before[key] ?? Sighting(since: now, commitsBehind: 0)
                sighting.commitsBehind = behind
                if behind > 0, !sighting.isReported, now - sighting.since >= patience {
                    sighting.isReported = true
                    logger.warning(
                        "A reader keeps an old snapshot open: the store grows until it ends.",
                        metadata: [
                            "store": "\(key.store)", "process": "\(key.reader.processID)",
                            "commits_behind": "\(behind)",
                        ])
                }
                state.seen[key] = sighting
            }
        }
    }
}
