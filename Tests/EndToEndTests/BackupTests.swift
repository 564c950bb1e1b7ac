import Foundation
import KithClient
import SwiftProtobuf
import Synchronization
import Testing

/// Backups of the real service, and what is restored from them.
@Suite(.serialized) struct BackupTests {
    /// What the service was at a position that nothing followed for a while.
    private struct Moment {
        var position: UInt64
        var root: Data
        var digests: [String: Data]

        init(_ daemon: Daemon) async throws {
            while true {
                let status = try await daemon.withClient { try await $0.status(.with { $0.digest = true }).value }
                let fired =
                    !status.hasNextTimer || status.nextTimer.timeIntervalSince1970 > Date().timeIntervalSince1970
                if fired, status.projections.allSatisfy({ $0.position == status.durablePosition }) {
                    position = status.durablePosition
                    root = status.root
                    digests = Dictionary(uniqueKeysWithValues: status.projections.map { ($0.name, $0.digest) })
                    return
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// The keys and the contents of a data directory, beside which a log was restored.
    private static func copyKeys(_ folder: TestFolder, from name: String, to other: String) throws {
        for part in ["vault", "master.key", "bodies"] { try folder.copy("\(name)/\(part)", to: "\(other)/\(part)") }
    }

    /// Tells another task that it may end.
    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .relaxed) }

        func set() { value.store(true, ordering: .relaxed) }
    }

    private static func restore(
        _ daemon: Daemon, _ folder: TestFolder, to name: String, _ arguments: String...
    ) async throws -> [String: Any] {
        let command =
            ["restore", folder["backups"], "--data-directory", folder[name], "--reason", "a test", "--json"] + arguments
        let run = try await RunOutcome(daemon.startKith(command))
        try #require(run.code == 0, "\(run)")
        try copyKeys(folder, from: "data", to: name)
        return try #require(try run.objects.first)
    }

    /// Sends commands until it is told to stop; the ids of parties that were acknowledged, with their positions.
    private static func load(_ daemon: Daemon, until stop: Flag) -> Task<[String: UInt64], any Error> {
        Task {
            try await daemon.withClient { client in
                var acknowledged: [String: UInt64] = [:]
                while !stop.isSet {
                    let results = try await client.submit((0..<40).map { Command(.person("Person \($0)")) }).value
                    for case .accepted(let accepted)? in results.map(\.outcome) {
                        acknowledged[accepted.bodies[0].id] = accepted.position
                    }
                }
                return acknowledged
            }
        }
    }

