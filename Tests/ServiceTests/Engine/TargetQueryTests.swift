internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// The query about targets as the service answers it; what was reached is tested with the view.
@Suite struct TargetQueryTests {
    private func refused(
        _ test: TestService, from caller: CallerIdentity = .uid(0), _ change: (inout TargetsRequest) -> Void
    ) async -> ErrorDetail? {
        var request = TargetsRequest()
        change(&request)
        do throws(Refusal) {
            _ = try await test.service.answer(.targets(request), from: caller)
            return nil
        } catch { return error.detail }
    }

    private func page(_ test: TestService, _ request: TargetsRequest) async throws -> TargetsResponse {
        let answer = try await test.service.answer(.targets(request), from: .uid(0))
        guard case .targets(let page) = answer.value else { throw Unexpected() }
        return page
    }

    private func target(_ metric: TargetMetric, _ count: UInt64, _ employee: UInt64? = nil) -> SetTarget {
        .with {
            $0.metric = metric
            $0.period.firstDay = "2024-01-01"
            $0.period.lastDay = "2024-12-31"
            $0.value.count = count
            if let employee { $0.owner.employee.number = employee }
        }
    }

    @Test func `targets are told with what was reached, page by page`() async throws {
        let test = try TestService()
        let settings = SetOrganisation.with {
            $0.name = "Harbour"
            $0.zone = "Asia/Shanghai"
        }
        let hire = HireEmployee.with { $0.name.display = "Bo Chen" }
        let hired = try await test.accept(.sample(1, [.setOrganisation(settings), .hireEmployee(hire)]))
        let employee = hired.bodies[1].number
        var interaction = LogInteraction()
        interaction.detail.channel = "phone"
        interaction.detail.employee.number = employee
        interaction.detail.start.seconds = 1_717_200_000
        var command = Command.sample(
            2,
            [
                .logInteraction(interaction), .setTarget(target(.interactions, 4)),
                .setTarget(target(.interactions, 2, employee)), .setTarget(target(.orders, 9)),
            ])
        command.mode = .historic
        let accepted = try await test.accept(command)
        var request = TargetsRequest()
        request.atLeast = try #require(accepted.events.last).position
        request.asOf.seconds = 1_720_000_000
        request.limit = 2
        let first = try await page(test, request)
        #expect(first.targets.map(\.target.count) == [9, 4] && first.zone == "Asia/Shanghai")
        #expect(first.targets.map(\.actual.count) == [0, 1] && first.asOf == request.asOf)
        #expect(first.definitions.map(\.metric) == [.orders, .interactions] && !first.cursor.isEmpty)
        request.cursor = first.cursor
        let second = try await page(test, request)
        #expect(second.targets.map(\.attainment) == [0.5] && second.cursor.isEmpty)
        request.cursor = Data()
        request.owner.employee.number = employee
        #expect(try await page(test, request).targets == second.targets)
        request.cursor = first.cursor
        #expect(await refused(test) { $0 = request }?.field == "cursor")
        await test.stop()
        test.remove()
    }

    @Test func `what cannot be answered is refused with its field`() async throws {
        let test = try TestService()
        let employee = await refused(test) { $0.owner.employee.number = 999 }
        #expect(employee?.code == .notFound && employee?.field == "owner.employee")
        let nobody = await refused(test) { $0.owner = OwnerReference() }
        #expect(nobody?.code == .schemaInvalid && nobody?.field == "owner")
        #expect(await refused(test) { $0.limit = 1_001 }?.field == "limit")
        #expect(await refused(test) { $0.period.firstDay = "now" }?.field == "period.first_day")
        #expect(await refused(test) { $0.metrics = [.unspecified] }?.field == "metrics[0]")
        #expect(await refused(test) { $0.asOf.seconds = .max }?.field == "as_of")
        #expect(await refused(test) { $0.cursor = Data([9, 9, 9, 9, 9]) }?.field == "cursor")
        #expect(await refused(test, from: .uid(4_242)) { _ in }?.code == .forbidden)
        await test.stop()
        test.remove()
    }
}

/// An answer to another question.
private struct Unexpected: Error {}
