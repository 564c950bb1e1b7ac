internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import KithClient
internal import Schema

/// `kith doctor`: what is wrong with the service, and what to type about it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what is wrong with the service, one line each, with what to type.",
        discussion: """
            Asks the service; where none answers, looks at its directory, without changing anything.
            Exit code: 0 nothing is wrong, 1 something is.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(
        help: ArgumentHelp(
            "Data directory to look at where no service answers.",
            discussion: "Default: KITH_DATA_DIRECTORY, else the service's own default.", valueName: "path"),
        completion: .directory)
    var dataDirectory: String?

    @Option(
        help: ArgumentHelp(
            "File with the master key, to look at where no service answers.",
            discussion: "Default: KITH_MASTER_KEY, else master.key in the data directory.", valueName: "path"),
        completion: .file())
    var masterKey: String?

    @Option(help: ArgumentHelp("Seconds to wait for the service's answer.", valueName: "n"))
    var timeout = 10

    func run() async throws {
        let troubles = await troubles()
        for trouble in troubles {
            if options.json {
                try Console.standard.line(utf8: try JSONEncoder().encode(trouble))
            } else {
                try Console.standard.line(trouble.line)
            }
        }
        guard troubles.isEmpty else { throw Failure.reported }
        if !options.json { try Console.standard.line("Nothing is wrong.") }
    }

    private func troubles() async -> [Trouble] {
        do {
            return ServiceExamination(status: try await status()).troubles
        } catch let failure as Failure where failure.exitCode == 1 {
            return [Self.refused(failure)]
        } catch {
            return examination(ProcessInfo.processInfo.environment).troubles
        }
    }

    /// The status, or no answer in time: a service that is stuck still has connections made for it by the system.
    private func status() async throws -> StatusResponse {
        let (answers, source) = AsyncStream.makeStream(of: Result<StatusResponse, any Error>.self)
        let asking = Task { [options] in
            do {
                source.yield(.success(try await options.withClient { try await $0.status(StatusRequest()) }.value))
            } catch {
                source.yield(.failure(error))
            }
        }
        let waiting = Task { [timeout] in
            try await Task.sleep(for: .seconds(timeout))
            source.yield(.failure(Failure.notReachable("The service has not answered in \(timeout) s.")))
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        for await answer in answers { return try answer.get() }
        throw CancellationError()
    }

    /// The service answers, and says nothing to this caller.
    private static func refused(_ failure: Failure) -> Trouble {
        Trouble(
            "refused", "The service answers, but not to user id \(geteuid()): \(failure.sentence)",
            type: "sudo kith access grant --uid \(geteuid()) --role operator")
    }

    private func examination(_ environment: [String: String]) -> DirectoryExamination {
        func path(_ given: String?, _ variable: String) -> String? {
            given ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        }
        let directory = path(dataDirectory, "KITH_DATA_DIRECTORY") ?? Self.defaultDirectory(environment)
        return DirectoryExamination(
            socket: options.socketPath, directory: directory,
            masterKey: path(masterKey, "KITH_MASTER_KEY") ?? "\(directory)/master.key")
    }

    /// Where the service of this user has its data when nothing is configured (docs/configuration.md).
    private static func defaultDirectory(_ environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/kith" }
        if let directory = environment["XDG_DATA_HOME"], directory.hasPrefix("/") { return directory + "/kith" }
        return (environment["HOME"] ?? "") + "/.local/share/kith"
    }
}
