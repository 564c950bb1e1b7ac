internal import Schema

/// What is to be done for a customer, agreed with it and promised to it.
extension CustomerText {
    /// How many of each are shown.
    private static let workShown = 10

    func work(_ work: CustomerWork) -> [[String]] {
        [tasks(work), appointments(work), promises(work)]
    }

    private func tasks(_ work: CustomerWork) -> [String] {
        guard work.openTasks > 0 else { return [] }
        var table = Table(
            [("task", .left), ("status", .left), ("priority", .left), ("due", .left), ("assignee", .left)])
        for task in work.tasks.prefix(Self.workShown) {
            let due = task.dueDay.isEmpty ? (task.hasDueAt ? times.minute(task.dueAt) : "") : task.dueDay
            table.add([
                "#\(task.number)", Labels.of(task.status), Labels.of(task.priority),
                task.overdue ? "\(due) overdue" : due, RecordText(times: times).owner(task.assignee),
            ])
        }
        return table.lines + more(work.openTasks, "tasks: kith list task --filter partyNumber=…")
    }

    private func appointments(_ work: CustomerWork) -> [String] {
        guard !work.appointments.isEmpty else { return [] }
        var table = Table([("appointment", .left), ("start", .left), ("end", .left), ("channel", .left)])
        for appointment in work.appointments.prefix(Self.workShown) {
            table.add([
                "#\(appointment.number)", times.minute(appointment.start), times.minute(appointment.end),
                appointment.channel,
            ])
        }
        return table.lines + more(UInt64(work.appointments.count), "appointments: kith list appointment")
    }

    private func promises(_ work: CustomerWork) -> [String] {
        let keeping = work.promiseKeeping
        guard keeping.open + keeping.kept + keeping.broken > 0 else { return [] }
        var fields = FieldList()
        fields.add(
            "promises",
            "\(keeping.open) open, of them \(keeping.overdue) overdue; \(keeping.kept) kept, of them "
                + "\(keeping.keptInTime) in time; \(keeping.broken) broken")
        fields.add("kept in time", keeping.hasRate ? RatioText.percent(keeping.rate) : "")
        for promise in work.promises.prefix(Self.workShown) {
            let due = promise.dueDay.isEmpty ? times.minute(promise.dueAt) : promise.dueDay
            fields.add("promise", "#\(promise.number)  due \(due)\(promise.overdue ? ", overdue" : "")")
        }
        return fields.lines + more(keeping.open, "promises: kith list promise")
    }

    private func more(_ count: UInt64, _ what: String) -> [String] {
        count > UInt64(Self.workShown) ? ["… and \(count - UInt64(Self.workShown)) more \(what)"] : []
    }
}
