package import Schema

/// How a projection stood to the log when it answered.
package struct ProjectionStanding: Sendable, Hashable {
    /// The last event that has its effect in the answer.
    package var position: Position
    /// Durable events behind that.
    package var lagEvents: UInt64
    /// Time between that event and the last durable one, in microseconds of the log's clock; 0 when there is no lag.
    package var lagMicroseconds: UInt64
    package var state: ProjectionState
    /// Why the projection stopped, where it did; free of personal data.
    package var parkedReason: String?

    package init(
        position: Position, lagEvents: UInt64, lagMicroseconds: UInt64, state: ProjectionState,
        parkedReason: String? = nil
    ) {
        self.position = position
        self.lagEvents = lagEvents
        self.lagMicroseconds = lagMicroseconds
        self.state = state
        self.parkedReason = parkedReason
    }
}
