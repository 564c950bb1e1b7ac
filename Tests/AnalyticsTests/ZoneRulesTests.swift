internal import Schema
internal import Testing

@testable import Analytics

@Suite struct ZoneRulesTests {
    @Test func `names lead to zones, and links to the same ones`() throws {
        #expect(try zone("Asia/Calcutta") === zone("Asia/Kolkata"))
        #expect(try zone("Asia/Calcutta").name == "Asia/Kolkata")
        #expect(try zone("UTC") == .utc)
        #expect(try zone("Zulu").offset(at: .latest) == 0)
        for name in ["", "europe/berlin", "Europe/Bonn", "CST6", "+02:00", "Factory", "../etc/passwd", "|", ";"] {
            #expect(ZoneRules.named(name) == nil)
            #expect(!ZoneRules.isKnown(name))
        }
    }

    @Test func `every zone of the table can be read`() {
        for place in ZoneTable.zones { #expect(ZoneTable.read(place) != nil, "\(place.prefix(60))") }
        #expect(ZoneTable.zones.count > 300)
        #expect(ZoneRules.version.count == 5 && ZoneRules.version.hasPrefix("20"))
    }

    @Test(arguments: [
        "", "A/B", "A/B|0|", "A/B|0|B1|", "A/B|0 60|B|", "A/B|0 60|1|", "A/B|0 60|B-|", "A/B|x|A1|", "|0||",
        "A/B|0||GMT0", "A/B|0|A1|GMT0BST,M3.5.0", "A/B|0|A1|GMT0BST,M3.5.0/1,M13.5.0",
    ])
    func `a table that is damaged is not read`(zone: String) {
        #expect(ZoneTable.read(zone[...]) == nil)
    }

    @Test func `a time in a gap takes the offset before it, in an overlap the first`() throws {
        let berlin = try zone("Europe/Berlin")
        #expect(try berlin.instant(of: civil("2026-03-29T01:59:59")) == utc("2026-03-29T00:59:59"))
        #expect(try berlin.instant(of: civil("2026-03-29T02:00:00")) == utc("2026-03-29T01:00:00"))
        #expect(try berlin.instant(of: civil("2026-03-29T02:30:00")) == utc("2026-03-29T01:30:00"))
        #expect(try berlin.instant(of: civil("2026-03-29T03:00:00")) == utc("2026-03-29T01:00:00"))
        #expect(try berlin.instant(of: civil("2026-10-25T02:00:00")) == utc("2026-10-25T00:00:00"))
        #expect(try berlin.instant(of: civil("2026-10-25T02:59:59")) == utc("2026-10-25T00:59:59"))
        #expect(try berlin.instant(of: civil("2026-10-25T03:00:00")) == utc("2026-10-25T02:00:00"))
        #expect(try berlin.civil(at: utc("2026-10-25T01:30:00")) == civil("2026-10-25T02:30:00"))
    }

    @Test(arguments: [
        // Sao Paulo and Beirut went from 24:00 to 1:00, Cairo too; Toronto in 1919 from 23:30 to 0:30.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00", "2018-11-04T01:00:00", 23.0),
        ("Africa/Cairo", "2010-04-30", "2010-04-29T22:00:00", "2010-04-30T01:00:00", 23.0),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00", "2026-04-24T01:00:00", 23.0),
        ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00", "2026-03-29T01:00:00", 23.0),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00", "1919-03-31T00:30:00", 23.5),
        // Havana went back from 1:00 to 0:00, Sao Paulo from 24:00 to 23:00, St John's from 0:01 to 23:01.
        ("America/Havana", "2024-11-03", "2024-11-03T04:00:00", "2024-11-03T00:00:00", 25.0),
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00", "2018-02-17T00:00:00", 25.0),
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00", "2018-02-18T00:00:00", 24.0),
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00", "2010-11-07T00:00:00", 25.0),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00", "2026-03-29T00:00:00", 23.0),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00", "2026-10-25T00:00:00", 25.0),
    ])
    func `a day begins with the first instant that shows it`(
        name: String, day: String, start: String, shown: String, hours: Double
    ) throws {
        let (zone, day) = (try zone(name), try date(day))
        #expect(try zone.startOfDay(day) == utc(start))
        #expect(try zone.civil(at: zone.startOfDay(day)) == civil(shown))
        #expect(zone.dayInterval(day).hours == hours)
    }

    @Test func `Apia skipped a day`() throws {
        let apia = try zone("Pacific/Apia")
        #expect(try apia.dayInterval(date("2011-12-30")).isEmpty)
        #expect(try apia.startOfDay(date("2011-12-30")) == utc("2011-12-30T10:00:00"))
        #expect(try apia.startOfDay(date("2011-12-31")) == utc("2011-12-30T10:00:00"))
        #expect(try apia.dayInterval(date("2011-12-29")).hours == 24)
        #expect(try apia.dayInterval(date("2011-12-31")).hours == 24)
        #expect(try apia.interval(of: date("2011-12-01")...date("2011-12-31")).hours == 30 * 24)
        // In the gap the offset before it holds: 12:00 by the old clock, which is 12:00 of the next day by the new one.
        #expect(try apia.civil(at: apia.instant(of: civil("2011-12-30T12:00:00"))) == civil("2011-12-31T12:00:00"))
        #expect(try apia.day(holding: utc("2011-12-30T10:00:00")) == date("2011-12-31"))
        #expect(try apia.day(holding: utc("2011-12-30T09:59:59")) == date("2011-12-29"))
    }

    @Test func `what clocks show a second time after midnight belongs to the day that has begun`() throws {
        let newfoundland = try zone("America/St_Johns")
        let again = try utc("2010-11-07T02:45:00")
        #expect(try newfoundland.civil(at: again) == civil("2010-11-06T23:15:00"))
        #expect(try newfoundland.day(holding: again) == date("2010-11-07"))
        #expect(try newfoundland.dayInterval(date("2010-11-07")).contains(again))
    }

    @Test func `Dublin's winter is its daylight saving time, and earlier`() throws {
        let dublin = try zone("Europe/Dublin")
        for (instant, offset) in [("2026-01-15", 0), ("2026-07-15", 3_600), ("2345-01-15", 0), ("2345-07-15", 3_600)] {
            #expect(try dublin.offset(at: utc(instant)) == offset)
        }
        #expect(try dublin.instant(of: civil("2500-03-28T01:30:00")) == utc("2500-03-28T01:30:00"))
        #expect(try dublin.instant(of: civil("2500-10-31T01:30:00")) == utc("2500-10-31T00:30:00"))
    }

    @Test func `Casablanca sets its clocks back for Ramadan`() throws {
        let casablanca = try zone("Africa/Casablanca")
        #expect(try casablanca.offset(at: utc("2025-02-01")) == 3_600)
        #expect(try casablanca.offset(at: utc("2025-03-10")) == 0)
        #expect(try casablanca.offset(at: utc("2025-05-01")) == 3_600)
    }

    @Test func `offsets of half hours, quarters and seconds`() throws {
        #expect(try zone("Asia/Kolkata").offset(at: utc("2026-01-01")) == 19_800)
        #expect(try zone("Asia/Kathmandu").offset(at: utc("2026-01-01")) == 20_700)
        let island = try zone("Australia/Lord_Howe")
        #expect(try island.offset(at: utc("2026-01-01")) == 39_600)
        #expect(try island.offset(at: utc("2026-07-01")) == 37_800)
        #expect(try island.instant(of: civil("2026-10-04T02:15:00")) == utc("2026-10-03T15:45:00"))
        #expect(try island.dayInterval(date("2026-10-04")).hours == 23.5)
        #expect(try island.dayInterval(date("2026-04-05")).hours == 24.5)
        // Local mean time, before there were zones.
        #expect(try zone("Asia/Shanghai").offset(at: utc("1850-01-01")) == 29_143)
        #expect(try zone("Europe/London").offset(at: .earliest) == -75)
        #expect(try zone("Europe/London").civil(at: utc("0001-06-01T12:00:00")) == civil("0001-06-01T11:58:45"))
    }

    @Test func `the ends of time have civil times, and dates beyond them have an end of time`() throws {
        for name in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "America/New_York"] {
            let zone = try zone(name)
            for instant in [Instant.earliest, .latest, Instant(microseconds: -1), Instant(microseconds: 999_999)] {
                #expect(zone.instant(of: zone.civil(at: instant)) == instant, "\(name) \(instant)")
                #expect(zone.dayInterval(zone.day(holding: instant)).contains(instant), "\(name) \(instant)")
            }
            #expect(zone.startOfDay(CivilDate(dayNumber: 1 << 40)) == Instant(microseconds: .max))
            #expect(zone.startOfDay(CivilDate(dayNumber: -1 << 40)) == Instant(microseconds: .min))
            _ = zone.civil(at: Instant(microseconds: .max))
            _ = zone.day(holding: Instant(microseconds: .min))
        }
        #expect(try zone("Pacific/Kiritimati").civil(at: .latest).description == "10000-01-01T13:59:59.999999")
        #expect(try zone("Pacific/Pago_Pago").civil(at: utc("0001-01-01")).description == "0001-01-01T12:37:12")
    }

    @Test func `days follow one another without gaps in every zone`() throws {
        for name in ZoneRules.names {
            let zone = try zone(name)
            var last = Instant.earliest
            for date in try date("2009-12-25").dayNumber..<date("2012-01-10").dayNumber {
                let start = zone.startOfDay(CivilDate(dayNumber: date))
                #expect(last <= start, "\(name) \(CivilDate(dayNumber: date))")
                last = start
            }
        }
    }

    @Test(arguments: [
        // RFC 9636, 3.3.1 and POSIX: days counted with and without 29 February, times beyond a day, seconds.
        ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-03-28T22:00:00", 1, "2026-10-24T23:00:00"),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T02:00:00", 1, "2026-10-24T02:00:00"),
        ("AAA0:30:10BBB,J60,J365/25", "2024-03-01T02:00:00", 1, "2025-01-01T01:00:00"),
        ("AAA+1BBB-2,59/0,300", "2024-02-29T00:00:00", 3, "2024-10-27T02:00:00"),
        ("AAA+1BBB,59/0:30:15,364/0", "2026-03-01T00:30:15", 1, "2026-12-31T00:00:00"),
    ])
    func `a recurring rule is read and its moments found`(
        text: String, begin: String, ahead: Int, end: String
    ) throws {
        let rule = try #require(RecurringRule(text[...]))
        #expect(rule.daylight - rule.standard == ahead * 3_600)
        let year = try civil(begin).date.year
        #expect(try rule.begin.second(of: year) == Int(utc(begin).rawValue / 1_000_000))
        #expect(try rule.end.second(of: year) == Int(utc(end).rawValue / 1_000_000))
    }

    @Test(arguments: [
        "", "GMT0", "GMT0BST", "GMT0BST,", "GMT0BST,M3.5.0", "GMT0BST,M3.5.0,M10.5.0,", "GM0BST,M3.5.0,M10.5.0",
        "<GMT0BST,M3.5.0,M10.5.0", "GMTBST,M3.5.0,M10.5.0", "GMT0BST,M3.6.0,M10.5.0", "GMT0BST,M3.5.7,M10.5.0",
        "GMT0BST,J0,J365", "GMT0BST,J366,J1", "GMT0BST,366,1", "GMT0BST,M3.5.0/,M10.5.0", "GMT0BST,M3.5.0/1:60,M10.5.0",
        "GMT9999BST,M3.5.0,M10.5.0",
    ])
    func `other texts are no recurring rule`(text: String) {
        #expect(RecurringRule(text[...]) == nil)
    }
}
