internal import DequeModule

/// How much a piece of work is.
package struct WorkSize: Sendable, Hashable {
    /// Commands in it.
    package var commands: Int
    /// Bytes in which they came.
    package var bytes: Int

    /// So many commands in so many bytes.
    package init(commands: Int, bytes: Int) {
        self.commands = commands
        self.bytes = bytes
    }

    static let zero = WorkSize(commands: 0, bytes: 0)

    static func += (left: inout WorkSize, right: WorkSize) {
        left.commands += right.commands
        left.bytes += right.bytes
    }

    static func -= (left: inout WorkSize, right: WorkSize) {
        left.commands -= right.commands
        left.bytes -= right.bytes
    }
}

/// What a queue says to a piece of work.
package enum Admission: Sendable, Hashable {
    /// It waits for its turn.
    case taken
    /// There is no room. It was not taken; after so many milliseconds there should be.
    case overloaded(retryAfterMilliseconds: UInt32)
    /// The queue takes nothing any more.
    case closed
}

/// How much waits in a queue, and how turns are taken.
package struct QueueLimits: Sendable, Hashable {
    /// What may wait, over all sources.
    package var waiting = WorkSize(commands: 50_000, bytes: 64 << 20)
    /// What one source may have waiting however many there are. A quarter of `waiting` is kept for those who have no more.
    package var leastWindow = WorkSize(commands: 64, bytes: 64 << 10)
    /// Nanoseconds of work in one turn of a source.
    package var turn: UInt64 = 500_000
    /// The same where many sources have more than a turn's work: they share `turn` down to this.
    package var leastTurn: UInt64 = 100_000
    /// Nanoseconds of work after which a group is closed.
    package var group: UInt64 = 10_000_000
    /// Commands after which it is closed.
    package var groupCommands = 4_000
    /// Nanoseconds for which it is remembered that there was more than one source, and who sent little.
    package var memory: UInt64 = 1_000_000_000
    /// For how long sources with more than a turn's work rest, in times of what they used, while others send little: so
    /// that these find processors and disk free, too. Nobody rests where nobody sends little.
    package var rest: UInt64 = 4
    /// Commands that are little: a source that never has more waiting does not rest, and others rest for it.
    package var little = 16

    /// The defaults.
    package init() {}
}

/// Work of many sources that take turns, and the groups in which it is handed out. A value without a clock or a lock.
///
/// Turns are measured in the time that the work took, not in its size: a command can cost a hundred times another one.
/// It is deficit round robin with time for a measure: in every round a source gets a turn's credit, what it uses is
/// taken off, and what it used too much is missing from its next turns for as long as it has work waiting.
///
/// While there is one source, a group takes what there is, up to `QueueLimits.group`. Where there were several within
/// `QueueLimits.memory`, a group is one round: whoever has sent one command waits for a turn of each other source at
/// most, and for the commit of two groups.
///
/// Where somebody has sent a little and no more within `QueueLimits.memory`, sources with more than a turn's work get only a
/// part of the time: after each group they rest for `QueueLimits.rest` times what they used of it.
///
/// Room is shared as well: a source is turned away where it would have more waiting than is still free, so that those
/// who have most are the first; and a quarter of the room is kept for those who have little.
struct FairQueue<Work> {
    private struct Piece {
        var work: Work
        var size: WorkSize
        var arrived: UInt64
    }

    private struct Source {
        var pieces: Deque<Piece> = []
        var waiting = WorkSize.zero
        /// Nanoseconds that it may still use in its turn.
        var credit: Int64 = 0
        /// The round for which it got its credit.
        var round: UInt64 = 0
        /// Commands that it has sent since it had none waiting.
        var sent = 0

        /// The next piece, where it may still use some of its turn.
        mutating func take(round: UInt64, turn: Int64) -> Piece? {
            if self.round != round {
                self.round = round
                credit = min(credit + turn, turn)
            }
            guard credit > 0, let piece = pieces.popFirst() else { return nil }
            waiting -= piece.size
            return piece
        }
    }

    private struct Group {
        var began: UInt64 = 0
        var commands = 0
        /// Nanoseconds that sources used which have more work waiting.
        var greedy: UInt64 = 0
    }

    let limits: QueueLimits
    /// Everything that waits.
    private(set) var waiting = WorkSize.zero
    private var sources: [ObjectIdentifier: Source] = [:]
    /// The sources with work that still have their turn in this round, in order.
    private var turns: Deque<ObjectIdentifier> = []
    /// Those with work that have had it.
    private var rested: Deque<ObjectIdentifier> = []
    private var round: UInt64 = 1
    private var turn: Int64
    private var group = Group()
    /// Whose work is being done, and since when.
    private var serving: (source: ObjectIdentifier, since: UInt64)?
    private var latest: ObjectIdentifier?
    private var crowdedUntil: UInt64 = 0
    /// Until when those that have had their turn rest.
    private var restsUntil: UInt64 = 0
    private var isHurried = false
    /// The two sources that sent little last, and until when that is remembered.
    private var modest: [(source: ObjectIdentifier, until: UInt64)] = []
    /// Nanoseconds from group to group, per command: a moving average, without groups that others are served in while somebody
    /// rests.
    private var pace = 30_000.0

    init(limits: QueueLimits) {
        self.limits = limits
        turn = Int64(limits.turn)
    }

    var isEmpty: Bool { waiting.commands == 0 }

    /// Whether nothing waits, and there has been one source only within `QueueLimits.memory`.
    func isCalm(now: UInt64) -> Bool { isEmpty && now >= crowdedUntil }

