import Foundation
import KithClient
import Testing

/// What is noticed of a data directory that is not the one that was served before.
@Suite(.serialized) struct RollbackTests {
    private static func register(_ daemon: Daemon, _ count: Int) async throws {
        try await daemon.withClient { client in
            for _ in 0..<count { try await client.accepted(Command(.person("Ana"))) }
        }
    }

    @Test func `an old copy of the data is noticed at the start, and can be accepted on purpose`() async throws {
        let folder = try TestFolder()
        let daemon = Daemon(in: folder)
        try await daemon.start()
        try await Self.register(daemon, 2)
        try await daemon.expectCleanStop()
        try FileManager.default.copyItem(atPath: daemon.dataDirectory, toPath: folder["copy"])

        try await daemon.start()
        try await Self.register(daemon, 3)
        let end = try await daemon.durablePosition()
        // The witness follows within a second, without a stop.
        while try await daemon.withClient({ try await $0.status().value.witnessPosition }) < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        await daemon.kill()
        try FileManager.default.removeItem(atPath: daemon.dataDirectory)
        try FileManager.default.copyItem(atPath: folder["copy"], toPath: daemon.dataDirectory)
        let refused = try await daemon.outcome()
        #expect(refused.code == 1 && refused.complaint.contains("reason=rolledBack:"), "\(refused)")
        #expect(refused.complaint.contains("knows \(end)"), "\(refused)")

        let accepting = Daemon(in: folder, arguments: ["--accept-rollback"])
        try await accepting.start()
        #expect(try await accepting.durablePosition() == end - 3)
        try await accepting.expectCleanStop()
        try await daemon.start()
        try await Self.register(daemon, 1)
        try await daemon.expectCleanStop()

        // A volume that is not mounted looks like a new log.
        try FileManager.default.removeItem(atPath: daemon.dataDirectory)
        let lost = try await daemon.outcome()
        #expect(lost.complaint.contains("reason=rolledBack:") && lost.complaint.contains("holds no log"), "\(lost)")
    }

    @Test func `a log that is doubted is verified before it is served`() async throws {
        let folder = try TestFolder()
        let daemon = Daemon(in: folder)
        try await daemon.start()
        try await Self.register(daemon, 2)
        let end = try await daemon.durablePosition()
        try await daemon.expectCleanStop()
        let note = try folder.write("fdatasync: Input/output error\n", to: "data/VERIFY")
        try await daemon.start()
        #expect(try await daemon.durablePosition() == end)
        #expect(!FileManager.default.fileExists(atPath: note))
        #expect(try String(contentsOfFile: daemon.logPath, encoding: .utf8).contains("The end of the log was verified"))
        try await daemon.expectCleanStop()
    }
}

/// `kithd --check`: what is found without a start.
@Suite(.serialized) struct CheckTests {
    private static func check(_ daemon: Daemon) async throws -> RunOutcome {
        let files = try listing(daemon.dataDirectory)
        let run = try await RunOutcome(
            ChildProcess(
                Places.kithd,
                [
                    "--check", "--data-directory", daemon.dataDirectory, "--socket", daemon.socketPath,
                    "--ballast-bytes", "1048576", "--log-reserve-bytes", "1048576",
                ], output: daemon.folder["check-\(newID())"]))
        // Nothing was made or written.
        #expect(try listing(daemon.dataDirectory) == files)
        return run
    }

    /// The files below a directory, with size and time of the last change.
    private static func listing(_ path: String) throws -> [String: [String]] {
        var files: [String: [String]] = [:]
        for name in FileManager.default.subpaths(atPath: path) ?? [] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            files[name] = ["\(attributes[.size] ?? 0)", "\(attributes[.modificationDate] ?? Date())"]
        }
        return files
    }

    @Test func `a check says what a start would meet, and changes nothing`() async throws {
        let folder = try TestFolder()
        let daemon = Daemon(in: folder)
        let before = try await Self.check(daemon)
        #expect(before.code == 0 && before.output.contains("notice  directory:"), "\(before)")
        #expect(!FileManager.default.fileExists(atPath: daemon.dataDirectory))

        try await daemon.start()
        let position = try await daemon.durablePosition()
        try await daemon.expectCleanStop()
        let fine = try await Self.check(daemon)
        #expect(fine.code == 0 && !fine.output.contains("notice") && !fine.output.contains("WRONG"), "\(fine)")
        for text in [
            "lock: free", "\(position) events", "format: version 1", "vault:", "space:", "socket:", "witness:",
        ] {
            #expect(fine.output.contains(text), "\(text): \(fine)")
        }

        let version = try String(contentsOfFile: folder["data/FORMAT"], encoding: .utf8)
        _ = try folder.write(version.replacing("version 1", with: "version 9"), to: "data/FORMAT")
        let newer = try await Self.check(daemon)
        #expect(newer.code == 1 && newer.output.contains("WRONG   format:"), "\(newer)")
        _ = try folder.write(version, to: "data/FORMAT")

        let key = try Data(contentsOf: URL(filePath: folder["data/master.key"]))
        try Data(repeating: 7, count: 32).write(to: URL(filePath: folder["data/master.key"]))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder["data/master.key"])
        let wrong = try await Self.check(daemon)
        #expect(wrong.code == 1 && wrong.output.contains("WRONG   vault:"), "\(wrong)")
        try key.write(to: URL(filePath: folder["data/master.key"]))

        let pages = folder["data/log/data.mdb"]
        try Self.overwrite(pages, at: 0)
        let damaged = try await Self.check(daemon)
        #expect(damaged.code == 0 && damaged.output.contains("notice  log: meta page 0 is damaged"), "\(damaged)")
        #expect(damaged.output.contains("\(position) events"), "\(damaged)")
        // As it says, a start mends it.
        try await daemon.start()
        let mended = try await daemon.durablePosition()
        #expect(mended >= position)
        try await daemon.expectCleanStop()
        #expect(try await Self.check(daemon).output.contains("both meta pages can be read, \(mended) events"))

        try Self.overwrite(pages, at: 0)
        try Self.overwrite(pages, at: UInt64(getpagesize()))
        let lost = try await Self.check(daemon)
        #expect(lost.code == 1 && lost.output.contains("WRONG   log:"), "\(lost)")
    }

    /// Puts zeros in the place of the beginning of a page.
    private static func overwrite(_ path: String, at offset: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(count: 64))
        try file.close()
    }

    @Test func `a check can be asked while the service runs`() async throws {
        try await Daemon.run { daemon in
            let run = try await RunOutcome(
                ChildProcess(
                    Places.kithd,
                    [
                        "--check", "--data-directory", daemon.dataDirectory, "--socket", daemon.socketPath,
                        "--ballast-bytes", "1048576",
                    ], output: daemon.folder["check"]))
            #expect(run.code == 0 && run.output.contains("notice  lock:"), "\(run)")
            #expect(try await daemon.durablePosition() > 0)
        }
    }
}
