import Foundation
import KithClient
import Testing

/// What programs that call `kith` rely on.
@Suite(.serialized) struct CommandLineTests {
    @Test func `exit codes tell done, refused, wrong use and not reachable apart`() async throws {
        try await Daemon.run { daemon in
            #expect(try await daemon.kith("status").code == 0)
            #expect(try await daemon.kith("list", "party", "--json").code == 0)
            #expect(try await daemon.kith("--help").code == 0)

            let missing = try await daemon.kith("get", "party", newID())
            #expect(missing.code == 1 && missing.complaint.contains("NOT_FOUND"), "\(missing)")
            #expect(missing.output.isEmpty, "\(missing)")
            #expect(try await daemon.kith("submit", input: "nonsense\n").code == 1)

            for wrong in [
                ["--no-such-flag"], ["no-such-command"], ["get", "party"], ["get", "ghost", newID()],
                ["list", "party", "--limit", "many"], ["list", "party", "--filter", "nothing"],
                ["history", "--kind", "NoSuchKind"], ["submit", daemon.folder["no-such-file"]],
                ["import", daemon.folder["no-such-file"], "--mapping", Places.mapping("cdnow")],
                ["import", Places.mapping("cdnow"), "--mapping", daemon.logPath],
                ["access", "grant", "--uid", "7", "--role", "king"],
            ] {
                let run = try await RunOutcome(daemon.startKith(wrong))
                #expect(run.code == 2 && !run.complaint.isEmpty, "\(wrong): \(run)")
            }
            let elsewhere = try await daemon.kith("status", "--socket", daemon.folder["nowhere.sock"])
            #expect(elsewhere.code == 3 && !elsewhere.complaint.isEmpty, "\(elsewhere)")
            await daemon.kill()
            #expect(try await daemon.kith("status").code == 3)
            try await daemon.start()
            #expect(try await daemon.kith("status").code == 0)
        }
    }

    @Test(arguments: [SIGTERM, SIGKILL])
    func `a history that is followed ends as not reachable when the service ends`(signal: Int32) async throws {
        try await Daemon.run { daemon in
            let follower = try daemon.startKith(["history", "--follow"])
            while try Data(contentsOf: URL(filePath: follower.outputPath)).isEmpty {
                try await Task.sleep(for: .milliseconds(50))
            }
            daemon.signal(signal)
            let run = try await RunOutcome(follower)
            _ = await daemon.exitCode()
            #expect(run.code == 3 && !run.complaint.isEmpty, "\(run)")
        }
    }

    @Test func `an import rejects bad rows, imports the others and says which`() async throws {
        try await Daemon.run { daemon in
            let lines = [
                "1 1 19970101 1 10.00", "2 2 19971301 1 10.00", "3 3 19970101 1", "4 4 19970101 x 1.00",
                "5 5 19970101 1 1.005", "6 6 19970102 1 2.50",
            ]
            let rows = try daemon.folder.write(lines.joined(separator: "\n") + "\n", to: "rows.txt")
            let report = daemon.folder["rejected.ndjson"]
            let run = try await daemon.kith(
                "import", rows, "--mapping", Places.mapping("cdnow"), "--json", "--report", report)
            #expect(run.code == 1, "\(run)")
            let summary = try ImportReport(run)
            #expect(summary.rows["read"] == 6 && summary.rows["accepted"] == 2 && summary.rows["rejected"] == 4)
            let rejected = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }
            let codes = rejected.map { [$0["line"] as? Int ?? 0: $0["code"] as? String ?? ""] }
            #expect(
                Set(codes)
                    == [[2: "VALUE_INVALID"], [3: "RAGGED_ROW"], [4: "VALUE_INVALID"], [5: "VALUE_INVALID"]])
            #expect(rejected.count == 4)
            #expect(rejected.allSatisfy { ($0["reason"] as? String)?.isEmpty == false })
        }
    }

    @Test func `a dry run of an import appends nothing`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            let rows = try daemon.folder.write(" 1 1 19970101 1 10.00\n", to: "rows.txt")
            let run = try await daemon.kith("import", rows, "--mapping", Places.mapping("cdnow"), "--json", "--dry-run")
            #expect(run.code == 0, "\(run)")
            #expect(try await daemon.durablePosition() == before)
        }
    }
}
