internal import Schema

/// Counts the contacts with one customer, which come in the order of their beginnings.
struct ContactFigures {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    private let asOf: Instant
    private let clock: OrganisationClock
    private var history = InteractionHistory()
    /// By the bytes of the channel's code.
    private var channels: [[UInt8]: ChannelContacts] = [:]
    private var allHabits = Habits()
    private var inboundHabits = Habits()
    private var recent = Mood()
    private var before = Mood()
    private var all = Mood()

    init(asOf: Instant, _ clock: OrganisationClock) {
        self.asOf = asOf
        self.clock = clock
    }

    /// Adds a contact that began not later than `asOf`.
    mutating func add(_ row: ContactRow) {
        let start = Instant(microseconds: row.start)
        history.interactions += 1
        if isWithin(30, start) { history.last30Days += 1 }
        if isWithin(90, start) { history.last90Days += 1 }
        if isWithin(365, start) { history.last365Days += 1 }
        channels[Array(row.channel.utf8), default: ChannelContacts()].add(row, at: start)
        let hour = clock.hour(start)
        allHabits.add(row.channel, hour)
        switch row.direction {
        case .inbound:
            history.lastInbound = start.timestamp
            inboundHabits.add(row.channel, hour)
        case .outbound: history.lastOutbound = start.timestamp
        case .mutual, .unspecified, .UNRECOGNIZED: break
        }
        guard let score = row.sentiment.score else { return }
        all.add(score)
        if isWithin(90, start) { recent.add(score) } else if isWithin(180, start) { before.add(score) }
        history.sentiment.last = row.sentiment
    }

    /// What was counted; nil where there was no contact.
    var result: InteractionHistory? {
        guard history.interactions > 0 else { return nil }
        var result = history
        result.channels = channels.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        let habits = inboundHabits.isEmpty ? allHabits : inboundHabits
        result.preferredChannel = habits.channel
        if let hour = habits.hour { result.preferredHour = UInt32(hour) }
        result.sentiment.ratedRecently = recent.count
        result.sentiment.ratedBefore = before.count
        result.sentiment.rated = all.count
        if let mean = recent.mean { result.sentiment.meanRecently = mean }
        if let mean = before.mean { result.sentiment.meanBefore = mean }
        if let mean = all.mean { result.sentiment.mean = mean }
        return result
    }

    /// Whether it is less than so many days of 24 hours ago.
    private func isWithin(_ days: Int64, _ instant: Instant) -> Bool {
        instant.rawValue > asOf.rawValue - days * ContactFigures.microsecondsPerDay
    }
}

/// Which channel and which hour occur most; of equals the one that came last.
private struct Habits {
    private var channels: [[UInt8]: (count: Int, last: Int)] = [:]
    private var hours: [Int: (count: Int, last: Int)] = [:]
    private var added = 0

    var isEmpty: Bool { added == 0 }

    mutating func add(_ channel: String, _ hour: Int) {
        added += 1
        let code = Array(channel.utf8)
        channels[code] = ((channels[code]?.count ?? 0) + 1, added)
        hours[hour] = ((hours[hour]?.count ?? 0) + 1, added)
    }

    /// Empty where there is none.
    var channel: String {
        let most = channels.max { ($0.value.count, $0.value.last) < ($1.value.count, $1.value.last) }
        return String(decoding: most?.key ?? [], as: UTF8.self)
    }

    var hour: Int? {
        hours.max { ($0.value.count, $0.value.last) < ($1.value.count, $1.value.last) }?.key
    }
}

/// The mean of sentiments.
private struct Mood {
    private(set) var count: UInt64 = 0
    private var sum: Int64 = 0

    mutating func add(_ score: Int64) {
        count += 1
        sum += score
    }

    var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }
}

extension ChannelContacts {
    fileprivate mutating func add(_ row: ContactRow, at start: Instant) {
        channel = row.channel
        last = start.timestamp
        switch row.direction {
        case .inbound:
            inbound += 1
            lastInbound = start.timestamp
        case .outbound:
            outbound += 1
            lastOutbound = start.timestamp
        case .mutual, .unspecified, .UNRECOGNIZED: other += 1
        }
    }
}

extension Sentiment {
    /// From -2, very negative, to 2, very positive; nil where nobody judged.
    fileprivate var score: Int64? {
        switch self {
        case .veryNegative: -2
        case .negative: -1
        case .neutral: 0
        case .positive: 1
        case .veryPositive: 2
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
