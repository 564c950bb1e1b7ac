internal import CRM
internal import EventLog
internal import KeyVault
internal import Schema
internal import SwiftProtobuf

/// Where preparation reads: the durable log from a gateway's thread, or the decider's own view in its turn.
protocol PreparationSource: AnyObject {
    var context: LogContext { get }
    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber?
    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber?
    func head(of number: StreamNumber) throws(Refusal) -> StreamHead?
    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State?
    func event(at position: Position) throws(Refusal) -> StoredEvent?
    func claim(_ key: ClaimKey) throws(Refusal) -> Int64
    func open(_ reference: SealedRef) throws(Refusal) -> PersonalData
    /// The key slot of a subject; nil where it has none yet.
    func slot(of subject: StreamNumber) throws(Refusal) -> Slot?
    /// Takes a key slot for a new subject.
    func reserveSlot() throws(Refusal) -> Slot
}

/// Prepares bodies: runs the command's own preparation and seals what it hands over.
struct BodyPreparation {
    let source: any PreparationSource

    /// Prepares one body.
    func callAsFunction(_ checked: CheckedBody, commandID: Identifier, body: UInt16) throws(Refusal) -> PreparedBody {
        try prepare(checked.command, commandID: commandID, body: body)
    }

    private func prepare<C: DomainCommand>(
        _ original: C, commandID: Identifier, body: UInt16
    ) throws(Refusal) -> PreparedBody {
        let reader = RecordingReader(source: source)
        let target = try targetNumber(original, reader)
        var preparation = Preparation(reader: reader, target: target)
        var command = original
        let facts = try command.prepare(&preparation)
        var parts: [SealedPart] = []
        var reserved: Slot?
        do throws(Refusal) {
            for (index, part) in preparation.parts.enumerated() {
                let slot = try slot(of: part.subject, target: target, reserved: &reserved, reader)
                parts.append(
                    try seal(
                        part, kind: Self.kind(of: original.commandTarget, C.Target.kind), index, slot, commandID, body))
            }
        } catch {
            reserved.map { source.context.vault.release($0) }
            throw error
        }
        return PreparedBody(
            command: Prepared(
                command: command, facts: facts, commandTarget: tokenised(original, target)),
            parts: parts,
            assumptions: reader.assumptions, reservedSlot: reserved)
    }

    private func targetNumber<C: DomainCommand>(
        _ command: C, _ reader: RecordingReader
    ) throws(Refusal) -> StreamNumber? {
        let kind = C.Target.kind
        return switch command.commandTarget {
        case .new, .located: nil
        case .searched: try command.search(in: reader)
        case .existing(let reference): try reader.resolve(reference, kind)
        case .upsert(let reference, _): try reader.resolve(reference, kind)
        case .singleton: try reader.singleton(kind)
        case .any(let kind, let reference): try reader.resolve(reference, kind)
        }
    }

    /// The target without an external key, which may be personal. One that was searched for was found by what preparation
    /// has taken out of the command: from now on it stands by its number.
    private func tokenised<C: DomainCommand>(_ command: C, _ found: StreamNumber?) -> CommandTarget {
        let target = command.commandTarget
        if case .searched = target, let found { return .existing(Reference(number: found)) }
        guard case .upsert(var reference, let id) = target, case .external(let key)? = reference.target else {
            return target
        }
        reference.token = source.context.token(of: key, C.Target.kind).data
        return .upsert(reference, id: id)
    }

    private static func kind(of target: CommandTarget, _ kind: AggregateKind) -> AggregateKind {
        if case .any(let named, _) = target { return named }
        return kind
    }

    private func slot(
        of subject: PartSubject, target: StreamNumber?, reserved: inout Slot?, _ reader: RecordingReader
    ) throws(Refusal) -> Slot {
        let number: StreamNumber?
        switch subject {
        case .target: number = target
        case .number(let known): number = known
        case .reference(let reference): number = try reader.resolve(reference, .party)
        }
        if let number {
            guard let slot = try source.slot(of: number) else {
                throw Refusal(
                    .internal, "The subject \(number) has no key. Delete the index and start the service again.")
            }
            return slot
        }
        guard case .target = subject else {
            throw Refusal(.referenceMissing, "The party that the personal data belong to does not exist.")
        }
        if let reserved { return reserved }
        let slot = try source.reserveSlot()
        reserved = slot
        return slot
    }

    private func seal(
        _ part: PersonalPart, kind: AggregateKind, _ index: Int, _ slot: Slot, _ commandID: Identifier, _ body: UInt16
    ) throws(Refusal) -> SealedPart {
        let plaintext: [UInt8]
        do { plaintext = try part.data.encoded() } catch {
            throw Refusal(.internal, "A personal part cannot be encoded: \(type(of: error)).")
        }
        let context = source.context
        return SealedPart(
            slot: slot, part: UInt16(index),
            bytes: try context.seal(plaintext, commandID: commandID, body: body, part: UInt16(index), slot: slot),
            changes: context.changes(of: AggregateRegistry.effects(of: part.data, on: kind)))
    }
}

/// Passes reads on and remembers what was answered.
final class RecordingReader: PreparationReader {
    private let source: any PreparationSource
    private(set) var assumptions: [Assumption] = []

    init(source: any PreparationSource) { self.source = source }

    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        let number = try source.resolve(reference, kind)
        switch reference.target {
        case .external(let key): assumptions.append(.link(source.context.token(of: key, kind), number))
        case .token(let bytes): if let token = IndexToken(bytes) { assumptions.append(.link(token, number)) }
        case .id(let text): if let id = Identifier(text) { assumptions.append(.id(id, number)) }
        case .number, nil: break
        }
        return number
    }

    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber? {
        let number = try source.singleton(kind)
        assumptions.append(.link(source.context.singletonToken(kind), number))
        return number
    }

    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State? {
        let state = try source.state(type, of: number)
        if let head = try source.head(of: number) { assumptions.append(.revision(number, head.revision)) }
        return state
    }

    func event(at position: Position) throws(Refusal) -> StoredEvent? { try source.event(at: position) }

    func claim(_ key: ClaimKey) throws(Refusal) -> Int64 {
        let value = try source.claim(key)
        assumptions.append(.claim(key, value))
        return value
    }

    func open(_ reference: SealedRef) throws(Refusal) -> PersonalData { try source.open(reference) }

    func body(_ id: Identifier) throws(Refusal) -> KnownBody { try source.context.knownBody(id) }

    func lookupKey(domain: String, value: [UInt8]) -> LookupKey {
        LookupKey(LogContext.token(domain: domain, value: value, vault: source.context.vault))
    }
}

extension LookupKey {
    /// The token as the domain knows it.
    init(_ token: IndexToken) { self.init(high: token.high, low: token.low) }
}
