internal import FoundationEssentials
package import Schema
internal import SwiftProtobuf

/// What a new organisation begins with, so that its first command can be a customer: settings, a sales pipeline, a
/// calendar, a service level, a queue, a service desk and a loyalty programme that is off. `docs/starter-pack.md`
/// describes it.
///
/// A pack is nothing but commands. What there is already stays as it is, and what a pack made is changed like
/// everything else.
package enum StarterPack: String, CaseIterable, Sendable {
    /// In English, for an organisation in the United States.
    case en
    /// In Chinese, for an organisation in mainland China.
    case zh

    /// One part of a pack: one command, all of which happens or nothing.
    package struct Part: Sendable {
        /// What it makes, for example `pipeline`.
        package let name: String
        /// Known by its idempotency key: sent again, it appends nothing.
        package let command: Command
    }

    /// The system under whose keys a pack makes things: `starter-pack:pipeline` and the like, the same in every
    /// language, so that a second pack finds what the first one made.
    package static let system = "starter-pack"

    /// The pack for a machine's locale, for example `zh_CN.UTF-8`: Chinese where that is the language, else English.
    package init(locale: String) {
        let language = locale.prefix { $0 != "_" && $0 != "-" && $0 != "." && $0 != "@" }
        self = language.lowercased() == "zh" ? .zh : .en
    }

    /// Its parts, in the order in which they are to be sent.
    package var parts: [Part] {
        let content =
            switch self {
            case .en: PackContent.english
            case .zh: PackContent.chinese
            }
        return content.parts.map { name, bodies in
            var command = Command()
            command.idempotencyKey = Data("\(Self.system)/\(rawValue)/\(name)".utf8)
            command.source.system = Self.system
            command.bodies = bodies
            return Part(name: name, command: command)
        }
    }

    /// Whether a refusal of a part says that what it would make is there already: then the part is done.
    package static func isThere(_ code: ErrorCode) -> Bool {
        switch code {
        // By its key; by a label that must be unique; settings that the organisation has; another version of the pack.
        case .referenceTaken, .queueLabelTaken, .revisionConflict, .commandIDReused: true
        // The organisation has a policy of its own for the same tickets.
        case .policyAmbiguous: true
        default: false
        }
    }
}
