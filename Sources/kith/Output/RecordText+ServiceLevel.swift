internal import Schema
internal import SwiftProtobuf

/// Business calendars and service levels for a person.
extension RecordText {
    // MARK: A calendar

    func add(_ calendar: CalendarRecord, to fields: inout FieldList) {
        let content = calendar.content
        fields.add("label", content.label)
        fields.add("zone", content.zone)
        fields.add("version", String(calendar.version))
        if calendar.isDefault { fields.add("default", "yes") }
        if calendar.retired { fields.add("retired", "yes") }
        for hours in content.weekdays { fields.add(weekday(hours.weekday), text(hours.intervals)) }
        for day in content.holidays { fields.add("holiday", "\(day.day)  \(day.label)") }
        for day in content.specialDays {
            let hours = day.likeWeekday > 0 ? "as on \(weekday(day.likeWeekday))" : text(day.intervals)
            fields.add("special day", "\(day.day)  \(hours)  \(day.label)")
        }
    }

    private func weekday(_ number: UInt32) -> String {
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        let index = Int(number) - 1
        return names.indices.contains(index) ? names[index] : String(number)
    }

    private func text(_ intervals: [DayInterval]) -> String {
        intervals.map { "\($0.start)-\($0.end)" }.joined(separator: ", ")
    }

    // MARK: A service level

    func add(_ policy: SlaPolicyRecord, to fields: inout FieldList) {
        fields.add("version", String(policy.version))
        fields.add("in force", policy.activeVersion > 0 ? "version \(policy.activeVersion)" : "no")
        add(policy.content, to: &fields)
        if policy.hasActiveContent {
            fields.add("version in force", "")
            add(policy.activeContent, to: &fields)
        }
    }

    private func add(_ content: SlaPolicyContent, to fields: inout FieldList) {
        fields.add("label", content.label)
        fields.add("order", String(content.order))
        for (name, keys) in [
            ("priorities", content.match.priorities), ("types", content.match.types),
            ("categories", content.match.categories), ("customer classes", content.match.customerClasses),
            ("channels", content.match.channels), ("queues", content.match.queueNumbers.map { "#\($0)" }),
        ] {
            fields.add(name, keys.joined(separator: ", "))
        }
        for target in content.targets { fields.add(Labels.of(target.clock), "\(target.seconds) s") }
        fields.add("pauses for", content.pauseOn.map { Labels.of($0) }.joined(separator: ", "))
        fields.add("calendar", content.calendarNumber > 0 ? "#\(content.calendarNumber)" : "round the clock")
        if content.warnPercent > 0 { fields.add("warns at", "\(content.warnPercent) %") }
    }
}
