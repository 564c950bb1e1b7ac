internal import Glibc
package import Schema

/// The log's sense of time, replaceable so that tests and simulations can turn it.
package protocol LogClock: Sendable {
    /// Wall-clock time.
    func now() -> Instant
    /// Microseconds since the machine started, sleep included (CLOCK_BOOTTIME).
    func sinceBoot() -> Int64
}

/// The clocks of the machine.
package struct SystemClock: LogClock {
    package init() {}

    package func now() -> Instant { Instant(microseconds: Self.read(CLOCK_REALTIME)) }

    package func sinceBoot() -> Int64 { Self.read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

/// Where new ids come from, replaceable like the clock.
package protocol IdentifierSource: Sendable {
    /// 64 random bits.
    func random() -> UInt64
}

extension IdentifierSource {
    /// A new UUIDv7 of this time.
    package func identifier(at instant: Instant) -> Identifier {
        .version7(
            milliseconds: UInt64(max(0, instant.rawValue / 1_000)), randomHigh: random(), randomLow: random())
    }
}

/// Random numbers of the operating system.
package struct SystemIdentifierSource: IdentifierSource {
    package init() {}

    package func random() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
