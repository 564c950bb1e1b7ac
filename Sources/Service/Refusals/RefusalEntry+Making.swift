internal import CRM
internal import EventLog
internal import Schema
internal import SwiftProtobuf

/// Entries for the journal of refusals: nothing personal gets into them.
extension RefusalEntry {
    /// Bytes of a field's path that are kept at most.
    private static let fieldBytes = 256

    /// The entry of a command that was refused.
    ///
    /// - Parameters:
    ///   - command: as the caller sent it.
    ///   - commandID: as it stands in the answer.
    ///   - error: what the caller got.
    ///   - asking: who asked.
    ///   - position: durable end of the log.
    init(
        _ command: Command, commandID: String, _ error: ErrorDetail, by asking: AskingCaller, position: Position
    ) {
        self.init(error, by: asking, position: position)
        // What came as an id may be anything.
        self.commandID = Identifier(commandID)?.description ?? ""
        bodies = UInt32(clamping: command.bodies.count)
        body = error.body
        historic = command.mode == .historic
        dryRun = command.dryRun
        if command.hasOnBehalfOf { onBehalfOf = Self.open(command.onBehalfOf) ?? Reference() }
        self.command = ""
        guard command.bodies.indices.contains(Int(error.body)),
            let concerned = command.bodies[Int(error.body)].command
        else { return }
        self.command = concerned.jsonName
        let (kind, reference) = Self.subject(of: concerned.domainCommand)
        self.kind = kind
        if let reference = reference.flatMap(Self.open) { target = reference }
    }

    /// The entry of a query or an operation that was refused.
    init(_ request: Request.OneOf_Request, _ error: ErrorDetail, by asking: AskingCaller, position: Position) {
        self.init(error, by: asking, position: position)
        query = request.jsonName
        let reference: Reference?
        switch request {
        case .get(let get): (kind, reference) = (get.kind, get.reference)
        case .list(let list): (kind, reference) = (list.kind, nil)
        case .customer(let customer): (kind, reference) = (.party, customer.party)
        case .history(let history): (kind, reference) = Self.scope(of: history)
        default: reference = nil
        }
        if let reference = reference.flatMap(Self.open) { target = reference }
    }

    private init(_ error: ErrorDetail, by asking: AskingCaller, position: Position) {
        self.init()
        code = error.code
        field = Self.path(error.field)
        expected = error.expected
        actual = error.actual
        principalNumber = asking.principal?.rawValue ?? 0
        switch asking.identity {
        case .uid(let uid): self.uid = uid
        case .socket(let name): socket = name
        case .token(let name): token = name
        }
        self.position = position.rawValue
    }

    /// A path as refusals spell them; anything else may be what somebody typed.
    private static func path(_ field: String) -> String {
        let isPath = field.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "["),
                UInt8(ascii: "]"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPath && field.utf8.count <= fieldBytes ? field : ""
    }

    /// The reference without an external key: nil where it is nothing else.
    private static func open(_ reference: Reference) -> Reference? {
        switch reference.target {
        case .id(let text): Identifier(text).map { id in .with { $0.id = id.description } }
        case .number(let number): .with { $0.number = number }
        case .external, .token, nil: nil
        }
    }

    /// The kind of aggregate that a command is about, and how it names it.
    private static func subject<C: DomainCommand>(of command: C) -> (AggregateKind, Reference?) {
        switch command.commandTarget {
        case .existing(let reference): (C.Target.kind, reference)
        case .any(let kind, let reference): (kind, reference)
        case .upsert(let reference, let id): (C.Target.kind, id.isEmpty ? reference : .with { $0.id = id })
        case .new(let id), .located(let id): (C.Target.kind, id.isEmpty ? nil : .with { $0.id = id })
        case .singleton, .searched: (C.Target.kind, nil)
        }
    }

    private static func scope(of history: HistoryRequest) -> (AggregateKind, Reference?) {
        switch history.scope {
        case .stream(let stream): (stream.kind, stream.stream)
        case .subject(let subject): (.party, subject)
        case .kind, .all, nil: (.unspecified, nil)
        }
    }
}

/// Who asks, as far as the service knows.
struct AskingCaller: Sendable {
    var identity: CallerIdentity
    /// Number of the principal's stream; nil where nothing is granted to the caller.
    var principal: StreamNumber?
}

/// The commands of one request as they came.
struct AskedCommands: Sendable {
    var commands: [Command]
    var caller: AskingCaller
}

extension RefusalJournal {
    /// Writes down what of these commands was refused.
    ///
    /// - Parameters:
    ///   - results: what the caller gets, in the order of the commands.
    ///   - asked: the commands; nil where the service itself has sent them.
    ///   - position: durable end of the log.
    func record(_ results: [CommandResult], of asked: AskedCommands?, position: @autoclosure () -> Position) {
        guard let asked else { return }
        for (command, result) in zip(asked.commands, results) {
            guard case .refused(let error)? = result.outcome else { continue }
            record {
                RefusalEntry(command, commandID: result.commandID, error, by: asked.caller, position: position())
            }
        }
    }
}
