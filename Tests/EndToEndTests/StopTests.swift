import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// What was acknowledged stays, however the service ends.
@Suite(.serialized) struct StopTests {
    /// Sends commands over several connections until the service ends; the answers that came.
    private static func load(_ commands: [Command], on daemon: Daemon) async -> [String: Accepted] {
        await withTaskGroup(of: [String: Accepted].self) { group in
            let share = commands.count / 4
            for worker in 0..<4 {
                group.addTask {
                    var answers: [String: Accepted] = [:]
                    guard let client = try? await KithClient.connect(socketPath: daemon.socketPath) else {
                        return answers
                    }
                    var rest = commands[worker * share..<(worker + 1) * share]
                    while !rest.isEmpty, let results = try? await client.submit(Array(rest.prefix(20))).value {
                        for result in results {
                            if case .accepted(let accepted)? = result.outcome { answers[result.commandID] = accepted }
                        }
                        rest = rest.dropFirst(20)
                    }
                    await client.close()
                    return answers
                }
            }
            return await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT, SIGKILL])
    func `nothing that was acknowledged is lost when the service ends under load`(signal: Int32) async throws {
        try await Daemon.run { daemon in
            let commands = (0..<20_000).map { Command(.person("Person \($0)"), .order()) }
            let before = try await daemon.durablePosition()
            async let loading = StopTests.load(commands, on: daemon)
            // Some are acknowledged, however slow the machine is; most are still to come.
            while try await daemon.durablePosition() < before + 400 { try await Task.sleep(for: .milliseconds(10)) }
            daemon.signal(signal)
            let acknowledged = await loading
            #expect(!acknowledged.isEmpty && acknowledged.count < commands.count)
            if let code = await daemon.exitCode(), signal == SIGTERM || signal == SIGINT { #expect(code == 0) }

            try await daemon.start()
            try await daemon.withClient { client in
                let known = commands.filter { acknowledged[$0.id] != nil }
                // The log holds whole commands only, at the positions that were acknowledged.
                let events = try await client.events(
                    .with {
                        $0.all = true
                        $0.omitPayload = true
                    })
                let byCommand = Dictionary(grouping: events, by: \.commandID)
                var wrong: [String] = []
                for command in known {
                    let receipts = acknowledged[command.id]?.events ?? []
                    let stored = byCommand[command.id] ?? []
                    if stored.map(\.position) != receipts.map(\.position)
                        || stored.map(\.leafHash) != receipts.map(\.leafHash)
                    {
                        wrong.append(command.id)
                    }
                }
                #expect(wrong.isEmpty)
                #expect(byCommand.values.allSatisfy { $0.count == Int($0[0].commandCount) })

                let again = try await client.submit(known).value
                #expect(again.allSatisfy { $0.accepted.replayed })
                #expect(again.map(\.accepted.events) == known.map { acknowledged[$0.id]?.events ?? [] })
            }
        }
    }

    @Test func `a stop ends streams, takes nothing new and takes the socket away`() async throws {
        try await Daemon.run { daemon in
            let client = try await KithClient.connect(socketPath: daemon.socketPath)
            let following = Task {
                var seen = 0
                for try await page in client.history(
                    .with {
                        $0.all = true
                        $0.follow = true
                    })
                {
                    seen += page.value.events.count
                }
                return seen
            }
            try await Task.sleep(for: .milliseconds(300))
            let started = ContinuousClock.now
            #expect(await daemon.stop() == 0)
            #expect(.now - started < .seconds(8))
            let error = await #expect(throws: KithClientError.self) { try await following.value }
            #expect(error?.detail?.code == .cancelled || error?.code == .closed, "\(String(describing: error))")
            #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
            await client.close()
        }
    }

    @Test func `the log begins and goes on the same after many restarts`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.withClient { try await $0.status().value }
            // As soon as it answers it can be stopped clean.
            for _ in 1...12 {
                try await daemon.expectCleanStop()
                try await daemon.start()
            }
            let after = try await daemon.withClient { try await $0.status().value }
            #expect(after.logID == before.logID && after.durablePosition == before.durablePosition)
            #expect(after.root == before.root && after.epoch == 1)
        }
    }
}
