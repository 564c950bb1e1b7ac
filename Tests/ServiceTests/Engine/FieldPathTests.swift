internal import EventLog
internal import FoundationEssentials
internal import Schema
internal import SwiftProtobuf
import Testing

@testable import Service

@Suite struct FieldPathTests {
    private static func define(_ key: String, personal: Bool) -> CommandBody.OneOf_Command {
        .defineField(
            .with {
                $0.definition.kind = .party
                $0.definition.key = key
                $0.definition.type = .text
                $0.definition.personal = personal
            })
    }

    private static func command(_ number: UInt64, hobby: String, colour: String) -> Command {
        var command = Command.sample(number, [.upsertParty("1", name: "Ada Lovelace")])
        command.bodies[0].fields = [
            .with {
                $0.key = "hobby"
                $0.text = hobby
            },
            .with {
                $0.key = "colour"
                $0.text = colour
            },
        ]
        return command
    }

    @Test func `fields are set with their aggregate, sealed where they are personal, and found again`() async throws {
        let path = try TestService.makeDirectory()
        let set = Self.command(2, hobby: "chess", colour: "red")
        try await TestService.running(in: path) { test in
            _ = try await test.accept(
                .sample(1, [Self.define("hobby", personal: true), Self.define("colour", personal: false)]))
            let first = try await test.accept(set)
            #expect(first.events.map(\.kind) == [.partyRegistered, .fieldsSet])
            let again = try await test.submit(Self.command(3, hobby: "chess", colour: "red"))
            #expect(again.unchanged.bodies.first?.number == first.bodies[0].number)
            let changed = try await test.accept(Self.command(4, hobby: "go", colour: "red"))
            #expect(changed.events.map(\.kind) == [.fieldsSet] && changed.bodies[0].revision == 3)
            var other = set
            other.bodies[0].fields[0].text = "go"
            #expect(try await test.refusal(other) == .commandIDReused)
        }
        let log = try FileManager.default.contentsOfDirectory(atPath: path + "/data")
        let holds = try Self.holds(path + "/data", "chess")
        #expect(!log.isEmpty && !holds)
        // The index may be made anew: fields and values are found all the same.
        try FileManager.default.removeItem(atPath: path + "/data/index")
        try await TestService.running(in: path) { test in
            let same = try await test.submit(Self.command(5, hobby: "go", colour: "red"))
            #expect(same.unchanged.bodies.count == 1)
            var empty = Command.sample(6, [.setFields(.with { $0.kind = .party })])
            empty.bodies[0].setFields.target.external.system = "shop"
            empty.bodies[0].setFields.target.external.key = "1"
            #expect(try await test.refusal(empty) == .schemaInvalid)
            empty.bodies[0].clearFields_p = ["hobby"]
            empty.bodies[0].reason = "no longer"
            #expect(try await test.accept(empty).events.map(\.kind) == [.fieldsSet])
            test.remove()
        }
    }

    /// Whether any file of a folder holds the text.
    private static func holds(_ folder: String, _ text: String) throws -> Bool {
        let bytes = Array(text.utf8)
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
            if data.firstRange(of: bytes) != nil { return true }
        }
        return false
    }
}
