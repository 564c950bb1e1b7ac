internal import CoreMetrics
internal import Synchronization

// What the metrics count in: atomics alone, so that whoever measures never waits for whoever reads.

/// A floating-point number that several threads change.
struct AtomicNumber: ~Copyable, Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func store(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = bits.compareExchange(expected: known, desired: sum, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }
}

/// The number behind one series of a counter. What would take something away is left out: counters only grow.
final class CounterCell: CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let part = AtomicNumber()

    var value: Double { Double(whole.load(ordering: .relaxed)) + part.value }

    func increment(by amount: Int64) { if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) } }

    func increment(by amount: Double) { if amount > 0 { part.add(amount) } }

    func reset() {
        whole.store(0, ordering: .relaxed)
        part.store(0)
    }
}

/// The number behind one series of a gauge.
final class GaugeCell: RecorderHandler, MeterHandler {
    private let number = AtomicNumber()

    var value: Double { number.value }

    func record(_ value: Int64) { number.store(Double(value)) }
    func record(_ value: Double) { number.store(value) }
    func set(_ value: Int64) { number.store(Double(value)) }
    func set(_ value: Double) { number.store(value) }
    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }
}

/// The buckets behind one series of a histogram.
final class HistogramCell: RecorderHandler, TimerHandler {
    /// A count of its own place: an array cannot hold atomics.
    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    let bounds: [Double]
    /// One per bound, and one for what is larger than the last.
    private let buckets: [Bucket]
    private let total = AtomicNumber()

    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    /// Sum of everything that was observed.
    var sum: Double { total.value }

    /// Per bucket how much was observed at or below its bound; the last one is everything.
    var cumulative: [UInt64] {
        var running: UInt64 = 0
        return buckets.map { bucket in
            running += bucket.count.load(ordering: .relaxed)
            return running
        }
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        // Not a number has no bucket.
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        total.add(value)
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}

/// Takes what there is no room for.
final class IgnoredCell: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    func increment(by amount: Int64) {}
    func increment(by amount: Double) {}
    func decrement(by amount: Double) {}
    func reset() {}
    func record(_ value: Int64) {}
    func record(_ value: Double) {}
    func set(_ value: Int64) {}
    func set(_ value: Double) {}
    func recordNanoseconds(_ duration: Int64) {}
}
