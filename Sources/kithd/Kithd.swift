internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Service

/// The daemon: reads its configuration, opens the log, listens, and stops clean on SIGTERM or SIGINT.
@main
enum Kithd {
    private enum ExitCode {
        static let clean: Int32 = 0
        static let failed: Int32 = 1
        static let wrongUse: Int32 = 2
    }

    static func main() async {
        exit(await run(arguments: CommandLine.arguments.dropFirst()))
    }

    private static func run(arguments: some Sequence<String>) async -> Int32 {
        let configuration: ServiceConfiguration
        let manager: ManagerEnvironment
        do throws(WrongUse) {
            let flags = try CommandLineFlags(arguments)
            switch flags.action {
            case .help:
                print(HelpText.help)
                return ExitCode.clean
            case .version:
                print("kithd \(ServiceVersion.text)")
                return ExitCode.clean
            case .check, .serve:
                let environment = ProcessInfo.processInfo.environment
                let loader = try await ConfigurationLoader(flags: flags, environment: environment, userID: getuid())
                configuration = try await loader.configuration()
                manager = try ManagerEnvironment(environment, processID: getpid())
            }
            if flags.action == .check { return check(configuration) }
        } catch {
            printError("kithd: \(error)\nTry: kithd --help\n")
            return ExitCode.wrongUse
        }
        let logger = makeLogger(configuration)
        do {
            try await Daemon(configuration: configuration, manager: manager, logger: logger).run()
            logger.info("kithd has stopped")
            return ExitCode.clean
        } catch {
            logger.critical("kithd cannot go on", metadata: ["reason": "\(error)"])
            return ExitCode.failed
        }
    }

    /// Prints the configuration and what was found in the places that it names.
    private static func check(_ configuration: ServiceConfiguration) -> Int32 {
        let found = StartCheck(configuration).report()
        print(HelpText.check(configuration) + "\n\n" + found.lines.joined(separator: "\n"))
        return found.passes ? ExitCode.clean : ExitCode.failed
    }

    private static func makeLogger(_ configuration: ServiceConfiguration) -> Logger {
        let level = configuration.logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "kithd")
    }

    private static func printError(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
