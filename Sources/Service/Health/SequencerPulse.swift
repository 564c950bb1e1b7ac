internal import Synchronization

/// Tells from outside whether the sequencer and the line on which groups become durable get on with their work. Each
/// beats on its own thread, and is felt from any.
final class SequencerPulse: Sendable {
    /// Of the sequencer, and of a group that is on its way while it does other things, nanoseconds from `origin` to when
    /// that began; 0 while there is nothing to do.
    private let work = Atomic<Int64>(0)
    private let flush = Atomic<Int64>(0)
    // Stands still while the machine sleeps: nobody is late then.
    private let origin = SuspendingClock.now

    private var now: Int64 { max(1, (SuspendingClock.now - origin).wholeNanoseconds) }

    /// The sequencer has work, or has finished a part of it.
    func beat() { work.store(now, ordering: .relaxed) }

    /// The sequencer waits for work.
    func rest() { work.store(0, ordering: .relaxed) }

    /// A group was handed to the line.
    func flushBegins() { flush.store(now, ordering: .relaxed) }

    /// The group on the line is durable, or has failed, and is answered.
    func flushEnds() { flush.store(0, ordering: .relaxed) }

    /// For how long one of the two has been at one thing; nil while both wait.
    var effort: Duration? {
        let begun = [work.load(ordering: .relaxed), flush.load(ordering: .relaxed)].filter { $0 != 0 }.min()
        return begun.map { .nanoseconds(max(0, now - $0)) }
    }
}

extension Duration {
    /// The duration in nanoseconds, cut off.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
