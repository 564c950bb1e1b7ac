package import Schema
internal import SwiftProtobuf

extension Customer360 {
    /// So many tasks, appointments and promises of each a customer is shown with.
    package static let workMaximum = 100

    /// What is to be done for a party, agreed with it and promised to it, as it stood at an instant; nil where there was
    /// nothing by then. The time it takes grows with all tasks, appointments and promises that the party ever had.
    ///
    /// - Throws: `ViewError` with `rowDamaged`, or what the reader throws.
    package static func work(
        of party: StreamNumber, asOf: Instant, in reader: borrowing some ProjectionReader & ~Copyable
    ) throws(ViewError) -> CustomerWork? {
        var numbers: [StreamNumber] = []
        try reader.scan(work.agreed, prefix: .key(party.rawValue)) { (key, _) throws(ViewError) in
            var keyReader = KeyReader(Array(key.dropFirst(8)))
            numbers.append(StreamNumber(try keyReader.integer(UInt64.self)))
            return .next
        }
        var standing = WorkStanding(asOf: asOf)
        for number in numbers {
            guard let bytes = try reader.get(work.work, .key(number.rawValue)) else { continue }
            let row = try decodedRow(WorkRow.self, bytes)
            // Facts of a stream are in the order of time, so the last step by then is how it stood.
            guard let step = row.steps.last(where: { $0.since <= asOf.rawValue }),
                step.parties.contains(party.rawValue)
            else { continue }
            standing.add(step, number, Identifier(high: row.idHigh, low: row.idLow))
        }
        return standing.isEmpty ? nil : standing.summary
    }
}

/// Collects how the work for one customer stood at an instant.
struct WorkStanding {
    private let asOf: Instant
    private var tasks: [TaskSummary] = []
    private var appointments: [AppointmentSummary] = []
    private var promises: [PromiseSummary] = []
    private var keeping = PromiseKeeping()
    /// There was nothing.
    private(set) var isEmpty = true

    init(asOf: Instant) { self.asOf = asOf }

    mutating func add(_ step: WorkStep, _ number: StreamNumber, _ id: Identifier) {
        isEmpty = false
        switch step.work {
        case .task(var task) where task.status != .completed && task.status != .cancelled:
            (task.number, task.id) = (number.rawValue, id.description)
            task.overdue = task.hasDueAt && isPast(task.dueDay, task.dueAt)
            tasks.append(task)
        case .appointment(var appointment) where appointment.status == .booked:
            guard let end = Instant(appointment.end), end > asOf else { return }
            (appointment.number, appointment.id) = (number.rawValue, id.description)
            appointments.append(appointment)
        case .promise(var promise):
            (promise.number, promise.id) = (number.rawValue, id.description)
            promise.overdue = promise.status == .open && isPast(promise.dueDay, promise.dueAt)
            count(promise)
        default: break
        }
    }

    /// Whether something is overdue. The end of a day no longer belongs to it.
    private func isPast(_ day: String, _ due: Google_Protobuf_Timestamp) -> Bool {
        guard let due = Instant(due) else { return false }
        return day.isEmpty ? asOf > due : asOf >= due
    }

    private mutating func count(_ promise: PromiseSummary) {
        switch promise.status {
        case .open:
            promises.append(promise)
            keeping.open += 1
            if promise.overdue { keeping.overdue += 1 }
        case .kept:
            keeping.kept += 1
            if promise.inTime { keeping.keptInTime += 1 }
        case .broken: keeping.broken += 1
        case .released, .unspecified, .UNRECOGNIZED: break
        }
    }

    /// All of it, in its order.
    var summary: CustomerWork {
        var work = CustomerWork()
        let ordered = tasks.sorted { Self.order($0) < Self.order($1) }
        work.tasks = Array(ordered.prefix(Customer360.workMaximum))
        work.openTasks = UInt64(tasks.count)
        work.overdueTasks = UInt64(tasks.count { $0.overdue })
        let coming = appointments.sorted { Self.order($0.start, $0.number) < Self.order($1.start, $1.number) }
        work.appointments = Array(coming.prefix(Customer360.workMaximum))
        let open = promises.sorted { Self.order($0.dueAt, $0.number) < Self.order($1.dueAt, $1.number) }
        work.promises = Array(open.prefix(Customer360.workMaximum))
        work.promiseKeeping = keeping
        let decided = keeping.kept + keeping.broken + keeping.overdue
        if decided > 0 { work.promiseKeeping.rate = Double(keeping.keptInTime) / Double(decided) }
        return work
    }

    private static func order(_ task: TaskSummary) -> (Int64, UInt64) {
        order(task.hasDueAt ? task.dueAt : nil, task.number)
    }

    /// What has no date comes last; of equals, what came first.
    private static func order(_ time: Google_Protobuf_Timestamp?, _ number: UInt64) -> (Int64, UInt64) {
        (time.flatMap { Instant($0) }?.rawValue ?? .max, number)
    }
}
