internal import Logging
internal import Service
internal import StarterPack

/// What the daemon prints about itself.
enum HelpText {
    /// The answer to `--help`.
    static var help: String {
        let settings = Setting.all.map { ("\($0.flag) \($0.placeholder)", $0.help) }
        let others = [
            ("--config FILE", "JSON file with settings, named as in docs/configuration.md."),
            ("--accept-rollback", "Serve a log that is not the one that its witness knows; meant once."),
            ("--check", "Check the configuration and the places that it names, and stop; nothing is written."),
            ("--version", "Print the version and stop."),
            ("--help", "Print this and stop."),
        ]
        let width = (settings + others).map(\.0.count).max() ?? 0
        let lines = (settings + others).map { flag, help in
            "  " + flag + String(repeating: " ", count: width - flag.count + 2) + help
        }
        return """
            kithd \(ServiceVersion.text) - customer relationship management on an append-only log

            Usage: kithd [flags]

            \(lines.joined(separator: "\n"))

            Every setting can also be given in the environment (--data-directory is KITH_DATA_DIRECTORY) or in the
            file. Flags win over the environment, the environment over the file. Nothing has to be given.
            Exit code: 0 stopped clean, 1 failed, 2 wrong use.
            """
    }

    /// The answer to `--check`: the configuration as it is in force.
    static func check(_ configuration: ServiceConfiguration) -> String {
        let limits = configuration.limits
        let sockets = configuration.serviceSockets.map { "\($0.name)=\($0.path)" }
        let httpSockets = configuration.httpServiceSockets.map { "\($0.name)=\($0.path)" }
        let tokens = configuration.httpTokens.map { "\($0.name)=\($0.path)" }
        let rows: [(Setting, String)] = [
            (.dataDirectory, configuration.dataDirectory),
            (.masterKey, configuration.masterKeyPath),
            (.socket, configuration.socketPath),
            (.group, configuration.socketGroup ?? "(the process's own)"),
            (.serviceSocket, sockets.isEmpty ? "(none)" : sockets.joined(separator: " ")),
            (.httpSocket, configuration.httpSocketPath ?? "none"),
            (.httpServiceSocket, httpSockets.isEmpty ? "(none)" : httpSockets.joined(separator: " ")),
            (.httpPort, configuration.httpPort.map(String.init) ?? "(none)"),
            (.httpToken, tokens.isEmpty ? "(none)" : tokens.joined(separator: " ")),
            (.pack, configuration.starterPack?.rawValue ?? "none"),
            (.logLevel, configuration.logLevel.rawValue),
            (.logReserveBytes, String(configuration.logReserveBytes)),
            (.ballastBytes, String(configuration.ballastBytes)),
            (.witness, configuration.witnessPath ?? "none"),
            (.maximumConnections, String(limits.connections)),
            (.maximumOpenRequests, String(limits.openRequests)),
            (.maximumBytesInFlight, String(limits.bytesInFlight)),
            (.maximumStreams, String(limits.streams)),
            (.clientTimeout, String(limits.clientTimeout.components.seconds)),
            (.stopTimeout, String(limits.stopTimeout.components.seconds)),
            (.refusalDays, String(configuration.refusalDays)),
            (.scrubMegabytesPerSecond, String(configuration.scrubMegabytesPerSecond)),
        ]
        return rows.map { "\($0.0.name) = \($0.1)" }.joined(separator: "\n")
    }
}
