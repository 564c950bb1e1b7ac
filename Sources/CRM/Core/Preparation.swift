package import Schema

/// What `DomainCommand.prepare` works with: it collects the personal parts of a body and reads what is recorded.
package struct Preparation {
    /// The personal data to seal, in the order of their part numbers.
    package private(set) var parts: [PersonalPart] = []
    /// What is recorded so far.
    package let reader: any PreparationReader
    /// Number of the target's stream, where it exists.
    package let target: StreamNumber?

    package init(reader: any PreparationReader, target: StreamNumber?) {
        self.reader = reader
        self.target = target
    }

    /// Hands over personal data to be sealed under the key of one subject.
    ///
    /// - Returns: the index by which `NewSubject.part` names it. A part that no event names is dropped.
    package mutating func seal(_ data: PersonalData, for subject: PartSubject) -> Int {
        parts.append(PersonalPart(data: data, subject: subject))
        return parts.count - 1
    }
}

/// Personal data of one subject, not yet sealed.
package struct PersonalPart: Sendable {
    package var data: PersonalData
    package var subject: PartSubject

    package init(data: PersonalData, subject: PartSubject) {
        self.data = data
        self.subject = subject
    }
}

/// Under whose key a part is sealed.
package enum PartSubject: Sendable, Hashable {
    /// The party whose stream is the command's target, also where it is made by this command.
    case target
    /// A party that a reference names; it may be made by an earlier body of the same command.
    case reference(Reference)
    case number(StreamNumber)
}

/// What may be read while a command is prepared. Every answer is remembered, and the command is prepared again
/// where an answer has changed by its turn.
package protocol PreparationReader: LogReader {
    /// Opens a sealed part.
    ///
    /// - Throws: ERASED where its key was destroyed.
    func open(_ reference: SealedRef) throws(Refusal) -> PersonalData

    /// What the content store knows of an item that an event can still come to refer to.
    ///
    /// - Throws: BODY_UNKNOWN where there is none, also where it was stored more than a day ago; BODY_REDACTED.
    func body(_ id: Identifier) throws(Refusal) -> KnownBody
}
