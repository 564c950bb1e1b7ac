/// The share of a thread's time that the reading of one request takes before it gives way to other tasks.
///
/// Tasks of all requests run on as many threads as there are processors: whoever reads a million lines in one go keeps
/// one of them from everybody else.
struct HTTPSlice {
    private let clock = ContinuousClock()
    private var end: ContinuousClock.Instant

    /// Begins now.
    init() { end = clock.now + HTTPLimits.slice }

    /// Lets other tasks run where the slice is used up, and begins the next one.
    mutating func giveWay() async {
        guard clock.now >= end else { return }
        await Task.yield()
        end = clock.now + HTTPLimits.slice
    }
}
