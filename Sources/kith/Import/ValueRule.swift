internal import Schema

/// How a value is made from a row, and from the rows of a group.
struct ValueRule: Sendable {
    /// Where the text comes from.
    enum Source: Equatable, Sendable {
        case column(String)
        case constant(String)
        /// The least or the greatest of other values, those that are empty left out.
        case values([Int], Extreme)
    }

    /// An end of an order.
    enum Extreme: String, CaseIterable, Sendable {
        case least, greatest
    }

    /// Which rows of the group the value of a row comes from.
    enum Reach: Equatable, Sendable {
        /// The row itself.
        case itself
        /// The nearest row before it for which all conditions hold; empty where there is none.
        case earlier([Condition])
        /// The row and all those before it.
        case soFar(Extreme)
    }

    /// What the text stands for.
    enum Kind: Equatable, Sendable {
        case text
        case integer
        case decimal
        /// An amount whose currency has so many decimals.
        case money(digits: Int)
        case time(TimePattern, ZoneClock)

        /// What it is compared as.
        enum Order: Hashable, Sendable {
            case text, number, time
        }

        var order: Order {
            switch self {
            case .text: .text
            case .integer, .decimal, .money: .number
            case .time: .time
            }
        }
    }

    /// Which value a group of rows has.
    enum Choice: String, CaseIterable, Sendable {
        /// All rows must have the same.
        case same
        /// That of the first or of the last row, in the order of the group.
        case first, last
        case least
        case greatest
    }

    var name: String
    var source: Source
    var kind = Kind.text
    var choice = Choice.same
    var reach = Reach.itself
    /// Take blanks off both ends.
    var trims = false
    /// Texts that mean that there is no value.
    var empty: Set<String> = [""]
    /// Other words for texts, for example `M` for `PARTY_KIND_PERSON`.
    var words: [String: String]?
    /// The word for texts that have none; nil: they are refused.
    var otherwise: String?
    /// Times are read on the clock of the zone, whatever offset they name.
    var ignoresOffset = false
    /// The text to use where there is none.
    var substitute: String?
    var negates = false
    var decimalPoint: Character = "."
    var thousands: Character?

    /// The value of a row, whose field of the rule's column is `field`.
    func value(of field: String) throws(RowDefect) -> MappedValue {
        var text = field
        if case .constant(let constant) = source { text = constant }
        if trims { text = Self.trimmed(text) }
        if empty.contains(text) {
            guard let substitute else { return .none }
            text = substitute
        } else if let words {
            guard let word = words[text] ?? otherwise else { throw invalid("is none of the words of the mapping") }
            text = word
        }
        return try typed(text)
    }

    /// The value where there is no row for it to come from.
    func valueOfNoRow() throws(RowDefect) -> MappedValue {
        guard let substitute else { return .none }
        return try typed(substitute)
    }

    private func typed(_ text: String) throws(RowDefect) -> MappedValue {
        switch kind {
        case .text: return .text(text)
        case .time(let pattern, let zone):
            guard let instant = pattern.instant(of: text, zone: zone, ignoringOffset: ignoresOffset) else {
                throw invalid("is no time of the pattern")
            }
            return .time(instant)
        case .integer:
            guard let number = try decimal(text).scaled(to: 0) else { throw invalid("is no integer") }
            return .integer(number)
        case .decimal: return .decimal(try decimal(text))
        case .money(let digits):
            guard let minorUnits = try decimal(text).scaled(to: digits) else {
                throw invalid("has more decimals than the currency")
            }
            return .minorUnits(minorUnits)
        }
    }

    private func decimal(_ text: String) throws(RowDefect) -> DecimalNumber {
        guard var number = DecimalNumber(text, decimalPoint: decimalPoint, thousands: thousands) else {
            throw invalid("is no decimal number of at most 18 digits, nine of them decimals")
        }
        if negates { number.unscaled = -number.unscaled }
        return number
    }

    /// Says which value is wrong, not what it holds: it may be personal, and reports are passed on.
    private func invalid(_ complaint: String) -> RowDefect {
        if case .column(let column) = source, column != name {
            return RowDefect(.valueInvalid, "\(name) (column \(column)) \(complaint)")
        }
        return RowDefect(.valueInvalid, "\(name) \(complaint)")
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while scalars.first?.properties.isWhitespace == true { scalars = scalars.dropFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars = scalars.dropLast() }
        return String(scalars)
    }
}
