import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// A disk that becomes full under the service.
@Suite(.serialized) struct FullDiskTests {
    @Test(.enabled(if: SmallDisk.canBeMade, "only root can mount a small file system"))
    func `a full disk refuses commands, goes on reading and erasing, and is left behind without a restart`()
        async throws
    {
        let folder = try TestFolder()
        let disk = try await SmallDisk(in: folder, directory: "data", megabytes: 24, filler: 11)
        let daemon = Daemon(in: folder, prefix: disk.prefix)
        try await daemon.start()
        let (party, item) = try await daemon.withClient { try await FullDiskTests.partyWithBody($0) }
        let before = try await daemon.durablePosition()
        var acknowledged = try await daemon.withClient { try await FullDiskTests.fill($0) }
        #expect(!acknowledged.isEmpty)
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)
        try await FullDiskTests.expectFull(daemon)

        // What is there to erase is erased, in the ballast's place.
        acknowledged.append(party)
        _ = try await daemon.withClient { client in
            try await client.accepted(Command(.redaction(of: item, party: party)))
        }
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)

        // Neither a kill nor a start needs space.
        await daemon.kill()
        try await daemon.start()
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)
        try await FullDiskTests.expectFull(daemon)

        try await disk.free()
        try await FullDiskTests.expectResumed(daemon, before, acknowledged)
        let status = try await daemon.withClient { try await $0.status().value }
        #expect(status.disk.ballastBytes == 1 << 20 && !status.disk.full && status.readOnlyReason.isEmpty)
        try await daemon.expectCleanStop()
    }

    @Test(.enabled(if: FileLimit.canBeSet, "there is no prlimit")) func `a limit on the size of files is a full disk`()
        async throws
    {
        let daemon = Daemon(in: try TestFolder(), prefix: ["prlimit", "--fsize=4000000:unlimited"])
        try await daemon.start()
        let before = try await daemon.durablePosition()
        let acknowledged = try await daemon.withClient { try await FullDiskTests.fill($0) }
        #expect(!acknowledged.isEmpty)
        try await FullDiskTests.expectUnharmed(daemon, before, acknowledged)
        try await FileLimit.lift(from: daemon)
        try await FullDiskTests.expectResumed(daemon, before, acknowledged)
        try await daemon.expectCleanStop()
    }

    /// A party and a text about it that can be redacted.
    private static func partyWithBody(_ client: KithClient) async throws -> (party: String, item: String) {
        let party = newID()
        try await client.accepted(Command(.person("Ana", id: party)))
        let begin = PutBodyBegin.with {
            $0.subject = Reference(id: party)
            $0.mediaType = "text/plain"
        }
        let item = try await client.putBody(begin, content: Array("a secret".utf8)).value.itemID
        try await client.accepted(Command(.note(about: party, holding: item)))
        return (party, item)
    }

    /// Whoever goes on trying gets his answer at once, and the next one too; rebuilds have given way.
    private static func expectFull(_ daemon: Daemon) async throws {
        try await daemon.withClient { client in
            for _ in 0..<2 {
                let refused = try await client.submit((0..<100).map { Command(.person("Person \($0)")) }).value
                #expect(refused.allSatisfy { $0.refusal == .diskFull && $0.refused.retryHelps })
                #expect(refused.allSatisfy { $0.refused.retryAfterMilliseconds > 0 })
            }
            let status = try await client.status().value
            #expect(!status.readOnlyReason.isEmpty && status.disk.full && status.disk.ballastBytes == 0)
            let error = await #expect(throws: KithClientError.self) {
                for try await _ in client.rebuild(.with { $0.name = "directory" }) {}
            }
            #expect(error?.detail?.code == .diskFull)
        }
    }

    /// Waits until commands are taken again; nothing is lost, and the views have everything.
    private static func expectResumed(
        _ daemon: Daemon, _ before: UInt64, _ acknowledged: [String]
    ) async throws {
        try await daemon.withClient { client in
            let command = Command(.person("Ana"))
            var result = try await client.submit(command).value
            while result.refusal == .diskFull {
                try await Task.sleep(for: .milliseconds(100))
                result = try await client.submit(command).value
            }
            #expect(result.accepted.events.map(\.position) == [before + UInt64(acknowledged.count) + 1])
            let last = before + UInt64(acknowledged.count) + 1
            var reached = 0
            while reached == 0 {
                do { reached = try await client.all(.party, atLeast: last).count } catch {
                    // The views wait a moment longer for their space.
                    let code = (error as? KithClientError)?.detail?.code
                    guard code == .projectionParked || code == .notYet else { throw error }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            #expect(reached == acknowledged.count + 1)
        }
        try await expectUnharmed(daemon, before, acknowledged, more: 1)
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
        _ daemon: Daemon, _ before: UInt64, _ acknowledged: [String], more: Int = 0
    ) async throws {
        try await daemon.withClient { client in
            let count = acknowledged.count + more
            #expect(try await client.status().value.durablePosition == before + UInt64(count))
            let events = try await client.events(
                .with {
                    $0.all = true
                    $0.from = before + 1
                })
            #expect(events.dropLast(more).map(\.streamID) == acknowledged)
        }
    }
}

/// A limit on the size of a process's files.
private enum FileLimit {
    static let canBeSet = FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")

    /// Takes the limit from the service while it runs.
    static func lift(from daemon: Daemon) async throws {
        let process = try #require(daemon.processID)
        let run = try await RunOutcome(
            ChildProcess(
                "/usr/bin/prlimit", ["--pid", "\(process)", "--fsize=unlimited"], output: daemon.folder["prlimit"]))
        try #require(run.code == 0, "\(run)")
    }
}

extension CommandBody {
    fileprivate static func note(about party: String, holding item: String) -> CommandBody {
        .with { body in
            body.addNote = .with {
                $0.kind = .party
                $0.target = Reference(id: party)
                $0.bodies = [
                    .with {
                        $0.itemID = item
                        $0.role = .text
                    }
                ]
            }
        }
    }

    fileprivate static func redaction(of item: String, party: String) -> CommandBody {
        .with { body in
            body.reason = "not ours to keep"
            body.redactBody = .with {
                $0.kind = .party
                $0.target = Reference(id: party)
                $0.itemID = item
            }
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

    /// - Parameter filler: how much of it something else takes.
    init(in folder: TestFolder, directory: String, megabytes: Int, filler: Int) async throws {
        self.folder = folder
        self.directory = folder[directory]
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: false)
        let script = #"""
            mount -t tmpfs -o size=\#(megabytes)M none "$0" && head -c \#(filler)000000 /dev/zero > "$0/filler" \
            && echo mounted && exec sleep 600
            """#
        keeper = try ChildProcess(
            "/usr/bin/env", ["unshare", "--mount", "sh", "-c", script, self.directory], output: folder["disk"])
        while keeper.isRunning, try Data(contentsOf: URL(filePath: keeper.outputPath)).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    deinit { keeper.kill(SIGKILL) }

    /// Takes the filler away.
    func free() async throws {
        let run = try await RunOutcome(
            ChildProcess("/usr/bin/env", prefix + ["rm", directory + "/filler"], output: folder["free"]))
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
