internal import Schema
internal import SwiftProtobuf

extension TicketDraft {
    /// Records what the customer wrote or said. Whether it reopens a resolved ticket follows from it.
    ///
    /// - Throws: EMAIL_KNOWN, REOPEN_WINDOW_PASSED, CHANNEL_UNKNOWN.
    mutating func receive(_ part: TicketMessagePart, channel: String, needsNoAnswer: Bool) throws(Refusal) {
        try part.email?.requireNew(context, field: prefix + "message.email.message_id")
        if !needsNoAnswer { try requireReachable() }
        var received = CustomerMessageReceived()
        received.number = nextMessage
        received.channel = try self.channel(channel)
        received.text = part.text.text
        received.personalPart = part.text.index != nil
        received.bodies = part.bodies
        if let email = part.email { received.emailThread = email.thread(on: context.target) }
        received.needsNoAnswer = needsNoAnswer
        received.statusBefore = state.status
        received.status = state.status == .pending && !needsNoAnswer ? .open : state.status
        received.unanswered = state.unanswered + (needsNoAnswer ? 0 : 1)
        if state.hasWaitingSince {
            received.waitingSince = state.waitingSince
        } else if !needsNoAnswer {
            received.waitingSince = instant.rawValue
        }
        append(.customerMessageReceived(received), part: part.text.index)
    }

    /// Refuses a message to which nobody could answer in this ticket, except for history.
    private func requireReachable() throws(Refusal) {
        guard !context.historic, !state.status.isOpen else { return }
        if state.status == .resolved { return try requireWithinWindow() }
        throw Self.passed(field: "ticket")
    }

    /// Records what we wrote or said.
    ///
    /// - Throws: EMAIL_KNOWN, NOT_ASSIGNEE, ILLEGAL_TRANSITION, CHANNEL_UNKNOWN.
    mutating func reply(
        _ part: TicketMessagePart, public isPublic: Bool, channel: String, by agent: StreamNumber,
        handling seconds: UInt32
    ) throws(Refusal) {
        try part.email?.requireNew(context, field: prefix + "message.email.message_id")
        guard state.status != .closed || context.historic || !isPublic else {
            throw Refusal(
                .illegalTransition, "The ticket is closed. Open one that follows it up.", field: prefix + "ticket")
        }
        if isPublic { try requireMayWork(agent) }
        var replied = AgentReplied()
        replied.number = nextMessage
        replied.channel = try self.channel(channel)
        replied.text = part.text.text
        replied.personalPart = part.text.index != nil
        replied.bodies = part.bodies
        if let email = part.email { replied.emailThread = email.thread(on: context.target) }
        replied.public = isPublic
        replied.employeeNumber = agent.rawValue
        replied.handlingSeconds = seconds
        replied.statusBefore = state.status
        replied.status = state.status == .new ? .open : state.status
        if isPublic {
            replied.firstResponse = !state.firstResponseGiven
            replied.answered = state.unanswered
            if state.hasWaitingSince { replied.waitingSinceBefore = state.waitingSince }
        }
        append(.agentReplied(replied), part: part.text.index)
    }

    private var nextMessage: UInt32 { (state.messages.last?.number ?? 0) + 1 }

    /// The channel that a command names, else that of the ticket.
    private func channel(_ named: String) throws(Refusal) -> String {
        guard !named.isEmpty else { return state.head.channel }
        try Channels.require(named, context, field: prefix + "channel")
        return named
    }

    /// Refuses to come back to a resolved ticket too late.
    ///
    /// - Throws: REOPEN_WINDOW_PASSED.
    func requireWithinWindow() throws(Refusal) {
        guard !context.historic, state.hasReopenUntil, instant.rawValue > state.reopenUntil else { return }
        throw Self.passed(field: prefix + "ticket")
    }

    static func passed(field: String) -> Refusal {
        Refusal(
            .reopenWindowPassed,
            "The ticket can be reopened no more. Open a new one, and link it to this one as its follow-up.",
            field: field)
    }
}
