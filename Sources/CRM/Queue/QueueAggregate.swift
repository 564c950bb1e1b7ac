package import Schema

/// A queue: where tickets wait, who works on them, and how they find somebody.
package enum QueueAggregate: Aggregate {
    package typealias State = QueueState

    package static var kind: AggregateKind { .queue }

    package static func evolve(_ state: inout QueueState, _ event: StoredEvent) {
        switch event.payload {
        case .queueDefined(let defined):
            state.record.label = defined.label
            state.record.teamNumbers = defined.teamNumbers
            state.record.agents = defined.agents
            state.record.routing = defined.routing
            state.record.version = defined.version
        case .queueChanged(let changed):
            state.record.label = changed.label
            state.record.teamNumbers = changed.teamNumbers
            state.record.agents = changed.agents
            state.record.version = changed.version
        case .routingSet(let set):
            state.record.routing = set.routing
            state.record.version = set.version
        case .queueRetired(let retired):
            state.record.retired = true
            state.record.version = retired.version
        default: break
        }
    }
}

/// What events of a queue do to the index.
package enum QueueEffects {
    /// Domain of the tokens of queues that are in use; all have the same value.
    static let domain = "queue"

    /// The effects of an event's open payload.
    package static func effects(of event: EventPayload.OneOf_Event, queue: StreamNumber) -> [IndexEffect] {
        switch event {
        case .queueDefined(let defined):
            defined.external.map { IndexEffect.link(.queue, $0) } + label(defined.label, queue, 1)
                + [.addToken(domain: domain, value: [])]
                + (defined.isDefault ? makeDefault(queue, before: defined.defaultBeforeNumber) : [])
        case .queueChanged(let changed):
            label(changed.labelBefore, queue, -1) + label(changed.label, queue, 1)
                + (changed.isDefault ? makeDefault(queue, before: changed.defaultBeforeNumber) : [])
        case .queueRetired(let retired):
            label(retired.label, queue, -1) + [.removeToken(domain: domain, value: [])]
                + (retired.wasDefault ? [.claim(.defaultQueue, -number(queue))] : [])
        default: []
        }
    }

    private static func label(_ label: String, _ queue: StreamNumber, _ sign: Int64) -> [IndexEffect] {
        [.claim(.queueLabel(label), sign * number(queue))]
    }

    private static func makeDefault(_ queue: StreamNumber, before: UInt64) -> [IndexEffect] {
        [.claim(.defaultQueue, number(queue) - number(StreamNumber(before)))]
    }

    private static func number(_ stream: StreamNumber) -> Int64 { Int64(clamping: stream.rawValue) }
}

extension DecisionContext {
    /// The queue that a reference names. A retired one is refused, except for history.
    ///
    /// - Throws: REFERENCE_MISSING, QUEUE_RETIRED.
    func queue(_ reference: Reference, field: String) throws(Refusal) -> StreamNumber {
        let number = try world.required(reference, .queue, field: field)
        if !historic { try world.requireInUse(queue: number, field: field) }
        return number
    }
}

extension World {
    /// All queues that are in use, by number.
    func queues() throws(Refusal) -> [StreamNumber] {
        try holders(of: lookupKey(domain: QueueEffects.domain, value: []))
    }

    /// The queue for tickets of which nothing else is said; none where there is none.
    func defaultQueue() throws(Refusal) -> StreamNumber {
        StreamNumber(UInt64(clamping: try claim(.defaultQueue)))
    }

    /// Refuses a queue that is retired.
    ///
    /// - Throws: QUEUE_RETIRED.
    func requireInUse(queue: StreamNumber, field: String) throws(Refusal) {
        guard try state(QueueAggregate.self, of: queue)?.record.retired ?? false else { return }
        throw Refusal(.queueRetired, "The queue is retired. Name another one.", field: field)
    }
}
