import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Nothing personal lies open on the disk.
@Suite(.serialized) struct PersonalDataTests {
    @Test func `no personal text of the demo data occurs in any file of the service`() async throws {
        let demo = try await DemoData(parties: 150, seed: 11)
        let commands = try demo.commands
        try await Daemon.run(arguments: ["--log-level", "trace"]) { daemon in
            try await demo.submit(to: daemon)
            // Reading opens the sealed parts: what is opened must not be kept either.
            let position = try await daemon.durablePosition()
            let opened = try await daemon.withClient { client in
                let parties = try await client.all(.party, atLeast: position)
                let customers = try await client.customers(
                    parties.map { Reference(id: $0.id) }, asOf: Google_Protobuf_Timestamp(year: 2026, month: 1, day: 1))
                _ = try await client.events(
                    .with {
                        $0.all = true
                        $0.reveal = true
                    })
                return customers.map(\.party)
            }
            let texts = PersonalTexts(commands, opened: opened)
            #expect(texts.names.count > 130 && texts.emails.count > 50 && texts.phones.count > 50)
            #expect(texts.others.count > 100)

            // What is open in the log is found: the search works.
            let open = TextSearch(commands.flatMap(\.bodies).map(\.upsertProduct.detail.name))
            #expect(try PersonalDataTests.files(of: daemon).contains { open.found(in: $0.bytes).count > 40 })
            try PersonalDataTests.expectNone(of: texts, below: daemon)
            try await daemon.expectCleanStop()
            try PersonalDataTests.expectNone(of: texts, below: daemon)
            // Derived data that are made from the log hold no more than those that grew with it.
            try FileManager.default.removeItem(atPath: daemon.dataDirectory + "/index")
            try FileManager.default.removeItem(atPath: daemon.dataDirectory + "/views")
            try await daemon.start()
            try await daemon.withClient { _ = try await $0.all(.party, atLeast: position) }
            try PersonalDataTests.expectNone(of: texts, below: daemon)
        }
    }

    @Test func `personal texts that are refused or only tried are not kept either`() async throws {
        try await Daemon.run(arguments: ["--log-level", "trace"]) { daemon in
            let secrets = ["Rumpelstilzchen-1", "Rumpelstilzchen-2", "rumpel@example.org", "not an address: rumpel"]
            try await daemon.withClient { client in
                let dry = Command(.person(secrets[0])).with { $0.dryRun = true }
                _ = try await client.submit(dry)
                let refused = Command(.person(secrets[1], email: secrets[2]), .order(of: Reference(id: newID())))
                #expect(try await client.submit(refused).value.refusal == .referenceMissing)
                let invalid = try await client.submit(Command(.person("Ana", email: secrets[3]))).value
                #expect(invalid.refusal == .contactPointInvalid)
                #expect(!invalid.refused.sentence.contains("rumpel") && !invalid.refused.field.contains("rumpel"))
            }
            for (path, bytes) in try PersonalDataTests.files(of: daemon) {
                #expect(TextSearch(secrets).found(in: bytes).isEmpty, "\(path)")
            }
        }
    }

    /// The data directory and what the service has logged.
    private static func files(of daemon: Daemon) throws -> [(path: String, bytes: Data)] {
        let service = (daemon.logPath, try Data(contentsOf: URL(filePath: daemon.logPath)))
        return try TestFolder.files(below: daemon.dataDirectory) + [service]
    }

    private static func expectNone(of texts: PersonalTexts, below daemon: Daemon) throws {
        let files = try files(of: daemon)
        #expect(files.reduce(0) { $0 + $1.bytes.count } > 1_000_000)
        let search = TextSearch(texts.all)
        for (path, bytes) in files {
            let found = search.found(in: bytes)
            #expect(found.isEmpty, "\(path): \(found.prefix(5))")
        }
    }
}

/// The personal texts of commands.
private struct PersonalTexts {
    var names: Set<String> = []
    var emails: Set<String> = []
    var phones: Set<String> = []
    /// Addresses, needs, preferences, notes, invoice titles, tax numbers, keys of parties.
    var others: Set<String> = []

    var all: Set<String> {
        names.union(emails).union(phones).union(others)
    }

    /// - Parameter opened: the parties as the views show them; they hold normal forms besides.
    init(_ commands: [Command], opened: [Record]) {
        for body in commands.lazy.flatMap(\.bodies) { add(body) }
        for record in opened {
            add(record.party.name)
            for point in record.party.contactPoints { add(point.personal, point.kind) }
        }
    }

    private mutating func add(_ body: CommandBody) {
        switch body.command {
        case .registerParty(let command):
            add(command.name)
            for point in command.contactPoints { add(point.personal, point.kind) }
            for key in command.external { others.insert(key.key) }
        case .upsertParty(let command):
            add(command.name)
            for point in command.contactPoints { add(point.personal, point.kind) }
            others.insert(command.key.key)
        case .addContactPoint(let command): add(command.contactPoint.personal, command.contactPoint.kind)
        case .recordNeed(let command): others.formUnion([command.need.text, command.need.problem])
        case .recordPreference(let command):
            // Of a language only its code is kept, which is too short to be looked for.
            others.insert(command.preference.value)
        // What is said of a product is nobody's.
        case .addNote(let command) where command.kind != .product: others.insert(command.note.text)
        case .placeOrder(let command): add(command.personal)
        case .upsertOrder(let command): add(command.order.personal)
        default: break
        }
    }

    private mutating func add(_ order: OrderPersonal) {
        others.insert(order.remark)
        others.formUnion(order.delivery.lines)
    }

    private mutating func add(_ name: PartyNamePersonal) {
        names.insert(name.display)
        others.formUnion([name.taxNumber, name.invoiceTitle])
        names.formUnion(name.parts.map(\.text))
    }

    private mutating func add(_ personal: ContactPointPersonal, _ kind: ContactPointKind) {
        switch kind {
        case .email: emails.formUnion([personal.value, personal.normalised])
        case .mobile, .landline: phones.formUnion([personal.value, personal.normalised])
        default: others.insert(personal.value)
        }
        others.formUnion(personal.postal.lines)
    }
}
