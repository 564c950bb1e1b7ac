internal import Schema
internal import SwiftProtobuf

/// Several tickets of one customer become one.
struct TicketMerge {
    /// A ticket that is absorbed.
    struct Part {
        var number: StreamNumber
        var state: TicketState
    }

    var parts: [Part]
    /// For each field the ticket that it comes from; the survivor where nothing is said.
    var choices: [TicketField: StreamNumber]

    /// The events of the merge, the survivor's first.
    ///
    /// - Throws: ILLEGAL_TRANSITION, MERGE_OTHER_CUSTOMER.
    func events(_ draft: inout TicketDraft) throws(Refusal) -> [NewEvent] {
        if !draft.context.historic { try draft.requireOpen("survivor") }
        var merged = TicketsMerged()
        merged.absorbed = parts.map { AbsorbedTicket($0) }
        merged.before = TicketMergeSide(draft.state)
        merged.after = try after(draft)
        merged.status = draft.state.status
        draft.append(.ticketsMerged(merged), others: parts.flatMap { $0.state.head.subjects() })
        for part in parts {
            var absorbed = TicketAbsorbed()
            absorbed.survivorNumber = draft.context.target.rawValue
            absorbed.status = part.state.status
            absorbed.assignment = part.state.assignment
            absorbed.partyNumber = part.state.head.partyNumber
            absorbed.sequence = part.state.sequence
            try draft.append(.ticketAbsorbed(absorbed), on: part.number, subjects: part.state.head.subjects())
        }
        return draft.events
    }

    private func after(_ draft: TicketDraft) throws(Refusal) -> TicketMergeSide {
        let survivor = draft.state
        var side = TicketMergeSide(survivor)
        try takeParty(survivor, &side)
        let all = [survivor] + parts.map(\.state)
        let urgent = all.map(\.priority).filter { !$0.key.isEmpty }.min { $0.rank < $1.rank }
        side.priority = chosen(.priority)?.priority ?? urgent ?? survivor.priority
        if let chosen = chosen(.classification) {
            side.classification = chosen.classification
            side.customerClassRank = chosen.customerClassRank
        }
        if let chosen = chosen(.assignment) { side.assignment = chosen.assignment }
        side.unanswered = all.reduce(0) { $0 + $1.unanswered }
        side.contacts = all.reduce(0) { $0 + $1.contacts }
        if let since = all.filter(\.hasWaitingSince).map(\.waitingSince).min() { side.waitingSince = since }
        return side
    }

    /// A survivor without a party takes that of the others, who have to be of one customer.
    private func takeParty(_ survivor: TicketState, _ side: inout TicketMergeSide) throws(Refusal) {
        for (index, part) in parts.enumerated() where part.state.head.partyNumber != 0 {
            if side.partyNumber == 0 { side.partyNumber = part.state.head.partyNumber }
            guard side.partyNumber == part.state.head.partyNumber else {
                throw Refusal(
                    .mergeOtherCustomer, "The tickets are of different customers. Link them instead.",
                    field: "absorbed[\(index)]")
            }
        }
        guard survivor.head.subject == .none else { return }
        let donor = chosen(.party) ?? parts.map(\.state).first { $0.head.subject != .none }
        if let donor { side.requesterNumber = donor.head.requesterNumber }
    }

    /// The absorbed ticket that a field comes from; nil where it is the survivor.
    private func chosen(_ field: TicketField) -> TicketState? {
        choices[field].flatMap { number in parts.first { $0.number == number }?.state }
    }
}

extension TicketMergeState {
    /// How the survivor stands without this merge: what the merge set and nobody has changed since is as before it.
    func undone(_ state: TicketState) -> TicketMergeSide {
        let now = TicketMergeSide(state)
        var side = now
        if now.partyNumber == after.partyNumber { side.partyNumber = before.partyNumber }
        if now.requesterNumber == after.requesterNumber { side.requesterNumber = before.requesterNumber }
        if now.priority == after.priority { side.priority = before.priority }
        if now.assignment == after.assignment { side.assignment = before.assignment }
        if now.classification == after.classification {
            side.classification = before.classification
            side.customerClassRank = before.customerClassRank
        }
        side.unanswered = now.unanswered - min(now.unanswered, after.unanswered - before.unanswered)
        side.contacts = now.contacts - min(now.contacts, after.contacts - before.contacts)
        if now.hasWaitingSince, after.hasWaitingSince, now.waitingSince == after.waitingSince {
            if before.hasWaitingSince { side.waitingSince = before.waitingSince } else { side.clearWaitingSince() }
        }
        return side
    }
}

extension TicketMergeSide {
    /// How a ticket stands now.
    init(_ state: TicketState) {
        self.init()
        partyNumber = state.head.partyNumber
        requesterNumber = state.head.requesterNumber
        classification = state.classification
        customerClassRank = state.customerClassRank
        priority = state.priority
        assignment = state.assignment
        unanswered = state.unanswered
        contacts = state.contacts
        if state.hasWaitingSince { waitingSince = state.waitingSince }
    }
}

extension AbsorbedTicket {
    init(_ part: TicketMerge.Part) {
        self.init()
        let state = part.state
        number = part.number.rawValue
        status = state.status
        classification = state.classification
        priority = state.priority
        assignment = state.assignment
        if state.hasWaitingSince { waitingSince = state.waitingSince }
        unanswered = state.unanswered
        contacts = state.contacts
        partyNumber = state.head.partyNumber
        requesterNumber = state.head.requesterNumber
    }
}
