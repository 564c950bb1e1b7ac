internal import Glibc

/// Time that only goes forward: for turns, waits and rates, never for what is recorded.
package enum MonotonicClock {
    /// Nanoseconds since some moment before the process began.
    package static func nanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
