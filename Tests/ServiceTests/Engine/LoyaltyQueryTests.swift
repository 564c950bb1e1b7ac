internal import CRM
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
}
