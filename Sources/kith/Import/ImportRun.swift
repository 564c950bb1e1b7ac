internal import Crypto
internal import FoundationEssentials
internal import Schema

/// Carries out an import: starts it, sends the commands of every group in order, commits it.
///
/// One frame of commands is under way while the next one is made of rows.
struct ImportRun {
    /// A file with its digest, read once before anything is sent: the import is known by it.
    struct Source {
        var path: String
        var digest: [UInt8]
        var length: Int
    }

    private static let frameCommands = 256
    private static let frameBytes = 1 << 20
    /// The service takes so many bodies under one command id.
    private static let commandBodies = 1_000

    private let mapping: ImportMapping
    private let mappingDigest: [UInt8]
    private let source: Source
    private let delivery: CommandDelivery
    private let report: ImportReport
    private let dryRun: Bool
    private var summary = ImportSummary()
    private var maker: CommandMaker
    private var groups: GroupReader
    private let file: InputFile

    private var frame: [DocumentCommand] = []
    private var frameLength = 0
    /// Of a dry run: whether the service has what a document would define, by the document's key.
    private var keptInService: [Digest: Bool] = [:]
    private var underWay: (frame: [DocumentCommand], answer: Task<[CommandResult], any Error>)?

    /// - Throws: wrong use where the file cannot be read with the mapping.
    init(
        _ mapping: ImportMapping, mappingDigest: [UInt8], source: Source, delivery: CommandDelivery,
        report: ImportReport, dryRun: Bool
    ) throws(Failure) {
        self.mapping = mapping
        self.mappingDigest = mappingDigest
        self.source = source
        self.delivery = delivery
        self.report = report
        self.dryRun = dryRun
        file = try InputFile(path: source.path)
        groups = try GroupReader(try RowReader(file, format: mapping.format), mapping: mapping)
        let identity = Self.identity(mapping, mappingDigest, source)
        maker = CommandMaker(mapping, columns: groups.columns, importIdentity: identity)
        summary.file = source.path
        summary.mapping = mapping.name
        summary.mode = Labels.of(mapping.mode)
        summary.dryRun = dryRun
        summary.documents = mapping.documents.map { ($0.name, ImportSummary.DocumentCounts()) }
    }

    /// Reads a file to its end to know its digest.
    static func source(path: String) throws(Failure) -> Source {
        let file = try InputFile(path: path)
        guard file.length != nil else {
            throw .wrongUse("\(path) is no regular file: an import reads its file twice")
        }
        var bytes = [UInt8]()
        while try file.read(1 << 20, into: &bytes) { bytes.removeAll(keepingCapacity: true) }
        return Source(path: path, digest: file.digest, length: file.bytesRead)
    }

    /// Does the import.
    ///
    /// - Returns: what became of it; some rows may have been rejected.
    /// - Throws: refused where the import as a whole was, not reachable where the service went away for too long.
    mutating func run() async throws -> ImportSummary {
        let started = ContinuousClock.now
        var bar = ProgressBar(dryRun ? "checking" : "importing")
        defer { bar.finish() }
        let startedBefore = dryRun ? false : try await start()
        while let group = try groups.next() {
            let outcome = maker.commands(for: group)
            for rejection in outcome.rejections { try report.add(rejection) }
            summary.ignoredRows += outcome.ignoredRows
            try await add(dryRun ? checked(try await withoutKept(outcome.commands)) : outcome.commands)
            bar.update(done: file.bytesRead, total: source.length, note: "\(groups.counts.read) rows")
        }
        try await send()
        try await settle()
        try report.finish()
        guard file.digest == source.digest else {
            throw Failure.wrongUse("\(source.path) was changed while it was read; the import is not committed")
        }
        summary.rows = groups.counts
        summary.rejectedRows = report.rejectedRows
        if !dryRun { try await commit(startedBefore: startedBefore) }
        summary.reconnects = await delivery.reconnects
        summary.seconds = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1_000
        return summary
    }

    // MARK: The import job

    private static func identity(_ mapping: ImportMapping, _ mappingDigest: [UInt8], _ source: Source) -> [UInt8] {
        source.digest + mappingDigest + [UInt8(mapping.mode.rawValue)]
    }

