internal import Schema

/// What a decider may count on: the command path has found the target and prepared the command for it.
enum Decided {
    /// The state of a target that must exist.
    ///
    /// - Throws: NOT_FOUND where there is none.
    static func state<State>(_ state: State?) throws(Refusal) -> State {
        guard let state else { throw Refusal(.notFound, "What the command is about does not exist. Check the id.") }
        return state
    }

    /// Facts that can only be prepared where the target exists.
    ///
    /// - Throws: INTERNAL where the command was prepared without it.
    static func facts<Facts>(_ facts: Facts?) throws(Refusal) -> Facts {
        guard let facts else {
            throw Refusal(.internal, "The command was prepared before its target was made. Send it again.")
        }
        return facts
    }
}
