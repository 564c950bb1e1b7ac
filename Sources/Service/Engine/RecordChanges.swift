internal import CRM
package import EventLog
package import KeyVault
package import Schema
internal import SwiftProtobuf

/// What a record does to the index, worked out from its bytes: for records that the index has not seen, at start.
package struct RecordChanges: Sendable {
    private let logID: [UInt8]
    private let vault: KeyVault

    package init(logID: Identifier, vault: KeyVault) {
        self.logID = logID.bytes
        self.vault = vault
    }

    /// The changes of one record.
    package func callAsFunction(_ header: EventHeader, _ record: RawSpan) throws(EventLogError) -> [IndexChange] {
        guard AggregateRegistry.aggregate(of: header.streamKind) != nil else { return [] }
        do {
            let payload = try EventPayload.decode(kind: header.kind, payload: record.extracting(header.payloadRange))
            var effects = AggregateRegistry.effects(of: StoredEvent(header: header, payload: payload))
            if Self.kindsWithPersonalEffects.contains(header.kind) {
                effects += try personalEffects(header, record)
            }
            return LogContext.changes(of: effects, vault: vault) + Self.singleton(header, vault: vault)
        } catch let error as EventLogError {
            throw error
        } catch {
            throw EventLogError(
                .damaged, "The payload at position \(header.position) cannot be read: \(error)",
                position: header.position)
        }
    }

    /// The first event of a singleton's stream makes it findable.
    static func singleton(_ header: EventHeader, vault: KeyVault) -> [IndexChange] {
        guard header.revision == Revision(1), header.streamKind == .organisation || header.streamKind == .serviceDesk
        else { return [] }
        return [.link(LogContext.singletonToken(header.streamKind, vault: vault))]
    }

    private static let kindsWithPersonalEffects: Set<EventKind> = [
        .partyRegistered, .partyCorrected, .partyDetailChanged, .contactPointAdded, .contactPointRetired,
        .externalLinked, .externalUnlinked, .employeeHired, .offerIssued, .interactionLogged, .ticketOpened,
        .customerMessageReceived, .agentReplied,
    ]

    private func personalEffects(_ header: EventHeader, _ record: RawSpan) throws -> [IndexEffect] {
        var effects: [IndexEffect] = []
        for index in 0..<Int(header.subjectCount) {
            let entry = header.subject(index, in: record)
            guard entry.sealedLength > 0, entry.role != .fingerprint else { continue }
            do {
                let plaintext = try LogContext.open(entry, index, of: header, in: record, logID: logID, vault: vault)
                effects += AggregateRegistry.effects(
                    of: try PersonalData(serializedBytes: plaintext), on: header.streamKind)
            } catch let refusal as Refusal where refusal.code == .erased {
                // What was erased can no longer be looked up either.
                continue
            }
        }
        return effects
    }
}
