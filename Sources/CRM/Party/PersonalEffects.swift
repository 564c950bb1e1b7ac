package import Schema

/// What opened personal parts do to the index.
package enum PersonalEffects {
    /// The effects of a part that stands on an event of an aggregate of this kind.
    package static func effects(of personal: PersonalData, on kind: AggregateKind) -> [IndexEffect] {
        switch personal.data {
        case .partyRegistered(let party):
            let values =
                party.contactPoints.compactMap { LookupValue($0) } + [LookupValue(taxNumber: party.name.taxNumber)]
            return values.compactMap { $0?.added } + party.external.map { .link(kind, $0) }
        case .partyCorrected(let name), .partyDetailChanged(let name):
            let before = LookupValue(taxNumber: name.before.taxNumber)
            let after = LookupValue(taxNumber: name.name.taxNumber)
            return before == after ? [] : [before?.removed, after?.added].compactMap { $0 }
        case .contactPointAdded(let added): return [LookupValue(added.contactPoint)?.added].compactMap { $0 }
        case .contactPointRetired(let retired): return [LookupValue(retired.contactPoint)?.removed].compactMap { $0 }
        case .externalLinked(let external): return external.hasKey ? [.link(kind, external.key)] : []
        case .externalUnlinked(let external): return external.hasKey ? [.unlink(kind, external.key)] : []
        case .employeeHired(let hired): return hired.external.map { .link(kind, $0) }
        case .offerIssued(let issued):
            return issued.coupon.code.isEmpty ? [] : [.link(kind, ExternalKey(couponCode: issued.coupon.code))]
        case .employeeChanged: return []
        case .fieldsSet, .interactionCorrected: return []
        case .interactionLogged(let part): return emailLinks(part.content.email, kind)
        case .opportunityOpened, .opportunityChanged, .opportunityCorrected, .opportunityWon, .opportunityLost,
            .nextStepSet:
            return []
        case .ticketOpened(let part): return emailLinks(part.personal.email, kind)
        case .customerMessageReceived(let part), .agentReplied(let part): return emailLinks(part.email, kind)
        case .ticketChanged, .ticketCorrected, .ticketResolved: return []
        case .trainingRecorded, .trainingCorrected, .relationshipReviewed: return []
        case .promiseMade, .promiseKept, .promiseBroken, .promiseRenegotiated, .promiseReleased: return []
        case .taskCreated, .taskChanged, .taskCompleted, .appointmentBooked, .appointmentChanged: return []
        case .fingerprint, .reason, .noteAdded, .needRecorded, .preferenceRecorded, .orderPlaced, .orderCorrected, nil:
            return []
        }
    }

    /// An e-mail is found by its Message-ID in what holds it.
    private static func emailLinks(_ email: EmailPersonal, _ kind: AggregateKind) -> [IndexEffect] {
        email.messageID.isEmpty ? [] : [.link(kind, ExternalKey(messageID: email.messageID))]
    }
}
