package import Schema

/// Reads the whole log and checks every record, and everything that binds the records to each other:
///
/// - there is a record at every position from 1 to the end, and it says that it belongs there;
/// - its bytes have the leaf hash that they were written with, and the form of a record;
/// - it follows the record before it in its stream and names the event before it about each of its subjects;
/// - the events of each command are all there, in order; no record was taken before the one before it;
/// - the tree over all records has the roots that are known from elsewhere;
/// - the index names the last event of each stream and subject.
///
/// Stretches of the log are hashed on several threads and joined in order. Each holds its snapshot for some
/// milliseconds, so that a service goes on beside it; memory does not grow with the log.
package struct LogVerification: Sendable {
    /// A root that the log must have at a size.
    package struct KnownRoot: Sendable {
        package var size: UInt64
        package var root: TreeHash
        /// Who says so, as the subject of a sentence: "The index".
        package var source: String

        package init(size: UInt64, root: TreeHash, source: String) {
            self.size = size
            self.root = root
            self.source = source
        }
    }

    /// How far a verification is.
    package struct Outcome: Sendable {
        /// Everything up to here was checked and is sound.
        package internal(set) var position = Position.none
        /// The end that was to be reached.
        package let target: Position
        /// Bytes of the records that were checked.
        package internal(set) var bytes = 0
        package internal(set) var streams: UInt64 = 0
        package internal(set) var commands: UInt64 = 0
        /// The root over the records up to `position`.
        package internal(set) var root = TreeHash.emptyTree
        /// Where the index was compared; none where it was not.
        package internal(set) var indexPosition = Position.none
        /// The first damage; nil where none was found.
        package internal(set) var damage: LogDamage?
    }

    private let storage: any LogStorage
    private let last: Position
    private let roots: [UInt64: [KnownRoot]]
    private let index: IndexSummary?
    /// Records of a stretch: a power of two, so that each is a whole subtree.
    private let stretchLength: Int

    /// A verification of the records up to `last`.
    ///
    /// - Parameters:
    ///   - roots: what is known of the tree; those beyond `last` say that records are missing.
    ///   - index: the index at some position up to `last`; a later one is not compared.
    ///   - stretchLength: how many records are read at once; a power of two.
    package init(
        _ storage: any LogStorage, through last: Position, roots: [KnownRoot], index: IndexSummary?,
        stretchLength: Int = 1 << 13
    ) {
        precondition(stretchLength > 0 && stretchLength & (stretchLength - 1) == 0, "a power of two")
        self.stretchLength = stretchLength
        self.storage = storage
        self.last = last
        self.index = index.flatMap { $0.applied <= last && $0.applied > .none ? $0 : nil }
        var known = roots
        if let index = self.index {
            known.append(KnownRoot(size: index.frontier.size, root: index.frontier.root, source: "The index"))
        }
        self.roots = Dictionary(grouping: known, by: \.size)
    }

    /// Checks the log.
    ///
    /// - Parameters:
    ///   - threads: how many stretches are read at the same time.
    ///   - progress: called after each stretch, on the calling thread; the work ends where it returns false.
    /// - Returns: what was found; damage of the log is no error.
    /// - Throws: where the log cannot be read for another reason.
    package func run(threads: Int, progress: (Outcome) -> Bool = { _ in true }) throws(EventLogError) -> Outcome {
        let queue = StretchQueue(count: stretchCount, ahead: threads + 1)
        var workers: [DedicatedThread] = []
        defer {
            queue.stop()
            for worker in workers { worker.join() }
        }
        for _ in 0..<threads { workers.append(try DedicatedThread(named: "kith-verify") { work(queue) }) }
        var join = Join(outcome: Outcome(target: last), chain: RecordChain(storage))
        do {
            while let stretch = queue.next() {
                try add(stretch, to: &join)
                guard progress(join.outcome) else { return join.outcome }
            }
            try join.chain.finish(at: last)
            try checkNothingMissing(&join)
        } catch {
            guard let damage = error.damage else { throw error }
            join.outcome.damage = damage
        }
        return join.outcome
    }

    // MARK: Reading

    private var stretchCount: Int { (Int(clamping: last.rawValue) + stretchLength - 1) / stretchLength }

    private func work(_ queue: StretchQueue) {
        while let number = queue.begin() {
            let first = Position(1).advanced(by: number * stretchLength)
            let end = min(last, first.advanced(by: stretchLength - 1))
            let keepsLeaves = roots.keys.contains { $0 >= first.rawValue && $0 < end.rawValue }
            queue.finish(number, VerifiedStretch(storage, first: first, last: end, keepsLeaves: keepsLeaves))
        }
    }

    // MARK: Joining

    /// The state of the thread that joins the stretches.
    private struct Join {
        var outcome: Outcome
        var chain: RecordChain
        var tree = MerkleFrontier()
        /// The greatest size at which a known root was found.
        var confirmed: UInt64 = 0
    }

    private func add(_ stretch: VerifiedStretch, to join: inout Join) throws(EventLogError) {
        var position = stretch.first
        var begin = 0
        for (number, links) in stretch.links.enumerated() {
            try join.chain.add(links, stretch.subjects[begin..<links.subjectsEnd], at: position)
            if let index, index.applied == position { try compare(index, &join) }
            if !stretch.leaves.isEmpty {
                join.tree.append(stretch.leaves[number])
                try compareRoot(&join)
            }
            join.outcome.position = position
            begin = links.subjectsEnd
            position = position.advanced(by: 1)
        }
        if stretch.leaves.isEmpty {
            join.tree.append(stretch.frontier)
            try compareRoot(&join)
        }
        join.outcome.bytes += stretch.bytes
        join.outcome.streams = join.chain.streamCount
        join.outcome.commands = join.chain.commandCount
        join.outcome.root = join.tree.root
        if let failure = stretch.failure { throw failure }
    }

    private func compareRoot(_ join: inout Join) throws(EventLogError) {
        guard let known = roots[join.tree.size] else { return }
        let root = join.tree.root
        if let other = known.first(where: { $0.root != root }) {
            let first = Position(join.confirmed + 1)
            throw .damage(
                .root, at: first,
                "\(other.source) has another root over the first \(other.size) records than the records in the log: some of \(first) to \(other.size) are not those that were written there."
            )
        }
        join.confirmed = join.tree.size
    }

    private func compare(_ index: IndexSummary, _ join: inout Join) throws(EventLogError) {
        guard join.chain.accounts == index.accounts else {
            throw .damage(
                .index, at: index.applied,
                "The index does not name the last events of the streams and subjects as they are in the log up to position \(index.applied)."
            )
        }
        join.outcome.indexPosition = index.applied
    }

    /// A root over more records than there are says that the last ones are gone.
    private func checkNothingMissing(_ join: inout Join) throws(EventLogError) {
        guard let size = roots.keys.max(), size > last.rawValue, let known = roots[size]?.first else { return }
        throw .damage(
            .missingRecord, at: last.advanced(by: 1),
            "The log ends at position \(last); \(known.source.lowercasedStart) has a root over \(size) records.")
    }
}

