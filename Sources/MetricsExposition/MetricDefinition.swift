/// What a metric says and how it is counted: written down once, for the exposition and for the page that explains it.
package struct MetricDefinition: Sendable, Hashable {
    /// How the values of a metric come about.
    package enum Form: Sendable, Hashable {
        /// Only grows, until the process ends.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations in buckets with these upper bounds, which ascend; one without a bound is added.
        case histogram(bounds: [Double])
    }

    /// The name by the conventions of Prometheus: base units, `_total` for counters.
    package let name: String
    /// One sentence.
    package let help: String
    package let form: Form
    /// Names of the labels, in the order in which values are given.
    package let labels: [String]

    package init(_ name: String, _ form: Form, _ help: String, labels: [String] = []) {
        self.name = name
        self.form = form
        self.help = help
        self.labels = labels
    }

    /// Bounds in seconds from 50 µs to 10 s: a sync to a fast disk on one side, a disk that stalls on the other.
    package static let durations: [Double] = [
        0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
    ]

    /// Bounds of counts from 1 to 10,000.
    package static let counts: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]
}
