internal import KithTesting
internal import Synchronization

/// A disk with one file, of which a power cut leaves only what was synced, and of the rest whatever chance says.
///
/// What is written lies in a cache of sectors until it is synced. A power cut takes each of them, leaves it, or tears it:
/// so writes are lost, cut short and reordered. A sync that fails marks the sectors clean although some of them never
/// arrived, as Linux does: they can be read until the cache is dropped, and are not there after the next power cut.
final class SimulatedDisk: Sendable {
    /// Bytes of a sector.
    static let sectorSize = 512

    /// Why a call failed.
    enum Failure: Error, Hashable {
        /// The machine is off, or the process that called was killed.
        case dead
        /// The device failed.
        case io
        /// There is no space left.
        case full
    }

    /// What happens at a call.
    enum Fault: Hashable, Sendable {
        /// It fails, after a part of it was done.
        case error
        /// The power goes.
        case powerCut(Moment)
        /// The process is killed; what it wrote stays in the cache.
        case kill(Moment)
    }

    /// When, in the course of a call, the machine or the process goes.
    enum Moment: Hashable, Sendable {
        case before, during, after
    }

    /// What happened to the disk.
    struct Counts: Hashable, Sendable {
        var powerCuts = 0
        /// Power cuts that left a part of what was not synced.
        var tornWrites = 0
        var kills = 0
        /// Calls that failed because the device did.
        var failedCalls = 0
        /// Calls that failed because there was no space.
        var fullDisks = 0
        /// Groups that were begun while the one before was not written yet.
        var overlaps = 0
    }

    fileprivate struct State {
        var random: SeededGenerator
        /// What is on stable storage.
        var platter: [UInt8] = []
        /// What is read: the platter and what was written since.
        var cache: [UInt8] = []
        /// Sectors that were written and not synced.
        var dirty: Set<Int> = []
        var capacity = Int.max
        var isAlive = true
        /// Calls until the fault, and the fault.
        var armed: (calls: Int, fault: Fault)?
        var counts = Counts()
    }

    private let state: Mutex<State>

    /// An empty disk whose chances follow from the seed.
    init(seed: UInt64) { state = Mutex(State(random: SeededGenerator(seed: seed))) }

    /// What happened so far.
    var counts: Counts { state.withLock { $0.counts } }
    /// Whether the machine runs and the process lives.
    var isAlive: Bool { state.withLock { $0.isAlive } }
    /// Bytes of the file, as they are read.
    var length: Int { state.withLock { $0.cache.count } }

    // MARK: What happens to it

    /// Lets a fault happen at the n-th call from now, the next one being the first.
    func arm(_ fault: Fault, atCall calls: Int) { state.withLock { $0.armed = (calls, fault) } }

    /// Nothing happens to the disk any more, and there is space.
    func heal() {
        state.withLock { state in
            state.armed = nil
            state.capacity = .max
        }
    }

    /// Leaves so many bytes beyond what the file has now.
    func leaveSpace(_ bytes: Int) { state.withLock { $0.capacity = $0.cache.count + bytes } }

    /// There is space again.
    func makeSpace() { state.withLock { $0.capacity = .max } }

    /// A group is begun while the one before is not written yet.
    func noteOverlap() { state.withLock { $0.counts.overlaps += 1 } }

    /// Bytes that can be written from an offset on.
    func space(from offset: Int) -> Int {
        state.withLock { state in
            let space = max(0, state.capacity - offset)
            if space < SimulatedDisk.sectorSize * 4 { state.counts.fullDisks += 1 }
            return space
        }
    }

    /// The power goes, between two calls.
    func cutPower() { state.withLock { $0.cutPower() } }

    /// The process is killed, between two calls.
    func kill() { state.withLock { $0.kill() } }

    /// The machine is on, and a process runs.
    func revive() { state.withLock { $0.isAlive = true } }

    // MARK: Calls

    /// Writes into the cache; the file grows as need be.
    func write(_ bytes: [UInt8], at offset: Int) throws(Failure) {
        try state.withLock { state throws(Failure) in
            let fault = try state.nextFault()
            if let fault { try state.meet(fault, .before) }
            let room = max(0, state.capacity - offset)
            guard bytes.count <= room else {
                state.put(bytes.prefix(room), at: offset)
                state.counts.fullDisks += 1
                throw .full
            }
            if let fault {
                let sectors = Int.random(in: 0...(bytes.count / SimulatedDisk.sectorSize), using: &state.random)
                if fault.interrupts { state.put(bytes.prefix(sectors * SimulatedDisk.sectorSize), at: offset) }
                try state.meet(fault, .during)
            }
            state.put(bytes[...], at: offset)
            if let fault { try state.meet(fault, .after) }
        }
    }

