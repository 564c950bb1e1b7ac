internal import Schema

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Ids that the command line chooses.
enum NewIdentifier {
    /// A new UUID of version 7.
    static func make() -> Identifier {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var random = SystemRandomNumberGenerator()
        return .version7(
            milliseconds: UInt64(now.tv_sec) * 1_000 + UInt64(now.tv_nsec) / 1_000_000,
            randomHigh: random.next(), randomLow: random.next())
    }
}
