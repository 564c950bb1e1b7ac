package import Schema

/// What a decision may know beside the state of its target. Everything in it is fixed while one command is
/// decided: the same context gives the same events.
package struct DecisionContext {
    /// Valid time of the command's facts.
    package var occurredAt: Instant
    /// Whether the command says when its facts occurred; the present is taken where it does not.
    package var occurredAtGiven: Bool
    /// The present, as the log will record it.
    package var recordedAt: Instant
    /// The command brings in history: refusals of presence and policy are skipped, structural ones are not.
    package var historic: Bool
    /// Whether the command gives a reason.
    package var hasReason: Bool
    /// The principal's stream; none for the service itself.
    package var principal: StreamNumber
    /// Number of the target's stream; for a new one the position that its first event will get.
    package var target: StreamNumber
    /// Position that the first event of this decision will get.
    package var firstPosition: Position
    /// Where the target's stream stands; nil where it does not exist yet.
    package var head: StreamHead?
    /// The rest of the log, as of the commands before this one.
    package var world: any World

    package init(
        occurredAt: Instant, occurredAtGiven: Bool = false, recordedAt: Instant, historic: Bool, hasReason: Bool,
        principal: StreamNumber, target: StreamNumber, firstPosition: Position, head: StreamHead?, world: any World
    ) {
        self.occurredAt = occurredAt
        self.occurredAtGiven = occurredAtGiven
        self.recordedAt = recordedAt
        self.historic = historic
        self.hasReason = hasReason
        self.principal = principal
        self.target = target
        self.firstPosition = firstPosition
        self.head = head
        self.world = world
    }
}

/// The state of the log outside the target's stream, as of the commands before the one that is decided.
///
/// Reads that meet damage or a failing disk throw a refusal with the code INTERNAL or DAMAGED.
package protocol World: LogReader {
    /// Where a stream stands, or nil where there is none with this number.
    func head(of number: StreamNumber) throws(Refusal) -> StreamHead?
    /// The streams that have this lookup token at present: the lowest numbers first, at most so many. What it costs
    /// does not grow with those beyond.
    func holders(of token: LookupKey, most: Int) throws(Refusal) -> [StreamNumber]
    /// The first ticket in the order of the queue that somebody can be given as the next one: of those in this queue, or
    /// in none, on which nobody works and which wait for nobody. Nil where there is none.
    func nextTicket(in queue: StreamNumber) throws(Refusal) -> PooledTicket?
    /// When the last fact occurred that an import has brought in, rows without a date left out; nil where there is
    /// none.
    func latestFact(ofImport number: StreamNumber) throws(Refusal) -> Instant?
}

extension World {
    /// All streams that have this lookup token at present, lowest number first.
    package func holders(of token: LookupKey) throws(Refusal) -> [StreamNumber] {
        try holders(of: token, most: .max)
    }

    /// The stream that a reference names.
    ///
    /// - Throws: REFERENCE_MISSING with the field where it names none.
    package func required(_ reference: Reference, _ kind: AggregateKind, field: String) throws(Refusal) -> StreamNumber
    {
        guard let number = try resolve(reference, kind) else {
            throw Refusal(
                .referenceMissing, "The reference in \(field) names nothing. Create what it names first.", field: field)
        }
        return number
    }
}
