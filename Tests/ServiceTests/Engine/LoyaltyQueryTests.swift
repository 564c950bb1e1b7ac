internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// The queries of the loyalty view, at the service.
@Suite struct LoyaltyQueryTests {
    private func refusal(
        _ test: TestService, _ query: Request.OneOf_Request, from caller: CallerIdentity = .uid(0)
    ) async -> Refusal? {
        do throws(Refusal) {
            _ = try await test.service.answer(query, from: caller)
            return nil
        } catch { return error }
    }

    @Test func `what is not there, and what is asked wrongly, is said`() async throws {
        let test = try TestService()
        let accepted = try await test.accept(.sample(1, [.upsertParty("1", name: "Ada Lovelace")]))
        let party = Reference.with { $0.number = accepted.bodies[0].number }
        let position = accepted.events[0].position
        let loyalty = LoyaltyRequest.with {
            $0.party = party
            $0.atLeast = position
        }
        let answer = try await test.service.answer(.loyalty(loyalty), from: .uid(0))
        guard case .loyalty(let response) = answer.value else {
            Issue.record("another answer: \(answer.value)")
            return
        }
        #expect(response.accounts.isEmpty && response.cursor.isEmpty && !response.definitions.isEmpty)
        #expect(answer.reflects.position >= position && answer.reflects.state == .live)

        #expect(await refusal(test, .programme(.init()))?.code == .notFound)
        #expect(await refusal(test, .programme(.with { $0.programme = party }))?.code == .notFound)
        let unknown = await refusal(test, .loyalty(.with { $0.account.number = 999 }))
        #expect(unknown?.code == .notFound && unknown?.detail.field == "account")
        let nothing = await refusal(test, .loyalty(.init()))
        #expect(nothing?.code == .schemaInvalid && nothing?.detail.field == "scope")
        var request = loyalty
        request.movementLimit = 1_001
        let tooMany = await refusal(test, .loyalty(request))
        #expect(tooMany?.code == .schemaInvalid && tooMany?.detail.field == "movement_limit")
        request = loyalty
        request.cursor = Data([1, 2, 3, 4, 5, 6])
        #expect(await refusal(test, .loyalty(request))?.detail.field == "cursor")
        request = loyalty
        request.asOf.seconds = .max
        #expect(await refusal(test, .loyalty(request))?.detail.field == "as_of")
        await test.stop()
        test.remove()
    }

    @Test func `the points of an order are told by the view, the programme and the customer`() async throws {
        let test = try TestService()
        let steps: [CommandBody.OneOf_Command] = [
            .upsertParty("1", name: "Ada Lovelace"),
            .defineProgramme(.with { $0.label = "Club" }),
            .publishEarningRule(
                .with {
                    $0.key = "base"
                    $0.rate.unscaled = 175
                    $0.rate.scale = 2
                }),
            .enrolMember(
                .with {
                    $0.party.external.system = "shop"
                    $0.party.external.key = "1"
                }),
            .placeOrder(party: "1", document: "D1", net: 4_000),
        ]
        var numbers: [UInt64] = []
        for (index, step) in steps.enumerated() {
            let accepted = try await test.accept(.sample(UInt64(index + 1), [step]))
            numbers.append(accepted.bodies.first?.number ?? 0)
        }
        let spending = SpendPoints.with {
            $0.account.number = numbers[3]
            $0.points = 30
        }
        _ = try await test.accept(.sample(6, [.spendPoints(spending)]))
        let end = test.service.context.log.end.position.rawValue

        let loyalty = LoyaltyRequest.with {
            $0.party.number = numbers[0]
            $0.atLeast = end
        }
        guard case .loyalty(let response) = try await test.service.answer(.loyalty(loyalty), from: .uid(0)).value,
            let account = response.accounts.first
        else {
            Issue.record("no account")
            return
        }
        // 40.00 at 1.75 points are 70, of which 30 are spent.
        #expect(account.summary.balance.earned == 70 && account.summary.balance.active == 40)
        #expect(account.summary.balance.spent == 30 && account.lots.map(\.left) == [40])
        #expect(account.lots.first?.rule == "base" && account.lots.first?.orderNumber == numbers[4])
        let whole = ProgrammeRequest.with { $0.atLeast = end }
        guard case .programme(let programme) = try await test.service.answer(.programme(whole), from: .uid(0)).value
        else {
            Issue.record("no programme")
            return
        }
        #expect(programme.members == 1 && programme.enrolmentRate == 1 && programme.burnRate == 30.0 / 70)
        #expect(programme.earnRates.map(\.rate) == [1.75] && programme.programme.label == "Club")
        let asked = CustomerRequest.with {
            $0.party.number = numbers[0]
            $0.atLeast = end
        }
        let customer = try await test.service.customer(asked, from: .uid(0)).value
        #expect(customer.loyalty == [account.summary])
        await test.stop()
        test.remove()
    }
}
