internal import Testing

@testable import kith

@Suite struct JSONTests {
    private func roundTrip(_ text: String) throws -> String {
        String(decoding: try JSONParser.parse(Array(text.utf8)).serialised, as: UTF8.self)
    }

    @Test func `order, digits and texts are kept`() throws {
        let text = #"{"b":[1,-0.5,1e10,123456789012345678901234567890],"a":{"x":null,"y":true},"t":"é\"\\ \u0001 😀"}"#
        #expect(try roundTrip(text) == text)
        #expect(try roundTrip(#" { "a" : "\u00e9\ud83d\ude00\/" } "#) == #"{"a":"é😀/"}"#)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "tru", "\"a", "\"\\x\"", "\"\\ud800\"", "1 2",
        "{\"a\":1,\"a\":2}",
        "\"\u{1}\"", "nul", "1e", "[1 2]", "{1:2}",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONParser.Problem.self) { try roundTrip(text) }
    }

    @Test func `problems have lines, and depth a limit`() {
        #expect(throws: JSONParser.Problem(line: 3, message: "a value is expected")) {
            try JSONParser.parse(Array("[\n1,\n?]".utf8))
        }
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONParser.Problem.self) { try JSONParser.parse(Array(deep.utf8)) }
    }
}
