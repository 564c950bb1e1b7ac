internal import FoundationEssentials
internal import Glibc

/// The figures of one measurement, as they are printed.
struct Measurement: Encodable {
    /// What was counted: commands, commits, records or events.
    var operations: Int
    var seconds: Double
    var perSecond: Double
    /// Latencies in microseconds; absent where single operations were not timed.
    var p50: Double?
    var p99: Double?
    var p999: Double?
    var max: Double?
    /// Processor seconds that this process took.
    var clientCPU: Double?
    /// Processor seconds that the service took.
    var daemonCPU: Double?
    /// Whatever else is to be known of the measurement.
    var details: [String: Double] = [:]

    init(operations: Int, seconds: Double, latencies: Histogram? = nil) {
        self.operations = operations
        self.seconds = seconds
        perSecond = seconds > 0 ? Double(operations) / seconds : 0
        guard let latencies, latencies.count > 0 else { return }
        p50 = latencies.microseconds(at: 0.5)
        p99 = latencies.microseconds(at: 0.99)
        p999 = latencies.microseconds(at: 0.999)
        max = Double(latencies.maximum) / 1_000
    }

    /// Prints the figures as one line of JSON.
    func output() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

/// Wall clock and processor time from its making on.
struct Stopwatch: Sendable {
    private let daemon: Int32?
    private let started: UInt64
    private let clientCPU: Double
    private let daemonCPU: Double?

    init(daemon: Int32? = nil) {
        self.daemon = daemon
        clientCPU = Self.ownSeconds()
        daemonCPU = daemon.flatMap(Self.seconds(ofProcess:))
        started = Self.now()
    }

    /// Nanoseconds of a clock that only goes forward.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds so far.
    var seconds: Double { Double(Self.now() - started) / 1e9 }

    /// The figures of what has been done so far.
    func measurement(operations: Int, latencies: Histogram? = nil) -> Measurement {
        var measurement = Measurement(operations: operations, seconds: seconds, latencies: latencies)
        measurement.clientCPU = Self.ownSeconds() - clientCPU
        if let daemon, let before = daemonCPU, let after = Self.seconds(ofProcess: daemon) {
            measurement.daemonCPU = after - before
        }
        return measurement
    }

    private static func ownSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// User and system time of another process, from the 14th and 15th field of its `stat` file; nil where it is gone.
    private static func seconds(ofProcess id: Int32) -> Double? {
        guard let text = try? String(contentsOf: URL(filePath: "/proc/\(id)/stat"), encoding: .utf8),
            let parenthesis = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[parenthesis...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