    /// Puts everything that was written on stable storage.
    func sync() throws(Failure) {
        try state.withLock { state throws(Failure) in
            let fault = try state.nextFault()
            if let fault {
                try state.meet(fault, .before)
                if fault.interrupts { state.syncSome() }
                try state.meet(fault, .during)
            }
            state.syncAll()
            if let fault { try state.meet(fault, .after) }
        }
    }

    /// Forgets what is cached and clean: what is read afterwards is on the platter or still to be synced.
    func dropCache() { state.withLock { $0.dropCache() } }

    /// The bytes of the file from `offset` on, fewer where it ends.
    func read(_ count: Int, at offset: Int) throws(Failure) -> [UInt8] {
        try state.withLock { state throws(Failure) in
            guard state.isAlive else { throw .dead }
            guard offset < state.cache.count else { return [] }
            return Array(state.cache[offset..<min(state.cache.count, offset + count)])
        }
    }
}

extension SimulatedDisk.Fault {
    /// Whether a part of the call is done before it happens.
    fileprivate var interrupts: Bool {
        switch self {
        case .error, .powerCut(.during), .kill(.during): true
        case .powerCut, .kill: false
        }
    }
}

extension SimulatedDisk.State {
    /// Counts a call, and hands out the fault that is due at it.
    mutating func nextFault() throws(SimulatedDisk.Failure) -> SimulatedDisk.Fault? {
        guard isAlive else { throw .dead }
        guard let (calls, fault) = armed else { return nil }
        armed = calls > 1 ? (calls - 1, fault) : nil
        return calls > 1 ? nil : fault
    }

    /// Lets the fault happen if this is its moment.
    mutating func meet(
        _ fault: SimulatedDisk.Fault, _ moment: SimulatedDisk.Moment
    ) throws(SimulatedDisk.Failure) {
        switch fault {
        case .error:
            guard moment == .during else { return }
            counts.failedCalls += 1
            throw .io
        case .powerCut(moment):
            cutPower()
            throw .dead
        case .kill(moment):
            kill()
            throw .dead
        case .powerCut, .kill: return
        }
    }

    mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        guard !bytes.isEmpty else { return }
        let end = offset + bytes.count
        if cache.count < end { cache += [UInt8](repeating: 0, count: end - cache.count) }
        cache.replaceSubrange(offset..<end, with: bytes)
        dirty.formUnion((offset / SimulatedDisk.sectorSize)...((end - 1) / SimulatedDisk.sectorSize))
    }

    mutating func syncAll() {
        for sector in dirty { land(sector, torn: false) }
        dirty = []
    }

    /// What a failed sync leaves: some sectors have arrived, none of them is dirty any more.
    mutating func syncSome() {
        for sector in dirty.sorted() where Bool.random(using: &random) { land(sector, torn: false) }
        dirty = []
    }

    mutating func kill() {
        isAlive = false
        counts.kills += 1
    }

    mutating func cutPower() {
        isAlive = false
        counts.powerCuts += 1
        // Mostly some arrive and some do not; now and then all or none.
        let chance = [0, 2, 5, 8, 10].randomElement(using: &random) ?? 5
        var landed = 0
        var torn = false
        for sector in dirty.sorted() where Int.random(in: 0..<10, using: &random) < chance {
            let isTorn = Int.random(in: 0..<8, using: &random) == 0
            land(sector, torn: isTorn)
            torn = torn || isTorn
            landed += 1
        }
        if torn || (landed > 0 && landed < dirty.count) { counts.tornWrites += 1 }
        dirty = []
        cache = platter
    }

    mutating func dropCache() {
        var fresh = platter
        if fresh.count < cache.count { fresh += [UInt8](repeating: 0, count: cache.count - fresh.count) }
        for sector in dirty {
            let range = range(of: sector)
            fresh.replaceSubrange(range, with: cache[range])
        }
        cache = fresh
    }

    private func range(of sector: Int) -> Range<Int> {
        let start = sector * SimulatedDisk.sectorSize
        return start..<min(cache.count, start + SimulatedDisk.sectorSize)
    }

    /// Puts a sector on the platter; only its first half where it is torn.
    private mutating func land(_ sector: Int, torn: Bool) {
        var range = range(of: sector)
        if torn { range = range.lowerBound..<(range.lowerBound + range.count / 2) }
        if platter.count < range.upperBound {
            platter += [UInt8](repeating: 0, count: range.upperBound - platter.count)
        }
        platter.replaceSubrange(range, with: cache[range])
    }
}
