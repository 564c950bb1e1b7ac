package import Schema

/// One step of going through the open tickets because a service level or a calendar has changed: some of them at a time,
/// the next ones at the same instant. Those take other terms for which others hold now.
struct ServiceLevelPass {
    let timer: TimerKey
    /// The first sequence that is still to be looked at, and when; nil: the pass is complete.
    let nextSequence: UInt64
    let passAt: Int64?
    /// Version of the policy or calendar.
    let version: UInt32
    let context: DecisionContext

    /// Tickets after which a step is complete, and buckets without any.
    private static let tickets = 64
    private static let buckets = 1_024

    func events() throws(Refusal) -> [NewEvent] {
        var advanced = SlaReviewAdvanced()
        advanced.version = version
        advanced.firstSequence = timer.item
        // What is left of a pass that has begun anew meanwhile looks at nothing.
        guard let passAt, nextSequence == timer.item else {
            advanced.nextSequence = nextSequence
            if let passAt { advanced.passAt = passAt }
            return [.timed(.slaReviewAdvanced(advanced))]
        }
        let last = UInt64(clamping: try context.world.claim(.tickets))
        var changes: [NewEvent] = []
        var sequence = timer.item
        var seen: Set<StreamNumber> = []
        var buckets = 0
        while sequence <= last, seen.count < Self.tickets, buckets < Self.buckets {
            for number in try OpenTickets.around(sequence, context.world) where seen.insert(number).inserted {
                let events = try changed(number)
                if !events.isEmpty { advanced.changed += 1 }
                changes += events
            }
            sequence = (sequence / OpenTickets.bucketSize + 1) * OpenTickets.bucketSize
            buckets += 1
        }
        advanced.nextSequence = sequence
        if sequence <= last { advanced.passAt = passAt }
        return [.timed(.slaReviewAdvanced(advanced))] + changes
    }

    /// What the clocks of a ticket do. Those of an import that goes on are left to their facts: what has happened to them
    /// since is not known yet.
    private func changed(_ number: StreamNumber) throws(Refusal) -> [NewEvent] {
        let world = context.world
        guard let state = try world.state(TicketAggregate.self, of: number), state.isOpen else { return [] }
        let creator = StreamNumber(state.importNumber)
        if creator != .none, try world.state(ImportAggregate.self, of: creator)?.committed == false { return [] }
        let book = ServiceLevelBook(WorldHistories(world: world))
        let clocks = try TicketClocks(number, state, world, book, levels: try world.serviceLevels())
        let events = try clocks.events(inPassAt: context.occurredAt)
        return events.map { event in
            var timed = NewEvent.timed(event.payload, on: .other(number), subjects: state.head.subjects())
            timed.occurredAt = event.occurredAt
            return timed
        }
    }
}

extension SlaPolicyAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: SlaPolicyState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try ServiceLevelPass(
            timer: timer, nextSequence: state.nextSequence, passAt: state.hasPassAt ? state.passAt : nil,
            version: state.activeVersion, context: context
        ).events()
    }
}

extension CalendarAggregate: TimedAggregate {
    package static func fire(
        _ timer: TimerKey, _ state: CalendarState, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try ServiceLevelPass(
            timer: timer, nextSequence: state.nextSequence, passAt: state.hasPassAt ? state.passAt : nil,
            version: state.version, context: context
        ).events()
    }
}
