import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Places where the service must not start, and what it does with what is already there.
@Suite(.serialized) struct StartTests {
    /// Starts a service that must refuse, with this code in its message.
    private static func expectRefusal(_ code: String, _ daemon: Daemon) async throws {
        let run = try await daemon.outcome()
        #expect(run.code == 1, "\(run)")
        #expect(run.complaint.contains("kithd cannot go on"), "\(run)")
        #expect(run.complaint.contains("reason=\(code):"), "\(run)")
    }

    @Test func `a directory that another process serves is refused`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            let run = try await RunOutcome(
                ChildProcess(
                    Places.kithd,
                    ["--data-directory", daemon.dataDirectory, "--socket", daemon.folder["second.sock"]],
                    output: daemon.folder["second"]))
            #expect(run.code == 1 && run.complaint.contains("reason=locked:"), "\(run)")
            #expect(!FileManager.default.fileExists(atPath: daemon.folder["second.sock"]))
            #expect(try await daemon.durablePosition() == before)
        }
    }

    @Test func `a socket that answers is not taken from its owner`() async throws {
        try await Daemon.run { daemon in
            let run = try await RunOutcome(
                ChildProcess(
                    Places.kithd, ["--data-directory", daemon.folder["other"], "--socket", daemon.socketPath],
                    output: daemon.folder["second"]))
            #expect(run.code == 1 && run.complaint.contains("reason=inUse:"), "\(run)")
            #expect(try await daemon.durablePosition() > 0)
        }
    }

    @Test func `what is no socket is left alone`() async throws {
        let folder = try TestFolder()
        let daemon = Daemon(in: folder)
        _ = try folder.write("a letter", to: "data.sock")
        try await StartTests.expectRefusal("notASocket", daemon)
        #expect(try String(contentsOfFile: daemon.socketPath, encoding: .utf8) == "a letter")
        try FileManager.default.removeItem(atPath: daemon.socketPath)
        try FileManager.default.createDirectory(atPath: daemon.socketPath, withIntermediateDirectories: false)
        try await StartTests.expectRefusal("notASocket", daemon)
        #expect(FileManager.default.fileExists(atPath: daemon.socketPath))
    }

    @Test func `the socket of a dead service is replaced`() async throws {
        try await Daemon.run { daemon in
            await daemon.kill()
            #expect(FileManager.default.fileExists(atPath: daemon.socketPath))
            try await daemon.start()
            await daemon.stop()
            #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
        }
    }

    @Test func `a log of a newer format is not touched`() async throws {
        let folder = try TestFolder()
        let last = try await Daemon.run(in: folder) { daemon in
            try await daemon.withClient { try await $0.accepted(Command(.person("Ana"))) }
        }
        let daemon = Daemon(in: folder)
        let format = folder["data/FORMAT"]
        let text = try String(contentsOfFile: format, encoding: .utf8)
        let before = try Data(contentsOf: URL(filePath: folder["data/log/data.mdb"]))
        let newer = [
            text.replacing("version 1", with: "version 2"), "kith-log version 2 something else\n", "kith-log\n", "",
            String(repeating: "x", count: 1_000),
        ]
        for changed in newer {
            try Data(changed.utf8).write(to: URL(filePath: format))
            try await StartTests.expectRefusal("format", daemon)
            #expect(try String(contentsOfFile: format, encoding: .utf8) == changed)
        }
        #expect(try Data(contentsOf: URL(filePath: folder["data/log/data.mdb"])) == before)
        // Without the file nothing is taken for a new log.
        try FileManager.default.removeItem(atPath: format)
        try await StartTests.expectRefusal("format", daemon)

        try Data(text.utf8).write(to: URL(filePath: format))
        try await daemon.start()
        let status = try await daemon.withClient { try await $0.status().value }
        #expect(status.durablePosition == last.position && status.root == last.root)
        try await daemon.expectCleanStop()
    }

    @Test func `a directory whose records are gone is not taken for a new one`() async throws {
        let folder = try TestFolder()
        let last = try await Daemon.run(in: folder) { daemon in
            try await daemon.withClient { try await $0.accepted(Command(.person("Ana"))).position }
        }
        try FileManager.default.moveItem(atPath: folder["data/log"], toPath: folder["log"])
        let daemon = Daemon(in: folder)
        for _ in 1...2 { try await StartTests.expectRefusal("damaged", daemon) }
        try FileManager.default.removeItem(atPath: folder["data/log"])
        try FileManager.default.moveItem(atPath: folder["log"], toPath: folder["data/log"])
        try await daemon.start()
        #expect(try await daemon.durablePosition() == last)
        try await daemon.expectCleanStop()
    }

    @Test(.enabled(if: OtherUser.canBeTried, OtherUser.missing))
    func `a directory that cannot be written is refused`() async throws {
        let folder = try TestFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let closed = folder["closed"]
        try FileManager.default.createDirectory(
            atPath: closed, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
        for directory in [closed, closed + "/below/it"] {
            let run = try await OtherUser.run(
                Places.kithd, ["--data-directory", directory, "--socket", folder["s.sock"]], in: folder, socket: "")
            #expect(run.code == 1 && run.complaint.contains("reason=notWritable:"), "\(run)")
        }
    }

    @Test func `a path that is a file, or a directory that is not there, is refused`() async throws {
        let folder = try TestFolder()
        _ = try folder.write("a letter", to: "data")
        try await StartTests.expectRefusal("notWritable", Daemon(in: folder))
        let run = try await RunOutcome(
            ChildProcess(
                Places.kithd, ["--data-directory", folder["new"], "--socket", folder["nowhere/s.sock"]],
                output: folder["third"]))
        #expect(run.code == 1 && run.complaint.contains("reason=directoryMissing:"), "\(run)")
    }

    @Test func `a master key that others can read, another one, or none is refused`() async throws {
        let folder = try TestFolder()
        try await Daemon.run(in: folder) { _ in }
        let daemon = Daemon(in: folder)
        let path = folder["data/master.key"]
        let key = try Data(contentsOf: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try await StartTests.expectRefusal("masterKeyMode", daemon)
        try FileManager.default.removeItem(atPath: path)
        try await StartTests.expectRefusal("masterKeyMissing", daemon)
        try Data(repeating: 7, count: 32).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await StartTests.expectRefusal("masterKeyWrong", daemon)
        try key.write(to: URL(filePath: path))
        try await daemon.start()
        try await daemon.expectCleanStop()
    }
}
