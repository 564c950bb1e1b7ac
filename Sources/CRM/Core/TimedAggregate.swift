package import Schema

/// An aggregate whose streams have timers: what time does to it.
///
/// An event sets, moves and clears the timers of its own stream through `IndexEffect.timer`, so when something is due
/// is data. Before anything is decided at an instant, all timers that are due by then have fired, in order of due
/// instant, stream and key.
package protocol TimedAggregate: Aggregate {
    /// What a timer causes at its instant, which is `context.occurredAt`: events of origin `scheduler`
    /// (`NewEvent.timed`). They must clear or move the timer; one that stays as it is would never come to rest, and is
    /// put aside by the service.
    ///
    /// - Throws: only what reading the world throws: nobody is there to be refused.
    static func fire(_ timer: TimerKey, _ state: State, _ context: DecisionContext) throws(Refusal) -> [NewEvent]
}

extension TimedAggregate {
    /// What a timer of the context's target causes, its state taken from the context's world.
    package static func fire(_ timer: TimerKey, _ context: DecisionContext) throws(Refusal) -> [NewEvent] {
        guard let state = try context.world.state(Self.self, of: context.target) else {
            throw Refusal(.internal, "A timer belongs to the stream \(context.target), which does not exist.")
        }
        return try fire(timer, state, context)
    }
}
