package import BodyStore
package import CRM
package import EventLog
internal import FoundationEssentials
package import KeyVault
package import Schema
internal import SwiftProtobuf

/// The log, its vault and its content store, and what they need to understand each other: tokens for what is looked up,
/// and the sealing and opening of personal parts.
package final class LogContext: Sendable {
    package let log: EventLog
    package let vault: KeyVault
    package let bodies: BodyStore
    /// Where time and new ids come from.
    package let clock: any LogClock
    package let identifiers: any IdentifierSource
    private let logID: [UInt8]
    /// Made once: every command asks for the organisation.
    private let singletonTokens: [AggregateKind: IndexToken]

    package init(
        log: EventLog, vault: KeyVault, bodies: BodyStore, clock: any LogClock, identifiers: any IdentifierSource
    ) {
        self.log = log
        self.vault = vault
        self.bodies = bodies
        self.clock = clock
        self.identifiers = identifiers
        logID = log.id.bytes
        let kinds = AggregateKind.allCases.map { ($0, Self.singletonToken($0, vault: vault)) }
        singletonTokens = Dictionary(uniqueKeysWithValues: kinds)
    }

    /// The token of an external reference to an aggregate of this kind.
    package func token(of key: ExternalKey, _ kind: AggregateKind) -> IndexToken {
        Self.token(of: key, kind, vault: vault)
    }

    /// The token under which the one stream of a singleton aggregate is found.
    package func singletonToken(_ kind: AggregateKind) -> IndexToken {
        singletonTokens[kind] ?? Self.singletonToken(kind, vault: vault)
    }

    static func singletonToken(_ kind: AggregateKind, vault: KeyVault) -> IndexToken {
        token(domain: "singleton", value: Array(String(kind.rawValue).utf8), vault: vault)
    }

    /// The streams that a reference may name: itself checked against the kind by the caller.
    package func resolve(_ reference: Reference, _ kind: AggregateKind) throws(EventLogError) -> StreamNumber? {
        switch reference.target {
        case .id(let text): try Identifier(text).flatMap { (id) throws(EventLogError) in try log.index.stream(id: id) }
        case .external(let key): try log.index.link(token(of: key, kind))
        case .token(let bytes):
            try IndexToken(bytes).flatMap { (token) throws(EventLogError) in try log.index.link(token) }
        case .number(let number): StreamNumber(number)
        case nil: nil
        }
    }

    /// What effects of the domain mean for the index.
    package func changes(of effects: [IndexEffect]) -> [IndexChange] {
        Self.changes(of: effects, vault: vault)
    }

    static func changes(of effects: [IndexEffect], vault: KeyVault) -> [IndexChange] {
        effects.map { effect in
            switch effect {
            case .link(let kind, let key): .link(token(of: key, kind, vault: vault))
            case .unlink(let kind, let key): .unlink(token(of: key, kind, vault: vault))
            case .addToken(let domain, let value): .addToken(token(domain: domain, value: value, vault: vault))
            case .removeToken(let domain, let value): .removeToken(token(domain: domain, value: value, vault: vault))
            case .claim(let key, let amount): .claim(key.bytes, amount)
            case .timer(let key, let due): .timer(key, due)
            case .ticket(let change): .ticket(change)
            case .importOpened: .importOpened
            case .importClosed: .importClosed
            }
        }
    }

    private static func token(of key: ExternalKey, _ kind: AggregateKind, vault: KeyVault) -> IndexToken {
        // The system's length keeps ("ab", "c") and ("a", "bc") apart.
        let system = Array(key.system.utf8)
        return token(
            domain: "reference/\(kind.rawValue)",
            value: [UInt8(truncatingIfNeeded: system.count)] + system + Array(key.key.utf8),
            vault: vault)
    }

    static func token(domain: String, value: [UInt8], vault: KeyVault) -> IndexToken {
        let token = vault.lookupToken(domain: domain, value)
        return IndexToken(high: token.high, low: token.low)
    }
}

extension IndexToken {
    /// The token in the 16 bytes of a reference.
    init?(_ bytes: Data) {
        guard let identifier = Identifier(bytes: bytes) else { return nil }
        self.init(high: identifier.high, low: identifier.low)
    }

