/// Whether the service lives, and whether it takes work: for those who start and stop it.
package struct ServiceHealth: Sendable, Equatable {
    /// For how long the sequencer has been at one thing (a group, a part of the timers due); nil while it waits.
    package var effort: Duration?
    /// Why no commands are taken; empty while they are.
    package var readOnlyReason: String
    /// The service takes nothing new, and ends.
    package var isStopping: Bool

    package init(effort: Duration? = nil, readOnlyReason: String = "", isStopping: Bool = false) {
        self.effort = effort
        self.readOnlyReason = readOnlyReason
        self.isStopping = isStopping
    }

    /// What the sequencer may take for one thing before it counts as stuck: a disk that stalls takes seconds.
    package static let patience: Duration = .seconds(60)

    /// Whether the sequencer waits for work or gets on with it.
    ///
    /// - Parameter patience: what it may take for one thing.
    package func isAlive(patience: Duration = Self.patience) -> Bool { (effort ?? .zero) < patience }

    /// Whether commands are taken and decided.
    package var isReady: Bool { isAlive() && readOnlyReason.isEmpty && !isStopping }
}

extension KithService {
    package var health: ServiceHealth {
        ServiceHealth(effort: pulse.effort, readOnlyReason: writerStatus.failure, isStopping: isStopping)
    }
}
