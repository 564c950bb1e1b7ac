internal import Schema
internal import SwiftProtobuf

/// What became of subject line and text while a command was prepared. Nothing in it is personal: texts are in it only
/// where the ticket concerns nobody.
package struct TicketPart: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing is sealed anew.
    var index: Int?
    /// What stands open from now on.
    var open = TicketPersonal()
    /// What was sealed is empty from now on.
    var cleared = false
    /// They are another than those recorded.
    var changed = false
}

/// What became of one text of a ticket while a command was prepared: a message, or the words of a resolution.
package struct TicketTextPart: Sendable, Hashable {
    /// Index of the sealed part; nil where nothing is sealed.
    var index: Int?
    /// What stands open: only where the ticket concerns nobody.
    var text = ""
    /// Whether the command says something.
    var isSaid = false
    /// Whether that is what is recorded already.
    var isRecorded = false
}

/// What became of the personal data of a whole ticket while a command was prepared.
package struct TicketParts: Sendable, Hashable {
    var head = TicketPart()
    var resolution = TicketTextPart()
    var bodies: [BodyReference] = []
    /// Nil where no e-mail opens it.
    var email: EmailPlace?
}

/// What became of a message while its command was prepared. Nothing in it is personal.
package struct TicketMessagePart: Sendable, Hashable {
    var text = TicketTextPart()
    var bodies: [BodyReference] = []
    /// Nil where it is no e-mail.
    var email: EmailPlace?
}

/// Whom a command names for a ticket.
struct TicketConcerned {
    /// Nil where it names none.
    var party: Reference?
    var requester: Reference?
    /// The names of the fields that the command empties.
    var cleared: Set<String> = []

    /// Under whose key texts are sealed from now on, and whether that is somebody else than before.
    ///
    /// - Returns: nil where the ticket concerns nobody.
    func subject(
        _ recorded: TicketHead?, _ reader: any PreparationReader
    ) throws(Refusal) -> (key: PartSubject?, changes: Bool) {
        let before = recorded?.subject ?? .none
        let key: PartSubject?
        if let requester {
            key = .reference(requester)
        } else if let recorded, recorded.requesterNumber != 0, !cleared.contains("requester") {
            key = .number(StreamNumber(recorded.requesterNumber))
        } else if let party {
            key = .reference(party)
        } else if let recorded, recorded.partyNumber != 0, !cleared.contains("party") {
            key = .number(StreamNumber(recorded.partyNumber))
        } else {
            key = nil
        }
        let after: StreamNumber? =
            switch key {
            case .reference(let reference)?: try reader.resolve(reference, .party)
            case .number(let number)?: number
            case .target?, nil: StreamNumber.none
            }
        return (key, after != before)
    }
}

/// Subject line and text as a command changes them, before they are sealed.
struct TicketTexts {
    /// What the command says; empty texts say nothing.
    var sent: TicketPersonal
    var concerned: TicketConcerned

    /// Works out and seals what holds from now on.
    ///
    /// - Parameter recorded: the ticket; nil where it is new.
    /// - Throws: ERASED where something has to be compared with a part whose key was destroyed.
    func prepare(_ recorded: TicketState?, _ preparation: inout Preparation) throws(Refusal) -> TicketPart {
        let (key, changes) = try concerned.subject(recorded?.head, preparation.reader)
        let isSaid = !sent.isEmpty
        let isCleared = concerned.cleared.contains("subject_line") || concerned.cleared.contains("text")
        guard recorded == nil || changes || isSaid || isCleared else {
            return TicketPart(open: recorded?.openTexts ?? .init())
        }
        let old = try recorded.map { (state) throws(Refusal) in try state.texts(preparation.reader) } ?? .init()
        guard let key else { return open(old, losesSubject: recorded != nil && changes) }
        let texts = merged(old)
        var part = TicketPart(changed: changes || !texts.isIdentical(to: old))
        guard part.changed else { return part }
        if texts.isEmpty {
            part.cleared = !old.isEmpty
        } else {
            part.index = preparation.seal(texts.data(isNew: recorded == nil), for: key)
        }
        return part
    }

    /// Where nobody is concerned texts stand open. What was sealed for somebody who goes is not laid open.
    private func open(_ old: TicketPersonal, losesSubject: Bool) -> TicketPart {
        let texts = merged(losesSubject ? TicketPersonal() : old)
        return TicketPart(
            open: texts, cleared: losesSubject && !old.isEmpty, changed: losesSubject || !texts.isIdentical(to: old))
    }

    private func merged(_ old: TicketPersonal) -> TicketPersonal {
        var texts = old
        if concerned.cleared.contains("subject_line") { texts.subjectLine = "" }
        if concerned.cleared.contains("text") { texts.text = "" }
        if !sent.subjectLine.isEmpty { texts.subjectLine = sent.subjectLine }
        if !sent.text.isEmpty { texts.text = sent.text }
        if sent.hasEmail { texts.email = sent.email }
        if !sent.bodies.isEmpty { texts.bodies = sent.bodies }
        return texts
    }
}

