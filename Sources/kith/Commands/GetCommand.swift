internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith get`: one aggregate.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show one record.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Argument(help: "What it is.")
    var kind: KindArgument

    @Argument(help: ArgumentHelp("Which one: \(ReferenceArgument.help)."))
    var reference: ReferenceArgument

    @Option(help: ArgumentHelp("Wait until the view reflects this position.", valueName: "position"))
    var atLeast: UInt64 = 0

    func run() async throws {
        var request = GetRequest()
        request.kind = kind.kind
        request.reference = reference.reference
        request.atLeast = atLeast
        let text = RecordText(times: try reader.times)
        let answer = try await options.withClient { try await $0.get(request) }
        if options.json {
            try JSONOutput.print(answer.value.record)
        } else {
            for line in text.lines(answer.value.record) { try Console.standard.line(line) }
        }
    }
}
