internal import CRM
internal import Schema

/// What a scenario derives from events beside heads and states.
struct ScenarioIndex: Equatable {
    /// Streams by the hash of their external key.
    private(set) var links: [[UInt8]: StreamNumber] = [:]
    private(set) var tokens: [LookupKey: Set<StreamNumber>] = [:]
    private(set) var claims: [ClaimKey: Int64] = [:]
    private(set) var tickets: [StreamNumber: TicketStanding] = [:]
    private(set) var timers: [ScenarioTimer: Instant] = [:]

    mutating func apply(_ effect: IndexEffect, of stream: StreamNumber) {
        switch effect {
        case .link(let kind, let key): links[ScenarioHash.token(of: key, kind)] = stream
        case .unlink(let kind, let key): links[ScenarioHash.token(of: key, kind)] = nil
        case .addToken(let domain, let value):
            tokens[ScenarioHash.lookupKey(domain: domain, value: value), default: []].insert(stream)
        case .removeToken(let domain, let value):
            let key = ScenarioHash.lookupKey(domain: domain, value: value)
            tokens[key]?.remove(stream)
            if tokens[key]?.isEmpty ?? false { tokens[key] = nil }
        case .claim(let key, let amount):
            let value = (claims[key] ?? 0) + amount
            claims[key] = value == 0 ? nil : value
        case .timer(let key, let due): timers[ScenarioTimer(stream: stream, key: key)] = due
        case .ticket(let change): tickets[stream, default: TicketStanding()].apply(change)
        // A scenario has no streams under import.
        case .importOpened, .importClosed: break
        }
    }

    func holders(of key: LookupKey) -> [StreamNumber] { (tokens[key] ?? []).sorted() }

    /// The timer that fires first; nil where none is set.
    var nextTimer: (due: Instant, timer: ScenarioTimer)? {
        timers.min { ($0.value, $0.key.stream, $0.key.key) < ($1.value, $1.key.stream, $1.key.key) }
            .map { ($0.value, $0.key) }
    }
}

/// A timer of a stream.
struct ScenarioTimer: Hashable {
    var stream: StreamNumber
    var key: TimerKey
}

/// Stands in for the keyed hashes of a log (FNV-1a).
enum ScenarioHash {
    static func token(of key: ExternalKey, _ kind: AggregateKind) -> [UInt8] {
        let hash = lookupKey(domain: "reference \(kind.rawValue) \(key.system)", value: Array(key.key.utf8))
        return Identifier(high: hash.high, low: hash.low).bytes
    }

    static func lookupKey(domain: String, value: [UInt8]) -> LookupKey {
        let bytes = Array(domain.utf8) + [0] + value
        return LookupKey(
            high: fnv1a(bytes, basis: 0xCBF2_9CE4_8422_2325), low: fnv1a(bytes, basis: 0x6C62_272E_07BB_0142))
    }

    private static func fnv1a(_ bytes: [UInt8], basis: UInt64) -> UInt64 {
        bytes.reduce(basis) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
