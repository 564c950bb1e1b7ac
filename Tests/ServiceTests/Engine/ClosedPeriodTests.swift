internal import Foundation
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

/// Closed days in a whole service: what it takes, from whom, and what the log remembers of it.
@Suite struct ClosedPeriodTests {
    /// 2020-01-31T23:59:59 in Shanghai, the last second of January there.
    private static let last: Int64 = 1_580_486_399
    /// An administrator beside the one who runs the test.
    private static let other: UInt32 = 5_001

    private static func order(
        _ number: UInt64, at second: Int64, import job: String = "", historic: Bool = false
    ) -> Command {
        var command = Command.sample(
            number, [.placeOrder(party: "1", document: "A-\(number)", net: 100, reached: .confirmed)])
        command.occurredAt = .init(seconds: second, nanos: 0)
        if historic { command.mode = .historic }
        if !job.isEmpty { command.importJob.id = job }
        return command
    }

    private static func close(_ number: UInt64, through day: String) -> Command {
        .sample(number, [.closePeriod(.with { $0.through = day })])
    }

    private static func reopen(_ number: UInt64, from day: String, reason: String = "") -> Command {
        var command = Command.sample(number, [.reopenPeriod(.with { $0.from = day })])
        command.bodies[0].reason = reason
        return command
    }

    /// A service in Shanghai with a customer, a second administrator, and an open import.
    private static func prepare(_ test: TestService) async throws -> String {
        let principal = "01980000-0000-7000-8000-000000000010"
        let job = "01980000-0000-7000-8000-000000000020"
        let imported = StartImport.with {
            $0.id = job
            $0.fileHash = Data(repeating: 1, count: 32)
            $0.mapping = "orders"
            $0.mappingHash = Data(repeating: 2, count: 32)
            $0.mode = .historic
        }
        var party = Command.sample(100, [.upsertParty("1", name: "Ada")])
        party.occurredAt = .init(seconds: last - 86_400, nanos: 0)
        _ = try await test.accept(party)
        _ = try await test.accept(
            .sample(
                1,
                [
                    .setOrganisation(.with { $0.zone = "Asia/Shanghai" }),
                    .registerPrincipal(
                        .with {
                            $0.id = principal; $0.uid = other
                        }),
                    .grantRole(
                        .with {
                            $0.principal.id = principal; $0.role = .admin
                        }), .startImport(imported),
                ]))
        return job
    }

    @Test func `a closed day takes no fact, neither live nor from an import, until another opens it again`()
        async throws
    {
        let test = try TestService()
        let job = try await Self.prepare(test)
        // The import is not committed: that is said, and accepted with a reason.
        #expect(try await test.refusal(Self.close(2, through: "2020-01-31")) == .periodOpenItems)
        var closing = Self.close(3, through: "2020-01-31")
        closing.bodies[0].closePeriod.acceptOpenItems = true
        closing.bodies[0].reason = "the import goes on"
        _ = try await test.accept(closing)

        let live = try await test.submit(Self.order(4, at: Self.last)).refused
        #expect(live.code == .periodClosed && live.field == "occurred_at")
        #expect(try await test.refusal(Self.order(5, at: Self.last, import: job, historic: true)) == .periodClosed)
        var contact = LogInteraction()
        contact.detail.channel = "phone"
        contact.detail.direction = .inbound
        contact.detail.start = .init(seconds: Self.last, nanos: 0)
        contact.parties = [
            .with {
                $0.party.external = .with {
                    $0.system = "shop"; $0.key = "1"
                }
            }
        ]
        #expect(try await test.refusal(.sample(6, [.logInteraction(contact)])) == .periodClosed)
        // The first instant behind it is open, and a note is no fact that is counted.
        _ = try await test.accept(Self.order(7, at: Self.last + 1))
        _ = try await test.accept(Self.order(8, at: Self.last + 1, import: job, historic: true))
        var note = Command.sample(9, [.note(onParty: "1", "called")])
        note.occurredAt = .init(seconds: Self.last, nanos: 0)
        _ = try await test.accept(note)

        #expect(try await test.refusal(Self.reopen(10, from: "2020-01-31")) == .reasonRequired)
        #expect(try await test.refusal(Self.reopen(11, from: "2020-01-31", reason: "late bill")) == .selfApproval)
        let opened = try await test.submit(Self.reopen(12, from: "2020-01-31", reason: "late bill"), as: Self.other)
        #expect(opened.accepted.events.count == 1)
        _ = try await test.accept(Self.order(13, at: Self.last))
        _ = try await test.accept(Self.order(14, at: Self.last, import: job, historic: true))
        // The day before is closed as ever.
        #expect(try await test.refusal(Self.order(15, at: Self.last - 86_400)) == .periodClosed)
        await test.stop()
        test.remove()
    }

    @Test func `what is closed, and by whom, is known after a start`() async throws {
        let path = try TestService.makeDirectory()
        try await TestService.running(in: path) { test in
            let job = try await Self.prepare(test)
            _ = try await test.accept(.sample(2, [.commitImport(.with { $0.importJob.id = job })]))
            let closed = try await test.submit(Self.close(3, through: "2020-01-31"), as: Self.other)
            #expect(closed.accepted.events.count == 1)
        }
        try await TestService.running(in: path) { test in
            #expect(try await test.refusal(Self.order(4, at: Self.last)) == .periodClosed)
            let own = try await test.submit(Self.reopen(5, from: "2020-01-01", reason: "why not"), as: Self.other)
            #expect(own.refused.code == .selfApproval)
            _ = try await test.accept(Self.reopen(6, from: "2020-01-01", reason: "late bill"))
            _ = try await test.accept(Self.order(7, at: Self.last))
            test.remove()
        }
    }
}
