internal import Schema

/// Limits of orders and returns. Lengths are bytes of UTF-8.
enum TradeLimits {
    static let lines = 5_000
    static let documentNumberBytes = 128
    static let channelBytes = 64
    static let countryBytes = 64
    static let remarkBytes = 1_024
    static let addressBytes = 2_000
}

/// Checks of form that orders and returns share.
///
/// Fields are named only where something is refused: making a text for every line of every order would cost
/// more than deciding it.
enum TradeForm {
    /// Number, channel, country and currency of a document.
    ///
    /// - Throws: LIMIT_EXCEEDED, CURRENCY_MISMATCH where the currency is not known.
    static func checkHead(
        number: String, channel: String, country: String, currency: String, prefix: String
    ) throws(Refusal) {
        try checkText(number, "document_number", maximum: TradeLimits.documentNumberBytes, prefix)
        try checkText(channel, "channel", maximum: TradeLimits.channelBytes, prefix)
        try checkText(country, "country", maximum: TradeLimits.countryBytes, prefix)
        guard currency.isEmpty || CurrencyCode.isKnown(currency) else {
            throw Refusal(
                .currencyMismatch, "The currency is not known. Send an ISO 4217 code such as EUR.",
                field: prefix + "currency")
        }
    }

    /// A text that fits into so many bytes; empty is fine.
    static func checkText(_ text: String, _ name: String, maximum: Int, _ prefix: String) throws(Refusal) {
        guard text.utf8.count > maximum else { return }
        throw Refusal(.limitExceeded, "\(name) has more than \(maximum) bytes. Shorten it.", field: prefix + name)
    }

    /// The records of other systems that a new document stands for.
    static func checkExternal(_ keys: [ExternalKey], prefix: String) throws(Refusal) {
        guard !keys.isEmpty else { return }
        try FormCheck.externalKeys(keys, prefix + "external")
    }

    /// That there are lines, not too many of them, and that either none has a number or each has one of its own.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    static func checkNumbers(_ lines: [some NumberedLine], prefix: String) throws(Refusal) {
        guard let first = lines.first else {
            throw Refusal(.schemaInvalid, "There are no lines. Send at least one.", field: prefix + "lines")
        }
        guard lines.count <= TradeLimits.lines else {
            throw Refusal(
                .limitExceeded, "There are more than \(TradeLimits.lines) lines. Split the document.",
                field: prefix + "lines")
        }
        let isNumbered = first.line != 0
        if let odd = lines.firstIndex(where: { ($0.line != 0) != isNumbered }) {
            throw Refusal(
                .schemaInvalid, "Some lines have a number and some have none. Number all of them or none.",
                field: linePath(prefix, odd, "line"))
        }
        guard isNumbered, !lines.isAscending else { return }
        var seen = Set<UInt32>(minimumCapacity: lines.count)
        for (index, line) in lines.enumerated() where !seen.insert(line.line).inserted {
            throw Refusal(
                .schemaInvalid, "Line number \(line.line) stands twice. Give every line its own.",
                field: linePath(prefix, index, "line"))
        }
    }

    /// The path of a line's field.
    static func linePath(_ prefix: String, _ index: Int, _ name: String) -> String {
        "\(prefix)lines[\(index)].\(name)"
    }
}

/// A line of a document, in a command or in an event.
protocol NumberedLine {
    var line: UInt32 { get }
}

extension OrderLineInput: NumberedLine {}
extension OrderLine: NumberedLine {}
extension ReturnLineInput: NumberedLine {}
extension ReturnLine: NumberedLine {}

extension Array where Element: NumberedLine {
    /// Whether every line's number is greater than the one before.
    var isAscending: Bool {
        var last: UInt32?
        for line in self {
            if let last, line.line <= last { return false }
            last = line.line
        }
        return true
    }

    /// The place of the line with this number, where the lines are in ascending order.
    func place(ofLine number: UInt32) -> Int? {
        // Lines are mostly numbered 1, 2, 3 without gaps.
        let guess = Int(number) - 1
        if indices.contains(guess), self[guess].line == number { return guess }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].line < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].line == number ? low : nil
    }
}
