internal import BodyStore
internal import CRM
internal import Dispatch
internal import EventLog
internal import Logging
internal import Schema
internal import Synchronization

/// Keeps the content store in step with the log.
///
/// What is true stands in the index: a register for each item says which event refers to it, and another one which event
/// redacted it. So what a crash cut short is done at the next start, and what a full disk refused is tried again each
/// minute. Only durable events count: a key that is destroyed does not come back.
final class BodyKeeper: Sendable {
    private let context: LogContext
    private let logger: Logger
    /// Work that nobody waits for, in order.
    private let queue = DispatchQueue(label: "kith.bodies")
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        /// Redactions that the log had when all of them were last found done; nil before the first look.
        var redactionsDone: Int64?
    }

    /// Seconds between two looks at what is left to do.
    private static let interval = 60

    init(context: LogContext, logger: Logger) {
        self.context = context
        self.logger = logger
    }

    private var store: BodyStore { context.bodies }

    // MARK: Life

    /// Begins to look after the store now and then.
    func start() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.interval)) { [weak self] in
            guard let self, !state.withLock({ $0.isStopped }) else { return }
            settleLogged()
            start()
        }
    }

    /// Returns when nothing is under way; nothing begins after that.
    func stop() {
        state.withLock { $0.isStopped = true }
        queue.sync {}
    }

    // MARK: What events ask for

    /// Does what a durable group of events asks for: keys are destroyed before it returns, so that whoever asked for it
    /// can be told; that items are referred to is noted in the background.
    ///
    /// - Returns: why a key could not be destroyed; it is tried again later.
    func follow(_ changes: [BodyChange]) -> Refusal? {
        guard !changes.isEmpty else { return nil }
        var failure: Refusal?
        var referred: [(Identifier, Position)] = []
        for change in changes {
            switch change {
            case .referred(let item, let position): referred.append((item, position))
            case .redacted(let item, let position):
                do throws(BodyStoreError) { try store.redact(item, by: position) } catch {
                    failure = failed(item, error)
                }
            }
        }
        let redacted = Int64(changes.count - referred.count)
        state.withLock { $0.redactionsDone = failure == nil ? $0.redactionsDone.map { $0 + redacted } : nil }
        guard !referred.isEmpty else { return failure }
        queue.async { [self, referred] in
            for (item, position) in referred { noteLogged(item, position) }
        }
        return failure
    }

    private func failed(_ item: Identifier, _ error: BodyStoreError) -> Refusal {
        logger.error("A redacted body still has its key", metadata: ["item": "\(item)", "reason": "\(error.message)"])
        return Refusal(
            error.code == .full ? .diskFull : .internal,
            "The redaction is recorded, but the key could not be destroyed yet: \(error.message) Send the command again."
        )
    }

    private func noteLogged(_ item: Identifier, _ position: Position) {
        do throws(BodyStoreError) { try store.refer(to: item, from: position) } catch {
            // One that was redacted meanwhile needs no note; others are looked at again.
            guard error.code != .redacted else { return }
            logger.warning(
                "A body could not be noted as referred to", metadata: ["item": "\(item)", "reason": "\(error.message)"])
        }
    }

    // MARK: What is left to do

    private func settleLogged() {
        do { try settle() } catch {
            logger.error("The bodies could not be looked after", metadata: ["reason": "\(error)"])
        }
    }

    /// The same as `settle`, for whoever waits for it.
    ///
    /// - Throws: DISK_FULL, DAMAGED, INTERNAL.
    func settleForCaller() throws(Refusal) {
        do {
            try settle()
        } catch let error as BodyStoreError {
            throw Refusal(error)
        } catch let error as EventLogError {
            throw Refusal(error)
        } catch {
            throw Refusal(.internal, "The bodies could not be looked after: \(error).")
        }
    }

    /// Does everything that is left to do: notes which items are referred to, removes those that nobody came back for,
    /// destroys the keys of those that the log says are redacted.
    ///
    /// - Throws: `BodyStoreError`, `EventLogError`.
    func settle() throws {
        try settleReferences()
        try settleRedactions()
    }

    private func settleReferences() throws {
        let oldest = context.clock.now().rawValue - BodyGrace.removed
        for body in try store.unreferred() {
            let referring = try context.standing(of: body.id).referring
            if referring != .none {
                try store.refer(to: body.id, from: referring)
            } else if body.storedAt.rawValue < oldest {
                try store.remove(body.id)
                logger.info("A body was removed to which nothing refers", metadata: ["item": "\(body.id)"])
            }
        }
    }

    /// Destroys the keys that are still there of items that were redacted.
    private func settleRedactions() throws {
        let redactions = try context.log.index.claim(ClaimKey.bodyRedactions.bytes)
        guard redactions > 0, state.withLock({ $0.redactionsDone }) != redactions else { return }
        var done: Int64 = 0
        for item in store.ids {
            let redacting = try context.standing(of: item).redacting
            guard redacting != .none else { continue }
            if try store.body(item).redactedBy == .none { try store.redact(item, by: redacting) }
            done += 1
        }
        // Where the store has fewer, some are not durable yet, or their items were lost: they are looked for again.
        if done == redactions { state.withLock { $0.redactionsDone = redactions } }
    }
}
