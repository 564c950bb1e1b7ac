import Foundation
import Testing

/// JSON that is no command, through `kith submit`.
@Suite(.serialized) struct SubmitTests {
    @Test func `every line that is no command has a code, and the others go on`() async throws {
        let person = #""bodies":[{"registerParty":{"kind":"PARTY_KIND_PERSON","name":{"display":"Ana"}}}]"#
        func deep(_ open: String, _ close: String) -> String {
            String(repeating: open, count: 1_000) + String(repeating: close, count: 1_000)
        }
        let lines: [(line: String, code: String)] = [
            (deep("[", "]"), "SCHEMA_INVALID"),
            (deep(#"{"bodies":[{"registerParty":"#, "}]}"), "SCHEMA_INVALID"),
            (
                #"{"id":"\#(newID())","bodies":[{"registerParty":{"name":"# + deep(#"{"x":"#, "}") + "}}]}",
                "SCHEMA_INVALID"
            ),
            (#"{"id":"\#(newID())","shoe":1,\#(person)}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","bodies":[{"fly":{}}]}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":"PARTY_KIND_GHOST"}}]}"#, "SCHEMA_INVALID"),
            (
                #"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":77,"name":{"display":"Ana"}}}]}"#,
                "SCHEMA_INVALID"
            ),
            (#"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":1,"name":{"display":7}}}]}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","bodies":[{"expectedRevision":"1e99","tag":{}}]}"#, "SCHEMA_INVALID"),
            (#"{\#(person)}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","bodies":[]}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","occurredAt":"10000-01-01T00:00:00Z",\#(person)}"#, "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())","occurredAt":"yesterday",\#(person)}"#, "SCHEMA_INVALID"),
            (
                #"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":1,"name":{"display":"\ud800"}}}]}"#,
                "SCHEMA_INVALID"
            ),
            ("nonsense", "SCHEMA_INVALID"),
            (#"{"id":"\#(newID())""#, "SCHEMA_INVALID"),
        ]
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            for wrong in lines {
                let run = try await daemon.kith("submit", "--json", input: wrong.line + "\n")
                #expect(run.code == 1, "\(wrong.line.prefix(120)): \(run)")
                let refused = try run.objects.first?["refused"] as? [String: Any]
                #expect(refused?["code"] as? String == wrong.code, "\(wrong.line.prefix(120)): \(run)")
            }
            #expect(try await daemon.durablePosition() == before)

            let good = #"{"id":"\#(newID())",\#(person)}"#
            let all = try await daemon.kith(
                "submit", "--json", input: (lines.map(\.line) + [good]).joined(separator: "\n"))
            #expect(all.code == 1)
            #expect(try all.objects.count == lines.count + 1)
            #expect(try all.objects.last?["accepted"] != nil)
            #expect(try await daemon.durablePosition() == before + 1)
        }
    }

    @Test func `a line that is not UTF-8 is refused`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            var bytes = Data(#"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":1,"name":{"display":""#.utf8)
            bytes += [0x61, 0xC3, 0x28] + Data(#""}}}]}"#.utf8) + [0x0A]
            try bytes.write(to: URL(filePath: daemon.folder["broken.ndjson"]))
            let run = try await daemon.kith("submit", "--json", daemon.folder["broken.ndjson"])
            #expect(run.code == 1, "\(run)")
            #expect(run.output.contains("SCHEMA_INVALID"), "\(run)")
            #expect(try await daemon.durablePosition() == before)
        }
    }

    @Test func `an atomic submission with a wrong line and a dry run append nothing`() async throws {
        try await Daemon.run { daemon in
            let before = try await daemon.durablePosition()
            let good = #"{"id":"\#(newID())","bodies":[{"registerParty":{"kind":1,"name":{"display":"Ana"}}}]}"#
            let atomic = try await daemon.kith("submit", "--atomic", input: good + "\nnonsense\n")
            #expect(atomic.code == 1, "\(atomic)")
            let dry = try await daemon.kith("submit", "--dry-run", "--json", input: good + "\n")
            #expect(dry.code == 0, "\(dry)")
            #expect(try await daemon.durablePosition() == before)
        }
    }
}
