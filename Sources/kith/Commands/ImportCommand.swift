internal import ArgumentParser
internal import Crypto
internal import KithClient

/// `kith import`: rows of a file as commands.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a file of rows with a mapping.",
        discussion: """
            Importing the same file again appends nothing. Where the service restarts during an import, the import \
            waits and goes on. Exit code 1 where rows were rejected; the others are imported all the same.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The file to import: UTF-8 text.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("What the rows mean: see docs/importing.md.", valueName: "file"), completion: .file())
    var mapping: String

    @Flag(help: "Read, map and have the service check everything, but append nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Write rejected rows to this file, one JSON object per line.", valueName: "file"),
        completion: .file())
    var report: String?

    @Option(help: ArgumentHelp("How long to go on while the service cannot be reached.", valueName: "seconds"))
    var retryFor = 60

    func validate() throws {
        guard retryFor >= 0 else { throw ValidationError("--retry-for must not be negative.") }
    }

    func run() async throws {
        let (mapping, digest) = try Self.readMapping(path: mapping)
        let source = try ImportRun.source(path: file)
        let socketPath = options.socketPath
        let delivery = CommandDelivery(patience: .seconds(retryFor)) { () throws(ChannelError) in
            try await ClientChannel.connect(socketPath)
        }
        var run = try ImportRun(
            mapping, mappingDigest: digest, source: source, delivery: delivery,
            report: try ImportReport(path: report), dryRun: dryRun)
        let summary: ImportSummary
        do {
            summary = try await run.run()
        } catch {
            await delivery.close()
            throw error
        }
        await delivery.close()
        if options.json {
            try Console.standard.line(utf8: summary.json.serialised)
        } else {
            for line in summary.lines { try Console.standard.line(line) }
        }
        if summary.rejectedRows > 0 { throw Failure.reported }
    }

    /// The mapping and its SHA-256.
    static func readMapping(path: String) throws(Failure) -> (ImportMapping, [UInt8]) {
        let bytes = try InputFile.contents(of: path, limit: ImportMapping.maximumFileLength)
        do throws(MappingProblem) {
            return (try ImportMapping(json: bytes), Array(SHA256.hash(data: bytes)))
        } catch {
            throw error.failure
        }
    }
}
