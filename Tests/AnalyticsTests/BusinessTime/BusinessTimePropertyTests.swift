internal import Schema
internal import Testing

@testable import Analytics

/// Laws of business time, over calendars, zones and times at random, many of them where clocks are set.
@Suite struct BusinessTimePropertyTests {
    /// Zones with a date near which something happens to their clocks.
    static let places = [
        ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2050-11-06"),
        ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"), ("Asia/Kolkata", "2026-06-01"),
        ("America/Sao_Paulo", "2018-02-18"), ("America/Sao_Paulo", "2018-11-04"), ("Africa/Cairo", "2026-04-24"),
        ("America/Havana", "2024-11-03"), ("America/St_Johns", "2010-11-07"), ("Antarctica/Troll", "2026-03-29"),
        ("Pacific/Apia", "2011-12-30"), ("Pacific/Kwajalein", "1993-08-21"), ("Asia/Shanghai", "2026-02-17"),
        ("America/Toronto", "1919-03-31"), ("Africa/Casablanca", "2026-03-22"), ("Europe/Dublin", "2077-10-31"),
    ]

    @Test(arguments: UInt64(1)...40)
    func `due is the inverse of elapsed`(seed: UInt64) throws {
        var model = try Model(seed: seed)
        for _ in 0..<60 {
            let (start, end, pauses) = model.window()
            let calendar = model.calendar
            let elapsed = calendar.elapsed(from: start, to: end, excluding: pauses)
            let inside = calendar.due(from: start, after: elapsed, excluding: pauses)
            #expect(inside.instant.map { start <= $0 && $0 <= end } == true, "seed \(seed)")
            let amount = Int64.random(in: 1...200 * hour, using: &model.random)
            for amount in [amount, elapsed] where amount > 0 {
                guard case .at(let due) = calendar.due(from: start, after: amount, excluding: pauses) else {
                    #expect(calendar.lastOpenDate != nil, "seed \(seed)")
                    continue
                }
                let before = Instant(microseconds: due.rawValue - 1)
                #expect(calendar.elapsed(from: start, to: due, excluding: pauses) == amount, "seed \(seed)")
                #expect(calendar.elapsed(from: start, to: before, excluding: pauses) == amount - 1, "seed \(seed)")
            }
        }
    }

    @Test(arguments: UInt64(101)...130)
    func `elapsed adds up, and pauses are what they would have counted`(seed: UInt64) throws {
        var model = try Model(seed: seed)
        for _ in 0..<40 {
            let (start, end, pauses) = model.window()
            let calendar = model.calendar
            let middle = Instant(microseconds: .random(in: start.rawValue...end.rawValue, using: &model.random))
            let all = calendar.elapsed(from: start, to: end)
            #expect(calendar.elapsed(from: start, to: middle) + calendar.elapsed(from: middle, to: end) == all)
            let paused = pauses.union().reduce(0) {
                $0 + calendar.elapsed(from: max(start, $1.lowerBound), to: min(end, $1.upperBound))
            }
            #expect(calendar.elapsed(from: start, to: end, excluding: pauses) == all - paused, "seed \(seed)")
            let intervals = calendar.intervals(from: start, to: end, excluding: pauses)
            #expect(zip(intervals, intervals.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }, "seed \(seed)")
            #expect(intervals.reduce(0) { $0 + $1.microseconds } == all - paused, "seed \(seed)")
            #expect(
                calendar.isOpen(at: middle)
                    == (calendar.elapsed(
                        from: middle, to: Instant(microseconds: middle.rawValue + 1)) == 1))
        }
    }

    @Test(arguments: UInt64(201)...240)
    func `a count of minutes comes to the same`(seed: UInt64) throws {
        var model = try Model(seed: seed)
        let calendar = model.calendar
        let open = model.openMinutes()
        for _ in 0..<20 {
            let range = model.minutes
            let from = Int.random(in: range.dropLast(2 * 1_440), using: &model.random)
            let to = Int.random(in: from..<range.upperBound, using: &model.random)
            let count = (from..<to).count { open.contains($0) }
            let (start, end) = (Instant(second: from * 60), Instant(second: to * 60))
            #expect(calendar.elapsed(from: start, to: end) == Int64(count) * minute, "seed \(seed)")
            if let opens = (from + 1..<range.upperBound).first(where: { open.contains($0) && !open.contains($0 - 1) }) {
                #expect(calendar.nextOpening(after: start) == .at(Instant(second: opens * 60)), "seed \(seed)")
            }
        }
    }
}