    /// A command about the import job, known by these bytes.
    private func jobCommand(_ body: CommandBody.OneOf_Command, _ word: String, _ identity: [UInt8]) -> Command {
        var bytes = Array("kith import 1".utf8)
        bytes.appendMeasured(word.utf8)
        bytes.appendMeasured(identity)
        var command = Command()
        command.idempotencyKey = Data(SHA256.hash(data: bytes))
        command.source.system = mapping.system
        command.source.channel = mapping.channel
        var commandBody = CommandBody()
        commandBody.command = body
        command.bodies = [commandBody]
        return command
    }

    /// - Returns: whether the import had been started before.
    private mutating func start() async throws -> Bool {
        var start = StartImport()
        start.fileHash = Data(source.digest)
        start.mapping = mapping.name
        start.mappingHash = Data(mappingDigest)
        start.mode = mapping.mode
        let identity = Self.identity(mapping, mappingDigest, source)
        let results = try await delivery.deliver([jobCommand(.startImport(start), "start", identity)])
        let body: BodyResult?
        let replayed: Bool
        switch results.first?.outcome {
        case .accepted(let accepted): (body, replayed) = (accepted.bodies.first, accepted.replayed)
        case .unchanged(let unchanged): (body, replayed) = (unchanged.bodies.first, true)
        case .refused(let detail): throw Failure.refused(detail)
        case nil: throw Failure.refused("the service gave no answer to the start of the import")
        }
        guard let body, !body.id.isEmpty else {
            throw Failure.refused("the service started the import but did not name it")
        }
        if !replayed { summary.events += 1 }
        (summary.importID, summary.importNumber) = (body.id, body.number)
        return replayed
    }

    private mutating func commit(startedBefore: Bool) async throws {
        var commit = CommitImport()
        commit.importJob.id = summary.importID
        commit.rowsRead = UInt64(summary.rows.read)
        commit.rowsRejected = UInt64(summary.rejectedRows)
        let counts = "\(summary.rows.read) \(summary.rejectedRows)"
        let identity = Self.identity(mapping, mappingDigest, source) + Array(counts.utf8)
        let results = try await delivery.deliver([jobCommand(.commitImport(commit), "commit", identity)])
        switch results.first?.outcome {
        case .accepted(let accepted): summary.events += accepted.replayed ? 0 : accepted.events.count
        case .unchanged: break
        // With other counts than the first time the command is another one, and the import is committed already.
        case .refused(let detail)
        where startedBefore && [.terminalState, .illegalTransition].contains(detail.code): break
        case .refused(let detail): throw Failure.refused(detail)
        case nil: throw Failure.refused("the service gave no answer to the commit of the import")
        }
    }

    // MARK: Frames

    private mutating func add(_ commands: [DocumentCommand]) async throws {
        for var command in commands {
            if !dryRun { command.command.importJob.id = summary.importID }
            if frame.count == Self.frameCommands || frameLength + command.length > Self.frameBytes, !frame.isEmpty {
                try await send()
            }
            frame.append(command)
            frameLength += command.length
        }
    }

    /// Hands the frame over, as soon as the one before it is answered: commands of one frame may refer to what
    /// those before them made.
    private mutating func send() async throws {
        try await settle()
        guard !frame.isEmpty else { return }
        let commands = frame.map(\.command)
        let delivery = delivery
        underWay = (frame, Task { try await delivery.deliver(commands) })
        frame.removeAll(keepingCapacity: true)
        frameLength = 0
    }

    /// Waits for the answers to the frame that is under way.
    private mutating func settle() async throws {
        guard let sent = underWay else { return }
        underWay = nil
        let results = try await checkedAgain(sent.frame, try await sent.answer.value)
        for (command, result) in zip(sent.frame, results) { try take(result, for: command) }
    }

