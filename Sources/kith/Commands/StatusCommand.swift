internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith status`: how the service is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the state of the log and of the projections.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Flag(help: "Compute the digest of every projection; reads all of their rows.")
    var digest = false

    func run() async throws {
        let times = try reader.times
        var request = StatusRequest()
        request.digest = digest
        let status = try await options.withClient { try await $0.status(request) }.value
        if options.json {
            try JSONOutput.print(status)
        } else {
            for line in StatusText.lines(status, times) { try Console.standard.line(line) }
        }
    }
}
