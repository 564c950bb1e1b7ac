import Foundation
import Testing

/// Runs programs as a user who has no rights anywhere.
enum OtherUser {
    static let uid: UInt32 = 65_534

    /// Only root can become somebody else.
    static let canBeTried = getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    static let missing: Comment = "only root, with setpriv, can try what another user may do"

    /// Runs a program as that user.
    ///
    /// - Parameter socket: what KITH_SOCKET says.
    static func run(
        _ program: String, _ arguments: [String], in folder: TestFolder, socket: String
    ) async throws -> RunOutcome {
        let output = folder["other-\(UUID().uuidString.prefix(8))"]
        let identity = ["--reuid", "\(uid)", "--regid", "\(uid)", "--clear-groups"]
        return try await RunOutcome(
            ChildProcess(
                "/usr/bin/setpriv", identity + [program] + arguments, environment: ["KITH_SOCKET": socket],
                output: output))
    }
}
