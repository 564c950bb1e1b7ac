/// Counts durations in buckets whose width grows with the duration: every value is kept to within 0.8 per cent, at
/// the cost of an addition, and a percentile is exact to that.
struct Histogram: Sendable {
    private static let subBits = 7
    private static let subCount = 1 << subBits

    private var counts = [Int](repeating: 0, count: (64 - subBits + 1) * subCount)
    private(set) var count = 0
    /// The greatest value, in nanoseconds.
    private(set) var maximum: UInt64 = 0

    /// Adds a duration.
    mutating func record(nanoseconds: UInt64, times: Int = 1) {
        counts[Self.bucket(nanoseconds)] += times
        count += times
        maximum = max(maximum, nanoseconds)
    }

    /// The duration in microseconds below which this share of the values lies; 0 where there are none.
    func microseconds(at share: Double) -> Double {
        guard count > 0 else { return 0 }
        let wanted = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (bucket, bucketCount) in counts.enumerated() {
            seen += bucketCount
            if seen >= wanted { return Double(min(Self.middle(bucket), maximum)) / 1_000 }
        }
        return Double(maximum) / 1_000
    }

    /// Values below 128 have a bucket each; from there on every power of two has 128 buckets.
    private static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(subCount) else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - subBits
        return (shift + 1) * subCount + Int(value >> UInt64(shift)) - subCount
    }

    private static func middle(_ bucket: Int) -> UInt64 {
        guard bucket >= subCount else { return UInt64(bucket) }
        let shift = UInt64(bucket / subCount - 1)
        return (UInt64(bucket % subCount + subCount) << shift) + (UInt64(1) << shift) / 2
    }
}
