import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Many clients want the same at the same time.
@Suite(.serialized) struct ConcurrencyTests {
    private static let clients = 12

    /// Sends one command from each of many connections at once; their results.
    private static func race(_ daemon: Daemon, _ command: @escaping @Sendable (Int) -> Command) async throws
        -> [CommandResult]
    {
        try await withThrowingTaskGroup(of: CommandResult.self) { group in
            for client in 0..<clients {
                group.addTask { try await daemon.withClient { try await $0.submit(command(client)).value } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `the same command from many connections is carried out once`() async throws {
        try await Daemon.run { daemon in
            for round in 1...5 {
                let before = try await daemon.durablePosition()
                let command = Command(.person("Ana \(round)"), .order())
                let results = try await ConcurrencyTests.race(daemon) { _ in command }
                #expect(results.count { !$0.accepted.replayed } == 1)
                #expect(Set(results.map { $0.accepted.events.map(\.position) }).count == 1)
                #expect(Set(results.map { $0.accepted.bodies.map(\.id) }).count == 1)
                #expect(try await daemon.durablePosition() == before + 3)
            }
        }
    }

    @Test func `one id with different contents has one winner`() async throws {
        try await Daemon.run { daemon in
            let id = newID()
            let results = try await ConcurrencyTests.race(daemon) { Command(.person("Person \($0)"), id: id) }
            #expect(results.count { $0.refusal == nil } == 1)
            #expect(results.count { $0.refusal == .commandIDReused } == ConcurrencyTests.clients - 1)
        }
    }

    @Test func `upserts of one key make one party`() async throws {
        try await Daemon.run { daemon in
            let results = try await ConcurrencyTests.race(daemon) { client in
                Command(
                    .with { body in
                        body.upsertParty = .with {
                            $0.key = ExternalKey(system: "shop", key: "4711")
                            $0.kind = .person
                            $0.name.display = "Person \(client)"
                        }
                    })
            }
            #expect(results.allSatisfy { $0.refusal == nil }, "\(results)")
            let position = try await daemon.durablePosition()
            let parties = try await daemon.withClient { try await $0.all(.party, atLeast: position) }
            #expect(parties.count == 1)
            #expect(parties.first?.revision == UInt64(ConcurrencyTests.clients))
        }
    }

    @Test func `one e-mail address is registered once`() async throws {
        try await Daemon.run { daemon in
            let results = try await ConcurrencyTests.race(daemon) { client in
                Command(.person("Person \(client)", email: client % 2 == 0 ? "ana@example.org" : "ana@EXAMPLE.org"))
            }
            let winners = results.filter { $0.refusal == nil }
            #expect(winners.count == 1)
            let losers = results.filter { $0.refusal == .duplicateExact }
            #expect(losers.count == ConcurrencyTests.clients - 1)
            #expect(losers.allSatisfy { $0.refused.relatedIds == winners.first?.accepted.bodies.map(\.id) })
        }
    }

    @Test func `one revision has one winner`() async throws {
        try await Daemon.run { daemon in
            let party = newID()
            try await daemon.withClient { _ = try await $0.accepted(Command(.person("Ana", id: party))) }
            let results = try await ConcurrencyTests.race(daemon) { client in
                let tag = Tag.with {
                    $0.kind = .party
                    $0.target = Reference(id: party)
                    $0.tag = "\(client)"
                }
                return Command(
                    .with {
                        $0.tag = tag
                        $0.expectedRevision = 1
                    })
            }
            #expect(results.count { $0.refusal == nil } == 1)
            let others = results.filter { $0.refusal == .revisionConflict }
            #expect(others.count == ConcurrencyTests.clients - 1 && others.allSatisfy { $0.refused.actual == 2 })
        }
    }

    @Test func `more connections than allowed are turned away, and more streams`() async throws {
        try await Daemon.run(arguments: ["--maximum-connections", "3", "--maximum-streams", "2"]) { daemon in
            try await daemon.withClient { first in
                // A stream that follows stays open until its iterator is gone.
                let following = HistoryRequest.with {
                    $0.all = true
                    $0.follow = true
                }
                var open = [
                    first.history(following).makeAsyncIterator(), first.history(following).makeAsyncIterator(),
                ]
                for index in open.indices { #expect(try await open[index].next() != nil) }
                var third = first.history(following).makeAsyncIterator()
                let error = await #expect(throws: KithClientError.self) { try await third.next() }
                #expect(error?.detail?.code == .limitExceeded)
                withExtendedLifetime(open) {}

                let others = try [RawSocket(daemon.socketPath), RawSocket(daemon.socketPath)]
                let last = try RawSocket(daemon.socketPath)
                let answer = try #require(try last.receive())
                #expect(answer.id == 0 && answer.error.code == .overloaded && answer.error.retryHelps)
                #expect(try last.receive() == nil)
                #expect(try await first.status().value.durablePosition > 0)
                withExtendedLifetime(others) {}
            }
        }
    }
}
