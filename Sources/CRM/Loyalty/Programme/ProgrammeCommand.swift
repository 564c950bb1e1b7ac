package import Schema

/// A command about a programme, which need not be named where there is only one.
package protocol ProgrammeCommand: DomainCommand where Target == ProgrammeAggregate, Facts == Void {
    var hasProgramme: Bool { get }
    var programme: Reference { get set }
}

extension ProgrammeCommand {
    package mutating func visitReferences(
        _ visit: (inout Reference, AggregateKind) throws(Refusal) -> Void
    ) throws(Refusal) {
        if hasProgramme { try visit(&programme, .loyaltyProgramme) }
    }

    package var commandTarget: CommandTarget { hasProgramme ? .existing(programme) : .located(id: "") }

    package func locate(in world: any World) throws(Refusal) -> StreamNumber? { try world.onlyProgramme() }

    /// The form of the reference.
    ///
    /// - Throws: SCHEMA_INVALID, LIMIT_EXCEEDED.
    func checkProgramme() throws(Refusal) { if hasProgramme { try FormCheck.reference(programme, "programme") } }

    /// The programme's state.
    ///
    /// - Throws: REFERENCE_MISSING where none is named, and there is none or more than one.
    func required(_ state: ProgrammeState?) throws(Refusal) -> ProgrammeState {
        guard let state else { throw Refusal.programmeMissing }
        return state
    }
}

extension Refusal {
    static var programmeMissing: Refusal {
        Refusal(
            .referenceMissing, "There is no loyalty programme, or more than one. Name the one that is meant.",
            field: "programme")
    }
}

extension World {
    /// The programme, where there is exactly one.
    func onlyProgramme() throws(Refusal) -> StreamNumber? {
        guard try claim(.programmes) == 1 else { return nil }
        return try register(.programme(0))
    }

    /// The stream whose number a register holds; nil where it holds none.
    func register(_ key: ClaimKey) throws(Refusal) -> StreamNumber? {
        let value = try claim(key)
        return value > 0 ? StreamNumber(UInt64(value)) : nil
    }

    /// The programme that a reference names, or the only one there is where it is absent.
    ///
    /// - Throws: REFERENCE_MISSING.
    func programme(_ reference: Reference?) throws(Refusal) -> (StreamNumber, ProgrammeState) {
        let named =
            if let reference { try required(reference, .loyaltyProgramme, field: "programme") } else {
                try onlyProgramme()
            }
        guard let named, let state = try state(ProgrammeAggregate.self, of: named) else {
            throw Refusal.programmeMissing
        }
        return (named, state)
    }
}
