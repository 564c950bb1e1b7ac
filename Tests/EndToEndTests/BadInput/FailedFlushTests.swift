import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// A device that fails the log: nothing is acknowledged any more, and nothing that was is lost.
@Suite(.serialized, .enabled(if: FaultyDisk.canBeMade, "there is no C compiler"))
struct FailedFlushTests {
    @Test(arguments: [FaultyDisk.Fault.flush, .meta])
    func `after a failed write of the log no command is taken before a restart has verified it`(
        _ fault: FaultyDisk.Fault
    ) async throws {
        let folder = try TestFolder()
        let disk = try await FaultyDisk(in: folder)
        let daemon = Daemon(in: folder, prefix: disk.prefix)
        try await daemon.start()
        let kept = try await daemon.withClient { client in
            try await client.accepted(Command(.person("Ana"))).events[0].position
        }
        let commands = (0..<4).map { Command(.person("Person \($0)")) }
        try disk.begin(fault)
        try await daemon.withClient { client in
            for command in commands[..<2] { try await FailedFlushTests.expectRefused(client, command) }
        }
        // The device would take them again: it is not believed.
        try disk.end(fault)
        try await daemon.withClient { client in
            for command in commands[2...] { try await FailedFlushTests.expectRefused(client, command) }
            let status = try await client.status().value
            #expect(!status.readOnlyReason.isEmpty && !status.disk.full && status.durablePosition == kept)
            // After a failed write of the meta page LMDB lets nobody read before the restart.
            if fault == .flush { #expect(try await client.all(.party, atLeast: kept).count == 1) }
        }
        #expect(FileManager.default.fileExists(atPath: folder["data/VERIFY"]))

        await daemon.stop()
        try await daemon.start()
        #expect(try String(contentsOfFile: daemon.logPath, encoding: .utf8).contains("The end of the log was verified"))
        #expect(!FileManager.default.fileExists(atPath: folder["data/VERIFY"]))
        try await daemon.withClient { client in
            for command in commands { try await client.accepted(command) }
            let events = try await client.events(
                .with {
                    $0.all = true
                    $0.from = kept
                })
            #expect(events.count == 5)
        }
        try await daemon.expectCleanStop()
    }

    private static func expectRefused(_ client: KithClient, _ command: Command) async throws {
        let result = try await client.submit(command).value
        #expect(result.refusal == .readOnly && result.refused.retryHelps, "\(result)")
    }
}
