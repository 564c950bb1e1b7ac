internal import ArgumentParser
internal import KithClient
internal import Schema
internal import StarterPack

/// `kith pack`: what a new organisation begins with.
struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Apply or show a starter pack: pipeline, calendar, service level, queue and more.",
        subcommands: [PackApplyCommand.self, PackShowCommand.self])
}

/// The language of a pack, as an argument.
struct PackArgument: ExpressibleByArgument {
    var pack: StarterPack

    init?(argument: String) {
        guard let pack = StarterPack(rawValue: argument) else { return nil }
        self.pack = pack
    }

    static let allValueStrings = StarterPack.allCases.map(\.rawValue)
}

/// `kith pack apply`.
struct PackApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Apply a starter pack. What there is already stays as it is.",
        discussion: "A new log has taken one at its first start, unless the service was started with --pack none.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "en: English, United States. zh: Chinese, mainland China.")
    var language: PackArgument

    func run() async throws {
        let parts = language.pack.parts
        try await options.withClient { client in
            let results = try await client.submit(parts.map(\.command)).value
            var refused: ErrorDetail?
            for (part, result) in zip(parts, results) {
                let outcome = PackOutcome(part: part.name, result)
                try Console.standard.line(utf8: options.json ? outcome.json.serialised : Array(outcome.text.utf8))
                refused = refused ?? outcome.refused
            }
            if let refused { throw Failure.refused(refused) }
            guard results.count == parts.count else { throw Failure.refused("the service gave no answer") }
        }
    }
}

/// What became of one part of a pack.
struct PackOutcome: Equatable {
    let part: String
    /// Events that were appended.
    private(set) var events = 0
    /// Why the service did not take the part, where that is not because it is there.
    private(set) var refused: ErrorDetail?

    init(part: String, _ result: CommandResult) {
        self.part = part
        switch result.outcome {
        case .accepted(let accepted): events = accepted.replayed ? 0 : accepted.events.count
        case .refused(let detail): refused = StarterPack.isThere(detail.code) ? nil : detail
        case .unchanged, nil: break
        }
    }

    private var word: String { refused != nil ? "refused" : events > 0 ? "applied" : "there already" }

    /// For a person, for example `pipeline: applied (1 events)`.
    var text: String { events > 0 ? "\(part): \(word) (\(events) events)" : "\(part): \(word)" }

    /// For programs.
    var json: JSONValue {
        .members(("part", .string(part)), ("outcome", .string(word)), ("events", .integer(events)))
    }
}

/// `kith pack show`.
struct PackShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the commands of a starter pack, one JSON object per line.",
        discussion: "Changed to taste, they can be sent with kith submit.")

    @Argument(help: "en: English, United States. zh: Chinese, mainland China.")
    var language: PackArgument

    func run() async throws {
        for part in language.pack.parts { try JSONOutput.print(part.command) }
    }
}
