package import Schema

extension AddNote: DomainCommand {
    package typealias Target = AnyAggregate

    /// What preparing a note found out. Nothing in it is personal.
    package struct Prepared: Sendable {
        /// The subject that the note is about, with the part that holds its text; none where the text stands open.
        var subject: NewSubject?
        var bodies: [BodyReference] = []
    }

    package func validate() throws(Refusal) {
        try Annotation.check(kind, target)
        if bodies.isEmpty { try FormCheck.required(note.text, "note.text", maximum: Limits.textBytes) }
        try FormCheck.text(note.text, "note.text")
        try bodies.checkForm()
        try BodyForm.requireNoTitles(note.bodies, "note.bodies")
    }

    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        try visit(&target, kind)
    }

    package var commandTarget: CommandTarget { .any(kind, target) }

    package mutating func prepare(_ preparation: inout Preparation) throws(Refusal) -> Prepared? {
        guard let number = preparation.target else { return nil }
        defer { bodies = [] }
        let subject = try Annotation.subject(of: kind, number, preparation.reader)
        let concerned = try subject.flatMap { (subject) throws(Refusal) in try preparation.number(of: subject.key) }
        let found = try preparation.find(bodies, for: subject == nil ? nil : [concerned].compactMap { $0 })
        guard let subject else { return Prepared(bodies: found.references) }
        var personal = NotePersonal()
        personal.text = note.text
        personal.bodies = found.titles
        clearNote()
        let part = preparation.seal(PersonalData(.noteAdded(personal)), for: subject.key)
        return Prepared(subject: subject.sealed(part), bodies: found.references)
    }

    package func decide(
        _ state: AnyAggregate.State?, _ facts: Prepared?, _ context: DecisionContext
    ) throws(Refusal) -> [NewEvent] {
        try Annotation.requireTarget(context)
        let facts = try Decided.facts(facts)
        var added = NoteAdded()
        if facts.subject == nil { added.text = note.text }
        added.bodies = facts.bodies
        return [.fact(.noteAdded(added), subjects: facts.subject.map { [$0] } ?? [])]
    }
}
