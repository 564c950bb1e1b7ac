internal import Schema

/// What a fact about a ticket does to its clocks, by the service levels that are in force: they start, pause, go on,
/// take other terms and stop. What time does to them is the timers' part.
///
/// The rules are those of `docs/business-time.md`.
package enum TicketClockPolicy: Policy {
    package static let version: UInt32 = 1

    package static func consequences(
        of facts: [StoredEvent], _ context: PolicyContext
    ) throws(Refusal) -> [NewEvent] {
        let facts = facts.filter { $0.header.streamKind == .ticket && $0.payload.concernsClocks }
        guard !facts.isEmpty else { return [] }
        let levels = try context.world.serviceLevels()
        guard !levels.isEmpty else { return [] }
        let book = ServiceLevelBook(WorldHistories(world: context.world))
        var consequences: [NewEvent] = []
        var seen: Set<StreamNumber> = []
        for number in facts.map(\.header.stream) where seen.insert(number).inserted {
            guard let state = try context.world.state(TicketAggregate.self, of: number) else { continue }
            let own = facts.filter { $0.header.stream == number }
            let clocks = try TicketClocks(number, state, context.world, book, levels: levels)
            let subjects = state.head.subjects()
            let causes = own.map(\.position)
            for event in try clocks.events(after: own) {
                consequences.append(
                    .consequence(
                        event.payload.caused(by: causes, version: version), on: .other(number), subjects: subjects,
                        cause: causes.last ?? .none, occurredAt: event.occurredAt))
            }
        }
        return consequences
    }
}

extension EventPayload.OneOf_Event {
    /// Whether an event of a ticket can change what its clocks do.
    fileprivate var concernsClocks: Bool {
        switch self {
        case .ticketOpened, .ticketChanged, .ticketCorrected, .ticketClassified, .prioritySet, .ticketRouted,
            .ticketClaimed, .ticketReassigned, .ticketEscalated, .customerMessageReceived, .agentReplied,
            .ticketPaused, .ticketResumed, .ticketResolved, .ticketReopened, .ticketClosed, .ticketsMerged,
            .ticketAbsorbed, .ticketsUnmerged, .ticketReleased, .ticketSplit:
            true
        default: false
        }
    }

    /// The event of a clock with what it follows from.
    func caused(by positions: [Position], version: UInt32) -> EventPayload.OneOf_Event {
        let causes = positions.map(\.rawValue)
        switch self {
        case .slaTargetSet(var set):
            set.causePositions = causes
            set.policyVersion = version
            return .slaTargetSet(set)
        case .slaClockStopped(var stopped):
            stopped.causePositions = causes
            stopped.policyVersion = version
            return .slaClockStopped(stopped)
        case .slaWarned(var warned):
            warned.causePositions = causes
            warned.policyVersion = version
            return .slaWarned(warned)
        case .slaBreached(var breached):
            breached.causePositions = causes
            breached.policyVersion = version
            return .slaBreached(breached)
        case .slaWithdrawn(var withdrawn):
            withdrawn.causePositions = causes
            withdrawn.policyVersion = version
            return .slaWithdrawn(withdrawn)
        default: return self
        }
    }
}
