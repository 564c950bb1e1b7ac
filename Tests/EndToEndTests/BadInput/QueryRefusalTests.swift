import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Reads that cannot be answered: each has a definite code.
@Suite(.serialized) struct QueryRefusalTests {
    @Test func `queries that cannot be answered are refused`() async throws {
        let cases: [(name: String, query: (KithClient) async throws -> Void, code: ErrorCode)] = [
            (
                "nothing with this id",
                {
                    _ = try await $0.get(
                        .with {
                            $0.kind = .party
                            $0.reference = Reference(id: newID())
                        })
                },
                .notFound
            ),
            ("no reference", { _ = try await $0.get(.with { $0.kind = .party }) }, .schemaInvalid),
            ("no kind", { _ = try await $0.list(.init()) }, .schemaInvalid),
            (
                "too long a page",
                {
                    _ = try await $0.list(
                        .with {
                            $0.kind = .party
                            $0.limit = 1_001
                        })
                }, .schemaInvalid
            ),
            (
                "no cursor of ours",
                {
                    _ = try await $0.list(
                        .with {
                            $0.kind = .party
                            $0.cursor = Data([1, 2, 3])
                        })
                },
                .schemaInvalid
            ),
            (
                "a field that is none",
                {
                    _ = try await $0.list(
                        .with {
                            $0.kind = .party;
                            $0.filters = [
                                .with {
                                    $0.field = "shoe"
                                    $0.operator = .equals
                                }
                            ]
                        })
                }, .schemaInvalid
            ),
            (
                "a position to come",
                {
                    _ = try await $0.list(
                        .with {
                            $0.kind = .party
                            $0.atLeast = 1_000_000
                        })
                }, .notYet
            ),
            (
                "a history to come",
                {
                    _ = try await $0.events(
                        .with {
                            $0.all = true
                            $0.from = 1_000_000
                        })
                }, .cursorAhead
            ),
            (
                "a customer as of the year 20000",
                { client in
                    let accepted = try await client.accepted(Command(.person("Ana")))
                    _ = try await client.customer(
                        .with {
                            $0.party = Reference(id: accepted.bodies[0].id)
                            $0.asOf = .init(seconds: 1 << 40, nanos: 0)
                        })
                }, .schemaInvalid
            ),
            ("a projection that is none", { for try await _ in $0.rebuild(.with { $0.name = "none" }) {} }, .notFound),
        ]
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                for wrong in cases {
                    let error = await #expect(throws: KithClientError.self, "\(wrong.name)") {
                        try await wrong.query(client)
                    }
                    #expect(error?.detail?.code == wrong.code, "\(wrong.name): \(String(describing: error))")
                }
            }
        }
    }
}
