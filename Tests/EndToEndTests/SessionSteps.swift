import KithClient
import SwiftProtobuf
import Testing

/// The steps of the session that follow a customer's order: an opportunity, a ticket, points, and their views.
enum SessionSteps {
    private static func key(_ party: String) -> ExternalKey { ExternalKey(system: "session", key: party) }

    private static func reference(_ party: String) -> Reference { Reference(system: "session", key: party) }

    /// Opens an opportunity over 1,000.00 in a pipeline of its own and takes it to the second stage; the position.
    static func sell(_ party: String, _ client: KithClient) async throws -> UInt64 {
        let pipeline = CommandBody.with { body in
            body.definePipeline = .with {
                $0.external = [key(party)]
                $0.content.name = "Session"
                $0.content.stages = [
                    stage("qualified", 20), stage("proposal", 50), stage("won", kind: .won), stage("lost", kind: .lost),
                ]
                $0.content.lossReasons = [.with { $0.key = "price" }]
            }
        }
        let opportunity = newID()
        let opened = CommandBody.with { body in
            body.openOpportunity = .with {
                $0.id = opportunity
                $0.pipeline = reference(party)
                $0.party = Reference(id: party)
                $0.personal.name = "Tea for the office"
                $0.amount.minorUnits = 100_000
                $0.amount.currency = "EUR"
            }
        }
        let advanced = CommandBody.with { body in
            body.advanceStage = .with {
                $0.opportunity = Reference(id: opportunity)
                $0.stage = "proposal"
            }
        }
        return try await client.accepted(Command(pipeline, opened, advanced)).position
    }

    private static func stage(_ key: String, _ probability: UInt32 = 0, kind: StageKind = .unspecified) -> PipelineStage
    {
        .with {
            $0.key = key
            $0.probability = probability
            $0.kind = kind
        }
    }

    /// Opens a ticket, takes a second message of the customer and reads both; the position.
    static func serve(_ party: String, _ client: KithClient) async throws -> UInt64 {
        let opened = CommandBody.with { body in
            body.openTicket = .with {
                $0.external = [key(party)]
                $0.party = Reference(id: party)
                $0.channel = "email"
                $0.personal.subjectLine = "Where is my order?"
                $0.personal.text = "It should have come on Monday."
            }
        }
        let message = CommandBody.with { body in
            body.recordCustomerMessage = .with {
                $0.ticket = reference(party)
                $0.channel = "email"
                $0.message.text = "It is still not here."
            }
        }
        try await client.accepted(Command(opened))
        let position = try await client.accepted(Command(message)).position
        let ticket = try await client.get(
            .with {
                $0.kind = .ticket
                $0.reference = reference(party)
                $0.atLeast = position
            }
        ).value.record.ticket
        #expect(ticket.personal.subjectLine == "Where is my order?" && ticket.messages.count == 1)
        return position
    }

    /// Makes the person a member of a programme of its own, with 100 points; the position.
    static func reward(_ party: String, _ client: KithClient) async throws -> UInt64 {
        let bodies: [CommandBody] = [
            .with { body in
                body.defineProgramme = .with {
                    $0.external = [key(party)]
                    $0.label = "Session"
                }
            },
            .with { $0.activateProgramme.programme = reference(party) },
            .with { body in
                body.enrolMember = .with {
                    $0.external = [key(party)]
                    $0.programme = reference(party)
                    $0.party = Reference(id: party)
                }
            },
            .with { body in
                body.earnPoints = .with {
                    $0.account = reference(party)
                    $0.cause = ExternalKey(system: "session", key: "welcome")
                    $0.points = 100
                }
            },
        ]
        return try await client.accepted(Command.with { $0.bodies = bodies }.with { $0.id = newID() }).position
    }

    /// Reads the views of pipeline, tickets and loyalty, and what the customer's shows of them.
    static func readFigures(_ party: String, _ position: UInt64, _ client: KithClient) async throws {
        var pipeline = PipelineRequest()
        pipeline.filter.party = Reference(id: party)
        pipeline.atLeast = position
        guard case .pipeline(let summary) = try await client.answer(.pipeline(pipeline)).value else {
            Issue.record("no pipeline")
            return
        }
        #expect(summary.outcomes.opportunities == 1 && summary.outcomes.open == 1)
        #expect(summary.stages.filter { $0.opportunities > 0 }.map(\.stage) == ["proposal"])
        var queue = TicketsRequest()
        queue.filter.party = Reference(id: party)
        queue.atLeast = position
        guard case .tickets(let tickets) = try await client.answer(.tickets(queue)).value else {
            Issue.record("no tickets")
            return
        }
        #expect(tickets.tickets.map(\.subjectLine) == ["Where is my order?"])
        #expect(tickets.tickets.map(\.contacts) == [2])
        var loyalty = LoyaltyRequest()
        loyalty.party = Reference(id: party)
        loyalty.atLeast = position
        guard case .loyalty(let points) = try await client.answer(.loyalty(loyalty)).value else {
            Issue.record("no points")
            return
        }
        #expect(points.accounts.map(\.summary.balance.active) == [100])
        let customer = try await client.customer(
            .with {
                $0.party = Reference(id: party)
                $0.atLeast = position
            }
        ).value
        #expect(customer.opportunities.count == 1 && customer.loyalty.map(\.balance.active) == [100])
    }
}
