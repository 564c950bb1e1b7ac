import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Everything derived can be deleted, and comes back the same.
@Suite(.serialized) struct DerivedDataTests {
    /// What the service says about everything, to the byte.
    private struct Answers: Equatable {
        var digests: [String: Data]
        var records: [[UInt8]] = []
        var customers: [[UInt8]] = []
        var history: [[UInt8]] = []

        private static let kinds: [AggregateKind] = [
            .party, .product, .priceBook, .order, .return, .import, .principal, .employee, .team, .pipeline,
            .opportunity, .loyaltyProgramme, .loyaltyAccount, .ticket, .queue, .slaPolicy,
        ]

        /// The end of the log once every timer that was due has fired and every projection has followed: the service
        /// does both in its own time.
        private static func settledPosition(_ daemon: Daemon) async throws -> UInt64 {
            while true {
                let status = try await daemon.withClient { try await $0.status().value }
                let now = Google_Protobuf_Timestamp(date: Date())
                let fired = !status.hasNextTimer || status.nextTimer.seconds > now.seconds
                let followed = status.projections.allSatisfy {
                    $0.state == .live && $0.position == status.durablePosition
                }
                if fired && followed { return status.durablePosition }
                try await Task.sleep(for: .milliseconds(100))
            }
        }

        init(_ daemon: Daemon) async throws {
            let position = try await Self.settledPosition(daemon)
            (digests, records, customers, history) = try await daemon.withClient { client in
                var records: [Record] = []
                for kind in Self.kinds {
                    records += try await client.all(kind, atLeast: position)
                }
                let parties = records.filter { $0.kind == .party }.map { Reference(id: $0.id) }
                let customers = try await client.customers(
                    parties, asOf: Google_Protobuf_Timestamp(year: 2026, month: 1, day: 1), timeline: 1_000,
                    atLeast: position)
                var history: [Event] = []
                for record in records.prefix(50) {
                    history += try await client.events(
                        .with {
                            $0.stream = .with {
                                $0.kind = record.kind
                                $0.stream = Reference(id: record.id)
                            }
                            $0.reveal = true
                            $0.includeRecord = true
                        })
                }
                let status = try await client.status(.with { $0.digest = true }).value
                for projection in status.projections {
                    #expect(projection.state == .live && projection.position == position, "\(projection)")
                }
                #expect(status.projections.count >= 2 && status.projections.allSatisfy { $0.digest.count == 32 })
                let digests = Dictionary(uniqueKeysWithValues: status.projections.map { ($0.name, $0.digest) })
                return (
                    digests, try records.map { try $0.serializedBytes() },
                    try customers.map { try $0.serializedBytes() },
                    try history.map { try $0.serializedBytes() }
                )
            }
        }
    }

    private static let demo = Task { try await DemoData(parties: 60, seed: 3, opportunities: 40, tickets: 60) }

    @Test func `the index and the views come back byte for byte`() async throws {
        let demo = try await DerivedDataTests.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let before = try await Answers(daemon)
            #expect(before.records.count > 250)
            for deleted in [["index", "views"], ["index"], ["views"]] {
                try await daemon.expectCleanStop()
                for name in deleted { try FileManager.default.removeItem(atPath: "\(daemon.dataDirectory)/\(name)") }
                try await daemon.start()
                let after = try await Answers(daemon)
                #expect(after == before, "without \(deleted)")
                // Command ids and references are known again: nothing is done twice.
                let again = try await demo.submit(to: daemon)
                #expect(again.contains("0 accepted") && again.contains("0 refused"), "\(again)")
            }
        }
    }

    @Test func `derived data that are deleted behind a service that was killed come back too`() async throws {
        let demo = try await DerivedDataTests.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let before = try await Answers(daemon)
            await daemon.kill()
            try FileManager.default.removeItem(atPath: daemon.dataDirectory + "/index")
            try FileManager.default.removeItem(atPath: daemon.dataDirectory + "/views")
            try await daemon.start()
            #expect(try await Answers(daemon) == before)
        }
    }

    @Test func `a rebuild while the service runs ends with the digest of what it replaces`() async throws {
        let demo = try await DerivedDataTests.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let before = try await Answers(daemon)
            try await daemon.withClient { client in
                var done: [String: RebuildProgress] = [:]
                for try await progress in client.rebuild(.with { $0.name = "all" }) where progress.done {
                    done[progress.name] = progress
                }
                #expect(Set(done.keys) == Set(before.digests.keys))
                for (name, progress) in done {
                    #expect(progress.digest == progress.previousDigest && progress.digest == before.digests[name])
                }
            }
            #expect(try await Answers(daemon) == before)
            let run = try await daemon.kith("rebuild", "directory")
            #expect(run.code == 0, "\(run)")
            // What policies and timers made of it is what follows from the facts.
            let recomputed = try await daemon.kith("recompute")
            #expect(recomputed.code == 0 && !recomputed.output.contains("of timers     0"), "\(recomputed)")
        }
    }
}
