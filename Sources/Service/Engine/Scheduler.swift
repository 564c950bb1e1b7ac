internal import CRM
internal import EventLog
internal import KeyVault
internal import Logging
internal import Schema

/// Fires what is due: each timer is a command of the service itself, decided like any other, at the instant at which
/// it was due. Lives on the writer's thread.
///
/// Nothing fires twice: what a timer causes clears or moves it in the same commit, and the command's id follows from the
/// stream with its revision, the timer and its instant.
final class Scheduler {
    private let world: DecisionWorld
    private let appending: CommandAppending
    private let logger: Logger
    /// Timers that are due and were not looked at yet, in order; `isComplete` where there are no others.
    private var batch: ArraySlice<DueTimer> = []
    private var isComplete = true

    /// Timers that are looked for at a time.
    private static let batchSize = 1_000

    init(world: DecisionWorld, appending: CommandAppending, logger: Logger) {
        self.world = world
        self.appending = appending
        self.logger = logger
    }

    private var index: IndexStore { world.context.log.index }

    /// Whether a timer may be due by this instant. Cheap: asked before every command.
    func mayBeDue(by now: Instant) -> Bool { index.earliestDue.map { $0 <= now } ?? false }

    /// Fires in order what is due by the time of the open group, as long as the group has room.
    ///
    /// - Parameter most: events that the open group may have.
    /// - Returns: whether all that is due has fired.
    /// - Throws: an error of the index or the writer.
    func fireDue(by now: Instant, most: Int) throws(EventLogError) -> Bool {
        try lookAgain(now)
        while !batch.isEmpty {
            guard world.writer.groupCount < most else { return false }
            try fire(batch.removeFirst(), now)
            if batch.isEmpty { try lookAgain(now) }
        }
        return true
    }

    private func lookAgain(_ now: Instant) throws(EventLogError) {
        let due = try index.dueTimers(by: now, most: Self.batchSize)
        batch = due.timers[...]
        isComplete = due.isComplete
    }

    private func fire(_ timer: DueTimer, _ now: Instant) throws(EventLogError) {
        // What fired before may have cleared or moved it.
        guard try index.timer(timer.place)?.due == timer.due, let stream = try index.head(of: timer.place.stream) else {
            return
        }
        let id = timer.commandID(logID: world.context.log.id, at: stream.revision)
        let content = timer.content(at: stream.revision)
        let creator = stream.importNumber == .none ? nil : try index.importStanding(stream.importNumber)
        defer { world.stage = Stage() }
        do throws(Refusal) {
            guard try index.firstPosition(ofCommand: id) == nil else {
                throw Refusal(.internal, "It has fired before.")
            }
            let command = CheckedCommand(
                timer: timer, id: id, isHistoric: creator?.isHistory(timer.due) ?? false,
                fingerprint: world.context.vault.fingerprint(content))
            try decide(timer, command)
            _ = try appending.append(command)
        } catch {
            if let failure = world.writer.failure { throw failure }
            return park(timer, error)
        }
        try addFresh(now)
    }

    /// Puts on the stage what the timer causes.
    private func decide(_ timer: DueTimer, _ command: CheckedCommand) throws(Refusal) {
        world.stage = Stage()
        world.stage.commandID = command.id
        guard let head = try world.head(of: timer.place.stream),
            let aggregate = AggregateRegistry.aggregate(of: head.kind) as? any TimedAggregate.Type
        else { throw Refusal(.internal, "Nothing has timers there.") }
        let context = DecisionContext(
            occurredAt: timer.due, occurredAtGiven: true, recordedAt: world.writer.recordedAt,
            historic: command.historic, hasReason: false, principal: .none, target: head.number,
            firstPosition: world.nextPosition, head: head, world: world)
        let staging = BodyStaging(
            world: world, command: command, parts: [], reservedSlot: nil, retroactive: true, body: 0, reason: "",
            target: DecisionTarget(number: head.number, kind: head.kind, head: head, newID: nil),
            occurredAt: timer.due, recordedAt: world.writer.recordedAt, importNumber: .none, onBehalfOf: .none)
        try staging.stage(try aggregate.fire(timer.place.key, context))
        guard world.stage.moves(timer) else { throw Refusal(.internal, "It would fire again at once.") }
    }

    /// What was fired may have set a timer that is due as well: it has its place in the order.
    private func addFresh(_ now: Instant) throws(EventLogError) {
        for event in world.stage.events {
            for case .timer(let key, let due?) in event.changes where due <= now {
                let place = TimerPlace(stream: event.number, key: key)
                let timer = DueTimer(due: due, place: place)
                // Behind the batch it is found with the next one.
                guard isComplete || batch.last.map({ timer < $0 }) ?? false else { continue }
                // One that its stream's import still holds is not due.
                guard try index.timer(place)?.holder == StreamNumber.none else { continue }
                batch.insert(timer, at: batch.firstIndex { timer < $0 } ?? batch.endIndex)
            }
        }
    }

    private func park(_ timer: DueTimer, _ refusal: Refusal) {
        index.park(timer.place)
        logger.error(
            "A timer cannot be fired; it is left out until the next start.",
            metadata: [
                "stream": "\(timer.place.stream)", "timer": "\(timer.place.key.kind)/\(timer.place.key.item)",
                "due": "\(timer.due)", "reason": "\(refusal.detail.sentence)",
            ])
    }
}

extension IndexStore {
    /// Position of the first event of a command; nil where it has appended none.
    ///
    /// - Throws: the index's error as a refusal.
    func firstPosition(ofCommand id: Identifier) throws(Refusal) -> Position? {
        do { return try command(id) } catch { throw Refusal(error) }
    }
}

extension Stage {
    /// Whether the staged events clear the timer, or set it to a later instant.
    fileprivate func moves(_ timer: DueTimer) -> Bool {
        var due: Instant? = timer.due
        for event in events where event.number == timer.place.stream {
            for case .timer(timer.place.key, let moved) in event.changes { due = moved }
        }
        return due.map { $0 > timer.due } ?? true
    }
}

extension CheckedCommand {
    /// The command that firing a timer is.
    fileprivate init(timer: DueTimer, id: Identifier, isHistoric: Bool, fingerprint: [UInt8]) {
        self.init(
            id: id, correlationID: .zero, fingerprint: fingerprint, principal: .none, onBehalfOf: nil, importJob: nil,
            source: nil, occurredAt: timer.due, historic: isHistoric, dryRun: false, bodies: [])
    }
}
