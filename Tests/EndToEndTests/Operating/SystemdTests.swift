import Foundation
import Testing

/// The daemon under a service manager, and the units that are shipped.
@Suite struct SystemdTests {
    private static let units = Places.repository + "/tools/systemd"

    @Test(.enabled(if: Places.hasPython, Places.pythonMissing))
    func `sockets are taken over, and the manager hears that the service is ready, lives and stops`() async throws {
        let folder = try TestFolder()
        let run = try await RunOutcome(
            ChildProcess(
                Places.python,
                [Self.units + "/tests/service_manager.py", Places.kithd, Places.kith, folder.path],
                output: folder["manager"]))
        let log = (try? String(contentsOfFile: folder["kithd.err"], encoding: .utf8)) ?? ""
        #expect(run.code == 0, "\(run)\n\(log)")
    }

    private static let analyzer = "/usr/bin/systemd-analyze"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "there is no systemd-analyze"))
    func `systemd finds nothing wrong with the units, and little to take away from the service`() async throws {
        let folder = try TestFolder()
        for name in ["kithd.service", "kithd.socket", "kithd-http.socket"] {
            let text = try String(contentsOfFile: Self.units + "/" + name, encoding: .utf8)
            // The program is not installed where the tests run.
            _ = try folder.write(text.replacing("/usr/local/bin/kithd", with: Places.kithd), to: name)
        }
        let files = ["kithd.service", "kithd.socket", "kithd-http.socket"].map { folder[$0] }
        let verify = try await RunOutcome(
            ChildProcess(Self.analyzer, ["verify", "--man=no"] + files, output: folder["verify"]))
        #expect(verify.code == 0 && verify.output.isEmpty && verify.complaint.isEmpty, "\(verify)")
        // In tenths: 20 is what systemd calls OK and close to the least there can be for a service with sockets.
        let security = try await RunOutcome(
            ChildProcess(
                Self.analyzer, ["security", "--offline=true", "--threshold=20", "--no-pager", files[0]],
                output: folder["security"]))
        #expect(security.code == 0, "\(security)")
    }
}
