internal import CRM
internal import Foundation
internal import Glibc
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import Service

/// What of a refusal gets into the journal, and who reads it.
@Suite struct RefusalQueryTests {
    private static func run(_ body: (TestService) async throws -> Void) async throws {
        let test = try TestService()
        do {
            try await body(test)
            await test.stop()
            test.remove()
        } catch {
            await test.stop()
            test.remove()
            throw error
        }
    }

    private static func journal(
        _ test: TestService, as uid: UInt32 = UInt32(getuid()), _ change: (inout RefusalsRequest) -> Void = { _ in }
    ) async throws -> RefusalsResponse {
        var request = RefusalsRequest()
        change(&request)
        guard case .refusals(let response) = try await test.service.answer(.refusals(request), from: .uid(uid)).value
        else {
            Issue.record("another answer")
            return RefusalsResponse()
        }
        return response
    }

    @Test func `refused commands stand in it with everything but what is personal`() async throws {
        try await Self.run { test in
            _ = try await test.accept(.sample(1, [.upsertParty("secret-key", name: "Ana")]))
            // Refused by the decider, in the second of two bodies.
            var cancel = CancelOrder()
            cancel.order.id = "01980000-0000-7000-8000-00000000aaaa"
            var command = Command.sample(2, [.note(onParty: "secret-key", "secret text"), .cancelOrder(cancel)])
            command.bodies[1].reason = "secret reason"
            #expect(try await test.refusal(command) == .notFound)
            // Refused at the gateway for its form, for a key that may be personal, and only to be decided.
            var archive = Command.sample(3, [.note(onParty: "secret-key", "")])
            archive.dryRun = true
            #expect(try await test.refusal(archive) == .schemaInvalid)
            // An id that is none.
            var unnamed = Command.sample(4, [.note(onParty: "secret-key", "text")])
            unnamed.id = "secret@example.org"
            #expect(try await test.refusal(unnamed) == .schemaInvalid)
            // Without anything in it.
            #expect(try await test.refusal(.sample(5, [])) == .schemaInvalid)

            let response = try await Self.journal(test)
            #expect(response.refusals.map(\.command) == ["", "addNote", "addNote", "cancelOrder"])
            #expect(response.refusals.map(\.number) == [4, 3, 2, 1])
            #expect(!"\(response)".contains("secret"))
            let cancelled = try #require(response.refusals.last)
            #expect(cancelled.code == .notFound && cancelled.bodies == 2 && cancelled.body == 1)
            #expect(cancelled.kind == .order && cancelled.target.id == "01980000-0000-7000-8000-00000000aaaa")
            #expect(cancelled.commandID == command.id && cancelled.uid == UInt32(getuid()))
            #expect(cancelled.principalNumber > 0 && cancelled.position > 0 && !cancelled.dryRun)
            let dry = response.refusals[2]
            #expect(dry.dryRun && dry.kind == .party && !dry.hasTarget && !dry.field.isEmpty)
            #expect(response.refusals[1].commandID.isEmpty)
            #expect(!response.hasCounts && !response.hasKeptSince && response.lost == 0 && response.cursor.isEmpty)
        }
    }

    @Test func `accepted, unchanged and replayed commands do not stand in it`() async throws {
        try await Self.run { test in
            _ = try await test.accept(.sample(1, [.upsertParty("1", name: "Ana")]))
            _ = try await test.accept(.sample(1, [.upsertParty("1", name: "Ana")]))
            _ = try await test.submit(.sample(2, [.upsertParty("1", name: "Ana")]))
            #expect(try await Self.journal(test).refusals.isEmpty)
            #expect(try await test.refusal(.sample(1, [.upsertParty("1", name: "Bea")])) == .commandIDReused)
            #expect(try await Self.journal(test).refusals.map(\.code) == [.commandIDReused])
        }
    }

    @Test func `queries stand in it where the caller may not ask them`() async throws {
        try await Self.run { test in
            let stranger = CallerIdentity.uid(4_242)
            await #expect(throws: Refusal.self) {
                try await test.service.get(
                    .with {
                        $0.kind = .party
                        $0.reference.number = 3
                    }, from: stranger)
            }
            await #expect(throws: Refusal.self) {
                try await test.service.history(.with { $0.all = true }, from: stranger)
            }
            await #expect(throws: Refusal.self) {
                try await test.service.answer(.targets(TargetsRequest()), from: stranger)
            }
            await #expect(throws: Refusal.self) { try await Self.journal(test, as: 4_242) }
            // What cannot be found concerns nobody but its caller.
            await #expect(throws: Refusal.self) {
                try await test.service.get(.with { $0.kind = .party }, from: .uid(UInt32(getuid())))
            }
            let response = try await Self.journal(test) { $0.unknownCallers = true }
            #expect(response.refusals.map(\.query) == ["refusals", "targets", "history", "get"])
            #expect(response.refusals.allSatisfy { $0.code == .forbidden && $0.uid == 4_242 })
            #expect(response.refusals.last?.target.number == 3 && response.refusals.last?.kind == .party)
        }
    }

    @Test func `pages and conditions are checked`() async throws {
        try await Self.run { test in
            for number in 1...7 { _ = try await test.submit(.sample(UInt64(number), [])) }
            let first = try await Self.journal(test) { $0.limit = 3 }
            let second = try await Self.journal(test) {
                $0.limit = 3
                $0.cursor = first.cursor
            }
            #expect((first.refusals + second.refusals).map(\.number) == [7, 6, 5, 4, 3, 2])
            let one = try await Self.journal(test) { $0.commandID = second.refusals[0].commandID }
            #expect(one.refusals.map(\.number) == [4])
            for change: @Sendable (inout RefusalsRequest) -> Void in [
                { $0.limit = 1_001 }, { $0.cursor = Data([1, 2, 3]) }, { $0.commandID = "x" },
                { $0.since.seconds = .max },
                {
                    $0.unknownCallers = true
                    $0.principal.number = 3
                },
                { $0.principal.number = 999_999 },
                { $0.operations = Array(repeating: "get", count: 101) },
            ] {
                await #expect(throws: Refusal.self) { try await Self.journal(test, change) }
            }
        }
    }

    @Test func `the status says how the journal is`() async throws {
        try await Self.run { test in
            _ = try await test.submit(.sample(1, []))
            _ = try await Self.journal(test)
            let status = try await test.service.status(StatusRequest(), from: .uid(UInt32(getuid()))).value
            #expect(status.refusalJournal.entries == 1 && status.refusalJournal.bytes > 0)
            #expect(status.refusalJournal.hasOldest && status.refusalJournal.failure.isEmpty)
        }
    }
}
