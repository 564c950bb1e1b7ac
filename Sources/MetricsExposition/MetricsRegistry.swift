package import CoreMetrics
internal import Synchronization

/// Where the metrics of a process are kept: a back end of swift-metrics whose values Prometheus reads as text.
///
/// Measuring takes no lock: whoever measures keeps its counter, gauge, recorder or timer, behind which are atomics.
/// Only making one looks something up. What can be held is bounded, whatever comes: `seriesMaximum` series of one
/// name, beyond which all go into one whose labels say `other`, and `familiesMaximum` names.
package final class MetricsRegistry: MetricsFactory {
    /// Series of one metric at most.
    package static let seriesMaximum = 256
    /// Metrics at most: those that are defined, and what libraries measure besides.
    package static let familiesMaximum = 512

    /// One line of the exposition, or the lines of one histogram.
    enum Cell: Sendable {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)

        /// The object behind it, to tell it from others.
        var object: AnyObject {
            switch self {
            case .counter(let cell): cell
            case .gauge(let cell): cell
            case .histogram(let cell): cell
            }
        }
    }

    /// All series of one name.
    struct Family: Sendable {
        let definition: MetricDefinition
        /// By the labels as they stand in the exposition, without braces.
        var series: [String: Cell] = [:]
    }

    private let families: Mutex<[String: Family]>

    /// A registry of these metrics. Others are taken as well, as libraries have their own.
    package init(_ definitions: [MetricDefinition] = []) {
        families = Mutex(
            Dictionary(definitions.map { ($0.name, Family(definition: $0)) }, uniquingKeysWith: { first, _ in first }))
    }

    /// What there is at this moment, by name.
    var present: [Family] {
        families.withLock { Array($0.values) }.sorted { $0.definition.name < $1.definition.name }
    }

    // MARK: Making

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard case .counter(let cell)? = cell(label, dimensions, .counter) else { return IgnoredCell() }
        return cell
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        guard case .counter(let cell)? = cell(label, dimensions, .counter) else { return IgnoredCell() }
        return cell
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        guard case .gauge(let cell)? = cell(label, dimensions, .gauge) else { return IgnoredCell() }
        return cell
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let form: MetricDefinition.Form = aggregate ? .histogram(bounds: MetricDefinition.counts) : .gauge
        switch cell(label, dimensions, form) {
        case .gauge(let cell): return cell
        case .histogram(let cell): return cell
        case .counter, nil: return IgnoredCell()
        }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let form = MetricDefinition.Form.histogram(bounds: MetricDefinition.durations)
        guard case .histogram(let cell)? = cell(label, dimensions, form) else { return IgnoredCell() }
        return cell
    }

    /// The cell of a series, made where it is new; nil where there is no room, or the name is that of another form.
    private func cell(_ label: String, _ dimensions: [(String, String)], _ form: MetricDefinition.Form) -> Cell? {
        let name = TextExposition.name(label)
        return families.withLock { families in
            if families[name] == nil {
                guard families.count < Self.familiesMaximum else { return nil }
                families[name] = Family(definition: MetricDefinition(name, form, ""))
            }
            guard var family = families[name], family.definition.form.isLike(form) else { return nil }
            var labels = TextExposition.labels(dimensions)
            if family.series[labels] == nil, family.series.count >= Self.seriesMaximum - 1 {
                labels = TextExposition.labels(dimensions.map { ($0.0, "other") })
            }
            if let known = family.series[labels] { return known }
            let cell = family.definition.form.makeCell()
            family.series[labels] = cell
            families[name] = family
            return cell
        }
    }

    // MARK: Ending

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, family) in families {
                for (labels, cell) in family.series where cell.object === handler {
                    families[name]?.series[labels] = nil
                }
            }
        }
    }
}

extension MetricDefinition.Form {
    /// Whether series of one can stand under the name of the other.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.counter, .counter), (.gauge, .gauge), (.histogram, .histogram): true
        default: false
        }
    }

    fileprivate func makeCell() -> MetricsRegistry.Cell {
        switch self {
        case .counter: .counter(CounterCell())
        case .gauge: .gauge(GaugeCell())
        case .histogram(let bounds): .histogram(HistogramCell(bounds: bounds))
        }
    }
}

// MARK: - What is defined

extension MetricsRegistry {
    /// The counter of a defined metric with these values of its labels.
    package func counter(_ definition: MetricDefinition, _ values: String...) -> Counter {
        Counter(label: definition.name, dimensions: Self.dimensions(definition, values), factory: self)
    }

    /// The same for a counter of fractions.
    package func fractionCounter(_ definition: MetricDefinition, _ values: String...) -> FloatingPointCounter {
        FloatingPointCounter(label: definition.name, dimensions: Self.dimensions(definition, values), factory: self)
    }

    /// The gauge of a defined metric with these values of its labels.
    package func gauge(_ definition: MetricDefinition, _ values: String...) -> Meter {
        Meter(label: definition.name, dimensions: Self.dimensions(definition, values), factory: self)
    }

    /// The histogram of a defined metric with these values of its labels.
    package func histogram(_ definition: MetricDefinition, _ values: String...) -> Recorder {
        Recorder(
            label: definition.name, dimensions: Self.dimensions(definition, values), aggregate: true, factory: self)
    }

    /// The histogram of durations of a defined metric with these values of its labels.
    package func timer(_ definition: MetricDefinition, _ values: String...) -> Timer {
        Timer(label: definition.name, dimensions: Self.dimensions(definition, values), factory: self)
    }

    private static func dimensions(_ definition: MetricDefinition, _ values: [String]) -> [(String, String)] {
        precondition(values.count == definition.labels.count, "\(definition.name) has a value for each label")
        return Array(zip(definition.labels, values))
    }
}
