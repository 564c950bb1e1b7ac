internal import EventLog
internal import Glibc
internal import KeyVault

/// Looks for what would keep the service from starting with a configuration. Writes nothing and makes nothing, so it can
/// be asked while another version of the service runs: before an upgrade.
package struct StartCheck {
    private let configuration: ServiceConfiguration

    package init(_ configuration: ServiceConfiguration) { self.configuration = configuration }

    /// One line for each thing that was looked at, and whether a start would succeed.
    package func report() -> (lines: [String], passes: Bool) {
        let findings = findings()
        let lines = findings.map { finding in
            switch finding.verdict {
            case .fine: "ok      \(finding.text)"
            case .notice: "notice  \(finding.text)"
            case .wrong: "WRONG   \(finding.text)"
            }
        }
        return (lines, !findings.contains { $0.verdict == .wrong })
    }

    private func findings() -> [DirectoryInspection.Finding] {
        let directory = configuration.dataDirectory
        var findings = DirectoryInspection.findings(of: directory, witnessPath: configuration.witnessPath)
        findings.append(
            DirectoryInspection.space(
                of: directory, ballastBytes: configuration.ballastBytes, logReserve: configuration.logReserveBytes))
        if DirectoryInspection.holdsLog(directory) { findings.append(vault("\(directory)/vault")) }
        return findings + sockets.map(socket)
    }

    private func vault(_ path: String) -> DirectoryInspection.Finding {
        do {
            try KeyVault.check(path: path, masterKeyPath: configuration.masterKeyPath)
            return .init(.fine, "vault: the master key \(configuration.masterKeyPath) opens it")
        } catch { return .init(.wrong, "vault: \(error.message)") }
    }

    private var sockets: [String] {
        [configuration.socketPath] + configuration.serviceSockets.map(\.path)
            + [configuration.httpSocketPath].compactMap { $0 } + configuration.httpServiceSockets.map(\.path)
    }

    private func socket(_ path: String) -> DirectoryInspection.Finding {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard access(folder, W_OK | X_OK) == 0 else {
            return .init(
                .wrong,
                "socket: \(path) cannot be made: \(folder): \(String(cString: strerror(errno))). Make the directory, or change its rights"
            )
        }
        return .init(.fine, "socket: \(path)")
    }
}
