internal import Schema
internal import SwiftProtobuf

/// Turns a whole history into lines that are equal for two logs that took the same commands, whatever the order in
/// which they were taken and however often the service was restarted.
///
/// Left out is what the service chose: positions, `recordedAt`, stream ids and numbers, key slots, sealed bytes,
/// hashes, the random id of the log. Where an event names another one by position, the line names it by
/// `command id/index`, both of which the sender of the command determines. Lines are sorted by command id and index.
struct CanonicalHistory {
    private struct Line {
        var command: String
        var index: UInt32
        var text: [UInt8]
    }

    /// `command id/index` of the event at each position; index 0 is position 1.
    private var names: [String] = []
    private var lines: [Line] = []
    /// Commands of the service itself, whose ids it chooses: they are numbered in their order.
    private var serviceCommands: [String: Int] = [:]
    private let reveal: Bool

    /// - Parameter reveal: whether opened personal data are part of the lines.
    init(reveal: Bool) {
        self.reveal = reveal
    }

    /// Takes the next event; the history must be the whole one, in order.
    mutating func add(_ event: Event) throws(Failure) {
        guard event.position == UInt64(names.count) + 1 else {
            throw .refused("the history has a gap before position \(event.position)", code: ErrorCode.damaged.label)
        }
        let command = commandName(event)
        names.append("\(command)/\(event.commandIndex)")
        let line = try object(event, command)
        lines.append(Line(command: command, index: event.commandIndex, text: line.serialised))
    }

    /// All lines, sorted.
    mutating func sortedLines() -> [[UInt8]] {
        lines.sort { ($0.command, $0.index) < ($1.command, $1.index) }
        return lines.map(\.text)
    }

    private mutating func commandName(_ event: Event) -> String {
        guard event.principalNumber == 0 else { return event.commandID }
        let number = serviceCommands[event.commandID] ?? serviceCommands.count + 1
        serviceCommands[event.commandID] = number
        return "service-\(number)"
    }

    private func object(_ event: Event, _ command: String) throws(Failure) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("command", .string(command)), .init("index", .integer(event.commandIndex)),
            .init("count", .integer(event.commandCount)), .init("kind", .string(Labels.of(event.kind))),
            .init("schemaVersion", .integer(event.schemaVersion)), .init("origin", .string(Labels.of(event.origin))),
            .init("historic", .bool(event.historic)),
        ]
        // A fact without a time of its own occurred when it was taken, which is another time in another log.
        if event.occurredAt != event.recordedAt {
            members.append(.init("occurredAt", .string(TimeText.iso(event.occurredAt))))
        }
        members += [
            .init("stream", name(event.streamNumber)), .init("streamKind", .string(Labels.of(event.streamKind))),
            .init("revision", .integer(event.revision)), .init("causation", name(event.causation)),
            .init("principal", name(event.principalNumber)), .init("onBehalfOf", name(event.onBehalfOfNumber)),
            .init("import", name(event.importNumber)),
            .init(
                "subjects", .array(try event.subjects.map { (subject) throws(Failure) in try self.subject(subject) })),
            .init("payload", try payload(event)),
        ]
        return .object(members)
    }

    private func subject(_ subject: EventSubject) throws(Failure) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("subject", name(subject.number)), .init("role", .string(Labels.of(subject.role))),
            .init("body", .integer(subject.body)), .init("part", .integer(subject.part)),
        ]
        guard reveal else { return .object(members) }
        if subject.erased { members.append(.init("erased", .bool(true))) }
        // The fingerprint is made with a key of the log's own.
        if subject.hasPersonal, subject.personal.data != nil, !subject.personal.isFingerprint {
            members.append(.init("personal", try json(subject.personal)))
        }
        return .object(members)
    }

    private func payload(_ event: Event) throws(Failure) -> JSONValue {
        guard event.hasPayload else { return .null }
        var payload = event.payload
        if case .logOpened(var opened)? = payload.event {
            opened.logID.removeAll()
            payload.event = .logOpened(opened)
        }
        return replacingPositions(try json(payload))
    }

    private func json(_ message: some Message) throws(Failure) -> JSONValue {
        var options = JSONEncodingOptions()
        // Numbers stand as numbers, so that a document number, which is text, is not taken for a position.
        options.alwaysPrintInt64sAsNumbers = true
        do {
            return try JSONParser.parse(try message.jsonUTF8Bytes(options: options))
        } catch {
            throw .refused("an event cannot be shown as JSON: \(error)", code: ErrorCode.internal.label)
        }
    }

    /// The value with names in place of the positions in it.
    func replacingPositions(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    let replaced = Self.namesPosition(member.name) ? namePositions(member.value) : nil
                    return JSONValue.Member(member.name, replaced ?? replacingPositions(member.value))
                })
        case .array(let values): .array(values.map { replacingPositions($0) })
        case .null, .bool, .number, .string: value
        }
    }

    /// Whether a field by its name holds positions or stream numbers.
    private static func namesPosition(_ name: String) -> Bool {
        let stem = name.hasSuffix("Before") ? name.dropLast("Before".count) : name[...]
        return ["Number", "Numbers", "Position", "Positions"].contains { stem.hasSuffix($0) }
    }

    /// Nil where the value holds no numbers.
    private func namePositions(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .number(let digits): UInt64(digits).map { name($0) }
        case .array(let values): .array(values.map { namePositions($0) ?? $0 })
        default: nil
        }
    }

    /// The name of the event at a position; null for none. An event can only name earlier ones, or itself.
    private func name(_ position: UInt64) -> JSONValue {
        if position == 0 { return .null }
        return position <= UInt64(names.count) ? .string(names[Int(position) - 1]) : .string("unknown")
    }
}

extension PersonalData {
    /// Whether the part holds a command's fingerprint and nothing of a person.
    fileprivate var isFingerprint: Bool {
        if case .fingerprint? = data { true } else { false }
    }
}
