/// Percentiles of all values, not of samples.
enum Percentile {
    /// A percentile by linear interpolation between closest ranks. Among n values it has the rank
    /// (n - 1) * percent / 100, counted from 0.
    ///
    /// - Parameter sorted: smallest first; not empty.
    static func value(_ percent: Int, of sorted: [Int]) -> Double {
        let (rank, rest) = ((sorted.count - 1) * percent).quotientAndRemainder(dividingBy: 100)
        let lower = sorted[rank]
        let upper = sorted[min(rank + 1, sorted.count - 1)]
        return Double(lower) + Double(upper - lower) * Double(rest) / 100
    }
}
