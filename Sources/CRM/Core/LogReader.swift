package import Schema

/// What both a preparation and a decision may read of other aggregates.
package protocol LogReader {
    /// The stream that a reference of any form names, or nil where it names none of this kind.
    func resolve(_ reference: Reference, _ kind: AggregateKind) throws(Refusal) -> StreamNumber?
    /// The one stream of its kind, or nil where it has not been made yet.
    func singleton(_ kind: AggregateKind) throws(Refusal) -> StreamNumber?
    /// The state of an aggregate, or nil where there is none of that kind with this number.
    func state<A: Aggregate>(_ type: A.Type, of number: StreamNumber) throws(Refusal) -> A.State?
    /// The event at a position, or nil where there is none yet. An event never changes.
    func event(at position: Position) throws(Refusal) -> StoredEvent?
    /// The present value of a claim; 0 where nobody made it.
    func claim(_ key: ClaimKey) throws(Refusal) -> Int64
    /// The keyed hash of a normalised value in a domain, for example "email".
    func lookupKey(domain: String, value: [UInt8]) -> LookupKey
}

extension LogReader {
    /// Goes through the events of a stream backwards, from the one at a position on, until one says what is asked for.
    ///
    /// It costs one look at the log for each event that is passed: for what no state keeps because it is asked seldom.
    ///
    /// - Parameter look: the answer; nil where an earlier event has to be asked.
    /// - Returns: nil where no event has it.
    func lookBack<Answer>(
        from position: Position, _ look: (StoredEvent) -> Answer?
    ) throws(Refusal) -> Answer? {
        var position = position
        while position != .none, let event = try event(at: position) {
            if let answer = look(event) { return answer }
            position = event.header.previousInStream
        }
        return nil
    }
}
