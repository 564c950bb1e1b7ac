package import Schema

extension AddNote: DomainCommand {
    package typealias Target = AnyAggregate

    /// The subject that the note is about, with the part that holds its text; none where the text stands open.
    package struct Prepared: Sendable {
        var subject: NewSubject?
    }

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        try FormCheck.required(note.text, "note.text", maximum: Limits.textBytes)
        try FormCheck.noBodies(bodies.count + note.bodies.count, "bodies")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        guard let number = preparation.target else { return nil }
        let subject = try Annotation.subject(of: kind, number, preparation.reader)
        guard let subject else { return Prepared(subject: nil) }
        var personal = NotePersonal()
        personal.text = note.text
        clearNote()
        return Prepared(subject: subject.sealed(preparation.seal(PersonalData(.noteAdded(personal)), for: subject.key)))
    }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        let facts = try Decided.facts(facts)
        var added = NoteAdded()
        if facts.subject == nil { added.text = note.text }
        return [.fact(.noteAdded(added), subjects: facts.subject.map { [$0] } ?? [])]
    }
}
