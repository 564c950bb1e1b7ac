internal import ArgumentParser

/// The command line of the service.
///
/// Exit codes: 0 done, 1 refused, 2 wrong use, 3 service not reachable.
@main
struct Kith: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith",
        abstract: "Send commands to a kith service, read its views and its history, import files.",
        discussion: """
            Exit codes: 0 done, 1 refused (the reason is on standard error), 2 wrong use, 3 service not reachable.
            The socket is --socket, else KITH_SOCKET, else kith.sock in XDG_RUNTIME_DIR, else /tmp/kith-<uid>.sock.
            --socket and --json may stand before the subcommand or behind it.
            Shell completions: kith --generate-completion-script bash|zsh|fish
            """,
        subcommands: [
            SubmitCommand.self, ImportCommand.self, GetCommand.self, ListCommand.self, CustomerCommand.self,
            PipelineCommand.self, OpportunitiesCommand.self, LoyaltyCommand.self, TargetsCommand.self,
            TicketsCommand.self, ClocksCommand.self, ServiceCommand.self, ClaimNextCommand.self,
            BodyCommand.self, HistoryCommand.self, RefusalsCommand.self, StatusCommand.self, DoctorCommand.self,
            RebuildCommand.self, RecomputeCommand.self, VerifyCommand.self, BackupCommand.self, RestoreCommand.self,
            AccessCommand.self, PackCommand.self, DemoDataCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot(LeadingOptions.moved(Array(CommandLine.arguments.dropFirst())))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try Console.standard.flush()
        } catch {
            exit(with: error)
        }
    }

    /// Ends the process with the exit code and the message of this error.
    private static func exit(with error: any Error) -> Never {
        // What was already printed belongs to the answer, also where the rest failed.
        try? Console.standard.flush()
        let outcome = Outcome(of: error)
        if let text = outcome.output { Console.standard.writeNow(text) }
        if let text = outcome.complaint { Console.complain(text) }
        Console.exit(outcome.code)
    }

    /// What the process says at its end, and its exit code.
    struct Outcome: Equatable {
        var code: Int32
        /// For standard output: help, the version, a completion script.
        var output: String?
        /// For standard error.
        var complaint: String?

        /// The outcome of an error thrown by parsing or by a command.
        init(of error: any Error) {
            if let failure = error as? Failure {
                self.init(code: failure.exitCode, output: nil, complaint: failure.text)
            } else if Kith.exitCode(for: error) == .success {
                self.init(code: 0, output: Kith.fullMessage(for: error), complaint: nil)
            } else if let code = error as? ExitCode {
                self.init(code: code.rawValue, output: nil, complaint: nil)
            } else {
                // Whatever ArgumentParser refuses (its own exit code is 64) is wrong use.
                self.init(code: Failure.wrongUseCode, output: nil, complaint: Kith.fullMessage(for: error))
            }
        }

        init(code: Int32, output: String?, complaint: String?) {
            self.code = code
            self.output = output
            self.complaint = complaint
        }
    }
}
