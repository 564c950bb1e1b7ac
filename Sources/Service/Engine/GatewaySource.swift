internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema

/// Says that a body cannot be prepared ahead of its turn; the sequencer then prepares it.
///
/// Never leaves the service: the gateway catches it.
let notAheadOfTurn = Refusal(.internal, "prepare in turn")

/// What preparation may read on a gateway's thread, ahead of the order of the log: the index, states that happen to
/// be in memory, and durable records.
final class GatewaySource: PreparationSource {
    let context: LogContext
    private let cache: StateCache

    init(context: LogContext, cache: StateCache) {
        self.context = context
        self.cache = cache
    }

    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        do {
            guard let number = try context.resolve(reference, kind), let head = try context.log.index.head(of: number),
                head.kind == kind
            else { return nil }
            return number
        } catch { throw Refusal(error) }
    }

    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        do { return try context.log.index.link(context.singletonToken(kind)) } catch { throw Refusal(error) }
    }

    func head(of number: StreamNumber) throws(Refusal) -> StreamHead? {
        do { return try context.log.index.head(of: number).map { StreamHead($0, number) } } catch {
            throw Refusal(error)
        }
    }

    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        guard let head = try head(of: number), head.kind == A.kind,
            let entry = cache.entry(number, revision: head.revision), let state = entry.state as? A.State
        else { throw notAheadOfTurn }
        return state
    }

    func event(at position: Position) throws(Refusal) -> StoredEvent? {
        do {
            return try context.log.record(at: position) { (record) throws(EventLogError) in
                try StoredEvent(reading: record)
            }
        } catch { throw Refusal(error) }
    }

    func claim(_ key: ClaimKey) throws(Refusal) -> Int64 {
        do { return try context.log.index.claim(key.bytes) } catch { throw Refusal(error) }
    }

    func open(_ reference: SealedRef) throws(Refusal) -> PersonalData {
        guard Position(reference.position) <= context.log.end.position else { throw notAheadOfTurn }
        return try context.open(reference)
    }

    func slot(of subject: StreamNumber) throws(Refusal) -> Slot? {
        do {
            return try context.log.index.subject(subject).map {
                Slot(number: $0.keySlot, generation: $0.slotGeneration)
            }
        } catch { throw Refusal(error) }
    }

    func reserveSlot() throws(Refusal) -> Slot {
        // Making keys waits for the disk: that is not for a thread of connections.
        guard let slot = context.vault.reserveFreeSlot() else { throw notAheadOfTurn }
        return slot
    }
}

extension StreamHead {
    /// The head as deciders know it.
    init(_ entry: StreamEntry, _ number: StreamNumber) {
        self.init(
            id: entry.id, number: number, kind: entry.kind, revision: entry.revision, last: entry.last,
            lastFactAt: entry.lastFactAt)
    }
}