extension BusinessTimePropertyTests {
    /// A calendar at random and times near what happens to its clocks.
    struct Model {
        var random: SeededGenerator
        let calendar: BusinessCalendar
        let date: CivilDate

        init(seed: UInt64) throws {
            var random = SeededGenerator(seed: seed)
            let place = try #require(BusinessTimePropertyTests.places.randomElement(using: &random))
            let date = try AnalyticsTests.date(place.1)
            var made: BusinessCalendar?
            // Hours at random overlap now and then from one weekday to the next.
            while made == nil {
                do { made = try Self.calendar(place.0, near: date, &random) } catch BusinessCalendarError.overlap {}
            }
            calendar = try #require(made)
            (self.random, self.date) = (random, date)
        }

        private static func calendar(
            _ zone: String, near date: CivilDate, _ random: inout SeededGenerator
        ) throws -> BusinessCalendar {
            var week: [Int: [WallClockInterval]] = [:]
            let isClosed = Int.random(in: 0..<10, using: &random) == 0
            for weekday in 1...7 where !isClosed && Int.random(in: 0..<4, using: &random) > 0 {
                week[weekday] = hours(&random)
            }
            var special: [BusinessCalendar.SpecialDay] = []
            for days in -9...9 where Int.random(in: 0..<4, using: &random) == 0 {
                special.append(.init(date.adding(days: days), hours(&random)))
            }
            let holidays = (-9...9).filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
            return try BusinessCalendar(
                zone: zone, weeklyHours: week, holidays: holidays.map { date.adding(days: $0) }, specialDays: special)
        }

        /// One to three intervals; times are whole quarters of an hour.
        private static func hours(_ random: inout SeededGenerator) -> [WallClockInterval] {
            let count = Int.random(in: 1...3, using: &random)
            var times: Set<Int> = []
            while times.count < 2 * count { times.insert(.random(in: 0..<96, using: &random)) }
            var sorted = times.sorted().map { $0 * 900 }
            // The last one may reach into the next day or up to its beginning.
            switch Int.random(in: 0..<4, using: &random) {
            case 0: sorted[2 * count - 1] = 86_400
            case 1: sorted[2 * count - 1] = sorted[0]
            default: break
            }
            return (0..<count).map { WallClockInterval(start: sorted[2 * $0], end: sorted[2 * $0 + 1]) }
        }

        /// Some days near the date, with pauses in and around them.
        mutating func window() -> (start: Instant, end: Instant, pauses: [Range<Instant>]) {
            let center = calendar.zone.startOfDay(date).rawValue
            func instant(_ days: ClosedRange<Int64>) -> Instant {
                Instant(
                    microseconds: center
                        + .random(
                            in: days.lowerBound * 24 * hour...days.upperBound * 24 * hour,
                            using: &random))
            }
            let (start, end) = (instant(-8...2), instant(2...9))
            let pauses = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                let from = instant(-9...9)
                return from..<Instant(microseconds: from.rawValue + .random(in: 0...40 * hour, using: &random))
            }
            return (start, end, pauses)
        }

        /// Minutes of Unix time from nine days before the date to nine days after it.
        var minutes: Range<Int> {
            let center = Int(calendar.zone.startOfDay(date).rawValue / minute)
            return center - 9 * 1_440..<center + 9 * 1_440
        }

        /// The minutes at which the calendar is open, each by itself.
        func openMinutes() -> Set<Int> {
            var open: Set<Int> = []
            for days in -15...15 {
                let day = date.adding(days: days)
                guard !calendar.zone.dayInterval(day).isEmpty else { continue }
                for interval in calendar.hours(on: day) {
                    let from = calendar.zone.instant(of: CivilDateTime(day, secondOfDay: interval.start))
                    let until = interval.end > interval.start ? interval.end : interval.end + 86_400
                    let to = calendar.zone.instant(of: CivilDateTime(day, secondOfDay: until))
                    guard from < to else { continue }
                    open.formUnion(Int(from.rawValue / minute)..<Int(to.rawValue / minute))
                }
            }
            return open
        }
    }
}