    /// What one source should have waiting at most at the moment, so that nobody is turned away.
    var window: WorkSize {
        let share = 2 * max(1, sources.count)
        return WorkSize(
            commands: max(limits.leastWindow.commands, limits.waiting.commands / share),
            bytes: max(limits.leastWindow.bytes, limits.waiting.bytes / share))
    }

    /// Takes work where there is room for it.
    mutating func add(_ work: Work, from id: ObjectIdentifier, size: WorkSize, now: UInt64) -> Admission {
        let own = sources[id]?.waiting ?? .zero
        guard isEmpty || hasRoom(for: size, beside: own) else {
            return .overloaded(retryAfterMilliseconds: retryAfter(now))
        }
        if latest != id {
            if latest != nil { crowdedUntil = now + limits.memory }
            latest = id
        }
        if sources[id] == nil { turns.append(id) }
        sources[id, default: Source()].pieces.append(Piece(work: work, size: size, arrived: now))
        sources[id]?.waiting += size
        sources[id]?.sent += size.commands
        waiting += size
        return .taken
    }

    private func hasRoom(for size: WorkSize, beside own: WorkSize) -> Bool {
        var wanted = own
        wanted += size
        var free = limits.waiting
        free -= waiting
        if wanted.commands <= limits.leastWindow.commands && wanted.bytes <= limits.leastWindow.bytes {
            return size.commands <= free.commands && size.bytes <= free.bytes
        }
        return wanted.commands <= free.commands - limits.waiting.commands / 4
            && wanted.bytes <= free.bytes - limits.waiting.bytes / 4
    }

    /// How long it takes until what waits now is done; at least as long as the next piece has waited already, for a
    /// writer that stands still has no pace.
    private func retryAfter(_ now: UInt64) -> UInt32 {
        let next = turns.first ?? rested.first
        let age = next.flatMap { sources[$0]?.pieces.first }.map { now - $0.arrived } ?? 0
        let milliseconds = max(pace * Double(waiting.commands), Double(age)) / 1_000_000
        return UInt32(min(max(milliseconds, 20), 30_000))
    }

    // MARK: Groups

    /// Begins a group with its first piece; nil where nothing waits, or all that waits rests until `nextGroup`.
    mutating func begin(now: UInt64) -> Work? {
        guard !isEmpty, !turns.isEmpty || now >= restsUntil else { return nil }
        group = Group(began: now)
        let greedy = rested.count
        turn = Int64(max(limits.leastTurn, limits.turn / UInt64(max(1, greedy))))
        nextRound(now)
        return next(now: now)
    }

    /// The moment from which on there is work for a group; nil where there is now, or where none waits.
    func nextGroup(now: UInt64) -> UInt64? {
        !isEmpty && turns.isEmpty && now < restsUntil ? restsUntil : nil
    }

    /// Nobody rests any more: all that waits is to be done.
    mutating func hurry() {
        isHurried = true
        restsUntil = 0
    }

    /// The next piece of the group; nil where the group is complete.
    mutating func next(now: UInt64) -> Work? {
        charge(now)
        guard group.commands == 0 || group.commands < limits.groupCommands && now - group.began < limits.group else {
            return nil
        }
        while true {
            while let id = turns.first {
                if let work = serve(id, now) { return work }
                turns.removeFirst()
                rested.append(id)
            }
            if rested.isEmpty || group.commands > 0 && now < crowdedUntil || now < restsUntil { return nil }
            nextRound(now)
        }
    }

    /// The group is done, its commit included.
    mutating func end(now: UInt64) {
        charge(now)
        guard group.commands > 0 else { return }
        let rest = isForOthers(now) && !isHurried ? limits.rest * group.greedy : 0
        // A rest that goes on while others are served is not cut short by them.
        restsUntil = isForOthers(now) ? max(restsUntil, now + rest) : now
        if group.greedy > 0 || rested.isEmpty {
            pace += (Double(now + rest - group.began) / Double(group.commands) - pace) / 8
        }
        group.commands = 0
    }

    /// Whether there is somebody who sends little.
    private func isForOthers(_ now: UInt64) -> Bool {
        modest.contains { now < $0.until && sources[$0.source]?.sent ?? 0 <= limits.little }
    }

    private mutating func nextRound(_ now: UInt64) {
        round += 1
        guard now >= restsUntil else { return }
        turns += rested
        rested = []
    }

    /// The next piece of a source; nil where its turn is over.
    private mutating func serve(_ id: ObjectIdentifier, _ now: UInt64) -> Work? {
        guard let index = sources.index(forKey: id) else { return nil }
        // In its place: a copy of the source would copy all that waits there with the first piece that is taken.
        guard let piece = sources.values[index].take(round: round, turn: turn) else { return nil }
        waiting -= piece.size
        group.commands += piece.size.commands
        if sources.values[index].pieces.isEmpty {
            // What it used too much is forgotten with it: it had no more than this waiting.
            let source = sources.remove(at: index).value
            turns.removeFirst()
            if source.sent <= limits.little {
                modest = [(id, now + limits.memory)] + modest.filter { $0.source != id }.prefix(1)
            }
        } else {
            serving = (id, now)
        }
        return piece.work
    }

    private mutating func charge(_ now: UInt64) {
        guard let (id, since) = serving else { return }
        sources[id]?.credit -= Int64(now - since)
        group.greedy += now - since
        serving = nil
    }
}
