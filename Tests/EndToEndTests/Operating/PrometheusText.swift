import Testing

/// The text format of Prometheus, read strictly: what a scraper would refuse, or a checker of rules complain about, is
/// an error here.
struct PrometheusText {
    /// One line with a value.
    struct Sample: Equatable {
        var name: String
        /// As they stand between the braces.
        var labels: String
        var value: Double
    }

    /// Form of each metric, by its name.
    private(set) var types: [String: String] = [:]
    private(set) var samples: [Sample] = []

    private struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    /// Reads a text.
    ///
    /// - Throws: where a metric is described twice or not at all, a series is there twice, names or numbers are none,
    ///   or a histogram does not add up.
    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(description: "the last line does not end") }
        var helped: Set<Substring> = []
        var current = ""
        var seen: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# HELP "), words.count == 4 {
                guard helped.insert(words[2]).inserted, types[String(words[2])] == nil else {
                    throw Malformed(description: "twice or too late: \(line)")
                }
            } else if line.hasPrefix("# TYPE "), words.count == 4 {
                current = String(words[2])
                guard helped.contains(words[2]), types[current] == nil else {
                    throw Malformed(description: "twice, or without HELP: \(line)")
                }
                guard ["counter", "gauge", "histogram"].contains(words[3]) else {
                    throw Malformed(description: "no form of a metric: \(line)")
                }
                types[current] = String(words[3])
                try Self.checkName(current, type: words[3])
            } else {
                let sample = try Self.sample(line)
                guard seen.insert("\(sample.name){\(sample.labels)}").inserted else {
                    throw Malformed(description: "there twice: \(line)")
                }
                let suffixes = types[current] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { sample.name == current + $0 }) else {
                    throw Malformed(description: "not below its own TYPE: \(line)")
                }
                samples.append(sample)
            }
        }
        for (name, type) in types where type == "histogram" { try checkHistogram(name) }
    }

    /// Value of a series; nil where it is not there.
    subscript(name: String, labels: String = "") -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    /// The series of a metric.
    func series(_ name: String) -> [Sample] { samples.filter { $0.name == name } }

    private static func sample(_ line: Substring) throws -> Sample {
        let pattern =
            /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*")*)\})? (\S+)/
        guard let match = line.wholeMatch(of: pattern) else { throw Malformed(description: "no sample: \(line)") }
        let number = match.3 == "+Inf" ? "inf" : String(match.3)
        guard let value = Double(number) else { throw Malformed(description: "no number: \(line)") }
        return Sample(name: String(match.1), labels: match.2.map(String.init) ?? "", value: value)
    }

    /// The conventions for names: counters say so, nothing else does, units are base units.
    private static func checkName(_ name: String, type: Substring) throws {
        let isTotal = name.hasSuffix("_total")
        guard isTotal == (type == "counter") else { throw Malformed(description: "\(name) is a \(type)") }
        for unit in ["milliseconds", "microseconds", "_ms", "kilobytes", "percent"] where name.contains(unit) {
            throw Malformed(description: "\(name) has no base unit")
        }
    }

    /// The buckets of a histogram without labels grow, and the last one is the count.
    private func checkHistogram(_ name: String) throws {
        let counts = series(name + "_bucket").map(\.value)
        guard counts == counts.sorted(), counts.last == self[name + "_count"], self[name + "_sum"] != nil,
            self[name + "_bucket", "le=\"+Inf\""] == counts.last
        else { throw Malformed(description: "\(name) does not add up: \(counts)") }
    }
}
