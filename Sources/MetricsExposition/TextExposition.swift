/// The text format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
package enum TextExposition {
    /// The media type of the text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// Everything that a registry holds: per metric what it is, then its series, in the order of their names.
    package static func text(of registry: MetricsRegistry) -> String {
        var text = ""
        for family in registry.present where !family.series.isEmpty { append(family, to: &text) }
        return text
    }

    private static func append(_ family: MetricsRegistry.Family, to text: inout String) {
        let name = family.definition.name
        if !family.definition.help.isEmpty { text += "# HELP \(name) \(escapedHelp(family.definition.help))\n" }
        text += "# TYPE \(name) \(typeName(family.definition.form))\n"
        for (labels, cell) in family.series.sorted(by: { $0.key < $1.key }) {
            switch cell {
            case .counter(let counter): appendLine(name, labels, counter.value, to: &text)
            case .gauge(let gauge): appendLine(name, labels, gauge.value, to: &text)
            case .histogram(let histogram): append(histogram, name, labels, to: &text)
            }
        }
    }

    private static func append(_ histogram: HistogramCell, _ name: String, _ labels: String, to text: inout String) {
        let separator = labels.isEmpty ? "" : ","
        // Read once: the count and the last bucket are to be the same number.
        let counts = histogram.cumulative
        let bounds = histogram.bounds.map(number) + ["+Inf"]
        for (bound, count) in zip(bounds, counts) {
            appendLine("\(name)_bucket", "\(labels)\(separator)le=\"\(bound)\"", Double(count), to: &text)
        }
        appendLine("\(name)_sum", labels, histogram.sum, to: &text)
        appendLine("\(name)_count", labels, Double(counts.last ?? 0), to: &text)
    }

    private static func appendLine(_ name: String, _ labels: String, _ value: Double, to text: inout String) {
        text += labels.isEmpty ? "\(name) \(number(value))\n" : "\(name){\(labels)} \(number(value))\n"
    }

    private static func typeName(_ form: MetricDefinition.Form) -> String {
        switch form {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    // MARK: Parts of a line

    /// A number as the format spells it: whole ones without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Up to here every whole number is exact.
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return "\(Int64(value))" }
        return "\(value)"
    }

    /// A name in the characters that the format allows.
    static func name(_ label: String) -> String {
        let name = String(label.unicodeScalars.map { isAllowed($0) || $0 == ":" ? Character($0) : "_" })
        return name.first.map { $0.isNumber } ?? true ? "_\(name)" : name
    }

    /// Labels as they stand between the braces, in the order of their names.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { (labelName($0.0), $0.1) }.sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(escapedValue($0.1))\"" }.joined(separator: ",")
    }

    private static func labelName(_ label: String) -> String {
        let name = String(label.unicodeScalars.map { isAllowed($0) ? Character($0) : "_" })
        return name.first.map { $0.isNumber } ?? true ? "_\(name)" : name
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }

    private static func escapedValue(_ text: String) -> String { escaped(text, quotes: true) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
