internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// The queries about the pipeline as the service answers them; what they answer is tested with the view.
@Suite struct PipelineQueryTests {
    private func refused(
        _ test: TestService, _ request: Request.OneOf_Request, from caller: CallerIdentity = .here
    ) async -> ErrorDetail? {
        do throws(Refusal) {
            _ = try await test.service.answer(request, from: caller)
            return nil
        } catch { return error.detail }
    }

    @Test func `the answers are of the organisation's zone and the position that was asked for`() async throws {
        let test = try TestService()
        let settings = SetOrganisation.with {
            $0.name = "Harbour"
            $0.zone = "Asia/Shanghai"
        }
        _ = try await test.accept(.sample(1, [.setOrganisation(settings)]))
        let end = test.service.context.log.end.position.rawValue
        let answer = try await test.service.answer(.pipeline(.with { $0.atLeast = end }), from: .here)
        guard case .pipeline(let summary) = answer.value else { throw Unexpected() }
        #expect(summary.zone == "Asia/Shanghai" && summary.hasAsOf && answer.reflects.position >= end)
        #expect(summary.outcomes.opportunities == 0 && !summary.definitions.isEmpty)
        let list = try await test.service.answer(.opportunities(.with { $0.atLeast = end }), from: .here)
        guard case .opportunities(let page) = list.value else { throw Unexpected() }
        #expect(page.opportunities.isEmpty && page.cursor.isEmpty && !page.definitions.isEmpty)
        await test.stop()
        test.remove()
    }

    @Test func `what cannot be answered is refused with its field`() async throws {
        let test = try TestService()
        let unknown = await refused(test, .pipeline(.with { $0.filter.party.number = 999 }))
        #expect(unknown?.code == .notFound && unknown?.field == "filter.party")
        let nobody = await refused(test, .opportunities(.with { $0.filter.owner = OwnerReference() }))
        #expect(nobody?.code == .schemaInvalid && nobody?.field == "filter.owner")
        let day = await refused(test, .pipeline(.with { $0.closedFrom = "yesterday" }))
        #expect(day?.code == .schemaInvalid && day?.field == "closed_from")
        let cursor = await refused(test, .opportunities(.with { $0.cursor = Data([9, 9, 9, 9, 9]) }))
        #expect(cursor?.code == .schemaInvalid && cursor?.field == "cursor")
        let limit = await refused(test, .opportunities(.with { $0.limit = 1_001 }))
        #expect(limit?.field == "limit")
        await test.stop()
        test.remove()
    }

    @Test func `only callers who may see views are answered`() async throws {
        let test = try TestService()
        let stranger = CallerIdentity.uid(4_242)
        #expect(await refused(test, .pipeline(PipelineRequest()), from: stranger)?.code == .forbidden)
        #expect(await refused(test, .opportunities(OpportunitiesRequest()), from: stranger)?.code == .forbidden)
        await test.stop()
        test.remove()
    }
}

extension CallerIdentity {
    fileprivate static var here: CallerIdentity { .uid(0) }
}

/// An answer to another question.
private struct Unexpected: Error {}
