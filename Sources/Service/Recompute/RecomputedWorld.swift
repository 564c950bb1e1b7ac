internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// The log as it was before an event, held in memory: what policies and timers decided from at that time.
///
/// It grows with the number of streams. Personal parts are not opened: no policy looks up a personal value.
final class RecomputedWorld: World {
    private let context: LogContext
    private var heads: [StreamNumber: StreamHead] = [:]
    private var ids: [Identifier: StreamNumber] = [:]
    private var links: [IndexToken: StreamNumber] = [:]
    private var tokens: [IndexToken: Set<StreamNumber>] = [:]
    private var claims: [[UInt8]: Int64] = [:]
    private var tickets: [StreamNumber: TicketStanding] = [:]
    private var states: [StreamNumber: any SwiftProtobuf.Message] = [:]
    private var creators: [StreamNumber: StreamNumber] = [:]
    private(set) var last = Position.none
    var timers = TimerQueue()

    init(context: LogContext) { self.context = context }

    /// Takes in the next event of the log.
    func apply(_ event: StoredEvent, streamID: Identifier?) {
        let header = event.header
        let number = header.stream
        last = header.position
        if let streamID {
            ids[streamID] = number
            if header.importNumber != .none { creators[number] = header.importNumber }
        }
        let isFact = header.origin == .command || header.origin == .import
        let before = heads[number]
        let lastFactAt = before?.lastFactAt ?? .earliest
        heads[number] = StreamHead(
            id: streamID ?? before?.id ?? .zero, number: number, kind: header.streamKind, revision: header.revision,
            last: header.position, lastFactAt: isFact ? max(header.occurredAt, lastFactAt) : lastFactAt)
        if let aggregate = AggregateRegistry.aggregate(of: header.streamKind) { evolve(aggregate, event) }
        let changes =
            context.changes(of: AggregateRegistry.effects(of: event))
            + RecordChanges.singleton(header, vault: context.vault)
        for change in changes { apply(change, of: number) }
        timers.apply(header, changes, createdBy: creators[number] ?? .none)
    }

    private func evolve<A: Aggregate>(_ type: A.Type, _ event: StoredEvent) {
        var state = states[event.header.stream] as? A.State ?? A.State()
        A.evolve(&state, event)
        states[event.header.stream] = state
    }

    private func apply(_ change: IndexChange, of stream: StreamNumber) {
        switch change {
        case .link(let token): links[token] = stream
        case .unlink(let token): links[token] = nil
        case .addToken(let token): tokens[token, default: []].insert(stream)
        case .removeToken(let token): tokens[token]?.remove(stream)
        case .claim(let key, let amount): claims[key, default: 0] += amount
        case .ticket(let change): tickets[stream, default: TicketStanding()].apply(change)
        case .timer, .importOpened, .importClosed: break
        }
    }

    /// Whether a timer belongs to the history that the import of its stream brought in.
    func isHistory(_ timer: DueTimer) -> Bool {
        creators[timer.place.stream].flatMap { timers.importStanding($0) }?.isHistory(timer.due) ?? false
    }

    // MARK: World

    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        let number: StreamNumber? =
            switch reference.target {
            case .id(let text): Identifier(text).flatMap { ids[$0] }
            case .external(let key): links[context.token(of: key, kind)]
            case .token(let bytes): IndexToken(bytes).flatMap { links[$0] }
            case .number(let number): StreamNumber(number)
            case nil: nil
            }
        guard let number, heads[number]?.kind == kind else { return nil }
        return number
    }

    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? { links[context.singletonToken(kind)] }

    func head(of number: StreamNumber) throws(Refusal) -> StreamHead? { heads[number] }

    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        guard heads[number]?.kind == A.kind else { return nil }
        return states[number] as? A.State
    }

    func event(at position: Position) throws(Refusal) -> StoredEvent? {
        guard position <= last else { return nil }
        do {
            return try context.log.record(at: position) { (record) throws(EventLogError) in
                try StoredEvent(reading: record)
            }
        } catch { throw Refusal(error) }
    }

    func claim(_ key: ClaimKey) throws(Refusal) -> Int64 { claims[key.bytes] ?? 0 }

    func lookupKey(domain: String, value: [UInt8]) -> LookupKey {
        LookupKey(LogContext.token(domain: domain, value: value, vault: context.vault))
    }

    func holders(of token: LookupKey, most: Int) throws(Refusal) -> [StreamNumber] {
        Array((tokens[IndexToken(high: token.high, low: token.low)] ?? []).sorted().prefix(most))
    }

    /// No policy asks for it, so it may go through all tickets.
    func nextTicket(in queue: StreamNumber) throws(Refusal) -> PooledTicket? {
        tickets.compactMap { $0.value.pooled($0.key) }.filter { $0.queue == queue }.map(\.entry).min()
    }

    func latestFact(ofImport number: StreamNumber) throws(Refusal) -> Instant? { timers.importStanding(number)?.latest }
}