extension Preparation {
    /// The ticket that the command is about; nil where it does not exist yet.
    func recordedTicket() throws(Refusal) -> TicketState? {
        try target.flatMap { (target) throws(Refusal) in try reader.state(TicketAggregate.self, of: target) }
    }

    /// The ticket that a command is about which must exist: without it nobody could say for whom a text is sealed.
    ///
    /// - Throws: NOT_FOUND.
    func existingTicket() throws(Refusal) -> TicketState { try Decided.state(try recordedTicket()) }

    /// Seals one text of a ticket for whom it concerns; it stands open where it concerns nobody.
    mutating func seal(
        _ text: String, as data: PersonalData, for concerned: TicketConcerned = TicketConcerned(),
        recorded: TicketState?
    ) throws(Refusal) -> TicketTextPart {
        guard !text.isEmpty else { return TicketTextPart() }
        var part = TicketTextPart(isSaid: true)
        if let key = try concerned.subject(recorded?.head, reader).key {
            part.index = seal(data, for: key)
        } else {
            part.text = text
        }
        return part
    }

    /// Finds the bodies of a message and its place in its conversation, and seals what is personal of it.
    ///
    /// - Parameter data: the part of the event that the command causes.
    /// - Throws: what `find` and `place` throw.
    mutating func seal(
        _ message: TicketMessagePersonal, with bodies: [BodyInput], recorded: TicketState,
        as data: (TicketMessagePersonal) -> PersonalData.OneOf_Data
    ) throws(Refusal) -> TicketMessagePart {
        let concerned = TicketConcerned()
        var personal = TicketMessagePersonal()
        personal.text = message.text
        let found = try find(bodies, for: recorded.head.subject == .none ? nil : [recorded.head.subject])
        personal.bodies = found.titles
        var part = TicketMessagePart(bodies: found.references)
        if message.hasEmail {
            personal.email = message.email.kept
            part.email = try place(of: personal.email, for: concerned, recorded, field: "message.email")
        }
        guard let key = try concerned.subject(recorded.head, reader).key else {
            part.text = TicketTextPart(text: message.text, isSaid: !message.text.isEmpty)
            return part
        }
        guard !personal.text.isEmpty || personal.hasEmail || !personal.bodies.isEmpty else { return part }
        part.text = TicketTextPart(index: seal(PersonalData(data(personal)), for: key), isSaid: true)
        return part
    }

    /// Where an e-mail stands in its conversation.
    ///
    /// - Throws: NO_PARTY where the ticket concerns nobody: the header is personal.
    func place(
        of email: EmailPersonal, for concerned: TicketConcerned, _ recorded: TicketState?, field: String
    ) throws(Refusal) -> EmailPlace {
        guard try concerned.subject(recorded?.head, reader).key != nil else {
            throw Refusal(
                .noParty, "The header of an e-mail belongs to somebody. Name the party of the ticket.", field: field)
        }
        return try EmailConversation.place(of: email, on: .ticket, reader)
    }

    /// Seals the words of a resolution, and compares them with those that are recorded.
    ///
    /// - Throws: ERASED where those were destroyed.
    mutating func seal(
        _ resolution: TicketResolutionPersonal, correction: Bool, for concerned: TicketConcerned = TicketConcerned(),
        recorded: TicketState?
    ) throws(Refusal) -> TicketTextPart {
        let personal = TicketResolutionPersonal.with { $0.text = resolution.text }
        var part = try seal(
            resolution.text, as: PersonalData(correction ? .ticketCorrected(personal) : .ticketResolved(personal)),
            for: concerned, recorded: recorded)
        guard part.isSaid, let recorded else { return part }
        part.isRecorded = try recorded.resolutionText(reader)?.isIdentical(to: resolution.text) ?? false
        return part
    }
}

extension TicketState {
    /// Subject line and text where they stand open.
    fileprivate var openTexts: TicketPersonal {
        TicketPersonal.with {
            $0.subjectLine = head.subjectLine
            $0.text = head.text
        }
    }

    /// Subject line and text, wherever they stand.
    fileprivate func texts(_ reader: any PreparationReader) throws(Refusal) -> TicketPersonal {
        guard hasPersonal else { return openTexts }
        return switch try reader.open(personal).data {
        case .ticketOpened(let part)?, .ticketChanged(let part)?: part.personal
        default: TicketPersonal()
        }
    }

    /// The words of its last resolution, wherever they stand; nil where there are none.
    fileprivate func resolutionText(_ reader: any PreparationReader) throws(Refusal) -> String? {
        guard hasResolution else { return resolutionText.isEmpty ? nil : resolutionText }
        return switch try reader.open(resolution).data {
        case .ticketResolved(let part)?, .ticketCorrected(let part)?: part.text
        default: nil
        }
    }
}

extension TicketPersonal {
    fileprivate var isEmpty: Bool { subjectLine.isEmpty && text.isEmpty && !hasEmail && bodies.isEmpty }

    fileprivate func data(isNew: Bool) -> PersonalData {
        let part = TicketHeadPersonal.with { $0.personal = self }
        return PersonalData(isNew ? .ticketOpened(part) : .ticketChanged(part))
    }
}