    /// The 16 bytes of the token, as a reference carries them.
    var data: Data { Data(Identifier(high: high, low: low).bytes) }
}

// MARK: - Sealing

extension LogContext {
    /// Seals a part of a command's body.
    package func seal(
        _ plaintext: [UInt8], commandID: Identifier, body: UInt16, part: UInt16, slot: Slot
    ) throws(Refusal) -> [UInt8] {
        do {
            return try vault.seal(
                plaintext, slot: slot,
                associatedData: KeyVault.associatedData(
                    logID: logID, commandID: commandID.bytes, body: body, part: part, slot: slot))
        } catch {
            throw Refusal(error)
        }
    }

    /// Opens the sealed part of a record's subject entry.
    ///
    /// - Throws: ERASED where the key was destroyed.
    package func open(_ entry: SubjectEntry, _ index: Int, of header: EventHeader, in record: RawSpan) throws(Refusal)
        -> [UInt8]
    {
        try Self.open(entry, index, of: header, in: record, logID: logID, vault: vault)
    }

    static func open(
        _ entry: SubjectEntry, _ index: Int, of header: EventHeader, in record: RawSpan, logID: [UInt8], vault: KeyVault
    ) throws(Refusal) -> [UInt8] {
        let slot = Slot(number: entry.keySlot, generation: entry.slotGeneration)
        let sealed = record.extracting(header.sealedRange(index, in: record)).withUnsafeBytes { Array($0) }
        do {
            return try vault.open(
                sealed, slot: slot,
                associatedData: KeyVault.associatedData(
                    logID: logID, commandID: header.commandID.bytes, body: entry.body, part: entry.part, slot: slot))
        } catch {
            throw Refusal(error)
        }
    }

    /// The opened part that a view or a state refers to.
    ///
    /// - Throws: ERASED, DAMAGED, or INTERNAL where there is no such part.
    package func open(_ reference: SealedRef) throws(Refusal) -> PersonalData {
        try personalData(reference) { (position, body) throws(EventLogError) in try log.record(at: position, body) }
    }

    /// The same where the record comes from elsewhere, for example from the open group.
    func personalData(
        _ reference: SealedRef,
        from source: (Position, (RawSpan) throws(EventLogError) -> PersonalData) throws(EventLogError) -> PersonalData?
    ) throws(Refusal) -> PersonalData {
        var refusal: Refusal?
        let found: PersonalData?
        do {
            found = try source(Position(reference.position)) { (record) throws(EventLogError) in
                do throws(Refusal) {
                    return try decodePart(Int(reference.entry), of: record)
                } catch {
                    refusal = error
                    return PersonalData()
                }
            }
        } catch {
            throw Refusal(error)
        }
        if let refusal { throw refusal }
        guard let found else {
            throw Refusal(.damaged, "There is no record at position \(reference.position). Run a rebuild of the view.")
        }
        return found
    }

    private func decodePart(_ index: Int, of record: RawSpan) throws(Refusal) -> PersonalData {
        let header: EventHeader
        do { header = try EventHeader(reading: record) } catch { throw Refusal(.damaged, error.message) }
        guard index < Int(header.subjectCount) else {
            throw Refusal(.damaged, "The record at position \(header.position) has no personal part \(index).")
        }
        let plaintext = try open(header.subject(index, in: record), index, of: header, in: record)
        do { return try PersonalData(serializedBytes: plaintext) } catch {
            throw Refusal(.damaged, "The personal part \(index) at position \(header.position) cannot be read.")
        }
    }
}

// MARK: - Errors

extension Refusal {
    /// What a caller gets to know of a failure of the log.
    package init(_ error: EventLogError) {
        let code: ErrorCode =
            switch error.code {
            case .damaged, .index: .damaged
            case .diskFull: .diskFull
            case .poisoned, .clock: .readOnly
            default: .internal
            }
        self.init(code, error.message)
        if let damage = error.damage { detail.positions = [damage.position] }
    }

    /// What a caller gets to know of a failure of the vault.
    package init(_ error: VaultError) {
        switch error.code {
        case .erased: self.init(.erased, "The personal data were erased.")
        case .openFailed, .damaged: self.init(.damaged, error.message)
        case .full: self.init(.diskFull, error.message)
        default: self.init(.internal, error.message)
        }
    }
}
