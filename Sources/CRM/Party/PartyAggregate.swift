package import Schema

/// A person, an organisation or a department that the log knows.
package enum PartyAggregate: Aggregate {
    package typealias State = PartyState

    package static var kind: AggregateKind { .party }

    package static func evolve(_ state: inout PartyState, _ event: StoredEvent) {
        switch event.payload {
        case .partyRegistered(let registered): state.begin(registered, event)
        case .partyCorrected(let corrected):
            if corrected.kind != .unspecified { state.kind = corrected.kind }
            if corrected.hasDetail { state.detail = corrected.detail }
            if corrected.nameReplaced {
                state.rename(event, hasName: corrected.hasName_p, hasTaxNumber: corrected.hasTaxNumber_p)
            }
            if corrected.hasSourceVersion { state.sourceVersions.note(corrected.sourceVersion) }
        case .partyDetailChanged(let changed):
            if changed.hasDetail { state.detail = changed.detail }
            if changed.nameReplaced {
                state.rename(event, hasName: changed.hasName_p, hasTaxNumber: changed.hasTaxNumber_p)
            }
            if changed.hasSourceVersion { state.sourceVersions.note(changed.sourceVersion) }
        case .contactPointAdded(let added):
            state.add(added.contactPoint, sealed: event.sealed(), index: 0)
            if added.hasSourceVersion { state.sourceVersions.note(added.sourceVersion) }
        case .contactPointVerified(let verified):
            if let index = state.contactPoints.firstIndex(where: { $0.number == verified.contactPoint }) {
                state.contactPoints[index].verifiedMethod = verified.method
            }
        case .contactPointRetired(let retired):
            state.contactPoints.removeAll { $0.number == retired.contactPoint }
        case .partyStatusChanged(let changed):
            state.change(changed, at: event.position)
            if changed.hasSourceVersion { state.sourceVersions.note(changed.sourceVersion) }
        case .partyStatusWithdrawn(let withdrawn):
            state.status = withdrawn.to
            state.forgetPolicy()
        case .externalLinked: state.externalCount += 1
        case .externalUnlinked: state.externalCount = state.externalCount > 0 ? state.externalCount - 1 : 0
        case .tagged(let tagged): state.tag(tagged.tag)
        case .untagged(let untagged): state.tags.removeAll { $0.isIdentical(to: untagged.tag) }
        case .ownerAssigned(let assigned):
            if assigned.owner.isNobody { state.clearOwner() } else { state.owner = assigned.owner }
            state.ownerTerritoryNumber = assigned.territoryNumber
        case .territoryAssigned(let assigned):
            state.territoryNumber = assigned.territoryNumber
            state.territoryPinned = assigned.pinned
        case .partyArchived: state.archived = true
        case .partyRestored: state.archived = false
        case .relationshipReviewed(let reviewed): state.note(reviewed, event)
        default: break
        }
    }
}

extension PartyState {
    fileprivate mutating func begin(_ registered: PartyRegistered, _ event: StoredEvent) {
        kind = registered.kind
        status = registered.status
        detail = registered.detail
        rename(event, hasName: registered.hasName_p, hasTaxNumber: registered.hasTaxNumber_p)
        for (index, contactPoint) in registered.contactPoints.enumerated() {
            add(contactPoint, sealed: event.sealed(), index: UInt32(index))
        }
        externalCount = registered.externalCount
        if registered.hasSourceVersion { sourceVersions.note(registered.sourceVersion) }
        registeredAt = event.occurredAt.rawValue
    }

    fileprivate mutating func rename(_ event: StoredEvent, hasName: Bool, hasTaxNumber: Bool) {
        namePart = event.sealed()
        hasName_p = hasName
        hasTaxNumber_p = hasTaxNumber
    }

    fileprivate mutating func add(_ entry: ContactPointEntry, sealed: SealedRef, index: UInt32) {
        var contactPoint = ContactPointState()
        contactPoint.number = entry.number
        contactPoint.kind = entry.kind
        contactPoint.normalised = entry.normalised
        contactPoint.sealed = sealed
        contactPoint.index = index
        contactPoints.append(contactPoint)
        lastContactPoint = max(lastContactPoint, entry.number)
    }

    fileprivate mutating func change(_ changed: PartyStatusChanged, at position: Position) {
        status = changed.to
        forgetPolicy()
        if changed.policyVersion > 0 {
            policyPosition = position.rawValue
            statusBeforePolicy = changed.from
        }
    }

    fileprivate mutating func tag(_ tag: String) {
        if !tags.contains(where: { $0.isIdentical(to: tag) }) { tags.append(tag) }
    }

    fileprivate mutating func forgetPolicy() {
        policyPosition = 0
        statusBeforePolicy = .unspecified
    }
}

extension PartyState {
    /// Refuses a change of an archived party.
    ///
    /// - Throws: ARCHIVED.
    func requireInUse() throws(Refusal) {
        guard !archived else { throw Refusal(.archived, "The party is archived. Restore it first.") }
    }

    /// Refuses a change that would leave nothing by which the party can be told.
    ///
    /// - Throws: IDENTITY_REQUIRED.
    static func requireIdentity(hasName: Bool, contactPoints: Int, externalKeys: UInt32) throws(Refusal) {
        guard hasName || contactPoints > 0 || externalKeys > 0 else {
            throw Refusal(
                .identityRequired, "A party needs a name, a contact point or an external reference. Keep or send one.")
        }
    }
}
