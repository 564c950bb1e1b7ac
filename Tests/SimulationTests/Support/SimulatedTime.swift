internal import EventLog
internal import KithTesting
internal import Schema
internal import Synchronization

/// A clock that the simulation turns: the wall clock may be put anywhere, the time since boot only grows.
final class SimulatedClock: LogClock {
    private let times: Mutex<(wall: Int64, boot: Int64)>

    /// - Parameter instant: what the wall clock says at first.
    init(_ instant: Instant) { times = Mutex((instant.rawValue, 1_000_000)) }

    func now() -> Instant { Instant(microseconds: times.withLock { $0.wall }) }

    func sinceBoot() -> Int64 { times.withLock { $0.boot } }

    /// Time passes, for both clocks.
    func pass(_ microseconds: Int64) {
        times.withLock { times in
            times.wall += microseconds
            times.boot += microseconds
        }
    }

    /// Somebody puts the wall clock forward, or back where it is negative.
    func put(_ microseconds: Int64) { times.withLock { $0.wall += microseconds } }
}

/// Ids, keys and nonces from a seed.
final class SeededSource: IdentifierSource {
    private let generator: Mutex<SeededGenerator>

    /// The source of this seed.
    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func random() -> UInt64 { generator.withLock { $0.next() } }

    /// So many random bytes.
    func bytes(_ count: Int) -> [UInt8] {
        generator.withLock { generator in
            var bytes: [UInt8] = []
            while bytes.count < count {
                var word = generator.next()
                for _ in 0..<8 {
                    bytes.append(UInt8(truncatingIfNeeded: word))
                    word >>= 8
                }
            }
            return Array(bytes.prefix(count))
        }
    }
}
