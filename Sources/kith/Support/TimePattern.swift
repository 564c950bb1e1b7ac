internal import Schema

/// How a column writes times. Letters as in the Unicode date patterns: `yyyy` `MM` `dd` `HH` `mm` `ss` `SSS`
/// (any number of S: decimals of a second), one letter for a number without leading zeros, `X` for an offset
/// (`Z`, `+02`, `+0200`, `+02:00`), text between apostrophes as it stands. `iso` is ISO 8601 with an optional time
/// and offset.
struct TimePattern: Equatable, Sendable {
    private enum Token: Equatable, Sendable {
        case number(Field, minimum: Int, maximum: Int)
        case fraction
        case offset
        case literal([UInt8])
    }

    private enum Field: Sendable {
        case year, month, day, hour, minute, second
    }

    private static let isoPatterns = [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.S", "yyyy-MM-dd'T'HH:mmX",
        "yyyy-MM-dd'T'HH:mm:ssX", "yyyy-MM-dd'T'HH:mm:ss.SX", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd HH:mm:ss.S", "yyyy-MM-dd HH:mmX", "yyyy-MM-dd HH:mm:ssX", "yyyy-MM-dd HH:mm:ss.SX",
    ]

    /// What is wrong with a pattern.
    struct Problem: Error {
        var message: String
    }

    private let alternatives: [[Token]]

    init(_ pattern: String) throws(Problem) {
        var alternatives: [[Token]] = []
        for text in pattern == "iso" ? Self.isoPatterns : [pattern] { alternatives.append(try Self.tokens(of: text)) }
        self.alternatives = alternatives
    }

    /// The instant that a text stands for, on the clock of `zone` where the text names no offset; nil where it is
    /// not of this pattern or no such time exists.
    ///
    /// - Parameter ignoringOffset: the offset that the text names says nothing: the clock of `zone` showed the time.
    func instant(of text: String, zone: ZoneClock, ignoringOffset: Bool = false) -> Instant? {
        let bytes = Array(text.utf8)
        for tokens in alternatives {
            if let (time, offset) = Self.read(bytes, tokens), time.isValid {
                let offset = ignoringOffset ? nil : offset
                return offset.map { time.instant(offset: $0) } ?? zone.instant(of: time)
            }
        }
        return nil
    }

    private static func tokens(of pattern: String) throws(Problem) -> [Token] {
        var tokens: [Token] = []
        var rest = pattern[...]
        while let letter = rest.first {
            let run = rest.prefix { $0 == letter }
            if letter == "'" {
                let quoted = rest.dropFirst()
                guard let end = quoted.firstIndex(of: "'") else {
                    throw Problem(message: "an apostrophe is not closed")
                }
                tokens.append(.literal(Array(quoted[..<end].utf8)))
                rest = quoted[quoted.index(after: end)...]
                continue
            }
            tokens.append(try token(letter, run.count))
            rest = rest[run.endIndex...]
            if case .literal = tokens[tokens.count - 1], run.count > 1 {
                tokens[tokens.count - 1] = .literal(Array(run.utf8))
            }
        }
        guard tokens.contains(where: { if case .number(.year, _, _) = $0 { true } else { false } }) else {
            throw Problem(message: "the pattern has no year")
        }
        return tokens
    }

    private static func token(_ letter: Character, _ count: Int) throws(Problem) -> Token {
        let fields: [Character: Field] = [
            "y": .year, "M": .month, "d": .day, "H": .hour, "m": .minute, "s": .second,
        ]
        if let field = fields[letter] {
            let widest = field == .year ? 4 : 2
            guard count == 1 || count == widest else {
                throw Problem(message: "'\(String(repeating: letter, count: count))' is not known")
            }
            return .number(field, minimum: count, maximum: widest)
        }
        if letter == "S" { return .fraction }
        if letter == "X" { return .offset }
        guard !letter.isLetter else { throw Problem(message: "'\(letter)' is not known; put text between apostrophes") }
        return .literal(Array(String(letter).utf8))
    }

    private static func read(_ bytes: [UInt8], _ tokens: [Token]) -> (CivilTime, offset: Int?)? {
        var time = CivilTime(year: 1, month: 1, day: 1)
        var offset: Int?
        var rest = bytes[...]
        for token in tokens {
            switch token {
            case .literal(let text):
                guard rest.starts(with: text) else { return nil }
                rest = rest.dropFirst(text.count)
            case .number(let field, let minimum, let maximum):
                guard let number = takeNumber(&rest, minimum, maximum) else { return nil }
                set(field, number, in: &time)
            case .fraction:
                let digits = rest.prefix { isDigit($0) }
                guard (1...9).contains(digits.count) else { return nil }
                let six = digits.prefix(6) + repeatElement(0x30, count: max(0, 6 - digits.count))
                time.microsecond = six.reduce(0) { $0 * 10 + Int($1 - 0x30) }
                rest = rest.dropFirst(digits.count)
            case .offset:
                guard let seconds = takeOffset(&rest) else { return nil }
                offset = seconds
            }
        }
        return rest.isEmpty ? (time, offset) : nil
    }

    private static func set(_ field: Field, _ number: Int, in time: inout CivilTime) {
        switch field {
        case .year: time.year = number
        case .month: time.month = number
        case .day: time.day = number
        case .hour: time.hour = number
        case .minute: time.minute = number
        case .second: time.second = number
        }
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>, _ minimum: Int, _ maximum: Int) -> Int? {
        let digits = rest.prefix(maximum).prefix { isDigit($0) }
        guard digits.count >= minimum else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let sign = rest.popFirst() else { return nil }
        if sign == UInt8(ascii: "Z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = takeNumber(&rest, 2, 2) else {
            return nil
        }
        if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
        let minutes = rest.isEmpty ? 0 : takeNumber(&rest, 2, 2)
        guard let minutes, hours <= 18, minutes <= 59 else { return nil }
        return (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
