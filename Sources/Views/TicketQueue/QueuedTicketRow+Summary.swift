package import Schema
internal import SwiftProtobuf

/// A ticket of the queue without its subject line, and where that is sealed.
package struct SealedTicket: Sendable, Hashable {
    package var summary: TicketSummary
    /// Nil where there is nothing to open.
    package var subjectLine: SealedRef?

    package init(summary: TicketSummary, subjectLine: SealedRef?) {
        self.summary = summary
        self.subjectLine = subjectLine
    }

    /// Puts the subject line of an opened part into the summary.
    package mutating func fill(with personal: PersonalData) {
        switch personal.data {
        case .ticketOpened(let part), .ticketChanged(let part): summary.subjectLine = part.personal.subjectLine
        default: break
        }
    }
}

extension QueuedTicketRow {
    /// What the queue knows of the ticket.
    ///
    /// - Parameter asOf: against what its age is computed.
    func sealedSummary(_ number: UInt64, asOf: Instant) -> SealedTicket {
        SealedTicket(summary: summary(number, asOf: asOf), subjectLine: ticket.hasPersonal ? ticket.personal : nil)
    }

    private func summary(_ number: UInt64, asOf: Instant) -> TicketSummary {
        let record = ticket.record
        var summary = TicketSummary()
        summary.number = number
        summary.id = id.description
        summary.sequence = record.sequence
        summary.status = record.status
        summary.partyNumber = record.partyNumber
        summary.requesterNumber = record.requesterNumber
        summary.subjectLine = record.personal.subjectLine
        summary.channel = record.channel
        summary.type = record.type
        summary.category = record.category
        summary.customerClass = record.customerClass
        summary.priority = record.priority
        summary.priorityRank = record.priorityRank
        summary.queueNumber = record.queueNumber
        summary.assigneeNumber = record.assigneeNumber
        summary.level = record.level
        summary.openedAt = record.openedAt
        summary.ageSeconds = Self.seconds(from: openedAt, to: standing.isOpen ? asOf.rawValue : endedAt)
        if record.hasWaitingSince { summary.waitingSince = record.waitingSince }
        summary.wait = record.wait
        if record.hasResumeAt { summary.resumeAt = record.resumeAt }
        summary.transfers = record.transfers
        summary.contacts = record.contacts
        summary.replies = record.replies
        summary.unanswered = record.unanswered
        summary.handlingSeconds = record.handlingSeconds
        summary.lastActivityAt = Instant(microseconds: lastActivityAt).timestamp
        addClocks(to: &summary)
        addCourse(to: &summary)
        return summary
    }

    /// When the ticket was open for the last time, in microseconds since 1970; for one that is not open.
    private var endedAt: Int64 {
        let record = ticket.record
        if record.hasResolvedAt, let resolvedAt = Instant(record.resolvedAt), resolvedAt.rawValue >= cycleStartedAt {
            return resolvedAt.rawValue
        }
        return record.hasClosedAt ? Instant(record.closedAt)?.rawValue ?? lastActivityAt : lastActivityAt
    }

    private func addClocks(to summary: inout TicketSummary) {
        guard standing.isOpen else { return }
        let running = standing.clocks.filter(\.running)
        summary.breached = running.contains(where: \.breached)
        guard let next = running.filter(\.hasDueAt).min(by: { $0.dueAt < $1.dueAt }) else { return }
        summary.dueAt = Instant(microseconds: next.dueAt).timestamp
        summary.dueClock = next.kind
    }

    private func addCourse(to summary: inout TicketSummary) {
        let record = ticket.record
        if record.hasFirstResponseAt {
            summary.firstResponseAt = record.firstResponseAt
            summary.firstResponseSeconds = seconds(to: record.firstResponseAt)
        }
        if hasFirstResponseBusinessSeconds { summary.firstResponseBusinessSeconds = firstResponseBusinessSeconds }
        if record.hasFirstResolvedAt {
            summary.firstResolvedAt = record.firstResolvedAt
            summary.firstResolutionSeconds = seconds(to: record.firstResolvedAt)
        }
        if record.hasResolvedAt {
            summary.lastResolvedAt = record.resolvedAt
            summary.lastResolutionSeconds = seconds(to: record.resolvedAt)
        }
        if hasFirstResolutionBusinessSeconds { summary.firstResolutionBusinessSeconds = firstResolutionBusinessSeconds }
        if hasLastResolutionBusinessSeconds { summary.lastResolutionBusinessSeconds = lastResolutionBusinessSeconds }
        if record.hasClosedAt { summary.closedAt = record.closedAt }
        summary.reopenedAfterResolved = record.reopenedAfterResolved
        summary.reopenedAfterClosed = record.reopenedAfterClosed
    }

    private func seconds(to end: Google_Protobuf_Timestamp) -> UInt64 {
        Self.seconds(from: openedAt, to: Instant(end)?.rawValue ?? openedAt)
    }

    /// Whole seconds, rounded down; 0 where the end is earlier.
    private static func seconds(from start: Int64, to end: Int64) -> UInt64 {
        UInt64(max(0, end - start)) / 1_000_000
    }
}
