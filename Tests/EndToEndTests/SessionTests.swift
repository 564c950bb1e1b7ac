import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// The same session from three clients: a customer, an order and a return, an opportunity, a ticket, points, the views of
/// all of them, and the history, followed.
@Suite(.serialized) struct SessionTests {
    private static let name = "Ana Śliwińska 王小明"

    @Test func `the session runs from the Swift client`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let (party, order) = (newID(), newID())
                try await SessionTests.register(party, client)
                try await SessionTests.upsert(party, client)
                let position = try await SessionTests.orderAndReturn(party, order, client)
                try await SessionTests.readViews(party, order, position, client)
                let positions = [
                    try await SessionSteps.sell(party, client), try await SessionSteps.serve(party, client),
                    try await SessionSteps.reward(party, client),
                ]
                try await SessionSteps.readFigures(party, try #require(positions.last), client)
                try await SessionTests.follow(party, daemon, client)
            }
        }
    }

    @Test(.enabled(if: Places.hasPython, Places.pythonMissing))
    func `the session runs from the Python client`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            // Twice: the second one finds a log in which something stands already.
            for run in 1...2 {
                let outcome = try await RunOutcome(
                    ChildProcess(
                        Places.python,
                        [Places.repository + "/tools/python/tests/session.py", "--socket", daemon.socketPath],
                        output: daemon.folder["python-\(run)"]))
                #expect(outcome.code == 0, "\(outcome)")
            }
            #expect(try await daemon.durablePosition() > before + 10)
        }
    }

    @Test func `the session runs with curl`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            for run in 1...2 {
                let outcome = try await RunOutcome(
                    ChildProcess(
                        Places.repository + "/tools/curl/session.sh", [],
                        environment: ["KITH_HTTP": daemon.httpSocketPath], output: daemon.folder["curl-\(run)"]))
                #expect(outcome.code == 0, "\(outcome)")
            }
            #expect(try await daemon.durablePosition() > before + 20)
        }
    }

    private static func register(_ party: String, _ client: KithClient) async throws {
        let body = CommandBody.person(name, id: party, email: "ana.\(party)@example.org").with {
            $0.registerParty.external = [
                ExternalKey(system: "session", key: party)
            ]
        }
        let command = Command(body)
        let accepted = try await client.accepted(command)
        #expect(accepted.events.map(\.kind) == [.partyRegistered])
        #expect(accepted.bodies.map(\.id) == [party])
        #expect(accepted.treeSize >= accepted.position && accepted.root.count == 32)
        let again = try await client.accepted(command)
        #expect(again.replayed && again.events == accepted.events && again.bodies == accepted.bodies)
    }

    private static func upsert(_ party: String, _ client: KithClient) async throws {
        let body = CommandBody.with { body in
            body.upsertParty = .with {
                $0.key = ExternalKey(system: "session", key: party)
                $0.kind = .person
                $0.detail = .with {
                    $0.country = "PL"
                    $0.language = "pl"
                }
            }
        }
        #expect(try await client.accepted(Command(body)).events.map(\.kind) == [.partyDetailChanged])
        guard case .unchanged? = try await client.submit(Command(body)).value.outcome else {
            Issue.record("the second upsert changed something")
            return
        }
    }

    /// Orders two pieces at 12.50 and gives one back; the position of the last event.
    private static func orderAndReturn(_ party: String, _ order: String, _ client: KithClient) async throws -> UInt64 {
        try await client.accepted(
            Command(
                .order(of: Reference(system: "session", key: party), id: order) { $0.documentNumber = "S-\(order)" }))
        let goodsReturn = CommandBody.with { body in
            body.reason = "too small"
            body.registerReturn = .with {
                $0.id = newID()
                $0.documentNumber = "R-\(order)"
                $0.order = Reference(id: order)
                $0.lines = [
                    .with {
                        $0.orderLine = 1
                        $0.quantity = DecimalValue(1)
                        $0.unitPrice = DecimalValue(1_250, scale: 2)
                    }
                ]
            }
        }
        let accepted = try await client.accepted(Command(goodsReturn))
        // Nothing more is left to give back than the other piece.
        let tooMuch = goodsReturn.with {
            $0.registerReturn.id = newID()
            $0.registerReturn.documentNumber = "R2-\(order)"
            $0.registerReturn.lines[0].quantity = DecimalValue(2)
        }
        #expect(try await client.submit(Command(tooMuch)).value.refusal == .returnExceedsSold)
        return accepted.position
    }

    private static func readViews(
        _ party: String, _ order: String, _ position: UInt64, _ client: KithClient
    ) async throws {
        let found = try await client.get(
            .with {
                $0.kind = .party
                $0.reference = Reference(system: "session", key: party)
                $0.atLeast = position
            })
        #expect(found.reflects.position >= position && found.reflects.epoch == 1 && found.reflects.state == .live)
        let record = found.value.record
        #expect(record.id == party && record.party.name.display == name && record.party.detail.country == "PL")
        #expect(record.party.contactPoints.first?.personal.normalised == "ana.\(party)@example.org")

        let orders = try await client.list(
            .with {
                $0.kind = .order
                $0.sort = .registered
                $0.descending = true
                $0.limit = 10
                $0.atLeast = position
            })
        #expect(orders.value.records.contains { $0.id == order && $0.order.partyID == party })

        let customer = try await client.customer(
            .with {
                $0.party = Reference(id: party)
                $0.atLeast = position
                $0.timelineLimit = 20
            }
        ).value
        let history = try #require(customer.purchases.first)
        #expect(customer.purchases.count == 1 && history.currency == "EUR")
        #expect(history.orders == 1 && history.purchases == 1 && history.returns == 1)
        #expect(history.gross == 2_500 && history.returned == 1_250 && history.net == 1_250)
        #expect(history.returnRate == 0.5 && history.averageOrderValue == 2_500 && !history.hasMargin)
        #expect(customer.party.party.status == .customer)
        #expect(customer.timeline.map(\.position) == customer.timeline.map(\.position).sorted(by: >))
        #expect(customer.timeline.contains { $0.kind == .returnRegistered })
    }

    /// Follows the history of the person while another connection goes on writing.
    private static func follow(_ party: String, _ daemon: Daemon, _ client: KithClient) async throws {
        let request = HistoryRequest.with {
            $0.subject = Reference(id: party)
            $0.follow = true
            $0.reveal = true
            $0.purpose = "session"
        }
        var positions: [UInt64] = []
        var changed = false
        following: for try await page in client.history(request) {
            for event in page.value.events {
                if positions.isEmpty {
                    #expect(event.kind == .partyRegistered)
                    #expect(event.subjects.contains { $0.personal.partyRegistered.name.display == name })
                }
                positions.append(event.position)
                if event.payload.partyStatusChanged.to == .former { break following }
            }
            if page.value.caughtUp, !changed {
                changed = true
                try await daemon.withClient { other in
                    let status = CommandBody.with { body in
                        body.reason = "moved away"
                        body.changePartyStatus = .with {
                            $0.party = Reference(id: party)
                            $0.status = .former
                        }
                    }
                    _ = try await other.accepted(Command(status))
                }
            }
        }
        #expect(positions == positions.sorted() && Set(positions).count == positions.count && positions.count >= 5)
    }
}
