// The one place that needs zone rules, and with them the whole of Foundation.
internal import Foundation
internal import Schema

/// The clock of a time zone.
struct ZoneClock: Equatable, Sendable {
    static let utc = ZoneClock(zone: nil)

    private let zone: TimeZone?

    private init(zone: TimeZone?) {
        self.zone = zone
    }

    /// The clock of an IANA zone (`Europe/London`) or `UTC`; nil where the zone is not known.
    init?(name: String) {
        if name == "UTC" {
            zone = nil
        } else if name.contains("/"), let zone = TimeZone(identifier: name) {
            // Without the slash, abbreviations such as EST would be taken too, which mean several things.
            self.zone = zone
        } else {
            return nil
        }
    }

    /// The clock of who reads: that of `KITH_ZONE`, else of `TZ`, else of the machine.
    ///
    /// - Throws: wrong use where `KITH_ZONE` names no zone. (What stands in `TZ` may have many other forms: one that is
    ///   no name of a zone is left to the system.)
    static func ofViewer(environment: [String: String]) throws(Failure) -> ZoneClock {
        if let name = environment["KITH_ZONE"], !name.isEmpty {
            guard let clock = ZoneClock(name: name) else {
                throw .wrongUse("KITH_ZONE is no time zone such as Europe/London: \(name)")
            }
            return clock
        }
        if let name = environment["TZ"],
            let clock = ZoneClock(name: name.hasPrefix(":") ? String(name.dropFirst()) : name)
        {
            return clock
        }
        return ZoneClock(zone: .current)
    }

    /// What the zone's clock shows at an instant, and how many seconds it is ahead of UTC then.
    func civilTime(at instant: Instant) -> (time: CivilTime, offset: Int) {
        guard let zone else { return (CivilTime(microseconds: instant.rawValue), 0) }
        let second = (Double(instant.rawValue) / 1_000_000).rounded(.down)
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: second))
        return (CivilTime(microseconds: instant.rawValue + Int64(offset) * 1_000_000), offset)
    }

    /// The instant at which the zone's clock shows this time: in a gap the offset before it holds, in an overlap
    /// the first of the two.
    func instant(of time: CivilTime) -> Instant {
        guard let zone else { return time.instant(offset: 0) }
        func offset(atSecond second: Int) -> Int {
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second)))
        }
        // Offsets change by far less than a day, and never twice within one: those a day before and after are all
        // that can hold.
        let before = offset(atSecond: time.seconds - 86_400)
        let after = offset(atSecond: time.seconds + 86_400)
        if offset(atSecond: time.seconds - before) == before || before == after { return time.instant(offset: before) }
        let holdsAfter = offset(atSecond: time.seconds - after) == after
        return time.instant(offset: holdsAfter ? after : before)
    }
}
