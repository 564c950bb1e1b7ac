import Foundation
import KithClient
import SwiftProtobuf
import Testing

extension RealData {
    /// What is left of an import when processes are killed in the middle of it.
    @Suite(.serialized) struct CrashTests {
        private static let asOf = Google_Protobuf_Timestamp(year: 2026, month: 1, day: 1)

        @Test(.timeLimit(.minutes(8)))
        func `an import during which the service is killed twenty times equals an undisturbed one`() async throws {
            var generator = SplitMix(announcedFor: "killed service")
            let folder = try TestFolder()
            // Ids come from idempotency keys under a secret of the log: both begin with the same new directory.
            try await Daemon.run(in: folder, name: "fresh") { _ in }
            try folder.copy("fresh", to: "undisturbed")
            try folder.copy("fresh", to: "killed")
            let load = try Load(folder)

            let expected = try await Daemon.run(in: folder, name: "undisturbed") { daemon in
                let run = try await RunOutcome(load.start(on: daemon))
                #expect(run.code == 0, "\(run)")
                return try await Contents(daemon)
            }

            try await Daemon.run(in: folder, name: "killed") { daemon in
                let importer = try load.start(on: daemon)
                // Spread over the import by what the log holds, however fast the machine is.
                let end = UInt64(Double(expected.events) * 0.95)
                let moments = (1...20).map { _ in UInt64.random(in: 8..<end, using: &generator) }.sorted()
                for moment in moments {
                    while importer.isRunning, try await daemon.durablePosition() < moment {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...30, using: &generator)))
                    try #require(importer.isRunning, "the import was over before the kill at \(moment)")
                    await daemon.kill()
                    try await daemon.start()
                }
                let run = try await RunOutcome(importer)
                #expect(run.code == 0, "\(run)")
                let report = try ImportReport(run)
                #expect(report.reconnects > 0)
                #expect((report.documents["order"].map { $0.accepted + $0.replayed }) == load.orders)
                let contents = try await Contents(daemon)
                contents.expectEqual(to: expected)
                try await CrashTests.expectSameWhenRebuilt(daemon)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `an importer that is killed and started again does everything once`() async throws {
            var generator = SplitMix(announcedFor: "killed importer")
            let folder = try TestFolder()
            let load = try Load(folder, rows: 1_500)
            try await Daemon.run(in: folder) { daemon in
                for _ in 1...5 {
                    let importer = try load.start(on: daemon)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...400, using: &generator)))
                    importer.kill(SIGKILL)
                    _ = await importer.exitCode()
                }
                let run = try await RunOutcome(load.start(on: daemon))
                #expect(run.code == 0, "\(run)")
                let position = try await daemon.durablePosition()
                let orders = try await daemon.withClient { try await $0.all(.order, atLeast: position) }
                #expect(orders.count == load.orders)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `a first start that is killed at any moment is followed by one that works`() async throws {
            var generator = SplitMix(announcedFor: "killed first start")
            for _ in 1...12 {
                let daemon = Daemon(in: try TestFolder())
                let starting = Task { try? await daemon.start() }
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...350, using: &generator)))
                await daemon.kill()
                await starting.value
                await daemon.kill()
                try await daemon.start()
                let run = try await daemon.kith("access", "list", "--json")
                #expect(run.code == 0, "\(run)")
                #expect(run.output.contains("ROLE_ADMIN"), "\(run)")
                try await daemon.expectCleanStop()
            }
        }

        /// Views that lived through crashes are those that the log gives.
        private static func expectSameWhenRebuilt(_ daemon: Daemon) async throws {
            try await daemon.withClient { client in
                for try await progress in client.rebuild(.with { $0.name = "all" }) where progress.done {
                    #expect(progress.digest == progress.previousDigest, "\(progress.name)")
                }
            }
        }

        /// What two logs are compared by.
        private struct Contents {
            var history: String
            var views: OpenedViews
            var events: Int

            init(_ daemon: Daemon) async throws {
                let run = try await daemon.kith("history", "--canonical")
                try #require(run.code == 0, "\(run)")
                history = run.output
                events = run.output.utf8.count { $0 == UInt8(ascii: "\n") }
                views = try await OpenedViews(daemon, asOf: CrashTests.asOf)
            }

            func expectEqual(to other: Contents) {
                let differs = history != other.history
                if differs {
                    let lines = history.split(separator: "\n")
                    let others = other.history.split(separator: "\n")
                    let pair = zip(lines, others).first { $0 != $1 }
                    Issue.record(
                        "\(lines.count) and \(others.count) events; first difference: \(String(describing: pair))")
                }
                #expect(views == other.views, "\(views.differences(from: other.views))")
            }
        }
    }
}

/// Something to import that takes a while: the CDNOW sample, or rows of its form where it is not there.
private struct Load {
    let file: String
    /// How many orders there are in the end.
    let orders: Int

    init(_ folder: TestFolder, rows: Int = 7_000) throws {
        let all = Places.hasSharedData ? try String(contentsOfFile: Places.cdnow, encoding: .utf8) : Load.invented(rows)
        let lines = all.split(whereSeparator: \.isNewline).prefix(rows)
        orders = lines.count
        file = try folder.write(lines.joined(separator: "\n") + "\n", to: "rows.txt")
    }

    private static func invented(_ rows: Int) -> String {
        var generator = SplitMix(seed: 7)
        return (0..<rows).map { _ in
            let customer = Int.random(in: 1...(rows / 3), using: &generator)
            let date =
                19_970_101 + Int.random(in: 0...11, using: &generator) * 100 + Int.random(in: 0...27, using: &generator)
            let cents = Int.random(in: 100...9_999, using: &generator)
            return "\(customer) \(customer) \(date) 1 \(cents / 100).\(cents % 100 / 10)\(cents % 10)"
        }
        .joined(separator: "\n")
    }

    func start(on daemon: Daemon) throws -> ChildProcess {
        try daemon.startKith(["import", file, "--mapping", Places.mapping("cdnow"), "--json", "--retry-for", "120"])
    }
}