    @Test func `backups under load are restored to what the service was, with its digests`() async throws {
        let folder = try TestFolder()
        let demo = try await DemoData(parties: 40, seed: 9)
        try await Daemon.run(in: folder) { daemon in
            var moments: [Moment] = []
            try await demo.submit(to: daemon)
            moments.append(try await Moment(daemon))
            let stop = Flag()
            defer { stop.set() }
            let load = Self.load(daemon, until: stop)
            var bytes: [Int] = []
            for _ in 1...3 {
                let before = try await daemon.durablePosition()
                while try await daemon.durablePosition() == before { try await Task.sleep(for: .milliseconds(10)) }
                let run = try await daemon.kith("backup", folder["backups"], "--json")
                try #require(run.code == 0, "\(run)")
                let last = try #require(try run.objects.last)
                #expect(last["done"] as? Bool == true)
                bytes.append(Int(try #require(last["bytes"] as? String)) ?? 0)
            }
            stop.set()
            let acknowledged = try await load.value
            _ = try await daemon.withClient { try await $0.accepted(Command(.person("Ada"))) }
            moments.append(try await Moment(daemon))
            // Later backups hold what is new alone.
            #expect(bytes.allSatisfy { $0 > 0 } && !acknowledged.isEmpty)
            let text = try await daemon.kith("backup", folder["backups"])
            #expect(text.code == 0 && text.output.contains("log-00001-"), "\(text)")
            let nothing = try await daemon.kith("backup", folder["backups"])
            #expect(nothing.code == 0 && nothing.output.contains("nothing is new"), "\(nothing)")

            for (number, moment) in moments.enumerated() {
                let name = "restored-\(number)"
                let outcome = try await Self.restore(daemon, folder, to: name, "--to-position", "\(moment.position)")
                #expect(outcome["restored"] as? Int == Int(moment.position))
                let root = moment.root.map { String(format: "%02x", $0) }.joined()
                let verified = try await daemon.kith(
                    "verify", "--directory", folder[name], "--size", "\(moment.position)", "--root", root)
                #expect(verified.code == 0, "\(verified)")
                try await Daemon.run(in: folder, name: name) { restored in
                    let now = try await Moment(restored)
                    #expect(now.position == moment.position + 1 && now.digests == moment.digests)
                    let kept = acknowledged.filter { $0.value <= moment.position }.keys
                    let parties = try await restored.withClient { client in
                        try await client.all(.party, atLeast: now.position).map(\.id)
                    }
                    #expect(Set(parties).isSuperset(of: kept))
                    let again = try await restored.kith("verify")
                    #expect(again.code == 0, "\(again)")
                    let recomputed = try await restored.kith("recompute")
                    #expect(recomputed.code == 0, "\(recomputed)")
                }
            }
        }
    }

    @Test func `a client of a lost future is told so, and one of the common past goes on`() async throws {
        let folder = try TestFolder()
        try await Daemon.run(in: folder) { daemon in
            let (end, cursor) = try await daemon.withClient { client in
                var end: UInt64 = 0
                for number in 1...8 { end = try await client.accepted(Command(.person("Person \(number)"))).position }
                let page = try await client.list(
                    .with {
                        $0.kind = .party
                        $0.limit = 2
                        $0.atLeast = end
                    })
                return (end, page.value.cursor)
            }
            try #require(!cursor.isEmpty)
            let backup = try await daemon.kith("backup", folder["backups"])
            try #require(backup.code == 0, "\(backup)")
            _ = try await Self.restore(daemon, folder, to: "restored", "--to-position", "\(end - 4)")
            try await Daemon.run(in: folder, name: "restored") { restored in
                try await restored.withClient { client in
                    let status = try await client.status()
                    #expect(status.value.epoch == 2 && status.reflects.epoch == 2)
                    func refusal(_ work: () async throws -> Void) async -> ErrorDetail? {
                        do { try await work() } catch { return (error as? KithClientError)?.detail }
                        return nil
                    }
                    let list = await refusal {
                        _ = try await client.list(
                            .with {
                                $0.kind = .party
                                $0.limit = 2
                                $0.cursor = cursor
                            })
                    }
                    #expect(list?.code == .epochEnded && list?.expected == 1 && list?.actual == 2)
                    func read(from: UInt64) -> HistoryRequest {
                        .with {
                            $0.all = true
                            $0.epoch = 1
                            $0.from = from
                        }
                    }
                    let lost = await refusal { for try await _ in client.history(read(from: end - 2)) {} }
                    #expect(lost?.code == .epochEnded && lost?.positions == [end - 4])
                    let events = try await client.events(read(from: end - 3))
                    #expect(events.map(\.kind) == [.epochOpened])
                }
            }
        }
    }

    @Test(.enabled(if: SmallDisk.canBeMade, "only root can mount a small file system"))
    func `a full disk fails the backup and nothing else`() async throws {
        let folder = try TestFolder()
        let disk = try await SmallDisk(in: folder, directory: "backups", megabytes: 8, filler: 7)
        let daemon = Daemon(in: folder, prefix: disk.prefix)
        try await daemon.start()
        try await daemon.withClient { client in
            for _ in 1...30 {
                let commands = (0..<50).map { _ in Command(.person(String(repeating: "x", count: 900))) }
                let results = try await client.submit(commands).value
                #expect(results.allSatisfy { $0.refusal == nil })
            }
        }
        let failed = try await daemon.kith("backup", folder["backups"])
        #expect(failed.code == 1 && failed.complaint.contains("DISK_FULL"), "\(failed)")
        func names() async throws -> String {
            let list = disk.prefix.dropFirst() + ["ls", "-A", folder["backups"]]
            return try await RunOutcome(
                ChildProcess("/usr/bin/nsenter", Array(list), output: folder["list-\(UUID())"])
            ).output
        }
        let left = try await names()
        #expect(left.split(separator: "\n").sorted() == ["LOCK", "filler"], "\(left)")
        _ = try await daemon.withClient { try await $0.accepted(Command(.person("Ada"))) }
        try await disk.free()
        let written = try await daemon.kith("backup", folder["backups"])
        #expect(written.code == 0, "\(written)")
        #expect(try await names().contains("log-00001-"))
        try await daemon.expectCleanStop()
    }
}
