internal import ArgumentParser
internal import FoundationEssentials
internal import KithClient
internal import Schema

/// `kith verify`: the whole log, through the service or from its directory.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check every record of the log and what binds the records to each other.",
        discussion: """
            The service does it while it runs; with --directory the files are read here, without the service and \
            without changing anything. Exit code 1 where the log is damaged: the first position and the kind of \
            damage are named. docs/verification.md says what is checked, and what that proves.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Read the data directory itself instead of asking the service.", completion: .directory)
    var directory: String?

    @Option(help: "Size of a tree whose root was given out: needs --root.")
    var size: UInt64?

    @Option(help: ArgumentHelp("The root that the tree of that size must have.", valueName: "hexadecimal"))
    var root: String?

    /// What is asked of the service.
    var request: VerifyRequest {
        get throws(Failure) {
            var request = VerifyRequest()
            guard size != nil || root != nil else { return request }
            guard let size, size > 0, let bytes = root.flatMap({ Hexadecimal.bytes($0) }), bytes.count == 32 else {
                throw .wrongUse("--size and --root go together; a root has 64 hexadecimal digits")
            }
            request.size = size
            request.root = Data(bytes)
            return request
        }
    }

    func run() async throws {
        let request = try request
        var bar = ProgressBar("verifying")
        defer { bar.finish() }
        var result: VerifyProgress?
        func tell(_ progress: VerifyProgress) throws {
            if options.json { try JSONOutput.print(progress) }
            let note = "\(Int(progress.bytesPerSecond / 1_000_000)) MB/s"
            bar.update(done: Int(clamping: progress.position), total: Int(clamping: progress.target), note: note)
            if progress.done { result = progress }
        }
        if let directory {
            try OfflineVerification(directory: directory).run(request) { progress in try tell(progress) }
        } else {
            try await options.withClient { client in
                for try await progress in client.verify(request) { try tell(progress) }
            }
        }
        bar.finish()
        guard let result else { throw Failure.refused("the verification ended before it was done") }
        if !options.json {
            for line in VerifyText.lines(result) { try Console.standard.line(line) }
        }
        if result.hasDamage { throw Failure.reported }
    }
}
