internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith recompute`: every consequence anew, compared with the log.
struct RecomputeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recompute",
        abstract: "Compute every consequence in the log anew, and compare it with the one that is there.",
        discussion: "Exit code 1 where the log does not hold exactly what follows from its facts.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Up to this position; up to the end where it is absent.")
    var until: UInt64 = 0

    func run() async throws {
        var request = RecomputeRequest()
        request.until = until
        let response = try await options.withClient { try await $0.recompute(request) }.value
        if options.json {
            try JSONOutput.print(response)
        } else {
            for line in RecomputeText.lines(response) { try Console.standard.line(line) }
        }
        if !response.divergences.isEmpty { throw Failure.reported }
    }
}
