internal import Crypto
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// A command that rows became.
struct DocumentCommand: Sendable {
    /// Index of the document in the mapping.
    var document: Int
    var command: Command
    /// Lines of the rows that it was made of.
    var lines: [Int]
    /// Bytes of the command, about.
    var length: Int
}

/// A row that was not taken.
struct Rejection: Equatable, Sendable {
    var line: Int
    var code: String
    var reason: String
    /// Name of the document; empty where the row became none.
    var document = ""
}

/// Makes commands of groups of rows.
///
/// A command's idempotency key is a SHA-256 over what makes it itself, so that the same import made again sends the
/// same commands: the import, the document, the key of its rows and its content. What a changed file says of the
/// same document is thus a new command, which changes or, where the content is the same, is answered `unchanged`.
/// Where the whole row is the key of a document, or the mapping says so, the import and the content are left out: the
/// row is known again in whatever file it comes.
struct CommandMaker {
    /// What became of a group.
    struct Outcome {
        var commands: [DocumentCommand] = []
        var rejections: [Rejection] = []
        /// Rows from which the mapping makes nothing.
        var ignoredRows = 0
    }

    /// What the documents of a group have in common while they are made.
    private struct Progress {
        /// Keys of the documents that are sent once.
        var once: Set<Digest> = []
        /// Whether the conditions of any document held.
        var applied = false
    }

    /// The largest command that is sent: a frame of 4 MiB, less what goes around it.
    static let maximumCommandLength = (4 << 20) - (64 << 10)

    private let mapping: ImportMapping
    private let values: RowScope.Values
    private let groupColumns: [Int]
    /// File, mapping and mode: what makes an import itself.
    private let importIdentity: [UInt8]
    private var sentOnce: Set<Digest> = []

    init(_ mapping: ImportMapping, columns: [String], importIdentity: [UInt8]) {
        self.mapping = mapping
        self.importIdentity = importIdentity
        values = mapping.values(in: columns)
        groupColumns = mapping.group.compactMap { columns.firstIndex(of: $0) }
    }

    /// The commands of a group, in the order in which they must be sent; or why its rows are rejected, all of them.
    mutating func commands(for group: RowGroup) -> Outcome {
        if let problem = group.problem { return Outcome(rejections: Self.rejections(of: group, problem)) }
        let scope = RowScope(values: values, rows: group.rows.map(\.row))
        var outcome = Outcome()
        var progress = Progress()
        for index in mapping.documents.indices {
            do throws(RowScope.Problem) {
                outcome.commands += try commands(of: index, group, scope, &progress)
            } catch {
                let name = mapping.documents[index].name
                return Outcome(rejections: Self.rejections(of: group, error, document: name))
            }
        }
        sentOnce.formUnion(progress.once)
        if !progress.applied { outcome.ignoredRows = group.rows.count }
        return outcome
    }

    /// Sends once what is to be sent once from here on again: for dry runs, which leave nothing behind that a later
    /// command could refer to.
    mutating func forgetSent() { sentOnce.removeAll() }

    private func commands(
        of index: Int, _ group: RowGroup, _ scope: RowScope, _ progress: inout Progress
    ) throws(RowScope.Problem) -> [DocumentCommand] {
        guard mapping.documents[index].perRow, group.rows.count > 1 else {
            return try command(of: index, group, scope, &progress).map { [$0] } ?? []
        }
        var commands: [DocumentCommand] = []
        for row in group.rows.indices {
            let single = RowGroup(rows: [group.rows[row]])
            if let command = try command(of: index, single, scope.only(row), &progress) { commands.append(command) }
        }
        return commands
    }

