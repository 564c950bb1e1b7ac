import Testing

@testable import Service

/// When the service counts as alive, and when as ready.
@Suite struct ServiceHealthTests {
    @Test func `waiting for work is life, and being at one thing for too long is not`() {
        #expect(ServiceHealth().isAlive() && ServiceHealth().isReady)
        let busy = ServiceHealth(effort: .seconds(59))
        #expect(busy.isAlive() && busy.isReady && !busy.isAlive(patience: .seconds(30)))
        let stuck = ServiceHealth(effort: .seconds(60))
        #expect(!stuck.isAlive() && !stuck.isReady)
    }

    @Test func `what takes no commands lives on and is not ready`() {
        for health in [ServiceHealth(readOnlyReason: "The disk is full."), ServiceHealth(isStopping: true)] {
            #expect(health.isAlive() && !health.isReady)
        }
    }

    @Test func `the pulse is felt while there is work`() {
        let pulse = SequencerPulse()
        #expect(pulse.effort == nil)
        pulse.beat()
        let first = pulse.effort
        #expect(first != nil)
        var later = pulse.effort
        while later == first { later = pulse.effort }
        #expect((later ?? .zero) > (first ?? .zero))
        pulse.rest()
        #expect(pulse.effort == nil)
        // A group that is on its way when the sequencer has nothing else to do.
        pulse.flushBegins()
        #expect(pulse.effort != nil)
        pulse.beat()
        pulse.flushEnds()
        #expect(pulse.effort != nil)
        pulse.rest()
        #expect(pulse.effort == nil)
    }
}
