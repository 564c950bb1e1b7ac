import Foundation
import KithClient
import Testing

/// An auditor's reader, written in another language from the format's page alone, agrees with the service.
@Suite struct AuditTests {
    /// About so many events does a generated party cause.
    private static let eventsPerParty = 13
    private static let events = 100_000

    @Test(.enabled(if: Places.hasPython, Places.pythonMissing))
    func `the independent reader lists every header field and leaf hash of 100,000 events as the service says them`()
        async throws
    {
        let demo = try await DemoData(parties: Self.events / Self.eventsPerParty + 1_200, seed: 11)
        try await Daemon.run { daemon in
            try await demo.submit(to: daemon)
            let outcome = try await RunOutcome(
                ChildProcess(
                    Places.python,
                    [
                        Places.repository + "/tools/audit/compare_with_service.py", "--socket", daemon.socketPath,
                        "--least", String(Self.events), daemon.dataDirectory,
                    ], output: daemon.folder["compare"]))
            #expect(outcome.code == 0, "\(outcome)")
            let check = try await RunOutcome(
                ChildProcess(
                    Places.python, [Places.repository + "/tools/audit/read_log.py", daemon.dataDirectory, "--check"],
                    output: daemon.folder["check"]))
            #expect(check.code == 0, "\(check)")
        }
    }
}
