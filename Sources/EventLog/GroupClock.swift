internal import Schema

/// The time of the log: read once per group, never backwards, and never far ahead of the time since boot.
struct GroupClock {
    private let clock: any LogClock
    private var last: Instant
    private var lastReading: Instant
    private var lastBoot: Int64

    /// How far the wall clock may run ahead of the time since boot between two groups.
    private static let greatestJump: Int64 = 5 * 60 * 1_000_000

    init(clock: any LogClock, last: Instant) {
        self.clock = clock
        self.last = last
        lastReading = clock.now()
        lastBoot = clock.sinceBoot()
    }

    /// The time of the next group, and whether it was held because the clock ran backwards.
    ///
    /// - Throws: `clock` where the wall clock jumped ahead: what it says is then not to be believed.
    mutating func next() throws(EventLogError) -> (time: Instant, held: Bool) {
        let reading = clock.now()
        let boot = clock.sinceBoot()
        let jump = (reading.rawValue - lastReading.rawValue) - (boot - lastBoot)
        guard jump <= Self.greatestJump else {
            throw EventLogError(
                .clock,
                "The clock jumped \(jump / 1_000_000) s ahead of the time since boot. Check the time, then start the service again."
            )
        }
        lastReading = reading
        lastBoot = boot
        guard reading >= last else { return (last, true) }
        last = reading
        return (reading, false)
    }
}
