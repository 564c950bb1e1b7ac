internal import ArgumentParser
internal import KithClient
internal import Schema

/// `kith body`: long texts, e-mails and files.
struct BodyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "body", abstract: "Upload and read long texts, e-mails and files.",
        subcommands: [BodyPutCommand.self, BodyGetCommand.self])
}

/// `kith body put`.
struct BodyPutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Upload a file, and print the id by which a command refers to it within a day.",
        discussion: "With --json prints the whole reference.")

    /// As much as the service takes.
    private static let greatestSize = 25_000_000

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The file; - is standard input.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "For which party it is, which must be that of the ticket, note or interaction: "
                + "\(ReferenceArgument.help).", discussion: "Without it, it concerns nobody.", valueName: "reference"))
    var party: ReferenceArgument?

    @Option(
        help: ArgumentHelp("For which employee it is, instead: \(ReferenceArgument.help).", valueName: "reference"))
    var employee: ReferenceArgument?

    @Option(help: ArgumentHelp("What it is, for example message/rfc822.", valueName: "media type"))
    var type = "application/octet-stream"

    @Option(help: ArgumentHelp("UUID of the new item; chosen by the service where it is absent.", valueName: "uuid"))
    var id: String?

    func validate() throws {
        guard party == nil || employee == nil else {
            throw ValidationError("It is for one: --party or --employee.")
        }
    }

    func run() async throws {
        let input = try InputFile(path: file)
        var content: [UInt8] = []
        while try input.read(256 * 1024, into: &content) {
            guard content.count <= Self.greatestSize else {
                throw Failure.wrongUse("\(input.name) is longer than \(Self.greatestSize) bytes")
            }
        }
        var begin = PutBodyBegin()
        begin.mediaType = type
        if let id { begin.itemID = id }
        if let party { begin.subject = party.reference }
        if let employee {
            begin.subject = employee.reference
            begin.subjectKind = .employee
        }
        let (announced, bytes, hash) = (begin, content, input.digest)
        let body = try await options.withClient { client in
            try await client.putBody(announced, content: bytes, contentHash: hash).value
        }
        if options.json {
            try JSONOutput.print(body)
        } else {
            try Console.standard.line(body.itemID)
        }
    }
}

/// `kith body get`.
struct BodyGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Write the content of a body to standard output.",
        discussion: "With --json prints what it is instead.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "UUID of the item.")
    var id: String

    @Option(help: ArgumentHelp("Why personal data are read; auditors must say it.", valueName: "text"))
    var purpose = ""

    func run() async throws {
        var request = GetBodyRequest()
        request.itemID = id
        request.purpose = purpose
        let (asked, describes) = (request, options.json)
        try await options.withClient { client in
            for try await piece in client.getBody(asked) {
                if describes {
                    try JSONOutput.print(piece.body)
                    return
                }
                try Console.standard.bytes(Array(piece.content))
            }
        }
    }
}