    /// What a committed import no longer takes had changed nothing, or had been refused, when the import ran before.
    /// Which of the two it is, is asked again without the import, appending nothing.
    private func checkedAgain(
        _ frame: [DocumentCommand], _ results: [CommandResult]
    ) async throws -> [CommandResult] {
        let closed = results.indices.filter { index in
            guard case .refused(let detail)? = results[index].outcome else { return false }
            return detail.code == .illegalTransition && detail.field == "import_job"
        }
        guard !closed.isEmpty else { return results }
        let questions = closed.map { index in
            var command = frame[index].command
            command.clearImportJob()
            command.dryRun = true
            return command
        }
        var merged = results
        for (index, answer) in zip(closed, try await delivery.deliver(questions)) {
            // What would be taken now came too late for this import: its first answer stands.
            if case .accepted? = answer.outcome { continue }
            merged[index] = answer
        }
        return merged
    }

    private mutating func take(_ result: CommandResult, for command: DocumentCommand) throws {
        let index = command.document
        switch result.outcome {
        case .accepted(let accepted) where accepted.replayed: summary.documents[index].counts.replayed += 1
        case .accepted(let accepted):
            summary.documents[index].counts.accepted += 1
            if !dryRun { summary.events += accepted.events.count }
        case .unchanged: summary.documents[index].counts.unchanged += 1
        case .refused(let detail) where detail.code == .commandIDReused && maker.isKnownByRow(index):
            // The key is made of the row alone: the same row came in with another import.
            summary.documents[index].counts.replayed += 1
        case .refused(let detail) where keeps(detail, index): summary.documents[index].counts.unchanged += 1
        case .refused(let detail):
            summary.documents[index].counts.refused += 1
            try reject(command, detail.code.label, Self.reason(detail))
        case nil:
            summary.documents[index].counts.refused += 1
            try reject(command, ErrorCode.internal.label, "the service gave no answer")
        }
    }

    /// Whether a refusal says that something is there already which the mapping leaves as it is.
    private func keeps(_ detail: ErrorDetail, _ document: Int) -> Bool {
        detail.code == .referenceTaken && mapping.documents[document].keepsExisting
    }

    private func reject(_ command: DocumentCommand, _ code: String, _ reason: String) throws(Failure) {
        let document = mapping.documents[command.document].name
        for line in command.lines.sorted() {
            try report.add(Rejection(line: line, code: code, reason: reason, document: document))
        }
    }

    private static func reason(_ detail: ErrorDetail) -> String {
        detail.field.isEmpty ? detail.sentence : "\(detail.sentence) (field \(detail.field))"
    }

    /// The commands of a group that is only checked, without definitions of what the service has and the mapping
    /// keeps: they would have all others refused with them.
    private mutating func withoutKept(_ commands: [DocumentCommand]) async throws -> [DocumentCommand] {
        var left: [DocumentCommand] = []
        for command in commands {
            guard mapping.documents[command.document].keepsExisting else {
                left.append(command)
                continue
            }
            let key = Digest(Array(command.command.idempotencyKey))
            if keptInService[key] == nil {
                var question = command.command
                question.dryRun = true
                question.idempotencyKey = Self.dryRunKey(question)
                let answer = try await delivery.deliver([question]).first?.outcome
                var isKept = false
                if case .refused(let detail)? = answer { isKept = keeps(detail, command.document) }
                keptInService[key] = isKept
                if isKept { summary.documents[command.document].counts.unchanged += 1 }
            }
            if keptInService[key] != true { left.append(command) }
        }
        return left
    }

    /// Under the document's own key an import that took it before would be answered, not the question.
    private static func dryRunKey(_ command: Command) -> Data {
        Data(SHA256.hash(data: Array("kith import dry run".utf8) + Array(command.idempotencyKey)))
    }

    /// The commands of a group as one that is only checked: what they would make does not stay, so the documents
    /// of a group can refer to each other only within one command.
    private mutating func checked(_ commands: [DocumentCommand]) -> [DocumentCommand] {
        maker.forgetSent()
        guard var check = commands.last else { return [] }
        check.command.bodies = commands.flatMap(\.command.bodies)
        check.command.dryRun = true
        // A row that is known by itself is to be found by its key, though.
        if !maker.isKnownByRow(check.document) { check.command.idempotencyKey = Self.dryRunKey(check.command) }
        check.length = commands.reduce(0) { $0 + $1.length }
        for command in commands.dropLast() { summary.documents[command.document].counts.accepted += 1 }
        if check.command.bodies.count > Self.commandBodies {
            summary.documents[check.document].counts.accepted += 1
            return []
        }
        return [check]
    }
}
