package import Schema
internal import SwiftProtobuf

/// A service level: what is promised to whom, in versions of which one holds.
package enum SlaPolicyAggregate: Aggregate {
    package typealias State = SlaPolicyState

    package static var kind: AggregateKind { .slaPolicy }

    package static func evolve(_ state: inout SlaPolicyState, _ event: StoredEvent) {
        switch event.payload {
        case .slaPolicyDefined(let defined): state.versions.append(defined.content)
        case .slaPolicyChanged(let changed): state.versions.append(changed.content)
        case .slaVersionActivated(let activated):
            state.hold(activated.version, since: event.occurredAt)
            if activated.hasPassAt { state.beginPass(activated.passAt) }
        case .slaPolicyDeactivated(let deactivated):
            state.hold(0, since: event.occurredAt)
            if deactivated.hasPassAt { state.beginPass(deactivated.passAt) }
        case .slaReviewAdvanced(let advanced):
            state.nextSequence = advanced.nextSequence
            if advanced.hasPassAt { state.passAt = advanced.passAt } else { state.clearPassAt() }
        default: break
        }
    }
}

extension SlaPolicyState {
    /// A version's content; nil where there is none with this number.
    func content(_ version: UInt32) -> SlaPolicyContent? {
        let index = Int(version) - 1
        return versions.indices.contains(index) ? versions[index] : nil
    }

    /// What holds; nil where nothing does.
    var active: SlaPolicyContent? { content(activeVersion) }

    /// The version that held at an instant; 0: none.
    func version(at instant: Instant) -> UInt32 {
        periods.last { $0.since <= instant.rawValue }?.version ?? 0
    }

    fileprivate mutating func hold(_ version: UInt32, since instant: Instant) {
        activeVersion = version
        periods.append(
            .with {
                $0.version = version
                $0.since = instant.rawValue
            })
    }

    fileprivate mutating func beginPass(_ instant: Int64) {
        passAt = instant
        nextSequence = 0
    }
}

extension SlaMatch {
    /// Whether a ticket meets everything that is named.
    func holds(for ticket: TicketState) -> Bool {
        Self.isAmong(ticket.priority.key, priorities) && Self.isAmong(ticket.classification.type, types)
            && (categories.isEmpty || categories.contains { Self.lies(ticket.classification.category, in: $0) })
            && Self.isAmong(ticket.classification.customerClass, customerClasses)
            && Self.isAmong(ticket.head.channel, channels)
            && (queueNumbers.isEmpty || queueNumbers.contains(ticket.assignment.queueNumber))
    }

    /// Whether some ticket could meet this and another match.
    func overlaps(_ other: SlaMatch) -> Bool {
        Self.share(priorities, other.priorities) && Self.share(types, other.types)
            && Self.share(customerClasses, other.customerClasses) && Self.share(channels, other.channels)
            && (queueNumbers.isEmpty || other.queueNumbers.isEmpty
                || queueNumbers.contains { other.queueNumbers.contains($0) })
            && (categories.isEmpty || other.categories.isEmpty
                || categories.contains { mine in
                    other.categories.contains { Self.lies(mine, in: $0) || Self.lies($0, in: mine) }
                })
    }

    private static func isAmong(_ key: String, _ keys: [String]) -> Bool {
        keys.isEmpty || keys.contains { $0.isIdentical(to: key) }
    }

    private static func share(_ some: [String], _ others: [String]) -> Bool {
        some.isEmpty || others.isEmpty || some.contains { isAmong($0, others) }
    }

    /// Whether a category is another one or lies below it.
    private static func lies(_ category: String, in parent: String) -> Bool {
        category.isIdentical(to: parent) || Array(category.utf8).starts(with: Array(parent.utf8) + [UInt8(ascii: "/")])
    }
}

/// What events of business calendars and service levels do to the index.
package enum ServiceLevelEffects {
    /// The domain of the token that every service level in force has.
    static let activeDomain = "sla-active"
    /// The domain of the token that every service level has that ever was in force.
    static let everDomain = "sla-ever"
    /// The timer of a pass over the open tickets that goes on; the item is the sequence of the first that is still to
    /// be looked at.
    static let pass: UInt16 = 1

    /// The effects of an event of the stream `stream`.
    package static func effects(of event: EventPayload.OneOf_Event, stream: StreamNumber) -> [IndexEffect] {
        switch event {
        case .calendarDefined(let defined):
            defined.external.map { IndexEffect.link(.calendar, $0) }
                + (defined.isDefault ? makeDefault(stream, before: defined.defaultBeforeNumber) : [])
        case .calendarChanged(let changed):
            (changed.isDefault ? makeDefault(stream, before: changed.defaultBeforeNumber) : [])
                + (changed.hasPassAt ? [passTimer(0, changed.passAt)] : [])
        case .calendarRetired(let retired):
            retired.wasDefault ? [.claim(.defaultCalendar, -Int64(clamping: stream.rawValue))] : []
        case .slaPolicyDefined(let defined): defined.external.map { IndexEffect.link(.slaPolicy, $0) }
        case .slaVersionActivated(let activated):
            counts(activated.content, 1)
                + (activated.versionBefore == 0
                    ? [.addToken(domain: activeDomain, value: [1]), .addToken(domain: everDomain, value: [1])]
                    : counts(activated.contentBefore, -1))
                + (activated.hasPassAt ? [passTimer(0, activated.passAt)] : [])
        case .slaPolicyDeactivated(let deactivated):
            counts(deactivated.contentBefore, -1) + [.removeToken(domain: activeDomain, value: [1])]
                + (deactivated.hasPassAt ? [passTimer(0, deactivated.passAt)] : [])
        case .slaReviewAdvanced(let advanced):
            [
                passTimer(advanced.firstSequence, nil),
                passTimer(advanced.nextSequence, advanced.hasPassAt ? advanced.passAt : nil),
            ]
        default: []
        }
    }

    private static func passTimer(_ sequence: UInt64, _ due: Int64?) -> IndexEffect {
        .timer(TimerKey(kind: pass, item: sequence), due.map(Instant.init(microseconds:)))
    }

    private static func counts(_ content: SlaPolicyContent, _ change: Int64) -> [IndexEffect] {
        content.calendarNumber == 0 ? [] : [.claim(.policiesOn(StreamNumber(content.calendarNumber)), change)]
    }

    private static func makeDefault(_ calendar: StreamNumber, before: UInt64) -> [IndexEffect] {
        [.claim(.defaultCalendar, Int64(clamping: calendar.rawValue) - Int64(clamping: before))]
    }
}

extension World {
    /// The service levels in force, in the order in which they are asked.
    func activeServiceLevels() throws(Refusal) -> [(number: StreamNumber, state: SlaPolicyState)] {
        var levels: [(number: StreamNumber, state: SlaPolicyState, order: UInt32)] = []
        for number in try holders(of: lookupKey(domain: ServiceLevelEffects.activeDomain, value: [1])) {
            guard let state = try state(SlaPolicyAggregate.self, of: number), let active = state.active else {
                continue
            }
            levels.append((number, state, active.order))
        }
        return levels.sorted { ($0.order, $0.number.rawValue) < ($1.order, $1.number.rawValue) }
            .map { ($0.number, $0.state) }
    }
}
