package import Schema

/// What a command of the schema adds to be carried out: one conformance per command, next to its aggregate.
///
/// A command passes through three pure functions:
/// 1. `validate` and `visitReferences`, at the gateway: form, lengths, ranges; which aggregates it names.
/// 2. `prepare`, beside the order of the log: takes the personal parts out of the command (they are sealed by
///    the caller), compares them with what is recorded where a rule asks for it, and leaves `Facts`, which
///    hold no personal datum. It is repeated where what it read has changed by the command's turn.
/// 3. `decide`, in the order of the log.
package protocol DomainCommand: Sendable {
    /// The aggregate whose stream the command is about.
    associatedtype Target: Aggregate
    /// What `prepare` found out for `decide`.
    associatedtype Facts: Sendable = Void

    /// Checks form: what can be refused without knowing the log. Runs before anything else.
    func validate() throws(Refusal)

    /// Shows every reference that the command holds, with the kind of aggregate it names. The gateway puts
    /// keyed hashes in place of external keys through this.
    mutating func visitReferences(_ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void) throws(Refusal)

    /// Which stream the command is about. Its reference may still hold an external key.
    var commandTarget: CommandTarget { get }

    /// The stream that a command with the target `located` is about: the one that a claim names for what the command
    /// speaks of, or nil where there is none yet.
    func locate(in world: any World) throws(Refusal) -> StreamNumber?

    /// The same, where it depends on who sends the command; as above where a command does not say.
    ///
    /// - Parameter principal: the principal's stream; none for the service itself.
    func locate(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber?

    /// The stream that a command with the target `searched` is about. It is asked while the command is prepared.
    ///
    /// - Throws: where there is none.
    func search(in log: any LogReader) throws(Refusal) -> StreamNumber

    /// Whether the command can be a correction, the only fact that may be older than the last one of its stream.
    /// The command path then leaves OCCURRED_OUT_OF_ORDER to `decide`, and a stream's last fact stays the latest.
    var retroactive: Bool { get }

    /// Takes out the personal parts, which are cleared from the command.
    mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Facts

    /// The events that the command causes; none where nothing is to be changed.
    ///
    /// - Parameter state: the target's state; nil where its stream does not exist yet.
    func decide(_ state: Target.State?, _ facts: Facts, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
}

extension DomainCommand {
    package var retroactive: Bool { false }
    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { nil }
    package func locate(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber? {
        try locate(in: world)
    }
    package func search(in log: any LogReader) throws(Refusal) -> StreamNumber {
        throw Refusal(.notFound, "The command names nothing that it could be about.")
    }
    package func validate() throws(Refusal) {}
    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {}
}

extension DomainCommand where Facts == Void {
    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) {}
}

/// Which stream a command is about.
package enum CommandTarget: Sendable {
    /// A stream that must not exist: REFERENCE_TAKEN where the id is in use. An empty id is chosen by the service.
    case new(id: String)
    /// A stream that must exist: NOT_FOUND where it does not.
    case existing(Reference)
    /// The stream that the reference names, or a new one with this id where it names none.
    case upsert(Reference, id: String)
    /// The one stream of its kind in the log, made at first use.
    case singleton
    /// The stream that `locate` finds in the command's turn, or a new one with this id. Preparation does not know it.
    case located(id: String)
    /// The stream that `search` finds by what the command says, which must exist.
    case searched
    /// A stream of another kind than `Target`'s, for commands that every aggregate takes; `decide` gets no state.
    case any(AggregateKind, Reference)
}

/// An event that a decision causes; the command path gives it its place in the log.
package struct NewEvent: Sendable {
    /// Whose stream it goes to.
    package enum Stream: Sendable, Hashable {
        /// The stream of the command's target.
        case target
        /// Another stream that exists, or that an earlier body of the command made.
        case other(StreamNumber)
    }

    package var stream: Stream
    package var payload: EventPayload.OneOf_Event
    package var subjects: [NewSubject]
    /// `command` for a fact (the command path turns it into `import` within one), else the consequence's origin.
    package var origin: Origin
    /// Valid time where it is not the command's.
    package var occurredAt: Instant?
    /// Position of the event that caused this one, for consequences.
    package var causation: Position

    /// A fact: what the command asked for.
    package static func fact(
        _ payload: EventPayload.OneOf_Event, subjects: [NewSubject] = [], stream: Stream = .target
    ) -> NewEvent {
        NewEvent(
            stream: stream, payload: payload, subjects: subjects, origin: .command, occurredAt: nil, causation: .none)
    }

    /// A consequence: what a policy makes of the fact at `cause`. It holds from `occurredAt` on, from the valid time of
    /// the facts' command where that is nil.
    package static func consequence(
        _ payload: EventPayload.OneOf_Event, on stream: Stream, subjects: [NewSubject] = [], cause: Position,
        occurredAt: Instant? = nil
    ) -> NewEvent {
        NewEvent(
            stream: stream, payload: payload, subjects: subjects, origin: .policy, occurredAt: occurredAt,
            causation: cause)
    }

    /// What a timer causes, at the instant at which it was due.
    package static func timed(
        _ payload: EventPayload.OneOf_Event, on stream: Stream = .target, subjects: [NewSubject] = []
    ) -> NewEvent {
        NewEvent(
            stream: stream, payload: payload, subjects: subjects, origin: .scheduler, occurredAt: nil, causation: .none)
    }
}

/// A subject that an event concerns, with the sealed part that holds its personal data.
package struct NewSubject: Sendable, Hashable {
    package enum Who: Sendable, Hashable {
        /// The party whose stream is the command's target.
        case target
        case number(StreamNumber)
    }

    package var who: Who
    package var role: SubjectRole
    /// Index that `Preparation.seal` gave, or nil where the event holds nothing sealed of this subject.
    package var part: Int?

    package init(_ who: Who, _ role: SubjectRole, part: Int? = nil) {
        self.who = who
        self.role = role
        self.part = part
    }
}
