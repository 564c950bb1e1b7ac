internal import CoreMetrics
internal import EventLog
internal import FoundationEssentials
internal import MetricsExposition
internal import Schema
internal import Synchronization

/// What is not counted as it happens but looked up when somebody asks.
struct ServiceGauges: Sendable {
    private let registry: MetricsRegistry
    private let processor: ProcessorTime

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        processor = ProcessorTime(registry.fractionCounter(MetricCatalogue.processorTime))
        registry.gauge(MetricCatalogue.build, ServiceVersion.text).set(1)
    }

    private func set(_ definition: MetricDefinition, _ value: some BinaryInteger) {
        registry.gauge(definition).set(Double(value))
    }

    func set(writer: (waiting: Int, failure: String), journal: (waiting: Int, lost: UInt64), parkedTimers: Int) {
        set(MetricCatalogue.commandsWaiting, writer.waiting)
        set(MetricCatalogue.readOnly, writer.failure.isEmpty ? 0 : 1)
        set(MetricCatalogue.refusalsWaiting, journal.waiting)
        set(MetricCatalogue.refusalsLost, journal.lost)
        set(MetricCatalogue.timersParked, parkedTimers)
    }

    func set(_ usage: LogUsage) {
        set(MetricCatalogue.logUsed, usage.usedBytes)
        set(MetricCatalogue.logFile, usage.fileBytes)
        set(MetricCatalogue.logMap, usage.mapBytes)
        set(MetricCatalogue.logReaders, usage.readers)
        set(MetricCatalogue.logReadersMaximum, usage.readersMaximum)
        set(MetricCatalogue.diskFree, usage.freeBytes)
    }

    func set(position: Position, index: Position, indexChanges: Int, bodies: (items: Int, unreferred: Int)) {
        set(MetricCatalogue.position, position.rawValue)
        set(MetricCatalogue.indexPosition, index.rawValue)
        set(MetricCatalogue.indexChanges, indexChanges)
        set(MetricCatalogue.bodies, bodies.items)
        set(MetricCatalogue.bodiesUnreferenced, bodies.unreferred)
    }

    func set(_ projection: ProjectionStatus) {
        let name = projection.name
        registry.gauge(MetricCatalogue.projectionPosition, name).set(Double(projection.position))
        registry.gauge(MetricCatalogue.projectionLagEvents, name).set(Double(projection.lagEvents))
        registry.gauge(MetricCatalogue.projectionLagSeconds, name).set(Double(projection.lagMicroseconds) / 1e6)
        let states: [(ProjectionState, String)] = [
            (.live, "live"), (.catchingUp, "catching_up"), (.rebuilding, "rebuilding"), (.parked, "parked"),
        ]
        for (state, label) in states {
            registry.gauge(MetricCatalogue.projectionState, name, label).set(projection.state == state ? 1 : 0)
        }
    }

    func set(bytes: Int, of part: String) { registry.gauge(MetricCatalogue.storeBytes, part).set(Double(bytes)) }

    func set(_ sample: ProcessSample, startedAt: Instant) {
        set(MetricCatalogue.residentMemory, sample.residentBytes)
        set(MetricCatalogue.virtualMemory, sample.virtualBytes)
        set(MetricCatalogue.descriptors, sample.descriptors)
        set(MetricCatalogue.descriptorsMaximum, sample.descriptorsMaximum)
        processor.reached(sample.processorSeconds)
        registry.gauge(MetricCatalogue.startTime).set(Double(startedAt.rawValue) / 1e6)
    }
}

/// A counter of something that the system counts: it gets what has come to it since the last time.
private final class ProcessorTime: Sendable {
    private let counter: FloatingPointCounter
    private let known = Mutex(0.0)

    init(_ counter: FloatingPointCounter) { self.counter = counter }

    func reached(_ seconds: Double) {
        let more = known.withLock { known in
            defer { known = max(known, seconds) }
            return seconds - known
        }
        if more > 0 { counter.increment(by: more) }
    }
}
