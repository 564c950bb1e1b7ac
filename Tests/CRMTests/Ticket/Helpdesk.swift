internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

/// A log with a queue, two customers and two agents, for tests of tickets. It is 2026-01-01.
struct Helpdesk {
    var scenario = Scenario()
    let ada: StreamNumber
    let bea: StreamNumber
    let carl: StreamNumber
    let dora: StreamNumber
    let queue: StreamNumber

    init() throws {
        ada = try scenario.made(RegisterParty.person("Ada"))
        bea = try scenario.made(RegisterParty.person("Bea"))
        carl = try scenario.made(HireEmployee.named("Carl"))
        dora = try scenario.made(HireEmployee.named("Dora"))
        queue = try scenario.made(DefineQueue.with { $0.label = "Support" })
    }

    /// A ticket of Ada's.
    mutating func opened(_ change: (inout OpenTicket) -> Void = { _ in }) throws -> StreamNumber {
        var command = OpenTicket.with { $0.party = Reference(number: ada) }
        change(&command)
        return try scenario.made(command)
    }

    /// Settings of the service desk.
    mutating func settings(_ change: (inout ServiceDeskTerms) -> Void) {
        var command = SetServiceDesk()
        change(&command.terms)
        let outcome = scenario.when(command)
        precondition(outcome.kinds == [.serviceDeskSet], "not set: \(outcome)")
    }

    func state(_ ticket: StreamNumber) -> TicketState { scenario.folded(TicketAggregate.self, ticket) }

    /// How many tickets an employee has open.
    func open(of employee: StreamNumber) throws -> Int64 {
        let key = try #require(OwnerKey(Owner(employee: employee)))
        return try scenario.claim(.openWork(key, .ticket))
    }
}

// Short forms of commands about a ticket.

func claim(_ ticket: StreamNumber, by employee: StreamNumber) -> ClaimTicket {
    ClaimTicket.with {
        $0.ticket = Reference(number: ticket)
        $0.employee = Reference(number: employee)
    }
}

func reassign(_ ticket: StreamNumber, to employee: StreamNumber? = nil) -> ReassignTicket {
    ReassignTicket.with {
        $0.ticket = Reference(number: ticket)
        if let employee { $0.employee = Reference(number: employee) }
    }
}

func message(_ ticket: StreamNumber, _ text: String = "hello?") -> RecordCustomerMessage {
    RecordCustomerMessage.with {
        $0.ticket = Reference(number: ticket)
        $0.message.text = text
    }
}

func reply(_ ticket: StreamNumber, public isPublic: Bool = true, by employee: StreamNumber? = nil) -> RecordAgentReply {
    RecordAgentReply.with {
        $0.ticket = Reference(number: ticket)
        $0.message.text = "here you are"
        $0.public = isPublic
        if let employee { $0.employee = Reference(number: employee) }
    }
}

func awaitCustomer(_ ticket: StreamNumber, until: Instant? = nil) -> AwaitCustomer {
    AwaitCustomer.with {
        $0.ticket = Reference(number: ticket)
        if let until { $0.resumeAt = until.timestamp }
    }
}

func resume(_ ticket: StreamNumber) -> ResumeTicket { .with { $0.ticket = Reference(number: ticket) } }

func resolve(_ ticket: StreamNumber, _ code: String = "fixed", by employee: StreamNumber? = nil) -> ResolveTicket {
    ResolveTicket.with {
        $0.ticket = Reference(number: ticket)
        $0.code = code
        if let employee { $0.employee = Reference(number: employee) }
    }
}

func reopen(_ ticket: StreamNumber) -> ReopenTicket { .with { $0.ticket = Reference(number: ticket) } }

func close(_ ticket: StreamNumber) -> CloseTicket { .with { $0.ticket = Reference(number: ticket) } }
