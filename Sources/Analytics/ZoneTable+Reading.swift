internal import Synchronization

// A zone of the table is `names|offsets|transitions|recurring rule;`. Names and offsets (seconds east of UTC) stand
// between blanks; the first name is the zone's own, the others are links. A transition is a capital letter, which of
// the offsets holds from then on (A is the first), and the seconds since the transition before it (since 1970 for the
// first) in base 36. The offset before all transitions is the first. Line ends may stand anywhere and count as blanks.

extension ZoneTable {
    /// The zones as they stand in the text; what comes after the last one is blank.
    static let zones = text.split(separator: ";").filter { $0.contains("|") }

    /// Where among `zones` every name leads. Made at the first use.
    static let places: [String: Int] = {
        var places: [String: Int] = [:]
        for (place, zone) in zones.enumerated() {
            for name in zone.prefix(while: { $0 != "|" }).split(whereSeparator: \.isWhitespace) {
                places[String(name)] = place
            }
        }
        return places
    }()

    /// The zones that were asked for, by their places.
    private static let cache = Mutex<[Int: ZoneRules]>([:])

    /// The rules of the zone that has this name; nil where none has.
    static func rules(of name: String) -> ZoneRules? {
        guard let place = places[name] else { return nil }
        return cache.withLock { cache in
            if let rules = cache[place] { return rules }
            guard let rules = read(zones[place]) else { preconditionFailure("the zone table is damaged at \(name)") }
            cache[place] = rules
            return rules
        }
    }

    /// Reads one zone of the table; nil where it is not in the table's form.
    static func read(_ zone: Substring) -> ZoneRules? {
        let fields = zone.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 4, let name = fields[0].split(whereSeparator: \.isWhitespace).first else { return nil }
        let choices = fields[1].split(whereSeparator: \.isWhitespace).map { Int($0) }
        guard let (transitions, places) = readTransitions(fields[2]) else { return nil }
        var offsets: [Int] = []
        for place in [0] + places {
            guard place < choices.count, let offset = choices[place] else { return nil }
            offsets.append(offset)
        }
        let rule = fields[3].filter { !$0.isWhitespace }
        let recurring = RecurringRule(rule[...])
        guard rule.isEmpty || recurring != nil else { return nil }
        return ZoneRules(name: String(name), transitions: transitions, offsets: offsets, recurring: recurring)
    }

    /// The instants of transitions, in seconds of Unix time, and the place of each one's offset in the list.
    private static func readTransitions(_ text: Substring) -> (instants: [Int], places: [Int])? {
        var instants: [Int] = []
        var places: [Int] = []
        var digits = ""
        var last = 0
        func finish() -> Bool {
            guard !places.isEmpty else { return digits.isEmpty }
            guard let seconds = Int(digits, radix: 36) else { return false }
            last += seconds
            instants.append(last)
            digits = ""
            return true
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                guard finish() else { return nil }
                places.append(Int(byte - UInt8(ascii: "A")))
            case UInt8(ascii: " "), UInt8(ascii: "\n"): continue
            default: digits.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return finish() ? (instants, places) : nil
    }
}
