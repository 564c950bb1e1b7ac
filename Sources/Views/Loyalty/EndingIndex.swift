internal import Schema

/// When the points of a programme end: how many at every instant, and how many in every quarter of an hour, so that
/// neither a day nor a span of months is summed from each instant.
///
/// Quarters begin at multiples of 900 seconds since 1970-01-01T00:00:00Z; since 1972 the days of every zone do too.
/// Keys: programme, 0 and the beginning of the quarter, or 1 and the instant. Rows are a `Tally`.
struct EndingIndex {
    private static let quarter: Int64 = 900_000_000
    private let programme: UInt64

    init(_ programme: UInt64) { self.programme = programme }

    /// Moves what ends, by what an event changed.
    ///
    /// - Throws: `ViewError` with `eventUnfit` where a sum does not fit, or what the store throws.
    func add(
        _ changes: [EndingChange], to store: inout some ProjectionStore & ~Copyable
    ) throws(ViewError) {
        for change in try EndingIndex.merged(changes) {
            let at = Instant(microseconds: change.at)
            try Tally.add(change.points, Loyalty.endings, key(.exact, at), in: &store)
            try Tally.add(change.points, Loyalty.endings, key(.quarter, EndingIndex.quarter(of: at)), in: &store)
        }
    }

    /// Shows what ends after an instant, in order: first instant by instant until a quarter is over, then by quarters.
    ///
    /// - Parameter body: is given an instant of the organisation's day and the points; it may stop.
    func scan(
        after start: Instant, in reader: borrowing some ProjectionReader & ~Copyable,
        _ body: (_ at: Instant, _ points: Int64) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        let next = EndingIndex.quarter(of: start).rawValue + EndingIndex.quarter
        var goesOn = ScanStep.next
        try scan(.exact, after: start, in: reader) { (at, points) throws(ViewError) in
            guard at.rawValue < next else { return .stop }
            goesOn = try body(at, points)
            return goesOn
        }
        guard goesOn == .next else { return }
        try scan(.quarter, after: Instant(microseconds: next - 1), in: reader, body)
    }

    /// How many points end after one instant and not after the other.
    func points(
        after start: Instant, through end: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> Int64 {
        var sum: Int64 = 0
        let last = EndingIndex.quarter(of: end)
        try scan(after: start, in: reader) { (at, points) throws(ViewError) in
            guard at < last else { return .stop }
            sum &+= points
            return .next
        }
        // What ends in the last quarter is looked at one by one.
        let edge = Instant(microseconds: max(start.rawValue, last.rawValue - 1))
        try scan(.exact, after: edge, in: reader) { (at, points) throws(ViewError) in
            guard at <= end else { return .stop }
            sum &+= points
            return .next
        }
        return sum
    }

    private enum Grain: UInt8 {
        case quarter = 0
        case exact = 1
    }

    private func scan(
        _ grain: Grain, after start: Instant, in reader: borrowing some ProjectionReader & ~Copyable,
        _ body: (_ at: Instant, _ points: Int64) throws(ViewError) -> ScanStep
    ) throws(ViewError) {
        var prefix = [UInt8].key(capacity: 9)
        prefix.append(bigEndian: programme)
        prefix.append(grain.rawValue)
        try reader.scan(Loyalty.endings, prefix: prefix, after: key(grain, start), descending: false) {
            (key, bytes) throws(ViewError) in
            var parts = KeyReader(key)
            _ = try parts.integer(UInt64.self)
            _ = try parts.integer(UInt8.self)
            return try body(try parts.instant(), try Tally.number(bytes))
        }
    }

    private func key(_ grain: Grain, _ at: Instant) -> [UInt8] {
        var key = [UInt8].key(capacity: 17)
        key.append(bigEndian: programme)
        key.append(grain.rawValue)
        key.append(at)
        return key
    }

    private static func quarter(of instant: Instant) -> Instant {
        let (quotient, remainder) = instant.rawValue.quotientAndRemainder(dividingBy: quarter)
        return Instant(microseconds: (remainder < 0 ? quotient - 1 : quotient) &* quarter)
    }

    /// One change per instant, without those that cancel out; in the order of the instants.
    private static func merged(_ changes: [EndingChange]) throws(ViewError) -> [EndingChange] {
        var merged: [EndingChange] = []
        for change in changes.sorted(by: { $0.at < $1.at }) {
            if let last = merged.indices.last, merged[last].at == change.at {
                merged[last].points = try Points.sum(merged[last].points, change.points)
            } else {
                merged.append(change)
            }
        }
        return merged.filter { $0.points != 0 }
    }
}
