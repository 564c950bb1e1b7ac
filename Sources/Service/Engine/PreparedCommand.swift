internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema

/// A command that has passed the gateway: its form is right, the caller may send it, references are tokens.
struct CheckedCommand: Sendable {
    var id: Identifier
    var correlationID: Identifier
    /// HMAC-SHA-256 of the canonical content, 32 bytes.
    var fingerprint: [UInt8]
    var principal: StreamNumber
    var onBehalfOf: Reference?
    var importJob: Reference?
    /// The encoded `Source` that the command names, for its first event.
    var source: [UInt8]?
    var occurredAt: Instant?
    var historic: Bool
    var dryRun: Bool
    var bodies: [CheckedBody]
}

/// One body of a checked command.
struct CheckedBody: Sendable {
    var command: any DomainCommand
    /// What the body sets of the organisation's own fields; decided in its turn, behind the command.
    var fields: FieldInput
    var expectedRevision: UInt64?
    var reason: String
    /// Whether the body as it was sent holds personal data, a party's external key included: the command's
    /// fingerprint is sealed then.
    var holdsPersonalData: Bool
    /// What `prepare` made of it at the gateway; nil where it has to be prepared in its turn.
    var prepared: PreparedBody?
}

/// A body whose personal parts are sealed.
struct PreparedBody: Sendable {
    /// The command without its personal data, and what preparation found out.
    var command: any PreparedDomainCommand
    var parts: [SealedPart]
    /// What was read; the body is prepared again where an answer has changed.
    var assumptions: [Assumption]
    /// The slot that was taken for a party that the body may make.
    var reservedSlot: Slot?
}

/// Personal data of one subject, sealed.
struct SealedPart: Sendable {
    var slot: Slot
    var part: UInt16
    var bytes: [UInt8]
    /// What the part does to the index, on behalf of the event that carries it.
    var changes: [IndexChange]
}

/// Something that preparation read.
enum Assumption: Sendable, Hashable {
    case link(IndexToken, StreamNumber?)
    case id(Identifier, StreamNumber?)
    case revision(StreamNumber, Revision)
    case claim(ClaimKey, Int64)
}

/// A domain command after preparation, with its facts; the types behind it are known to its conformance only.
protocol PreparedDomainCommand: Sendable {
    var targetKind: AggregateKind { get }
    var commandTarget: CommandTarget { get }
    var retroactive: Bool { get }
    func locate(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber?
    func decide(_ context: DecisionContext) throws(Refusal) -> [NewEvent]
}

/// A command and the facts that its preparation found.
struct Prepared<C: DomainCommand>: PreparedDomainCommand {
    var command: C
    var facts: C.Facts
    /// The target as the command named it before preparation, which may clear an external key from it; as a token.
    var commandTarget: CommandTarget

    var targetKind: AggregateKind { C.Target.kind }
    var retroactive: Bool { command.retroactive }

    func locate(in world: any World, for principal: StreamNumber) throws(Refusal) -> StreamNumber? {
        try command.locate(in: world, for: principal)
    }

    func decide(_ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        let state = context.head == nil ? nil : try context.world.state(C.Target.self, of: context.target)
        return try command.decide(state, facts, context)
    }
}
