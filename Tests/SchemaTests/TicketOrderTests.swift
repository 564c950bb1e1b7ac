internal import Schema
internal import SwiftProtobuf
internal import Testing

@Suite struct TicketOrderTests {
    private func key(_ change: (inout TicketStanding) -> Void) throws -> TicketOrderKey {
        var standing = TicketStanding()
        standing.status = .new
        change(&standing)
        return try #require(TicketOrderKey(standing))
    }

    private func clock(due: Int64, breached: Bool = false, running: Bool = true) -> TicketStandingClock {
        .with {
            $0.kind = .resolution
            $0.running = running
            if running { $0.dueAt = due }
            $0.breached = breached
        }
    }

    @Test func `bytes are in the order of the keys, and that is the order of the queue`() throws {
        let keys = [
            try key { $0.clocks = [clock(due: 90, breached: true)] },
            try key { $0.clocks = [clock(due: -5)] },
            try key { $0.clocks = [clock(due: 8)] },
            try key { $0.priorityRank = 1 },
            try key { ($0.priorityRank, $0.customerClassRank) = (2, 1) },
            try key { ($0.priorityRank, $0.customerClassRank, $0.waitingSince) = (2, 2, -1) },
            try key { ($0.priorityRank, $0.customerClassRank, $0.waitingSince) = (2, 2, 1) },
            try key { ($0.priorityRank, $0.customerClassRank) = (2, 2) },
            try key { $0.priorityRank = 2 },
            try key { $0.sequence = 1 },
            // A clock that does not run says nothing, whatever became of it.
            try key { ($0.sequence, $0.clocks) = (2, [clock(due: 0, breached: true, running: false)]) },
            try key { ($0.status, $0.resumeAt) = (.pending, 3) },
            try key { ($0.status, $0.priorityRank, $0.clocks) = (.pending, 1, [clock(due: 0, breached: true)]) },
            try key { $0.status = .pending },
        ]
        for (earlier, later) in zip(keys, keys.dropFirst()) {
            #expect(earlier < later)
            #expect(earlier.bytes.lexicographicallyPrecedes(later.bytes))
        }
        #expect(keys.allSatisfy { $0.bytes.count == TicketOrderKey.length })
    }

    @Test func `what is over, or lives on in another one, is in no queue`() {
        for status in [TicketStatus.resolved, .closed, .unspecified] {
            #expect(TicketOrderKey(TicketStanding.with { $0.status = status }) == nil)
        }
        let absorbed = TicketStanding.with { ($0.status, $0.absorbed) = (.open, true) }
        #expect(TicketOrderKey(absorbed) == nil && !absorbed.isClaimable)
        #expect(!TicketStanding.with { $0.status = .pending }.isClaimable)
        #expect(!TicketStanding.with { ($0.status, $0.assigneeNumber) = (.open, 4) }.isClaimable)
        #expect(TicketStanding.with { $0.status = .open }.isClaimable)
    }

    @Test func `who came to us waits again after a reopening, and whom we wrote to does not`() {
        for byUs in [true, false] {
            var standing = TicketStanding()
            let opened = TicketOpened.with { ($0.status, $0.openedByUs) = (.new, byUs) }
            for change in TicketStandingChange.changes(by: .ticketOpened(opened), occurredAt: 5) {
                standing.apply(change)
            }
            #expect(standing.hasWaitingSince != byUs)
            for change in TicketStandingChange.changes(by: .ticketResolved(.init()), occurredAt: 6) {
                standing.apply(change)
            }
            #expect(!standing.hasWaitingSince && !standing.isOpen)
            let reopened = TicketReopened.with { $0.status = .open }
            for change in TicketStandingChange.changes(by: .ticketReopened(reopened), occurredAt: 7) {
                standing.apply(change)
            }
            #expect(standing.isOpen && standing.hasWaitingSince != byUs)
        }
    }
}
