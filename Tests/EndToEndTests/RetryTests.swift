import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// What a client that sends again may rely on.
@Suite(.serialized) struct RetryTests {
    @Test func `what appended nothing binds no command id`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let id = newID()
                #expect(try await client.submit(Command(.person(""), id: id)).value.refusal == .identityRequired)
                let dry = try await client.submit(Command(.person("Ana"), id: id).with { $0.dryRun = true }).value
                #expect(dry.accepted.dryRun && dry.refusal == nil)
                let tag = CommandBody.with {
                    $0.untag = .with {
                        $0.kind = .principal
                        $0.target.number = 2
                        $0.tag = "none"
                    }
                }
                guard case .unchanged? = try await client.submit(Command(tag, id: id)).value.outcome else {
                    Issue.record("taking off a tag that is not there changed something")
                    return
                }
                let accepted = try await client.accepted(Command(.person("Bo"), id: id))
                #expect(!accepted.replayed)
                #expect(try await client.submit(Command(.person("Ana"), id: id)).value.refusal == .commandIDReused)
            }
        }
    }

    @Test func `a retry gets the stored answer, also after years of other work and a lost index`() async throws {
        try await Daemon.run { daemon in
            let command = Command(.person("Ana", email: "ana@example.org"), .order()).with {
                $0.correlationID = newID()
            }
            let first = try await daemon.withClient { client in
                let first = try await client.accepted(command)
                for number in 0..<50 { try await client.accepted(Command(.person("Person \(number)"))) }
                return first
            }
            for lost in [[], ["index"], ["index", "views"]] {
                try await daemon.expectCleanStop()
                for name in lost { try FileManager.default.removeItem(atPath: "\(daemon.dataDirectory)/\(name)") }
                try await daemon.start()
                let again = try await daemon.withClient { client in
                    // What only traces is not part of the content.
                    try await client.accepted(command.with { $0.correlationID = newID() })
                }
                #expect(again.replayed)
                #expect(again.events == first.events && again.bodies == first.bodies)
                #expect(again.recordedAt == first.recordedAt)
            }
        }
    }

    @Test func `an idempotency key stands for one command`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let command = Command(.person("Ana"), id: "").with { $0.idempotencyKey = Data("row 1".utf8) }
                let first = try await client.submit(command).value
                let again = try await client.submit(command).value
                #expect(!first.accepted.replayed && again.accepted.replayed)
                #expect(Identifier(first.commandID) != nil && first.commandID == again.commandID)
                let other = command.with { $0.bodies[0].registerParty.name.display = "Bo" }
                #expect(try await client.submit(other).value.refusal == .commandIDReused)
            }
        }
    }

    @Test func `later commands and bodies see earlier ones, in one frame as well`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                let (ana, order) = (newID(), newID())
                let first = Command(.person("Ana", id: ana), .order(of: Reference(id: ana), id: order))
                let cancel = CommandBody.with { body in
                    body.reason = "changed her mind"
                    body.cancelOrder = .with { $0.order = Reference(id: order) }
                }
                let results = try await client.submit([first, Command(cancel), Command(cancel), first]).value
                #expect(results[0].accepted.bodies.map(\.id) == [ana, order])
                #expect(results[1].accepted.events.map(\.kind).contains(.orderCancelled))
                #expect(results[2].refusal != nil || results[2].outcome == .unchanged(results[2].unchanged))
                #expect(results[3].accepted.replayed)
            }
        }
    }

    @Test func `a command of more than ten thousand events is refused whole`() async throws {
        try await Daemon.run { daemon in
            func upserts(contactPoints: Int) -> Command {
                Command().with { command in
                    command.id = newID()
                    command.bodies = (0..<1_000).map { number in
                        .with { body in
                            body.upsertParty = .with {
                                $0.key = ExternalKey(system: "s", key: "\(number)")
                                $0.kind = .person
                                $0.contactPoints = (0..<contactPoints).map { point in
                                    .with {
                                        $0.kind = .other
                                        $0.label = "x"
                                        $0.personal.value = "\(point)"
                                    }
                                }
                            }
                        }
                    }
                }
            }
            try await daemon.withClient { client in
                #expect(try await client.accepted(upserts(contactPoints: 0)).events.count == 1_000)
                let before = try await client.status().value.durablePosition
                let result = try await client.submit(upserts(contactPoints: 11)).value
                #expect(result.refusal == .limitExceeded, "\(result.refused)")
                #expect(try await client.status().value.durablePosition == before)
                #expect(try await client.accepted(upserts(contactPoints: 9)).events.count == 9_000)
            }
        }
    }

    @Test func `a source that sends an older version is refused`() async throws {
        try await Daemon.run { daemon in
            try await daemon.withClient { client in
                func upsert(_ version: UInt64, _ country: String) -> Command {
                    Command(
                        .with { body in
                            body.upsertParty = .with {
                                $0.key = ExternalKey(system: "s", key: "1")
                                $0.kind = .person
                                $0.sourceVersion = version
                                $0.detail.country = country
                            }
                        })
                }
                try await client.accepted(upsert(5, "PL"))
                let stale = try await client.submit(upsert(4, "CN")).value
                #expect(stale.refusal == .staleSource && stale.refused.expected == 4 && stale.refused.actual == 5)
                try await client.accepted(upsert(6, "CN"))
            }
        }
    }
}
