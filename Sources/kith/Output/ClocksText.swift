internal import Schema
internal import SwiftProtobuf

/// The clocks of a ticket for a person.
struct ClocksText {
    var times: ZonedTimeText

    /// All of them.
    func lines(_ answer: TicketClocksResponse) -> [String] {
        var lines = ["ticket \(answer.sequence), \(Labels.of(answer.status)), as of \(times.minute(answer.asOf))"]
        if answer.clocks.isEmpty { lines.append("No service level has timed it.") }
        for clock in answer.clocks {
            lines.append("")
            lines += self.lines(clock)
        }
        return lines
    }

    private func lines(_ clock: TicketClock) -> [String] {
        var title = "\(Labels.of(clock.kind)): \(Labels.of(clock.standing))"
        if clock.cycle > 1 { title += ", for the \(clock.cycle). time" }
        var fields = FieldList()
        if clock.hasStartedAt { fields.add("started", times.minute(clock.startedAt)) }
        if clock.hasStoppedAt { fields.add("stopped", times.minute(clock.stoppedAt)) }
        fields.add("used", used(clock))
        if clock.hasWarnAt { fields.add("warning", times.minute(clock.warnAt)) }
        if clock.hasDueAt { fields.add("due", times.minute(clock.dueAt)) }
        if clock.hasBreachedAt { fields.add("breached", times.minute(clock.breachedAt)) }
        var lines = [title] + fields.lines
        if clock.intervalsLeftOut > 0 { lines.append("  \(clock.intervalsLeftOut) earlier intervals are left out") }
        for stretch in clock.stretches { lines += self.lines(stretch) }
        return lines
    }

    private func used(_ clock: TicketClock) -> String {
        let used = Self.duration(clock.usedMicroseconds)
        return clock.hasTargetMicroseconds ? "\(used) of \(Self.duration(clock.targetMicroseconds))" : used
    }

    private func lines(_ stretch: TicketClockStretch) -> [String] {
        let time = "\(times.minute(stretch.start)) to \(times.minute(stretch.end))"
        guard stretch.counts else {
            let why =
                stretch.wait != .unspecified
                ? "waits for the \(Labels.of(stretch.wait))"
                : stretch.slaNumber == 0 ? "the ticket was over, or nothing was promised" : "not known"
            return [Table.printable("  \(time): stood still (\(why))")]
        }
        let calendar = stretch.calendarNumber == 0 ? "round the clock" : "\(stretch.calendarLabel), \(stretch.zone)"
        let terms = "\(stretch.slaLabel) (version \(stretch.slaVersion)), \(calendar)"
        return [Table.printable("  \(time): \(Self.duration(stretch.usedMicroseconds)) by \(terms)")]
            + stretch.intervals.map { "    \(times.minute($0.start)) to \(times.minute($0.end))" }
    }

    /// Hours, minutes and, where there are any, seconds: `3:30` or `0:00:05`.
    static func duration(_ microseconds: UInt64) -> String {
        let seconds = microseconds / 1_000_000
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : String(number) }
        let minutes = "\(seconds / 3_600):\(two(seconds / 60 % 60))"
        return seconds % 60 == 0 ? minutes : "\(minutes):\(two(seconds % 60))"
    }
}
