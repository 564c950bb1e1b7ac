internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// The log as the command that is being decided sees it: everything before it, durable or not, and what its own
/// earlier bodies did. Lives on the writer's thread.
final class DecisionWorld: World, PreparationSource {
    let context: LogContext
    let cache: StateCache
    let writer: LogWriter
    /// What the bodies of the present command did so far.
    var stage = Stage()
    /// Slots that were taken from the vault for the present command, in its turn.
    var reservedSlots: [Slot] = []

    init(context: LogContext, cache: StateCache, writer: LogWriter) {
        self.context = context
        self.cache = cache
        self.writer = writer
    }

    /// Position that the next event of the present command will get.
    var nextPosition: Position { writer.nextPosition.advanced(by: stage.events.count) }

    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        var found = staged(reference, kind)
        if found == nil { found = try indexed(reference, kind) }
        guard let number = found, number != .none, try head(of: number)?.kind == kind else { return nil }
        return number
    }

    private func staged(_ reference: Reference, _ kind: AggregateKind) -> StreamNumber? {
        guard !stage.isEmpty else { return nil }
        switch reference.target {
        case .id(let text): return Identifier(text).flatMap { stage.ids[$0] }
        case .external(let key): return stage.links[context.token(of: key, kind)]
        case .token(let bytes): return IndexToken(bytes).flatMap { stage.links[$0] }
        case .number, nil: return nil
        }
    }

    private func indexed(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        do { return try context.resolve(reference, kind) } catch { throw Refusal(error) }
    }

    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        let token = context.singletonToken(kind)
        if let number = stage.links[token] { return number }
        do { return try context.log.index.link(token) } catch { throw Refusal(error) }
    }

    func head(of number: StreamNumber) throws(Refusal) -> StreamHead? {
        if let head = stage.heads[number] { return head }
        do { return try context.log.index.head(of: number).map { StreamHead($0, number) } } catch {
            throw Refusal(error)
        }
    }

    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        guard let head = try head(of: number), head.kind == A.kind else { return nil }
        if let entry = stage.states[number], entry.revision == head.revision { return entry.state as? A.State }
        if let entry = cache.entry(number, revision: head.revision) { return entry.state as? A.State }
        return try folded(type, number, to: head)
    }

    /// The state of a stream that is not in memory: folded up to the present command, and on with what that has staged.
    private func folded<A: Aggregate>(
        _ type: A.Type, _ number: StreamNumber, to head: StreamHead
    ) throws(Refusal) -> A.State? {
        do {
            guard let base = try context.log.index.head(of: number).map({ StreamHead($0, number) }) else { return nil }
            var entry = cache.entry(number, revision: base.revision)
            if entry == nil {
                let folding = StateFolding(index: context.log.index) {
                    [writer] (position, body) throws(EventLogError) in
                    try writer.record(at: position, body) != nil
                }
                let (state, size) = try folding.fold(type, number, base)
                entry = StateCache.Entry(revision: base.revision, state: state, size: size)
                entry.map { cache.put($0, number) }
            }
            guard let entry, var state = entry.state as? A.State else { return nil }
            guard base.revision < head.revision else { return state }
            var size = entry.size
            for event in stage.events where event.number == number && event.header.revision > base.revision {
                A.evolve(&state, try event.stored())
                size += event.payload.count
            }
            stage.states[number] = StateCache.Entry(revision: head.revision, state: state, size: size)
            return state
        } catch let error as EventLogError {
            throw Refusal(error)
        } catch {
            throw Refusal(.internal, "A staged event cannot be read again: \(error).")
        }
    }

    /// Keeps the state of every stream that the present command has taken over a multiple of
    /// `StateFolding.storedEvery` events, so that no fold ever begins further back. To be called when its events are
    /// appended and still on the stage.
    func keepLongStates() {
        for (number, head) in stage.heads where head.revision.rawValue >= StateFolding.storedEvery {
            let added = UInt32(stage.events.count { $0.number == number })
            guard head.revision.rawValue % StateFolding.storedEvery < added,
                let aggregate = AggregateRegistry.aggregate(of: head.kind)
            else { continue }
            keepState(aggregate, number, head)
        }
    }

    private func keepState<A: Aggregate>(_ type: A.Type, _ number: StreamNumber, _ head: StreamHead) {
        do {
            guard let bytes: [UInt8] = try state(type, of: number)?.serializedBytes() else { return }
            context.log.index.store(StoredState(revision: head.revision, last: head.last, bytes: bytes), of: number)
        } catch {
            // The command is decided and appended, so this is not its refusal: a stream that cannot be folded refuses
            // the next command that needs its state, and says why.
        }
    }

    func event(at position: Position) throws(Refusal) -> StoredEvent? {
        if position >= writer.nextPosition { return try stage.event(at: position, from: writer.nextPosition) }
        do {
            return try writer.record(at: position) { (record) throws(EventLogError) in
                try StoredEvent(reading: record)
            }
        } catch { throw Refusal(error) }
    }

    func lookupKey(domain: String, value: [UInt8]) -> LookupKey {
        LookupKey(LogContext.token(domain: domain, value: value, vault: context.vault))
    }

    func claim(_ key: ClaimKey) throws(Refusal) -> Int64 {
        do { return try context.log.index.claim(key.bytes) + (stage.claims[key.bytes] ?? 0) } catch {
            throw Refusal(error)
        }
    }

    func holders(of token: LookupKey, most: Int) throws(Refusal) -> [StreamNumber] {
        let token = IndexToken(high: token.high, low: token.low)
        let changes = stage.tokens[token] ?? [:]
        do {
            // The command may have taken it from as many as it has changed.
            let wanted = min(most, Int.max - changes.count) + changes.count
            var holders = try context.log.index.holders(of: token, most: wanted).filter { changes[$0] == nil }
            guard !changes.isEmpty else { return holders }
            for (stream, has) in changes where has { holders.append(stream) }
            return Array(holders.sorted().prefix(most))
        } catch { throw Refusal(error) }
    }

    func nextTicket(in queue: StreamNumber) throws(Refusal) -> PooledTicket? {
        do {
            var first = try context.log.index.firstInPool(of: queue) { stage.tickets[$0] != nil }
            for (ticket, changes) in stage.tickets {
                var standing = try context.log.index.ticketStanding(of: ticket) ?? TicketStanding()
                for change in changes { standing.apply(change) }
                guard let (staged, entry) = standing.pooled(ticket), staged == queue else { continue }
                first = first.map { min($0, entry) } ?? entry
            }
            return first
        } catch { throw Refusal(error) }
    }

    func latestFact(ofImport number: StreamNumber) throws(Refusal) -> Instant? {
        do {
            guard let standing = try context.log.index.importStanding(number) else { return nil }
            // What an earlier body of the command brought in belongs to the import as well.
            let staged = stage.events.map(\.header).filter {
                $0.importNumber == number && $0.origin == .import && $0.occurredAt != standing.startedAt
            }
            return (staged.map(\.occurredAt) + [standing.latest].compactMap(\.self)).max()
        } catch { throw Refusal(error) }
    }

    func open(_ reference: SealedRef) throws(Refusal) -> PersonalData {
        if reference.position >= writer.nextPosition.rawValue {
            return try stage.open(reference, from: writer.nextPosition, context)
        }
        return try context.personalData(reference) { (position, body) throws(EventLogError) in
            try writer.record(at: position, body)
        }
    }

    func reserveSlot() throws(Refusal) -> Slot {
        do { return try context.vault.reserveSlot() } catch { throw Refusal(error) }
    }

    func slot(of subject: StreamNumber) throws(Refusal) -> Slot? {
        if let slot = stage.slots[subject] { return slot }
        do {
            return try context.log.index.subject(subject).map {
                Slot(number: $0.keySlot, generation: $0.slotGeneration)
            }
        } catch { throw Refusal(error) }
    }
}

