package import Schema

/// A command about a programme, which need not be named where there is only one, or only one that is on.
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
            .referenceMissing,
            "There is no loyalty programme, or more than one, and not just one of them on. Name the one that is meant.",
            field: "programme")
    }
}

extension World {
    /// The programme that is meant where none is named: the only one that there is, else the only one that is on; nil
    /// where there is no such one.
    func onlyProgramme() throws(Refusal) -> StreamNumber? {
        let programmes = try claim(.programmes)
        guard programmes > 1 else { return programmes == 1 ? try register(.programme(0)) : nil }
        var found: StreamNumber?
        for index in 0..<UInt64(clamping: programmes) {
            guard let number = try register(.programme(index)),
                try state(ProgrammeAggregate.self, of: number)?.status == .on
            else { continue }
            guard found == nil else { return nil }
            found = number
        }
        return found
    }

    /// The stream whose number a register holds; nil where it holds none.
    func register(_ key: ClaimKey) throws(Refusal) -> StreamNumber? {
        let value = try claim(key)
        return value > 0 ? StreamNumber(UInt64(value)) : nil
    }

    /// The programme that a reference names, or the one that is meant where it is absent.
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