extension String {
    /// The text as it stands within a sentence.
    fileprivate var lowercasedStart: String { prefix(1).lowercased() + dropFirst() }
}

/// The stretches of one verification, handed out in order and taken back in order: so many at most are under way.
private final class StretchQueue: Sendable {
    private struct State {
        /// The next one to be begun, and to be taken back.
        var begun = 0
        var taken = 0
        var finished: [Int: VerifiedStretch] = [:]
        var isStopped = false
    }

    private let state = Monitor(State())
    private let count: Int
    private let ahead: Int

    init(count: Int, ahead: Int) {
        self.count = count
        self.ahead = ahead
    }

    /// The number of the next stretch to read; nil where there is none. Waits while too many are under way.
    func begin() -> Int? {
        state.wait { state -> Int?? in
            guard !state.isStopped, state.begun < count else { return .some(nil) }
            guard state.begun < state.taken + ahead else { return nil }
            state.begun += 1
            return state.begun - 1
        }
    }

    /// Gives back a stretch that was read.
    func finish(_ number: Int, _ stretch: VerifiedStretch) {
        state.withLockNotifying { $0.finished[number] = stretch }
    }

    /// The next stretch in order; nil behind the last one.
    func next() -> VerifiedStretch? {
        let next: VerifiedStretch? = state.wait { state -> VerifiedStretch?? in
            guard state.taken < count else { return .some(nil) }
            guard let stretch = state.finished.removeValue(forKey: state.taken) else { return nil }
            state.taken += 1
            return .some(stretch)
        }
        state.notify()
        return next
    }

    /// Hands out no more.
    func stop() { state.withLockNotifying { $0.isStopped = true } }
}

extension EventLog {
    /// A verification of the log as it is now, against the root that was given out last and the index.
    ///
    /// - Parameter roots: what else is known of the tree.
    package func verification(roots: [LogVerification.KnownRoot] = []) throws(EventLogError) -> LogVerification {
        // First the index: it reflects nothing beyond the end that is read after it.
        let summary = try index.summary()
        let end = self.end
        let own = LogVerification.KnownRoot(size: end.position.rawValue, root: end.root, source: "The service")
        return LogVerification(storage, through: end.position, roots: roots + [own], index: summary)
    }
}
