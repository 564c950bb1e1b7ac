internal import CRM
internal import EventLog
internal import Schema
internal import SwiftProtobuf

/// Computes every consequence of a log anew and compares it with the one that is there.
///
/// The facts are taken from the log, in the order of their positions; what the policies make of them is computed
/// from the world as it was then. Timers fire in a queue of its own, by their instants. So the log holds exactly what
/// follows from its facts and its configuration, or this says where it does not.
final class ConsequenceReplay {
    private let context: LogContext
    private let world: RecomputedWorld
    private(set) var result = RecomputeResponse()

    /// Divergences that are named; more are not looked for.
    private static let named = 100

    init(context: LogContext) {
        self.context = context
        world = RecomputedWorld(context: context)
    }

    /// Goes through the log up to a position, that of the last event of a command.
    ///
    /// - Throws: DAMAGED where a record is not what was written; what reading the log throws; CANCELLED once `stop` is
    ///   raised.
    func run(through last: Position, stop: StopFlag = StopFlag()) throws(Refusal) {
        var unit: [RecordedEvent] = []
        var refusal: Refusal?
        do throws(EventLogError) {
            try context.log.scanChecked(from: Position(1)) { (header, record, _) throws(EventLogError) in
                guard header.position <= last, result.divergences.count < Self.named, !stop.isRaised else {
                    return false
                }
                unit.append(try RecordedEvent(header, record))
                guard Int(header.commandIndex) + 1 == Int(header.commandCount) else { return true }
                do throws(Refusal) { try replay(unit) } catch {
                    refusal = error
                    return false
                }
                unit = []
                return true
            }
        } catch { throw Refusal(error) }
        if let refusal { throw refusal }
        guard !stop.isRaised else { throw Refusal(.cancelled, "The request was cancelled.") }
        result.position = world.last.rawValue
    }

    /// The events of one command, or of one timer.
    private func replay(_ unit: [RecordedEvent]) throws(Refusal) {
        guard let first = unit.first?.event else { return }
        if first.header.origin == .scheduler {
            try replayTimer(unit)
        } else {
            noteUnfired(before: first)
            var rest = unit[...]
            while let body = rest.first?.event.header.body {
                let events = rest.prefix { $0.event.header.body == body }
                rest = rest.dropFirst(events.count)
                try replayBody(events)
            }
        }
    }

    /// Before a command all timers must have fired that were due by then.
    private func noteUnfired(before event: StoredEvent) {
        while let timer = world.timers.next(by: event.header.recordedAt) {
            diverge(at: event.position, computed: .unspecified, recorded: event.header.kind, "missing")
            world.timers.drop(timer)
        }
    }

    private func replayTimer(_ unit: [RecordedEvent]) throws(Refusal) {
        var recorded = unit[...]
        guard let first = unit.first?.event else { return }
        guard let timer = world.timers.next(by: first.header.recordedAt),
            let head = try world.head(of: timer.place.stream),
            timer.commandID(logID: context.log.id, at: head.revision) == first.header.commandID,
            let aggregate = AggregateRegistry.aggregate(of: head.kind) as? any TimedAggregate.Type
        else {
            diverge(at: first.position, computed: .unspecified, recorded: first.header.kind, "unexpected")
            for event in unit { take(event) }
            return
        }
        let isHistory = world.isHistory(timer)
        if isHistory != first.header.flags.contains(.historic) {
            diverge(at: first.position, computed: first.header.kind, recorded: first.header.kind, "historic")
        }
        let context = DecisionContext(
            occurredAt: timer.due, occurredAtGiven: true, recordedAt: first.header.recordedAt,
            historic: isHistory, hasReason: false, principal: .none, target: head.number,
            firstPosition: first.position, head: head, world: world)
        let computed = try aggregate.fire(timer.place.key, context)
        let target = Target(number: head.number, occurredAt: timer.due)
        let facts = compare(computed, with: &recorded, target)
        try follow(facts, &recorded, target)
        if world.timers.next(by: first.header.recordedAt) == timer { world.timers.drop(timer) }
    }

