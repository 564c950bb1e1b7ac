internal import Synchronization

/// Tells from outside whether the sequencer gets on with its work. Beats on its thread, is felt from any.
final class SequencerPulse: Sendable {
    /// Nanoseconds from `origin` to when it began what it is at; 0 while it waits for work.
    private let begun = Atomic<Int64>(0)
    // Stands still while the machine sleeps: nobody is late then.
    private let origin = SuspendingClock.now

    private var now: Int64 { max(1, (SuspendingClock.now - origin).wholeNanoseconds) }

    /// It has work, or has finished a part of it.
    func beat() { begun.store(now, ordering: .relaxed) }

    /// It waits for work.
    func rest() { begun.store(0, ordering: .relaxed) }

    /// For how long it has been at one thing; nil while it waits.
    var effort: Duration? {
        let begun = begun.load(ordering: .relaxed)
        return begun == 0 ? nil : .nanoseconds(max(0, now - begun))
    }
}

extension Duration {
    /// The duration in nanoseconds, cut off.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
