import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Damage in the files of a log is found, named, and never read as if it were right.
@Suite(.serialized) struct VerifyTests {
    private static let demo = Task { try await DemoData(parties: 40, seed: 5) }

    /// Flips a bit of a record in the log's file, wherever its bytes stand there.
    private static func damage(_ record: Data, in daemon: Daemon) throws {
        let path = URL(filePath: daemon.dataDirectory + "/log/data.mdb")
        var file = try Data(contentsOf: path)
        var copies = 0
        var from = file.startIndex
        while let found = file.range(of: record, in: from..<file.endIndex) {
            file[found.lowerBound + record.count - 1] ^= 1
            copies += 1
            from = found.upperBound
        }
        try #require(copies > 0)
        try file.write(to: path)
    }

    @Test func `a sound log is said to be sound, by the service and offline, with the root it acknowledged`()
        async throws
    {
        let demo = try await Self.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let status = try await daemon.withClient { try await $0.status() }.value
            let root = status.root.map { String(format: "%02x", $0) }.joined()
            let arguments = ["verify", "--size", "\(status.durablePosition)", "--root", root]
            let online = try await RunOutcome(daemon.startKith(arguments))
            #expect(online.code == 0 && online.output.contains("The log is sound."), "\(online)")
            // Beside a service that goes on.
            let offline = try await RunOutcome(daemon.startKith(arguments + ["--directory", daemon.dataDirectory]))
            #expect(offline.code == 0 && offline.output.contains("The log is sound."), "\(offline)")
            let wrong = try await daemon.kith("verify", "--size", "3", "--root", root)
            // The index may have reached one of the three by then, and its root fits: the place is behind it.
            #expect(wrong.code == 1 && wrong.output.contains(/DAMAGED at position [123]: root/), "\(wrong)")
            let halfway = try await daemon.kith("verify", "--size", "3")
            #expect(halfway.code == 2, "\(halfway)")
            let none = try await daemon.kith("verify", "--directory", daemon.folder["nothing"])
            #expect(none.code == 2, "\(none)")
        }
    }

    @Test func `the background finds damage by itself, says so and stops`() async throws {
        let demo = try await Self.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let record = try await daemon.withClient { client in
                try await client.events(
                    .with {
                        $0.all = true
                        $0.from = 40
                        $0.limit = 1
                        $0.includeRecord = true
                    })
            }.first?.record
            try await daemon.expectCleanStop()
            try await daemon.start()
            while try await daemon.withClient({ try await $0.status().value.scrub.rounds }) == 0 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await daemon.withClient { try await $0.status().value.hasDamage } == false)
            try await daemon.expectCleanStop()
            try Self.damage(try #require(record), in: daemon)
            try await daemon.start()
            var status = StatusResponse()
            while !status.hasDamage {
                status = try await daemon.withClient { try await $0.status().value }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(status.damage.position == 40 && status.damage.kind == .leafHash)
            while status.scrub.stoppedReason.isEmpty {
                status = try await daemon.withClient { try await $0.status().value }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try String(contentsOfFile: daemon.logPath, encoding: .utf8).contains("the log is damaged"))
        }
    }

    @Test func `a flipped bit in the middle is named everywhere, and nothing behind it is served without a word`()
        async throws
    {
        let demo = try await Self.demo.value
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let position: UInt64 = 77
            let all = HistoryRequest.with {
                $0.all = true
                $0.includeRecord = true
            }
            let before = try await daemon.withClient { try await $0.events(all) }
            let record = try #require(before.first { $0.position == position }).record
            try await daemon.expectCleanStop()
            try Self.damage(record, in: daemon)

            let offline = try await daemon.kith("verify", "--directory", daemon.dataDirectory)
            #expect(offline.code == 1 && offline.output.contains("DAMAGED at position 77: "), "\(offline)")
            try await daemon.start()
            try await daemon.withClient { client in
                var read: [UInt64] = []
                do {
                    for try await page in client.history(all) { read += page.value.events.map(\.position) }
                    Issue.record("the history went past the damage")
                } catch let error as KithClientError {
                    #expect(error.detail?.code == .damaged && error.detail?.positions == [position], "\(error)")
                }
                #expect(read == Array(1..<position))
                // What stands behind it can be asked for.
                let behind = try await client.events(
                    .with {
                        $0.all = true
                        $0.from = position + 1
                    })
                #expect(behind.count == before.count - Int(position))
                let status = try await client.status().value
                #expect(status.damage.position == position && status.damage.kind == .leafHash)
                #expect(status.readOnlyReason.isEmpty)
            }
            let online = try await daemon.kith("verify", "--json")
            let last = try #require(try online.objects.last)
            #expect(online.code == 1 && last["position"] as? String == "76", "\(online)")
            let damage = last["damage"] as? [String: Any]
            #expect(damage?["kind"] as? String == "DAMAGE_KIND_LEAF_HASH" && damage?["position"] as? String == "77")
            let shown = try await daemon.kith("status")
            #expect(shown.output.contains("damaged at"), "\(shown)")
            let rebuilt = try await daemon.kith("rebuild", "directory")
            #expect(rebuilt.code == 1, "\(rebuilt)")
        }
    }
}
