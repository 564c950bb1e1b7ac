internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith rebuild`: a projection from position 1, while the service runs.
struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Rebuild a projection while the service runs.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the projection (see kith status), or 'all'.")
    var name: String

    func run() async throws {
        var request = RebuildRequest()
        request.name = name
        var bar = ProgressBar("rebuilding \(name)")
        defer { bar.finish() }
        let finished = try await options.withClient { client in
            var finished: [RebuildProgress] = []
            for try await progress in client.rebuild(request) {
                if options.json { try JSONOutput.print(progress) }
                let note = "\(progress.name)  \(Int(progress.eventsPerSecond)) events/s"
                bar.update(done: Int(clamping: progress.position), total: Int(clamping: progress.target), note: note)
                if progress.done { finished.append(progress) }
            }
            return finished
        }
        bar.finish()
        guard !finished.isEmpty else { throw Failure.refused("the rebuild ended before it was done") }
        if !options.json {
            for line in RebuildText.lines(finished) { try Console.standard.line(line) }
        }
    }
}
