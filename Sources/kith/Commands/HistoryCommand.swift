internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith history`: events in the order of the log.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show events: all, or those of a stream, a subject, or some kinds.",
        discussion: """
            --stream order:online-retail:536365 names kind and reference of a stream. --kind may be repeated, and narrows \
            --stream and --subject. With --canonical the whole \
            history is printed in a form by which two logs can be compared: without what the service chose.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var reader: ReaderOptions

    @Option(help: ArgumentHelp("Events of one stream.", valueName: "kind:reference"))
    var stream: StreamArgument?

    @Option(help: ArgumentHelp("Events that concern one party.", valueName: "reference"))
    var subject: ReferenceArgument?

    @Option(
        help: ArgumentHelp("Only events of this kind, for example OrderPlaced; may be repeated.", valueName: "name"))
    var kind: [EventKindArgument] = []

    @Option(help: ArgumentHelp("First position.", valueName: "position"))
    var from: UInt64?

    @Option(help: ArgumentHelp("Last position.", valueName: "position"))
    var to: UInt64?

    @Option(help: ArgumentHelp("How many events at most.", valueName: "n"))
    var limit: UInt64?

    @Flag(help: "Go on with new events as they become durable.")
    var follow = false

    @Flag(help: "Open the personal parts.")
    var reveal = false

    @Option(help: ArgumentHelp("Why personal data are read; auditors must say it.", valueName: "text"))
    var purpose: String?

    @Flag(help: "A form by which two logs can be compared; needs the whole history.")
    var canonical = false

    func validate() throws {
        guard stream == nil || subject == nil else {
            throw ValidationError("Only one of --stream and --subject can be given.")
        }
        let isWhole = stream == nil && subject == nil && kind.isEmpty
        if canonical, !isWhole || from != nil || to != nil || limit != nil || follow {
            throw ValidationError("--canonical needs the whole history; leave out scope, range, limit and --follow.")
        }
        if limit == 0 { throw ValidationError("--limit must be at least 1.") }
        if let from, let to, from > to { throw ValidationError("--from must not be greater than --to.") }
    }

    func run() async throws {
        try await options.withClient { client in
            if canonical { try await printCanonical(client) } else { try await printEvents(client) }
        }
    }

    /// What is asked of the service.
    var request: HistoryRequest {
        var request = HistoryRequest()
        if let stream {
            request.stream = stream.scope
        } else if let subject {
            request.subject = subject.reference
        } else {
            request.all = true
        }
        // One kind alone is a scope of its own, which every version of the service knows.
        if request.all, kind.count == 1 { request.kind = kind[0].kind } else { request.eventKinds = kind.map(\.kind) }
        request.from = from ?? 0
        request.to = to ?? 0
        request.limit = limit ?? 0
        request.follow = follow
        request.reveal = reveal
        request.purpose = purpose ?? ""
        return request
    }

    private func printEvents(_ client: KithClient) async throws {
        let text = HistoryText(times: try reader.times)
        for try await page in client.history(request) {
            for event in page.value.events {
                if options.json {
                    try JSONOutput.print(event)
                } else {
                    try Console.standard.line(text.line(event))
                }
            }
            if page.value.caughtUp || follow { try Console.standard.flush() }
        }
    }

    private func printCanonical(_ client: KithClient) async throws {
        var history = CanonicalHistory(reveal: reveal)
        var bar = ProgressBar("reading")
        defer { bar.finish() }
        for try await page in client.history(request) {
            for event in page.value.events { try history.add(event) }
            bar.update(
                done: Int(clamping: page.value.next), total: Int(clamping: page.reflects.position), note: "")
        }
        bar.finish()
        for line in history.sortedLines() { try Console.standard.line(utf8: line) }
    }
}
