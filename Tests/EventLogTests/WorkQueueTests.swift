import Testing

@testable import EventLog

/// The queue in front of the sequencer, with a thread that waits at its end.
@Suite struct WorkQueueTests {
    private final class Source {}

    private let one = WorkSize(commands: 1, bytes: 100)

    @Test func `whoever rests is served when the rest is over, without anything new that comes`() {
        var limits = QueueLimits()
        limits.groupCommands = 1
        limits.rest = 10
        let queue = WorkQueue<String>(limits: limits)
        let (shop, flood) = (Source(), Source())
        _ = queue.add("shop", from: ObjectIdentifier(shop), size: one)
        for number in 1...3 { _ = queue.add("flood \(number)", from: ObjectIdentifier(flood), size: one) }
        #expect(queue.take() == ["shop"])
        #expect(queue.next() == nil, "the group is full")
        #expect(queue.take() == ["flood 1"])
        // It takes far more than a turn, and owes it when the next group begins.
        let began = MonotonicClock.nanoseconds()
        while MonotonicClock.nanoseconds() < began + 4_000_000 {}
        #expect(queue.next() == nil)
        #expect(queue.take(within: 20_000) == ["flood 2"])
        let waited = MonotonicClock.nanoseconds() - began
        #expect((40_000_000...10_000_000_000).contains(waited), "\(waited) ns")
    }

    @Test func `whoever waits for work goes on without it after a time, after a wake, and at the end`() {
        let queue = WorkQueue<String>()
        #expect(queue.take(within: 1)?.isEmpty == true)
        queue.wake()
        #expect(queue.take()?.isEmpty == true)
        let source = Source()
        _ = queue.add("last", from: ObjectIdentifier(source), size: one)
        queue.close()
        #expect(queue.add("more", from: ObjectIdentifier(source), size: one) == .closed)
        #expect(queue.take() == ["last"])
        #expect(queue.take() == nil)
    }
}
