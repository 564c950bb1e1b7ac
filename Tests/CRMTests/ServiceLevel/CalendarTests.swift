import KithTesting
import Schema
import SwiftProtobuf
import Testing

@testable import CRM

@Suite struct CalendarTests {
    private static func interval(_ start: String, _ end: String) -> DayInterval {
        DayInterval.with {
            $0.start = start
            $0.end = end
        }
    }

    private static func week(_ days: ClosedRange<UInt32>, _ intervals: DayInterval...) -> [WeekdayHours] {
        days.map { day in
            WeekdayHours.with {
                $0.weekday = day
                $0.intervals = intervals
            }
        }
    }

    private static func holiday(_ day: String) -> Holiday { Holiday.with { $0.day = day } }

    private static func office(_ change: (inout CalendarContent) -> Void = { _ in }) -> DefineCalendar {
        DefineCalendar.with {
            $0.content.label = "Office"
            $0.content.zone = "Asia/Shanghai"
            $0.content.weekdays = week(1...5, interval("09:00", "12:00"), interval("13:00", "18:00"))
            $0.content.holidays = [holiday("2026-10-01")]
            $0.content.specialDays = [
                SpecialDay.with {
                    $0.day = "2026-10-10"
                    $0.likeWeekday = 5
                }
            ]
            change(&$0.content)
        }
    }

    @Test func `a calendar keeps several intervals a day, holidays and make-up workdays`() throws {
        var scenario = Scenario()
        let outcome = scenario.when(Self.office())
        #expect(outcome.kinds == [.calendarDefined])
        guard case .calendarDefined(let defined)? = outcome.payloads.first else { return missing() }
        #expect(defined.content.zone == "Asia/Shanghai")
        #expect(defined.version == 1)
        #expect(defined.isDefault)
        #expect(!defined.zoneRulesVersion.isEmpty)
        let night = Self.office {
            $0.label = "Night"
            $0.zone = ""
            $0.weekdays = Self.week(1...7, Self.interval("22:00", "06:00"))
        }
        guard case .calendarDefined(let second)? = scenario.when(night).payloads.first else { return missing() }
        #expect(second.content.zone == "UTC")
        #expect(!second.isDefault)
        let whole = Self.office { $0.weekdays = Self.week(1...7, Self.interval("00:00", "24:00")) }
        #expect(scenario.when(whole).kinds == [.calendarDefined])
        #expect(scenario.isReproducible)
    }

    private static let refusals = [
        RefusedCommand(
            "two intervals overlap",
            .defineCalendar(
                office { $0.weekdays = week(1...1, interval("09:00", "12:00"), interval("11:59", "13:00")) }),
            .intervalOverlap, "content.weekdays[0].intervals[1]"),
        RefusedCommand(
            "hours run into the next day",
            .defineCalendar(
                office {
                    $0.weekdays = week(7...7, interval("22:00", "09:30")) + week(1...1, interval("09:00", "12:00"))
                }),
            .intervalOverlap, "content.weekdays[0].intervals"),
        RefusedCommand(
            "a weekday stands twice",
            .defineCalendar(
                office {
                    $0.weekdays = week(1...1, interval("09:00", "12:00")) + week(1...1, interval("13:00", "14:00"))
                }),
            .intervalOverlap, "content.weekdays[1].weekday"),
        RefusedCommand(
            "a day is a holiday and a special day",
            .defineCalendar(office { $0.holidays = [holiday("2026-10-10")] }), .intervalOverlap,
            "content.special_days[0].day"),
        RefusedCommand(
            "the zone is not known", .defineCalendar(office { $0.zone = "Mars/Olympus" }), .zoneUnknown, "content.zone"),
        RefusedCommand(
            "a start at 24:00",
            .defineCalendar(office { $0.weekdays = week(1...1, interval("24:00", "24:00")) }), .schemaInvalid,
            "content.weekdays[0].intervals[0].start"),
        RefusedCommand(
            "no time of day",
            .defineCalendar(office { $0.weekdays = week(1...1, interval("9:00", "12:00")) }), .schemaInvalid,
            "content.weekdays[0].intervals[0].start"),
        RefusedCommand(
            "the eighth weekday",
            .defineCalendar(office { $0.weekdays = week(8...8, interval("09:00", "12:00")) }), .schemaInvalid,
            "content.weekdays[0].weekday"),
    ]

    @Test(arguments: refusals) func `what is no calendar is refused`(_ refused: RefusedCommand) {
        var scenario = Scenario()
        let outcome = scenario.when(refused.command)
        #expect(outcome.code == refused.code)
        #expect(outcome.field == refused.field)
    }

    @Test func `single days come and go, and the last hour of Sunday meets Monday`() throws {
        var scenario = Scenario()
        #expect(scenario.when(ChangeCalendar.with { $0.removeDays = ["2026-10-01"] }).code == .notFound)
        let calendar = try scenario.made(Self.office())
        let change = ChangeCalendar.with {
            $0.addHolidays = [Self.holiday("2026-10-02")]
            $0.removeDays = ["2026-10-01"]
        }
        #expect(scenario.when(change).kinds == [.calendarChanged])
        #expect(scenario.when(change).isUnchanged)
        let content = scenario.folded(CalendarAggregate.self, calendar).content
        #expect(content.holidays.map(\.day) == ["2026-10-02"])
        #expect(content.specialDays.map(\.day) == ["2026-10-10"])
        let both = ChangeCalendar.with {
            $0.content = content
            $0.removeDays = ["2026-10-01"]
        }
        #expect(scenario.when(both).code == .schemaInvalid)
        let round = Self.office { $0.weekdays = Self.week(1...7, Self.interval("09:00", "09:00")) }
        #expect(scenario.when(round).kinds == [.calendarDefined])
        #expect(scenario.isReproducible)
    }

    @Test func `a calendar by which a service level counts stays`() throws {
        var scenario = Scenario()
        let calendar = try scenario.made(Self.office())
        let policy = try scenario.made(
            DefineSlaPolicy.with {
                $0.content.label = "All"
                $0.content.targets = [
                    .with {
                        $0.clock = .firstResponse
                        $0.seconds = 14_400
                    }
                ]
            })
        let retire = RetireCalendar.with { $0.calendar = Reference(number: calendar) }
        #expect(scenario.when(retire).code == .calendarInUse)
        let deactivate = DeactivateSlaPolicy.with { $0.policy = Reference(number: policy) }
        #expect(scenario.when(deactivate).kinds == [.slaPolicyDeactivated])
        #expect(scenario.when(deactivate).isUnchanged)
        #expect(scenario.when(retire).kinds == [.calendarRetired])
        #expect(scenario.when(retire).isUnchanged)
        let activate = ActivateSlaVersion.with { $0.policy = Reference(number: policy) }
        #expect(scenario.when(activate).code == .calendarRetired)
        #expect(scenario.isReproducible)
    }
}
