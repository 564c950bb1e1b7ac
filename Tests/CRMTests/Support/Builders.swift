internal import FoundationEssentials
internal import KithTesting
internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import CRM

// Short forms of commands, with what a test does not care about filled in.

extension ContactPointInput {
    static func of(_ kind: ContactPointKind, _ value: String, label: String = "") -> ContactPointInput {
        .with {
            $0.kind = kind
            $0.personal.value = value
            $0.label = label
        }
    }

    static func email(_ value: String) -> ContactPointInput { .of(.email, value) }
    static func mobile(_ value: String) -> ContactPointInput { .of(.mobile, value) }

    static func postal(lines: [String] = [], locality: String = "", country: String = "") -> ContactPointInput {
        .with {
            $0.kind = .postal
            $0.personal.postal.lines = lines
            $0.personal.postal.locality = locality
            $0.personal.postal.country = country
        }
    }
}

extension RegisterParty {
    static func person(
        _ display: String = "Ann Lee", _ contactPoints: [ContactPointInput] = [], external: [ExternalKey] = [],
        tax: String = ""
    ) -> RegisterParty {
        .with {
            $0.kind = .person
            if !display.isEmpty || !tax.isEmpty {
                $0.name.display = display
                $0.name.taxNumber = tax
            }
            $0.contactPoints = contactPoints
            $0.external = external
        }
    }
}

extension UpsertParty {
    static func person(
        key: String = "C-1", _ display: String = "", _ contactPoints: [ContactPointInput] = [], version: UInt64? = nil
    ) -> UpsertParty {
        .with {
            $0.key = ExternalKey(system: "shop", key: key)
            $0.kind = .person
            if !display.isEmpty { $0.name.display = display }
            $0.contactPoints = contactPoints
            if let version { $0.sourceVersion = version }
        }
    }
}

extension SourceVersion {
    /// A version of the webshop's record.
    static func shop(_ version: UInt64) -> SourceVersion { SourceVersion("shop", version) }
}

extension NamePart {
    static func of(_ kind: NamePartKind, _ text: String) -> NamePart {
        .with {
            $0.kind = kind
            $0.text = text
        }
    }
}

extension Scenario {
    /// A party that a command registered.
    mutating func registered(_ command: RegisterParty = .person()) -> StreamNumber {
        let outcome = when(command)
        precondition(!outcome.events.isEmpty, "not registered: \(outcome)")
        return outcome.events[0].stream
    }

    /// The state of a party of the scenario.
    func party(_ number: StreamNumber) -> PartyState {
        ((try? state(PartyAggregate.self, of: number)) ?? nil) ?? PartyState()
    }

    /// The id of a stream as refusals name it.
    func idText(of stream: StreamNumber) -> String { id(of: stream)?.description ?? "" }

    /// The personal parts of the last event.
    var lastPersonal: PersonalData.OneOf_Data? { events.last?.personal.first?.data }

    /// Whether any open payload, or what the last decider got, holds the text.
    func showsOpenly(_ text: String) -> Bool {
        let payloads = events.map { (try? EventPayload.encode($0.stored.payload))?.payload ?? [] }
        return (payloads + [lastDecided]).contains { $0.contains(Array(text.utf8)) }
    }
}

extension Array where Element == UInt8 {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        guard !part.isEmpty, count >= part.count else { return false }
        return (0...(count - part.count)).contains { self[$0..<($0 + part.count)].elementsEqual(part) }
    }
}

/// A command that is refused for its form or its content, on a log where it would otherwise be taken.
struct RefusedCommand: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var command: CommandBody.OneOf_Command
    var code: ErrorCode
    var field: String

    init(_ description: String, _ command: CommandBody.OneOf_Command, _ code: ErrorCode, _ field: String) {
        testDescription = description
        self.command = command
        self.code = code
        self.field = field
    }
}

func bytes(_ value: UInt8, count: Int = 32) -> Data { Data(repeating: value, count: count) }

func text(of length: Int) -> String { String(repeating: "x", count: length) }