/// What the bodies of one command did, before the command as a whole is known to be accepted.
struct Stage {
    /// An event that waits for the rest of its command.
    struct Event {
        var stream: EventDraft.Stream
        var number: StreamNumber
        var header: EventHeader
        var payload: [UInt8]
        var subjects: [EventDraft.Subject]
        var changes: [IndexChange]

        /// The event as it will be read from the log.
        func stored() throws(RecordError) -> StoredEvent {
            StoredEvent(
                header: header, payload: try EventPayload.decode(kind: header.kind, payload: payload.span.bytes))
        }
    }

    var commandID = Identifier.zero
    var sealsFingerprint = false
    var events: [Event] = []
    var heads: [StreamNumber: StreamHead] = [:]
    var ids: [Identifier: StreamNumber] = [:]
    /// None: the reference names nothing any more.
    var links: [IndexToken: StreamNumber] = [:]
    var tokens: [IndexToken: [StreamNumber: Bool]] = [:]
    /// What is to be added to the index's values.
    var claims: [[UInt8]: Int64] = [:]
    /// What is to change of the places of tickets, in order.
    var tickets: [StreamNumber: [TicketStandingChange]] = [:]
    var states: [StreamNumber: StateCache.Entry] = [:]
    var slots: [StreamNumber: Slot] = [:]
    /// What is to be done in the content store once it is durable.
    var bodies: [BodyChange] = []

    var isEmpty: Bool { events.isEmpty }

    mutating func apply(_ changes: [IndexChange], stream: StreamNumber) {
        for change in changes {
            switch change {
            case .link(let token): links[token] = stream
            case .unlink(let token): links[token] = StreamNumber.none
            case .addToken(let token): tokens[token, default: [:]][stream] = true
            case .removeToken(let token): tokens[token, default: [:]][stream] = false
            case .claim(let key, let amount): claims[key, default: 0] += amount
            case .ticket(let change): tickets[stream, default: []].append(change)
            // No decision asks for timers, and an import is complete only when its command is.
            case .timer, .importOpened, .importClosed: break
            }
        }
    }

    /// An event that an earlier body of the command, or the present one, has staged.
    func event(at position: Position, from first: Position) throws(Refusal) -> StoredEvent? {
        // The position may be one that a command names: it need not fit an Int.
        guard let index = Int(exactly: position.rawValue - first.rawValue), events.indices.contains(index) else {
            return nil
        }
        do throws(RecordError) { return try events[index].stored() } catch { throw Refusal(.internal, error.message) }
    }

    /// Opens a part that an earlier body of the command sealed.
    func open(_ reference: SealedRef, from first: Position, _ context: LogContext) throws(Refusal) -> PersonalData {
        let index = Int(clamping: reference.position - first.rawValue)
        let entry = Int(reference.entry) - (index == 0 && sealsFingerprint ? 1 : 0)
        guard events.indices.contains(index), events[index].subjects.indices.contains(entry) else {
            throw Refusal(.internal, "A personal part of this command is not there. Send the bodies one by one.")
        }
        let subject = events[index].subjects[entry]
        let slot = Slot(number: subject.keySlot, generation: subject.slotGeneration)
        do {
            let plaintext = try context.vault.open(
                subject.sealed, slot: slot,
                associatedData: KeyVault.associatedData(
                    logID: context.log.id.bytes, commandID: commandID.bytes, body: subject.body, part: subject.part,
                    slot: slot))
            return try PersonalData(serializedBytes: plaintext)
        } catch let error as VaultError {
            throw Refusal(error)
        } catch {
            throw Refusal(.damaged, "A personal part of this command cannot be read.")
        }
    }
}
