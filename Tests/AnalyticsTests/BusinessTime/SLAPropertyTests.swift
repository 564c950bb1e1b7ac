internal import Schema
internal import Testing

@testable import Analytics

/// What a clock says is what its calendar says of the times in which the ticket did not stand still.
@Suite struct SLAPropertyTests {
    @Test(arguments: UInt64(1)...40)
    func `resolution is the calendar's time without pauses and ends`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let office = try calendar("Europe/Berlin", 1...6, "08:00-12:00 13:00-17:30 22:00-03:00")
        // Four weeks around the day on which clocks are set forward.
        let opened = try office.zone.at("2026-03-14T10:00")
        var target = 40 * hour
        var clocks = SLAClocks(openedAt: opened, terms: Self.terms(target, office))
        var model = StandStill()
        var now = opened
        for _ in 0..<60 {
            now = Instant(microseconds: now.rawValue + Int64.random(in: 0...20 * hour, using: &random))
            let change: SLAFact.Change
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1: change = .paused(SLAPause.allCases.randomElement(using: &random) ?? .customer)
            case 2, 3, 4: change = .resumed
            case 5: change = Bool.random(using: &random) ? .resolved : .closed
            case 6, 7: change = .reopened
            case 8: change = Bool.random(using: &random) ? .customerMessage : .publicReply
            default:
                target = .random(in: 1...100 * hour, using: &random)
                change = .termsChanged(Self.terms(target, office))
            }
            try clocks.apply(SLAFact(change, at: now))
            model.apply(change, at: now)

            let asOf = Instant(microseconds: now.rawValue + Int64.random(in: 0...30 * hour, using: &random))
            let reading = clocks.reading(of: .resolution, asOf: asOf)
            let used = office.elapsed(from: opened, to: asOf, excluding: model.times(until: asOf))
            #expect(reading.used == used, "seed \(seed)")
            let counted = clocks.explanation(of: .resolution, asOf: asOf).flatMap(\.intervals)
            #expect(counted.reduce(0) { $0 + $1.microseconds } == used, "seed \(seed)")
            guard clocks.resolution.phase.isPending else { continue }
            #expect(
                reading.remaining == target - used && (reading.breachedAt != nil) == (used > target), "seed \(seed)")
            if reading.state == .running || used >= target {
                let due = office.due(from: opened, after: target, excluding: model.times(until: .latest))
                #expect(reading.due == due, "seed \(seed)")
            } else {
                #expect(reading.due == nil, "seed \(seed)")
            }
        }
    }

    private static func terms(_ target: Int64, _ calendar: BusinessCalendar) -> SLATerms {
        SLATerms(calendar: calendar, targets: [.resolution: target])
    }

    /// The times in which a ticket waits or is done, kept in the simplest way.
    struct StandStill {
        private var isDone = false
        private var isPaused = false
        private var since: Instant?
        private var over: [Range<Instant>] = []

        mutating func apply(_ change: SLAFact.Change, at instant: Instant) {
            switch change {
            case .paused: isPaused = !isDone
            case .resumed: isPaused = false
            case .resolved, .closed: (isDone, isPaused) = (true, false)
            case .reopened: isDone = false
            case .customerMessage, .nothingToAnswer, .publicReply, .termsChanged: break
            }
            if isDone || isPaused {
                since = since ?? instant
            } else if let start = since {
                over.append(start..<instant)
                since = nil
            }
        }

        func times(until asOf: Instant) -> [Range<Instant>] {
            over + [since.map { $0..<max($0, asOf) }].compactMap(\.self)
        }
    }
}
