import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// A disk that becomes full under the service.
@Suite(.serialized, .enabled(if: SmallDisk.canBeMade, "only root can mount a small file system"))
struct FullDiskTests {
    @Test func `a full disk refuses commands, keeps what was acknowledged, and can be made free again`() async throws {
        let folder = try TestFolder()
        let disk = try await SmallDisk(in: folder, directory: "data", megabytes: 16, ballast: 4)
        let daemon = Daemon(in: folder, prefix: disk.prefix)
        try await daemon.start()
        let before = try await daemon.durablePosition()
        let acknowledged = try await daemon.withClient { try await FullDiskTests.fill($0) }
        #expect(!acknowledged.isEmpty)
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)

        // Whoever goes on trying gets his answer at once, and the next one too.
        let refused = try await daemon.withClient { client in
            try await client.submit((0..<6_000).map { Command(.person("Person \($0)")) }).value
        }
        #expect(refused.allSatisfy { $0.refusal == .diskFull && $0.refused.retryHelps })
        let status = try await daemon.withClient { try await $0.status().value }
        #expect(!status.readOnlyReason.isEmpty && status.durablePosition == before + UInt64(acknowledged.count))

        await daemon.stop()
        try await disk.free()
        try await daemon.start()
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)
        try await daemon.withClient { client in
            let accepted = try await client.accepted(Command(.person("Ana")))
            #expect(accepted.position == before + UInt64(acknowledged.count) + 1)
            #expect(try await client.all(.party, atLeast: accepted.position).count == acknowledged.count + 1)
        }
        try await daemon.expectCleanStop()
    }

    /// Registers parties until the disk is full; the ids of those that were acknowledged.
    private static func fill(_ client: KithClient) async throws -> [String] {
        var acknowledged: [String] = []
        for _ in 0..<2_000 {
            let commands = (0..<50).map { _ in Command(.person(String(repeating: "x", count: 900))) }
            let results = try await client.submit(commands).value
            for case .accepted(let accepted)? in results.map(\.outcome) { acknowledged.append(accepted.bodies[0].id) }
            let refusals = results.compactMap(\.refusal)
            guard refusals.isEmpty else {
                let status = try await client.status().value
                #expect(refusals.allSatisfy { $0 == .diskFull }, "\(Set(refusals)): \(status.readOnlyReason)")
                break
            }
        }
        return acknowledged
    }

    private static func expectUnharmed(
        _ daemon: Daemon, _ before: UInt64, _ acknowledged: [String]
    ) async throws {
        try await daemon.withClient { client in
            #expect(try await client.status().value.durablePosition == before + UInt64(acknowledged.count))
            let events = try await client.events(
                .with {
                    $0.all = true
                    $0.from = before + 1
                })
            #expect(events.map(\.streamID) == acknowledged)
        }
    }
}

/// A small file system in a mount name space of its own, which goes away with the process that keeps it.
final class SmallDisk {
    private let keeper: ChildProcess
    private let folder: TestFolder
    private let directory: String

    /// Programs that are started behind it see the file system.
    var prefix: [String] { ["nsenter", "--target", "\(keeper.processID)", "--mount"] }

    /// - Parameter ballast: how much of it something else takes.
    init(in folder: TestFolder, directory: String, megabytes: Int, ballast: Int) async throws {
        self.folder = folder
        self.directory = folder[directory]
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: false)
        let script = #"""
            mount -t tmpfs -o size=\#(megabytes)M none "$0" && head -c \#(ballast)000000 /dev/zero > "$0/ballast" \
            && echo mounted && exec sleep 600
            """#
        keeper = try ChildProcess(
            "/usr/bin/env", ["unshare", "--mount", "sh", "-c", script, self.directory], output: folder["disk"])
        while keeper.isRunning, try Data(contentsOf: URL(filePath: keeper.outputPath)).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    deinit { keeper.kill(SIGKILL) }

    /// Takes the ballast away.
    func free() async throws {
        let run = try await RunOutcome(
            ChildProcess("/usr/bin/env", prefix + ["rm", directory + "/ballast"], output: folder["free"]))
        try #require(run.code == 0, "\(run)")
    }

    static let canBeMade: Bool = {
        guard getuid() == 0, let folder = try? TestFolder() else { return false }
        let mount = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", folder.path]
        guard let process = try? ChildProcess("/usr/bin/env", mount, output: folder["mount"]) else { return false }
        while process.isRunning { usleep(10_000) }
        return (try? Data(contentsOf: URL(filePath: process.complaintPath)))?.isEmpty == true
    }()
}
