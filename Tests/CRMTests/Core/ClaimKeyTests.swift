internal import KithTesting
internal import Schema
internal import Testing

@testable import CRM

@Suite struct ClaimKeyTests {
    @Test func `a key that the index could not write is refused`() throws {
        #expect(throws: Never.self) { try ClaimKey(domain: 1, Array(repeating: 7, count: 399)).checkLength() }
        let refusal = #expect(throws: Refusal.self) {
            try ClaimKey(domain: 1, Array(repeating: 7, count: 400)).checkLength()
        }
        #expect(refusal?.code == .limitExceeded)
    }

    @Test func `the longest texts that commands take make keys that the index can write`() throws {
        func text(_ scalar: Character, _ bytes: Int) -> String {
            String(repeating: scalar, count: bytes / String(scalar).utf8.count)
        }
        let number = StreamNumber(.max)
        let cause = ExternalKey(
            system: text("s", Limits.externalSystemBytes), key: text("k", Limits.externalKeyBytes))
        var keys: [ClaimKey] = [
            .sku(text("s", ProductForm.skuBytes)), .orderDocument(text("d", TradeLimits.documentNumberBytes)),
            .returnDocument(text("d", TradeLimits.documentNumberBytes)), .tag(number, text("t", Limits.tagBytes)),
            .openInStage(number, text("s", PipelineLimits.keyBytes)),
            .fieldChoice(number, text("c", FieldLimits.keyBytes)), .pointsCause(number, cause),
            .territoryRule(TerritoryRule(country: "DE", tag: text("t", Limits.tagBytes))),
        ]
        // Letters that are longer in lower case.
        for letter in ["\u{130}", "\u{23A}"] as [Character] { keys.append(.teamName(text(letter, Limits.labelBytes))) }
        for key in keys { #expect(throws: Never.self, "domain \(key.bytes[0])") { try key.checkLength() } }
    }
}
