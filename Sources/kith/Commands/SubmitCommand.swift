internal import ArgumentParser
internal import FoundationEssentials
internal import KithClient
internal import Schema
internal import SwiftProtobuf

/// `kith submit`: commands as NDJSON, from a file or standard input.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Send commands, one JSON object per line.",
        discussion: """
            Each line is a kith.v1.Command in protobuf's JSON mapping, for example
              {"id": "01930ad2-7c40-7000-8000-000000000001", "bodies": [{"upsertParty":
               {"key": {"system": "shop", "key": "4711"}, "kind": "PARTY_KIND_PERSON", "name": {"display": "Ana"}}}]}
            Commands are decided in the order of the lines, each on its own. Exit code 1 where any was refused.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "File of commands; standard input where it is absent or '-'.", completion: .file())
    var file = "-"

    @Flag(help: "Send the bodies of all lines as one command: all of them happen or none.")
    var atomic = false

    @Flag(help: "Decide and answer, but append nothing.")
    var dryRun = false

    @Flag(help: "Give every command that has neither an id nor an idempotency key a new id.")
    var newIds = false

    func run() async throws {
        let reader = LineReader(try InputFile(path: file), maximumLength: CommandReader.maximumLineLength)
        var input = CommandReader(reader, dryRun: dryRun, newIDs: newIds && !atomic)
        var printer = ResultPrinter(json: options.json)
        try await options.withClient { client in
            if atomic {
                try await submitAtomic(&input, client, &printer)
            } else {
                try await submitEach(&input, client, &printer)
            }
        }
        try printer.finish()
    }

    private func submitAtomic(
        _ input: inout CommandReader, _ client: KithClient, _ printer: inout ResultPrinter
    ) async throws {
        var whole = AtomicCommand()
        while let line = try input.next() {
            switch line.content {
            case .command(let command): try whole.add(command, line: line.number)
            case .problem(let detail):
                throw Failure.refused("line \(line.number): \(detail.sentence)", code: detail.code.label)
            }
        }
        if newIds { whole.giveID() }
        guard let command = whole.command else { return }
        let answer = try await client.submit(command)
        try printer.print(answer.value, line: 1)
    }

    /// One frame is under way while the next one is read. Where the input makes us wait, what was read is sent, and
    /// its results are printed: somebody may be typing.
    private func submitEach(
        _ input: inout CommandReader, _ client: KithClient, _ printer: inout ResultPrinter
    ) async throws {
        var frame = CommandFrame()
        var underWay: (lines: [CommandFrame.Line], answer: Task<[CommandResult], any Error>)?
        func settle(_ printer: inout ResultPrinter) async throws {
            guard let sent = underWay else { return }
            underWay = nil
            try CommandFrame.print(sent.lines, try await sent.answer.value, &printer)
        }
        while true {
            if !input.isReady() {
                if !frame.isEmpty { underWay = try await send(&frame, client, &printer, settle) }
                try await settle(&printer)
                try Console.standard.flush()
            }
            guard let line = try input.next() else { break }
            frame.add(line)
            if frame.isFull { underWay = try await send(&frame, client, &printer, settle) }
        }
        if !frame.isEmpty { underWay = try await send(&frame, client, &printer, settle) }
        try await settle(&printer)
    }

    private func send(
        _ frame: inout CommandFrame, _ client: KithClient, _ printer: inout ResultPrinter,
        _ settle: (inout ResultPrinter) async throws -> Void
    ) async throws -> (lines: [CommandFrame.Line], answer: Task<[CommandResult], any Error>) {
        try await settle(&printer)
        let lines = frame.takeLines()
        let commands = lines.compactMap(\.command)
        let answer = Task { () throws -> [CommandResult] in
            commands.isEmpty ? [] : try await client.submit(commands).value
        }
        return (lines, answer)
    }
}
