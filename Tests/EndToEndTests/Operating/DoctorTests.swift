import Foundation
import Testing

/// `kith doctor` against the real service.
@Suite(.serialized) struct DoctorTests {
    private struct Trouble: Decodable {
        var trouble: String
        var command: String
    }

    private static func troubles(_ daemon: Daemon, code: Int32) async throws -> [Trouble] {
        let run = try await daemon.kith(
            "doctor", "--json", "--timeout", "5", "--data-directory", daemon.dataDirectory)
        #expect(run.code == code, "\(run)")
        return try run.output.split(separator: "\n").map {
            try JSONDecoder().decode(Trouble.self, from: Data($0.utf8))
        }
    }

    /// Types a command, as the operator would.
    private static func type(_ command: String, _ folder: TestFolder) async throws {
        let run = try await RunOutcome(
            ChildProcess("/usr/bin/env", ["sh", "-c", command], output: folder["typed-\(UUID())"]))
        try #require(run.code == 0, "\(run)")
    }

    @Test func `a key that others could read is found, and what is said to type mends it`() async throws {
        try await Daemon.run { daemon in
            let well = try await daemon.kith("doctor")
            try #require(well.code == 0 && well.output == "Nothing is wrong.\n", "\(well)")
            let key = daemon.dataDirectory + "/master.key"
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            let found = try await DoctorTests.troubles(daemon, code: 1)
            try #require(found.map(\.trouble) == ["masterKey"])
            try await DoctorTests.type(found[0].command, daemon.folder)
            #expect(try await DoctorTests.troubles(daemon, code: 0).isEmpty)

            // Another key than the one that the service runs with: the next start would fail.
            let right = try Data(contentsOf: URL(filePath: key))
            try Data(right.reversed()).write(to: URL(filePath: key))
            #expect(try await DoctorTests.troubles(daemon, code: 1).map(\.trouble) == ["masterKey"])
            try FileManager.default.removeItem(atPath: key)
            #expect(try await DoctorTests.troubles(daemon, code: 1).map(\.trouble) == ["masterKey"])
            try right.write(to: URL(filePath: key))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            #expect(try await DoctorTests.troubles(daemon, code: 0).isEmpty)
        }
    }

    @Test func `a service that hangs, and one that was killed, are told apart`() async throws {
        try await Daemon.run { daemon in
            daemon.signal(SIGSTOP)
            let hangs = try await DoctorTests.troubles(daemon, code: 1).map(\.trouble)
            daemon.signal(SIGCONT)
            #expect(hangs == ["noAnswer"])
            await daemon.kill()
            #expect(try await DoctorTests.troubles(daemon, code: 1).map(\.trouble) == ["notRunning"])
            // Looking at the directory has left no lock: the next start takes it.
            try await daemon.start()
            #expect(try await DoctorTests.troubles(daemon, code: 0).isEmpty)
        }
    }
}
