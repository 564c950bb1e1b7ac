import CoreMetrics
import Testing

@testable import MetricsExposition

/// What is measured, and the text that Prometheus reads.
@Suite struct TextExpositionTests {
    private static let requests = MetricDefinition("kith_requests_total", .counter, "Requests.", labels: ["status"])
    private static let depth = MetricDefinition("kith_depth", .gauge, "A \\ and\na line.")
    private static let duration = MetricDefinition("kith_wait_seconds", .histogram(bounds: [0.001, 0.5]), "Waits.")

    @Test func `each metric says once what it is, and has a line per series`() {
        let registry = MetricsRegistry([Self.requests, Self.depth, Self.duration])
        registry.counter(Self.requests, "404").increment()
        registry.counter(Self.requests, "200").increment(by: 41)
        registry.counter(Self.requests, "200").increment()
        let gauge = registry.gauge(Self.depth)
        gauge.increment(by: 2.5)
        gauge.decrement(by: 1)
        let timer = registry.timer(Self.duration)
        timer.recordNanoseconds(1_000_000)
        timer.recordMilliseconds(2)
        timer.recordSeconds(3)
        #expect(
            TextExposition.text(of: registry) == """
                # HELP kith_depth A \\\\ and\\na line.
                # TYPE kith_depth gauge
                kith_depth 1.5
                # HELP kith_requests_total Requests.
                # TYPE kith_requests_total counter
                kith_requests_total{status="200"} 42
                kith_requests_total{status="404"} 1
                # HELP kith_wait_seconds Waits.
                # TYPE kith_wait_seconds histogram
                kith_wait_seconds_bucket{le="0.001"} 1
                kith_wait_seconds_bucket{le="0.5"} 2
                kith_wait_seconds_bucket{le="+Inf"} 3
                kith_wait_seconds_sum 3.003
                kith_wait_seconds_count 3

                """)
    }

    @Test func `labels are escaped, and stand in the order of their names`() {
        let registry = MetricsRegistry()
        Counter(label: "of.a-library", dimensions: [("z", "a\"b\\c\nd"), ("1a", "ä")], factory: registry).increment()
        #expect(
            TextExposition.text(of: registry) == """
                # TYPE of_a_library counter
                of_a_library{_1a="ä",z="a\\"b\\\\c\\nd"} 1

                """)
    }

    @Test func `numbers are spelt as the format wants them`() {
        let numbers: [(Double, String)] = [
            (0, "0"), (-3, "-3"), (0.25, "0.25"), (1e-5, "1e-05"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"), (1e300, "1e+300"), (9_007_199_254_740_991, "9007199254740991"),
        ]
        for (number, text) in numbers { #expect(TextExposition.number(number) == text) }
    }

    @Test func `whatever values a label has, a metric has no more series than it may`() {
        let registry = MetricsRegistry([Self.requests])
        for status in 0..<10_000 { registry.counter(Self.requests, "\(status)").increment() }
        let lines = TextExposition.text(of: registry).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == MetricsRegistry.seriesMaximum)
        // Nothing is left out of the sum.
        let sum = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
        #expect(sum == 10_000)
        #expect(lines.contains { $0.contains("status=\"other\"") })
    }

    @Test func `no more names are taken than there may be, and none in two forms`() {
        let registry = MetricsRegistry([Self.depth])
        for number in 0..<1_000 { Counter(label: "library_\(number)", factory: registry).increment() }
        // The name of a gauge: a counter under it would make the text unreadable.
        Counter(label: Self.depth.name, factory: registry).increment()
        let text = TextExposition.text(of: registry)
        let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
        // The defined one has a place and no series yet.
        #expect(types.count == MetricsRegistry.familiesMaximum - 1)
        #expect(!text.contains(Self.depth.name))
    }

    @Test func `what is destroyed is no longer there`() {
        let registry = MetricsRegistry([Self.requests])
        let counter = registry.counter(Self.requests, "200")
        counter.increment()
        counter.destroy()
        #expect(TextExposition.text(of: registry).isEmpty)
    }

    @Test func `a counter never goes back, and takes fractions`() {
        let registry = MetricsRegistry()
        let counter = registry.fractionCounter(MetricDefinition("cpu_seconds_total", .counter, ""))
        counter.increment(by: 0.5)
        counter.increment(by: -2.0)
        counter.increment(by: 0.25)
        #expect(TextExposition.text(of: registry).contains("cpu_seconds_total 0.75\n"))
    }

    @Test func `many threads lose nothing`() async {
        let registry = MetricsRegistry([Self.requests, Self.duration])
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = registry.counter(Self.requests, "200")
                    let timer = registry.timer(Self.duration)
                    for _ in 0..<5_000 {
                        counter.increment()
                        timer.recordSeconds(1)
                    }
                }
            }
        }
        let text = TextExposition.text(of: registry)
        #expect(text.contains("kith_requests_total{status=\"200\"} 40000\n"))
        #expect(text.contains("kith_wait_seconds_count 40000\n"))
        #expect(text.contains("kith_wait_seconds_sum 40000\n"))
    }
}
