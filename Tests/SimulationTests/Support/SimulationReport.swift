/// What happened in one or many runs of the simulation.
struct SimulationReport: Hashable, Sendable {
    var seeds = 0
    var disk = SimulatedDisk.Counts()
    /// Times the wall clock was put elsewhere, and those of them that stopped the writer.
    var clockJumps = 0
    var clockStops = 0
    /// Starts of the service, the first one of each seed left out.
    var restarts = 0
    /// Times the index or the views were taken away.
    var derivedRemoved = 0
    var events = 0
    /// Events that time brought about.
    var timersFired = 0
    var sent = 0
    var acknowledged = 0
    var refused = 0
    /// Commands of which the client did not know what had become of them, and that it sent again.
    var inDoubt = 0
    /// Times the rows of a view were compared with those of a fresh one.
    var viewsCompared = 0
    var lost = 0
    var wrong = 0
    var doubled = 0
    /// The root of the last log, for comparing two runs of one seed.
    var root: [UInt8] = []

    /// Adds another report.
    mutating func add(_ other: SimulationReport) {
        let counts: [WritableKeyPath<SimulationReport, Int>] = [
            \.seeds, \.disk.powerCuts, \.disk.tornWrites, \.disk.kills, \.disk.failedCalls, \.disk.fullDisks,
            \.disk.overlaps,
            \.clockJumps, \.clockStops, \.restarts, \.derivedRemoved, \.events, \.timersFired, \.sent, \.acknowledged,
            \.refused, \.inDoubt, \.viewsCompared, \.lost, \.wrong, \.doubled,
        ]
        for count in counts { self[keyPath: count] += other[keyPath: count] }
        root = other.root
    }

    /// The counts, for a person.
    var text: String {
        """
        \(seeds) seeds: \(disk.powerCuts) power cuts (\(disk.tornWrites) left torn writes), \(disk.kills) kills, \
        \(disk.failedCalls) failed calls, \(disk.fullDisks) full disks, \(clockJumps) clock jumps \
        (\(clockStops) stopped the writer), \(restarts) restarts, \(derivedRemoved) times derived data taken away
        \(sent) commands sent: \(acknowledged) acknowledged, \(refused) refused, \(inDoubt) in doubt and sent again; \
        \(events) events in the logs, \(timersFired) of them timers; \(viewsCompared) views compared; \
        \(disk.overlaps) groups begun before the one before was written
        lost: \(lost), wrong: \(wrong), doubled: \(doubled)
        """
    }
}