    private func command(
        of index: Int, _ group: RowGroup, _ scope: RowScope, _ progress: inout Progress
    ) throws(RowScope.Problem) -> DocumentCommand? {
        let document = mapping.documents[index]
        guard try scope.holds(document.conditions) else { return nil }
        progress.applied = true
        let onceKey = try onceKey(document, scope)
        if let known = onceKey.map({ Digest($0) }) {
            if sentOnce.contains(known) || !progress.once.insert(known).inserted { return nil }
        }
        var command = Command()
        command.bodies = try bodies(document, group, scope)
        guard !command.bodies.isEmpty else { return nil }
        command.mode = mapping.mode
        command.source.system = mapping.system
        command.source.channel = mapping.channel
        if let time = document.occurredAt ?? mapping.occurredAt, case .time(let instant) = try scope.value(time) {
            command.occurredAt = instant.timestamp
        } else if mapping.mode == .historic, !mapping.undatedAtStart {
            // Without a time of its own the service gives the command that of the import's start.
            throw problem(group, .valueInvalid, "there is no time at which it occurred")
        }
        let content: [UInt8] = (try? command.serializedBytes()) ?? []
        guard content.count <= Self.maximumCommandLength else {
            throw problem(group, .limitExceeded, "\(document.name) has \(content.count) bytes; a frame takes 4 MiB")
        }
        let key = onceKey ?? rowsKey(group, perRow: document.perRow)
        command.idempotencyKey = Data(idempotencyKey(document, key, content))
        return DocumentCommand(document: index, command: command, lines: group.lines, length: content.count)
    }

    private func bodies(
        _ document: ImportMapping.Document, _ group: RowGroup, _ scope: RowScope
    ) throws(RowScope.Problem) -> [CommandBody] {
        var bodies: [CommandBody] = []
        for template in document.bodies {
            guard let json = try template.render(scope) else { continue }
            do {
                bodies.append(try CommandBody(jsonUTF8Bytes: json.serialised))
            } catch {
                throw problem(group, .commandInvalid, "\(document.name) is no command: \(error)")
            }
        }
        return bodies
    }

    // MARK: Identity

    private func onceKey(
        _ document: ImportMapping.Document, _ scope: RowScope
    ) throws(RowScope.Problem) -> [UInt8]? {
        guard !document.once.isEmpty else { return nil }
        var key = [UInt8]()
        key.appendMeasured(document.name.utf8)
        for value in document.once { key.appendMeasured((try scope.value(value).text ?? "").utf8) }
        return key
    }

    /// What makes the rows themselves: the columns of their group, or the whole row and its occurrence number.
    private func rowsKey(_ group: RowGroup, perRow: Bool) -> [UInt8] {
        let first = group.rows[0]
        var key = [UInt8]()
        if groupColumns.isEmpty || perRow {
            key.appendMeasured(first.row.identity)
            key.appendMeasured(String(first.occurrence).utf8)
        } else {
            for column in groupColumns { key.appendMeasured(first.row[column]) }
        }
        return key
    }

    private func idempotencyKey(_ document: ImportMapping.Document, _ key: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var bytes = Array("kith import 1".utf8)
        bytes.appendMeasured(mapping.system.utf8)
        bytes.appendMeasured(document.name.utf8)
        bytes.appendMeasured(key)
        if !isKnownByRow(document) {
            bytes.appendMeasured(importIdentity)
            bytes.appendMeasured(content)
        }
        return Array(SHA256.hash(data: bytes))
    }

    /// Whether the command of a document is known by its row alone.
    private func isKnownByRow(_ document: ImportMapping.Document) -> Bool {
        document.knownByRow || (mapping.identifiesRows && document.once.isEmpty)
    }

    /// Whether an id that was used before means that the same row came in with another import.
    func isKnownByRow(_ index: Int) -> Bool { isKnownByRow(mapping.documents[index]) }

    // MARK: Rejections

    private func problem(_ group: RowGroup, _ code: RowDefect.Code, _ reason: String) -> RowScope.Problem {
        RowScope.Problem(line: group.rows[0].row.line, defect: RowDefect(code, reason))
    }

    /// Every row of the group, the one that is at fault with its own reason.
    private static func rejections(
        of group: RowGroup, _ problem: RowScope.Problem, document: String = ""
    ) -> [Rejection] {
        group.lines.sorted().map { line in
            if line == problem.line {
                return Rejection(
                    line: line, code: problem.defect.code.rawValue, reason: problem.defect.reason, document: document)
            }
            return Rejection(
                line: line, code: RowDefect.Code.groupRejected.rawValue,
                reason: "line \(problem.line) of the same group was rejected", document: document)
        }
    }
}
