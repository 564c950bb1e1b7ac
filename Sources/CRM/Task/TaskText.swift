internal import Schema
internal import SwiftProtobuf

/// What became of the text of a task while a command was prepared. Nothing in it is personal: texts are in it only where
/// the task has no party.
package struct TaskText: Sendable, Hashable {
    /// The party that the task concerns; none where there is none.
    var party = StreamNumber.none
    /// Index of the sealed part; nil where nothing is sealed.
    var part: Int?
    /// What stands open: title and description, or the outcome.
    var title = ""
    var description = ""
    var outcome = ""
    /// Whether the command says something that is not recorded yet.
    var changed = false

    /// The entries of an event of the task, with what is sealed.
    var subjects: [NewSubject] { Self.subjects(party, part: part) }

    /// The entries of an event of a task that concerns this party.
    static func subjects(_ party: StreamNumber, part: Int? = nil) -> [NewSubject] {
        party == .none ? [] : [NewSubject(.number(party), .concerned, part: part)]
    }
}

extension TaskPersonal {
    /// Whether nothing was said.
    var isEmpty: Bool { title.isEmpty && description_p.isEmpty }

    /// Title and description alone.
    var text: TaskPersonal {
        .with {
            $0.title = title
            $0.description_p = description_p
        }
    }

    /// - Throws: LIMIT_EXCEEDED.
    func checkForm(_ field: String) throws(Refusal) {
        try FormCheck.text(title, "\(field).title", maximum: Limits.labelBytes)
        try FormCheck.text(description_p, "\(field).description", maximum: Limits.textBytes)
    }
}

extension LogReader {
    /// The party that a task concerns: the one that is named, else that of the first concern which has one.
    ///
    /// - Returns: none where there is none; nil where the one that is named does not exist (yet).
    func party(named reference: Reference?, concerns: [ConcernInput]) throws(Refusal) -> StreamNumber? {
        if let reference { return try resolve(reference, .party) }
        return try party(of: try known(concerns))
    }

    /// What exists (by now) of what is named, in its order.
    func known(_ concerns: [ConcernInput]) throws(Refusal) -> [Concern] {
        var known: [Concern] = []
        for input in concerns {
            guard let number = try resolve(input.target, input.kind) else { continue }
            known.append(
                .with {
                    $0.kind = input.kind
                    $0.number = number.rawValue
                })
        }
        return known
    }

    /// The party of the first concern which has one; none where there is none.
    func party(of concerns: [Concern]) throws(Refusal) -> StreamNumber {
        for concern in concerns {
            let number = StreamNumber(concern.number)
            guard case .number(let subject)? = try Annotation.subject(of: concern.kind, number, self)?.who,
                // What concerns an employee is no matter of a customer.
                try state(PartyAggregate.self, of: subject) != nil
            else { continue }
            return subject
        }
        return .none
    }
}

extension TaskState {
    /// The party that the task concerns; none where there is none.
    var party: StreamNumber { StreamNumber(detail.partyNumber) }

    /// Title and description, wherever they stand.
    ///
    /// - Throws: ERASED where they are sealed under a key that was destroyed.
    func texts(_ reader: any PreparationReader) throws(Refusal) -> TaskPersonal {
        guard hasPersonal else {
            return .with {
                $0.title = title
                $0.description_p = description_p
            }
        }
        return switch try reader.open(personal).data {
        case .taskCreated(let part)?, .taskChanged(let part)?: part
        default: TaskPersonal()
        }
    }

    /// What came of the task, wherever it stands; empty where nothing was said.
    ///
    /// - Throws: ERASED where it is sealed under a key that was destroyed.
    func outcome(_ reader: any PreparationReader) throws(Refusal) -> String {
        guard hasClosing else { return outcome }
        guard case .taskCompleted(let part)? = try reader.open(closing).data else { return "" }
        return part.outcome
    }
}
