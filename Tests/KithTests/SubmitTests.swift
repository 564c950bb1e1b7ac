internal import Schema
internal import SwiftProtobuf
internal import Testing

@testable import kith

@Suite struct SubmitTests {
    private func read(_ text: String, newIDs: Bool = false) throws -> [CommandFrame.Line] {
        let file = try TemporaryFile(text.utf8)
        var reader = CommandReader(
            LineReader(try InputFile(path: file.path), maximumLength: CommandReader.maximumLineLength), dryRun: true,
            newIDs: newIDs)
        var lines: [CommandFrame.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    private func code(_ line: CommandFrame.Line) -> ErrorCode? {
        if case .problem(let detail) = line.content { detail.code } else { nil }
    }

    @Test func `lines are commands, and those that are none are told with their number`() throws {
        let lines = try read("{\"id\":\"a\"}\r\n\n  \n{\"idd\":\"a\"}\n[]\n{\"id\":\"b\"")
        #expect(lines.map(\.number) == [1, 4, 5, 6])
        #expect(lines.map { code($0) } == [nil, .schemaInvalid, .schemaInvalid, .schemaInvalid])
        #expect(lines[0].command?.dryRun == true)
    }

    @Test(arguments: ["[", "{\"bodies\":["])
    func `JSON a thousand deep is an error, not a crash`(opening: String) throws {
        let lines = try read(String(repeating: opening, count: 1_000) + "\n{\"id\":\"a\"}\n")
        #expect(lines.map { code($0) } == [.schemaInvalid, nil])
        let unknown = String(repeating: "{\"x\":", count: 100_000)
        #expect(try read(unknown + "\n").map { code($0) } == [.schemaInvalid])
    }

    @Test func `invalid UTF-8, wrong types and wrong names of numbers are errors`() throws {
        for text in [
            "{\"bodies\":[{\"tag\":{\"kind\":\"AGGREGATE_KIND_CAT\"}}]}", "{\"dryRun\":\"yes\"}",
            "{\"occurredAt\":\"today\"}",
            "{\"bodies\":[{\"tag\":{},\"untag\":{}}]}", "{\"id\":\"\\ud800\"}",
        ] {
            #expect(try read(text).map { code($0) } == [.schemaInvalid], "\(text)")
        }
    }

    @Test(arguments: [
        (String(repeating: "[", count: 1_000), "the line is nested more than 64 deep"),
        ("{\"mode\":4294967297}", "a number out of a list is not known; write the name"),
        (String(repeating: "{\"x\":", count: 1_000), "the line is nested more than 64 deep"),
        ("nonsense", "the line is no JSON: a value is expected; write"),
        ("{\"id\":\"b\"", "the line is no JSON: ',' or '}' is expected"),
        ("{\"id\":\"b\"} {}", "the line is no JSON: something follows the value"),
        ("{\"id\":\"\\ud800\"}", "the line is no JSON: "), ("[]", "it is not a JSON object"),
        ("7", "it is not a JSON object"),
        ("{\"idd\":\"a\"}", "there is no field \"idd\" where it stands; check"),
        ("{\"bodies\":[{\"fly\":{}}]}", "there is no field \"fly\""),
        ("{\"bodies\":[{\"tag\":{\"kind\":\"AGGREGATE_KIND_CAT\"}}]}", "a name out of a list is not known; write"),
        ("{\"bodies\":[{\"tag\":{},\"untag\":{}}]}", "only one may be set; give every body one command"),
        ("{\"bodies\":[null]}", "a null stands where a value must be; leave"),
        ("{\"id\":7}", "where a text must be; put texts in quotes"),
        ("{\"bodies\":[{\"expectedRevision\":\"1e99\"}]}", "a number cannot be read; write it in digits"),
        ("{\"bodies\":[{\"expectedRevision\":-1}]}", "a number cannot be read; write it in digits"),
        ("{\"bodies\":[{\"expectedRevision\":\"two\"}]}", "a number cannot be read; write it in digits"),
        (
            "{\"bodies\":[{\"registerPrincipal\":{\"uid\":5000000000}}]}",
            "a number does not fit its field; write a smaller one"
        ),
        ("{\"dryRun\":\"yes\"}", "where true or false must be"),
        ("{\"occurredAt\":\"yesterday\"}", "a time is none; write it as in RFC 3339"),
        ("{\"bodies\":[{\"tag\":7}]}", "the line is no command: "), ("{\"bodies\":7}", "the line is no command: "),
    ])
    func `a line that is no command is told in words that say what to do`(text: String, words: String) throws {
        let line = try #require(try read(text + "\n").first)
        guard case .problem(let detail) = line.content else {
            Issue.record("taken: \(text)")
            return
        }
        #expect(
            detail.code == .schemaInvalid && detail.sentence.contains(words), "\(text.prefix(80)): \(detail.sentence)")
        // No names of Swift's cases, which are words in camel case.
        #expect(!detail.sentence.contains("malformed") && detail.sentence.contains("; "), "\(detail.sentence)")
    }

    @Test func `new ids are given only where they are asked for and none is there`() throws {
        #expect(try read("{}")[0].command?.id == "")
        let ids = try read("{}\n{\"id\":\"x\"}\n{\"idempotencyKey\":\"YQ==\"}\n{}", newIDs: true).compactMap(
            \.command?.id)
        #expect(Identifier(ids[0]) != nil)
        #expect(ids[1] == "x")
        #expect(ids[2] == "")
        #expect(ids[0] != ids[3])
    }

    @Test func `a line that is too long is told and passed over`() throws {
        let file = try TemporaryFile(
            (String(repeating: "x", count: 300_000) + "\nab\n" + String(repeating: "y", count: 9)).utf8)
        var reader = LineReader(try InputFile(path: file.path), maximumLength: 8)
        #expect(try reader.next() == .tooLong)
        #expect(try reader.next() == .text(Array("ab".utf8)[...]))
        #expect(try reader.next() == .tooLong)
        #expect(reader.number == 3)
        #expect(try reader.next() == nil)
    }

    @Test func `a command that fits into no frame is refused alone`() throws {
        let text = String(repeating: "x", count: 5_000_000)
        let long = "{\"id\":\"a\",\"bodies\":[{\"reason\":\"\(text)\"}]}"
        #expect(try read(long + "\n{\"id\":\"b\"}").map { code($0) } == [.limitExceeded, nil])
    }

    @Test func `an atomic command has the bodies of all lines and one envelope`() throws {
        var whole = AtomicCommand()
        let lines = try read(
            """
            {"id":"a","mode":"COMMAND_MODE_HISTORIC","bodies":[{"reason":"1"}]}
            {"bodies":[{"reason":"2"},{"reason":"3"}]}
            """)
        for line in lines { try whole.add(try #require(line.command), line: line.number) }
        #expect(whole.command?.bodies.map(\.reason) == ["1", "2", "3"])
        #expect(whole.command?.mode == .historic)
        let other = try #require(try read("{\"id\":\"b\"}")[0].command)
        #expect(throws: Failure.self) { try whole.add(other, line: 3) }
        var nameless = AtomicCommand()
        try nameless.add(Command(), line: 1)
        nameless.giveID()
        #expect(Identifier(nameless.command?.id ?? "") != nil)
        whole.giveID()
        #expect(whole.command?.id == "a")
        var many = Command()
        many.dryRun = true
        many.bodies = Array(repeating: CommandBody(), count: 998)
        #expect(throws: Failure.self) { try whole.add(many, line: 3) }
    }

    @Test func `results are printed in the order of the lines`() throws {
        var frame = CommandFrame()
        for line in try read("{\"id\":\"a\"}\nx\n{\"id\":\"b\"}") { frame.add(line) }
        let lines = frame.takeLines()
        #expect(frame.isEmpty)
        var printer = ResultPrinter(json: false)
        var accepted = CommandResult()
        accepted.accepted.events = [.with { $0.position = 7 }, .with { $0.position = 8 }]
        var unchanged = CommandResult()
        unchanged.unchanged = Unchanged()
        try CommandFrame.print(lines, [accepted, unchanged], &printer)
        #expect(printer.summary == "1 accepted (2 events, up to position 8), 0 replayed, 1 unchanged, 1 refused")
        #expect(throws: Failure.reported) { try printer.finish() }
    }
}
