internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf

/// Lines that are sent together.
struct CommandFrame {
    /// A line of the input: a command, or what is wrong with it.
    struct Line: Sendable {
        enum Content: Sendable {
            case command(Command)
            case problem(ErrorDetail)
        }

        var number: Int
        var content: Content
        /// Bytes of the line.
        var length: Int

        var command: Command? {
            if case .command(let command) = content { command } else { nil }
        }
    }

    private static let linesMaximum = 256
    private static let bytesMaximum = 1 << 20

    private var lines: [Line] = []
    private var bytes = 0

    var isEmpty: Bool { lines.isEmpty }
    var isFull: Bool { lines.count >= Self.linesMaximum || bytes >= Self.bytesMaximum }

    mutating func add(_ line: Line) {
        lines.append(line)
        bytes += line.length
    }

    /// Empties the frame.
    mutating func takeLines() -> [Line] {
        let taken = lines
        lines.removeAll(keepingCapacity: true)
        bytes = 0
        return taken
    }

    /// Prints the results in the order of the lines, those that were not sent among them.
    static func print(_ lines: [Line], _ results: [CommandResult], _ printer: inout ResultPrinter) throws(Failure) {
        var rest = results[...]
        for line in lines {
            switch line.content {
            case .command:
                guard let result = rest.popFirst() else { throw .refused("the service answered too few commands") }
                try printer.print(result, line: line.number)
            case .problem(let detail):
                var result = CommandResult()
                result.refused = detail
                try printer.print(result, line: line.number)
            }
        }
    }
}

/// Reads commands, a line each.
struct CommandReader: ~Copyable {
    /// A command does not fit into a frame of 4 MiB; its JSON may be longer than its protobuf form.
    static let maximumLineLength = 16 << 20
    /// A frame of 4 MiB, less what goes around a command.
    private static let maximumCommandLength = (4 << 20) - (64 << 10)

    private var reader: LineReader
    private let dryRun: Bool
    private let newIDs: Bool

    init(_ reader: consuming LineReader, dryRun: Bool, newIDs: Bool) {
        self.reader = reader
        self.dryRun = dryRun
        self.newIDs = newIDs
    }

    /// Whether the next line can be had without waiting.
    mutating func isReady() -> Bool { reader.isReady() }

    /// The next line that is not empty, or nil at the end.
    mutating func next() throws(Failure) -> CommandFrame.Line? {
        while let line = try reader.next() {
            switch line {
            case .tooLong:
                let sentence = "the line is longer than \(Self.maximumLineLength) bytes"
                return CommandFrame.Line(
                    number: reader.number, content: .problem(Self.detail(.limitExceeded, sentence)), length: 0)
            case .text(let bytes):
                if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
                return CommandFrame.Line(number: reader.number, content: content(bytes), length: bytes.count)
            }
        }
        return nil
    }

    private func content(_ bytes: ArraySlice<UInt8>) -> CommandFrame.Line.Content {
        do {
            // Fields that are not known are refused, and nesting is limited to 100 by the decoder.
            var command = try Command(jsonUTF8Bytes: Array(bytes))
            // Numbers of enumerations are not: one that is too great could not even be encoded.
            if let defect = MessageForm.defect(in: command) {
                return .problem(Self.detail(defect.code, CommandProblem.sentence(defect)))
            }
            if dryRun { command.dryRun = true }
            // Protobuf is never longer than its JSON by much: only long lines need to be measured.
            if bytes.count > Self.maximumCommandLength / 2 {
                let length = try (command.serializedBytes() as [UInt8]).count
                guard length <= Self.maximumCommandLength else {
                    return .problem(Self.detail(.limitExceeded, "the command has \(length) bytes; a frame takes 4 MiB"))
                }
            }
            if newIDs, command.id.isEmpty, command.idempotencyKey.isEmpty {
                command.id = NewIdentifier.make().description
            }
            return .command(command)
        } catch {
            return .problem(Self.detail(.schemaInvalid, CommandProblem.sentence(Array(bytes), error)))
        }
    }

    private static func detail(_ code: ErrorCode, _ sentence: String) -> ErrorDetail {
        var detail = ErrorDetail()
        detail.code = code
        detail.sentence = sentence
        return detail
    }
}

/// The bodies of several commands under one id.
struct AtomicCommand {
    private static let bodiesMaximum = 1_000

    private(set) var command: Command?

    /// Gives the command a new id, where no line gave it one.
    mutating func giveID() {
        if let whole = command, whole.id.isEmpty, whole.idempotencyKey.isEmpty {
            command?.id = NewIdentifier.make().description
        }
    }

    /// Adds a command's bodies. The first line gives id, time and everything else; later ones may repeat it.
    mutating func add(_ next: Command, line: Int) throws(Failure) {
        guard var whole = command else {
            command = next
            return
        }
        var envelope = next
        envelope.bodies = whole.bodies
        if envelope.id.isEmpty { envelope.id = whole.id }
        if envelope.idempotencyKey.isEmpty { envelope.idempotencyKey = whole.idempotencyKey }
        if !envelope.hasOccurredAt, whole.hasOccurredAt { envelope.occurredAt = whole.occurredAt }
        if !envelope.hasSource, whole.hasSource { envelope.source = whole.source }
        if envelope.mode == .unspecified { envelope.mode = whole.mode }
        guard envelope == whole else {
            throw .refused(
                "line \(line): differs from the first line in more than its bodies; one command has one id, time, "
                    + "source and mode", code: ErrorCode.schemaInvalid.label)
        }
        whole.bodies += next.bodies
        guard whole.bodies.count <= Self.bodiesMaximum else {
            throw .refused("a command takes 1,000 bodies", code: ErrorCode.limitExceeded.label)
        }
        command = whole
    }
}
