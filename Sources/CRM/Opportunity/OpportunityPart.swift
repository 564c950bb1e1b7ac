internal import Schema
internal import SwiftProtobuf

/// What became of name and description while a command was prepared. Nothing in it is personal: texts are in it only
/// where the opportunity has no party.
package struct OpportunityPart: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing is sealed anew.
    var index: Int?
    /// What stands open from now on.
    var open = OpportunityPersonal()
    /// What was sealed is empty from now on.
    var cleared = false
    /// They are another than those recorded.
    var changed = false
}

/// What became of the notes about the end while a command was prepared.
package struct ClosingPart: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing is sealed.
    var index: Int?
    /// What stands open: only where the opportunity has no party.
    var notes = ""
    /// Whether the command says something.
    var isSaid = false
    /// Whether that is what is recorded already.
    var isRecorded = false
}

/// What became of the personal data of a whole opportunity while a command was prepared.
package struct OpportunityParts: Sendable, Hashable {
    var head = OpportunityPart()
    var closing = ClosingPart()
}

/// Name and description as a command changes them, before they are sealed.
struct OpportunityTexts {
    /// What the command says; empty texts say nothing.
    var sent: OpportunityPersonal
    /// The names of the fields that it empties.
    var cleared: Set<String>
    /// The party that it names; nil where it names none.
    var party: Reference?

    /// Works out and seals what holds from now on.
    ///
    /// - Parameter recorded: the opportunity; nil where it is new.
    /// - Throws: ERASED where something has to be compared with a part whose key was destroyed.
    func prepare(_ recorded: OpportunityState?, _ preparation: inout Preparation) throws(Refusal) -> OpportunityPart {
        let before = recorded?.party ?? .none
        let losesParty = cleared.contains("party")
        let named = try party.flatMap { (party) throws(Refusal) in try preparation.reader.resolve(party, .party) }
        let partyChanges = losesParty ? before != .none : party != nil && named != before
        let isSaid = !sent.name.isEmpty || !sent.description_p.isEmpty
        let isCleared = cleared.contains("name") || cleared.contains("description")
        guard partyChanges || isSaid || isCleared else { return OpportunityPart(open: recorded?.openTexts ?? .init()) }

        let old = try recorded.map { (state) throws(Refusal) in try state.texts(preparation.reader) } ?? .init()
        let hasParty = !losesParty && (party != nil || before != .none)
        guard hasParty else { return open(old, losesParty: partyChanges) }

        let texts = merged(old)
        let changed = partyChanges || !texts.isIdentical(to: old)
        var part = OpportunityPart(changed: changed)
        guard changed else { return part }
        if texts.isEmpty {
            part.cleared = !old.isEmpty
        } else {
            let key: PartSubject = party.map { .reference($0) } ?? .number(before)
            part.index = preparation.seal(texts.data(isNew: recorded == nil), for: key)
        }
        return part
    }

    /// Without a party texts stand open. What was sealed for the party that goes is not laid open.
    private func open(_ old: OpportunityPersonal, losesParty: Bool) -> OpportunityPart {
        let texts = merged(losesParty ? OpportunityPersonal() : old)
        return OpportunityPart(
            open: texts, cleared: losesParty && !old.isEmpty, changed: losesParty || !texts.isIdentical(to: old))
    }

    private func merged(_ old: OpportunityPersonal) -> OpportunityPersonal {
        var texts = old
        if cleared.contains("name") { texts.name = "" }
        if cleared.contains("description") { texts.description_p = "" }
        if !sent.name.isEmpty { texts.name = sent.name }
        if !sent.description_p.isEmpty { texts.description_p = sent.description_p }
        return texts
    }
}

/// Notes about the end, before they are sealed.
struct ClosingTexts {
    var notes: String
    /// The party that the command names; nil where it names none.
    var party: Reference?
    /// The command takes the opportunity's party away.
    var losesParty = false
    /// The event that records them.
    var event: Event

    enum Event {
        case won, lost, corrected
    }

    /// Seals the notes for the opportunity's party.
    ///
    /// - Parameter recorded: the opportunity; nil where it is new.
    /// - Throws: ERASED where they have to be compared with a part whose key was destroyed.
    func prepare(_ recorded: OpportunityState?, _ preparation: inout Preparation) throws(Refusal) -> ClosingPart {
        guard !notes.isEmpty else { return ClosingPart() }
        var part = ClosingPart(isSaid: true)
        part.isRecorded = try recorded?.closingNotes(preparation.reader)?.isIdentical(to: notes) ?? false
        let before = recorded?.party ?? .none
        if losesParty || (party == nil && before == .none) {
            part.notes = notes
        } else {
            let key: PartSubject = party.map { .reference($0) } ?? .number(before)
            part.index = preparation.seal(data, for: key)
        }
        return part
    }

    private var data: PersonalData {
        let personal = OpportunityClosingPersonal.with { $0.notes = notes }
        return switch event {
        case .won: PersonalData(.opportunityWon(personal))
        case .lost: PersonalData(.opportunityLost(personal))
        case .corrected: PersonalData(.opportunityCorrected(personal))
        }
    }
}

extension OpportunityState {
    /// Name and description where they stand open.
    fileprivate var openTexts: OpportunityPersonal {
        OpportunityPersonal.with {
            $0.name = head.name
            $0.description_p = head.description_p
        }
    }

    /// Name and description, wherever they stand.
    fileprivate func texts(_ reader: any PreparationReader) throws(Refusal) -> OpportunityPersonal {
        guard hasPersonal else { return openTexts }
        return switch try reader.open(personal).data {
        case .opportunityOpened(let part)?, .opportunityChanged(let part)?: part.personal
        default: OpportunityPersonal()
        }
    }

    /// The notes about its end, wherever they stand; nil where there are none.
    fileprivate func closingNotes(_ reader: any PreparationReader) throws(Refusal) -> String? {
        guard hasClosing else { return closingNotes.isEmpty ? nil : closingNotes }
        return switch try reader.open(closing).data {
        case .opportunityWon(let part)?, .opportunityLost(let part)?, .opportunityCorrected(let part)?: part.notes
        default: nil
        }
    }
}

extension OpportunityPersonal {
    fileprivate var isEmpty: Bool { name.isEmpty && description_p.isEmpty }

    fileprivate func data(isNew: Bool) -> PersonalData {
        let part = OpportunityHeadPersonal.with { $0.personal = self }
        return PersonalData(isNew ? .opportunityOpened(part) : .opportunityChanged(part))
    }
}
