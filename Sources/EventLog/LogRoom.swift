internal import LMDB
internal import Synchronization

/// The room in the log's file: zeros ahead of its content. A flush then does not have to write the file's new length,
/// and a full disk is known before anything is decided.
///
/// Used by the thread that appends; `groupLimit` and `isThere` by anybody.
final class LogRoom: Sendable {
    private struct State {
        /// Zeros ahead of the content when the file was last looked at.
        var measured = 0
        /// Bytes of records appended since.
        var appended = 0
    }

    private let environment: Environment
    private let space: DiskSpace?
    private let reserve: Int
    /// How much is filled at once where there is less than that.
    private let step: Int
    /// Room without which no group is begun.
    private let least: Int
    private let state = Mutex(State())

    /// Bytes that are filled at once at most.
    static let fillStep = 4 << 20
    /// Bytes of records after which the reserve is filled up between two groups, by twice as much at most: few, because
    /// whoever has sent a command then waits for it. 4 MiB take 25 ms where 512 KiB take 3.
    private static let topUp = 256 << 10
    /// The least reserve, without which a full disk could not be known beforehand.
    private static let leastReserve = 1 << 20
    /// Milliseconds for which a change of the map waits for those who read.
    private static let mapPatience = 200
    /// What a commit may take in pages of its own besides the records: paths through the tree and free lists.
    private static let commitOverhead = 256 << 10

    /// Bytes that the file is filled ahead at once where this reserve is configured.
    static func step(reserve: Int) -> Int { min(fillStep, max(reserve, leastReserve)) }

    init(environment: Environment, reserve: Int, space: DiskSpace?) {
        self.environment = environment
        self.space = space
        self.reserve = max(reserve, Self.leastReserve)
        step = Self.step(reserve: reserve)
        least = step / 2
    }

    /// Bytes after which a group should be closed: it takes up to twice as much, with pages of its own.
    var groupLimit: Int { state.withLock { max($0.measured, least) / 4 } }

    /// A group of so many bytes has been appended.
    func used(_ bytes: Int) { state.withLock { $0.appended += bytes } }

    /// What is left, as far as that is known without looking.
    private var estimate: Int { state.withLock { $0.measured - 2 * $0.appended } }

    /// Whether there is room for another group, and nothing is to be filled ahead now.
    ///
    /// - Parameter bytes: bytes of a group that is being appended.
    func isThere(besides bytes: Int) -> Bool {
        let (isDue, left) = state.withLock { state in
            (state.appended + bytes >= min(step / 2, Self.topUp), state.measured - 2 * (state.appended + bytes))
        }
        return !isDue && left >= least && holdsBallast
    }

    /// Sees to it that there is room for another group.
    ///
    /// - Parameter urgent: also in the ballast's place.
    /// - Throws: `diskFull`; `store` where the device failed.
    func make(urgent: Bool) throws(EventLogError) {
        guard !isThere(besides: 0) else { return }
        space?.restoreBallast()
        if holdsBallast {
            try fill(step, urgent: false)
            if estimate >= least { return }
            space?.giveUpBallast()
        }
        guard urgent else { throw full() }
        if estimate < least { try fill(least, urgent: true) }
        if estimate < least { throw full() }
    }

    /// Sees to it that there is room for a group that is decided already: for that the ballast is there, too.
    ///
    /// - Throws: `diskFull`; nothing of the group was written. `store` where the device failed.
    func make(for bytes: Int) throws(EventLogError) {
        let needed = 2 * bytes + Self.commitOverhead
        guard estimate < needed else { return }
        try fill(needed, urgent: false)
        guard estimate < needed else { return }
        space?.giveUpBallast()
        try fill(needed, urgent: true)
        // Less than was asked for may do; what LMDB cannot write it undoes.
        if estimate < bytes + Self.commitOverhead { throw full() }
    }

    private var holdsBallast: Bool { space?.holdsBallast ?? true }

    private func full() -> EventLogError {
        space?.shortage() ?? EventLogError(.diskFull, "There is no space left for the log's file. Make space.")
    }

    /// Fills the file with zeros ahead of its content where that has less than the reserve, or less than is wanted.
    ///
    /// - Parameter urgent: no more than is wanted, and whatever that leaves to others.
    private func fill(_ wanted: Int, urgent: Bool) throws(EventLogError) {
        do {
            // One that was found damaged takes no more, however much space there is.
            if let damage = environment.damage { throw damage }
            let (ahead, size) = try measure()
            guard ahead < max(wanted, urgent ? 0 : reserve) else { return }
            let bytes = urgent ? wanted - ahead : max(min(step, 2 * Self.topUp), wanted - ahead)
            guard try leaves(bytes, urgent: urgent) else { return }
            try growMap(for: size + bytes)
            do {
                try environment.preallocate(from: size, bytes: bytes)
            } catch {
                // A limit or a quota that the volume does not tell of. What was written until then counts.
                guard error.code == .diskFull else { throw error }
            }
            _ = try measure()
        } catch let error as LMDBError {
            throw EventLogError(error, during: "filling the log's file ahead")
        } catch let error as EventLogError {
            throw error
        } catch {
            throw EventLogError(.store, "While filling the log's file ahead: \(error)")
        }
    }

    /// Whether so many bytes can be taken. The index, which follows the log, is to have a step, too.
    private func leaves(_ bytes: Int, urgent: Bool) throws(EventLogError) -> Bool {
        guard let space else { return true }
        if urgent { return try space.free() >= bytes }
        return try space.available() >= bytes + step
    }

    /// Makes the map larger before it is full: no group then has to be written twice.
    private func growMap(for bytes: Int) throws(LMDBError) {
        do {
            while try environment.info().mapSize < bytes, try environment.growMap(patience: Self.mapPatience) {}
        } catch {
            // Somebody has been reading for long. It is tried again when the next step is filled; what there is is used.
            guard error.code == .busy else { throw error }
        }
    }

    private func measure() throws(LMDBError) -> (ahead: Int, size: Int) {
        let used = try environment.info().usedBytes
        let size = try environment.fileSize()
        state.withLock { $0 = State(measured: size - used) }
        return (size - used, size)
    }
}