    private func replayBody(_ events: ArraySlice<RecordedEvent>) throws(Refusal) {
        let facts = events.prefix { $0.isFact }
        var recorded = events.dropFirst(facts.count)
        for fact in facts {
            take(fact)
            result.facts += 1
        }
        guard let first = facts.first?.event else {
            for event in recorded {
                diverge(
                    at: event.event.position, computed: .unspecified, recorded: event.event.header.kind, "unexpected")
                take(event)
            }
            return
        }
        try follow(
            facts.map(\.event), &recorded, Target(number: first.header.stream, occurredAt: first.header.occurredAt))
    }

    /// Computes round by round what follows, and compares it with what comes next in the log.
    private func follow(
        _ facts: [StoredEvent], _ recorded: inout ArraySlice<RecordedEvent>, _ target: Target
    ) throws(Refusal) {
        var facts = facts
        for _ in 0...PolicyRegistry.rounds where !facts.isEmpty {
            let computed = try PolicyRegistry.consequences(of: facts, PolicyContext(world: world))
            facts = compare(computed, with: &recorded, target)
        }
        for event in recorded {
            diverge(at: event.event.position, computed: .unspecified, recorded: event.event.header.kind, "unexpected")
            take(event)
        }
        recorded = []
    }

    // MARK: Comparing

    /// Where an event of a computation goes that does not say it, and when it holds.
    private struct Target {
        var number: StreamNumber
        var occurredAt: Instant
    }

    /// Compares computed events with the next recorded ones, which are then part of the world.
    private func compare(
        _ computed: [NewEvent], with recorded: inout ArraySlice<RecordedEvent>, _ target: Target
    ) -> [StoredEvent] {
        var taken: [StoredEvent] = []
        for event in computed {
            guard let next = recorded.first, !next.isFact else {
                let kind = (try? EventPayload.encode(event.payload))?.kind ?? .unspecified
                diverge(at: world.last.advanced(by: 1), computed: kind, recorded: .unspecified, "missing")
                continue
            }
            recorded = recorded.dropFirst()
            compare(event, next, target)
            take(next)
            taken.append(next.event)
            if next.event.header.origin == .scheduler { result.timed += 1 } else { result.consequences += 1 }
        }
        return taken
    }

    private func compare(_ computed: NewEvent, _ recorded: RecordedEvent, _ target: Target) {
        let header = recorded.event.header
        guard let encoded = try? EventPayload.encode(computed.payload) else {
            return diverge(at: header.position, computed: .unspecified, recorded: header.kind, "payload")
        }
        let stream = if case .other(let number) = computed.stream { number } else { target.number }
        let difference: String? =
            if encoded.kind != header.kind {
                "kind"
            } else if stream != header.stream {
                "stream"
            } else if computed.occurredAt ?? target.occurredAt != header.occurredAt {
                "occurred_at"
            } else if computed.origin != header.origin || computed.causation != header.causation {
                "origin"
            } else if encoded.payload != recorded.payload {
                "payload"
            } else {
                nil
            }
        if let difference {
            diverge(at: header.position, computed: encoded.kind, recorded: header.kind, difference)
        }
    }

    private func take(_ recorded: RecordedEvent) { world.apply(recorded.event, streamID: recorded.streamID) }

    private func diverge(at position: Position, computed: EventKind, recorded: EventKind, _ what: String) {
        guard result.divergences.count < Self.named else { return }
        result.divergences.append(
            .with {
                $0.position = position.rawValue
                $0.computed = computed
                $0.recorded = recorded
                $0.what = what
            })
    }
}

/// An event as it stands in the log, with the bytes of its payload.
private struct RecordedEvent {
    var event: StoredEvent
    var payload: [UInt8]
    var streamID: Identifier?

    init(_ header: EventHeader, _ record: RawSpan) throws(EventLogError) {
        event = try StoredEvent(reading: record)
        payload = record.extracting(header.payloadRange).withUnsafeBytes { Array($0) }
        streamID = header.streamID(in: record)
    }

    var isFact: Bool { event.header.origin == .command || event.header.origin == .import }
}
