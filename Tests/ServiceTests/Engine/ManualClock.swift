internal import EventLog
internal import Schema
internal import Synchronization

/// A clock that tests turn by hand: wall and boot time move together.
final class ManualClock: LogClock {
    private let wall: Mutex<Int64>
    private let begun: Int64
    private let tick: Int64

    /// - Parameter tick: microseconds by which every reading moves it.
    init(_ instant: Instant, tick: Int64 = 0) {
        self.tick = tick
        wall = Mutex(instant.rawValue)
        begun = instant.rawValue
    }

    func now() -> Instant {
        Instant(
            microseconds: wall.withLock { wall in
                wall += tick
                return wall
            })
    }
    func sinceBoot() -> Int64 { wall.withLock { $0 } - begun }
    func move(to instant: Instant) { wall.withLock { $0 = max($0, instant.rawValue) } }
}

extension Instant {
    /// Midnight (UTC) of a day, so many days after 1970-01-01.
    static func day(_ number: Int64) -> Instant { Instant(microseconds: number * 86_400_000_000) }

    /// So many days of 24 hours later.
    func days(later days: Int64) -> Instant { Instant(microseconds: rawValue + days * 86_400_000_000) }
}
