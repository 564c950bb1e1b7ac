internal import Testing

@testable import CRM

@Suite struct EmailAddressTests {
    /// The normal form, nil if refused.
    private func normal(_ text: String) -> String? {
        try? EmailAddress.normalise(text)
    }

    @Test(arguments: [
        ("joe@example.com", "joe@example.com"),
        ("Joe@EXAMPLE.Com", "Joe@example.com"),
        ("INFO@example.com", "info@example.com"),
        ("jose\u{301}@example.com", "jos\u{E9}@example.com"),
        ("юзер@XN--80AJGLHFV.xn--j1aef", "юзер@екзампл.ком"),
        ("a@ＡＢＣ。example．com", "a@abc.example.com"),
        ("a@bücher.example", "a@bücher.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("a@straße.example", "a@straße.example"),
        ("a@1.example", "a@1.example"),
    ])
    func `an address is kept in its normal form`(text: String, expected: String) {
        #expect(normal(text).map { Array($0.utf8) } == Array(expected.utf8))
    }

    @Test(
        arguments: [
            ("", .atSignMissing), ("example.com", .atSignMissing), ("a＠example.com", .atSignMissing),
            ("@example.com", .localPartMissing), ("a@", .domainMissing), ("a@@example.com", .domainInvalid),
            (" a@example.com", .localPartInvalid), ("a@example.com ", .domainInvalid),
            ("a b@example.com", .localPartInvalid),
            ("\"a\"@example.com", .localPartInvalid), ("A <a@example.com>", .localPartInvalid),
            ("a(c)@example.com", .localPartInvalid), ("a\u{200B}b@example.com", .localPartInvalid),
            ("\u{301}a@example.com", .localPartInvalid), ("\u{E000}@example.com", .localPartInvalid),
            (".a@example.com", .dotMisplaced), ("a.@example.com", .dotMisplaced), ("a..b@example.com", .dotMisplaced),
            ("a@.example.com", .dotMisplaced), ("a@example.com.", .dotMisplaced), ("a@example。。com", .dotMisplaced),
            ("a@-b.com", .domainInvalid), ("a@b-.com", .domainInvalid), ("a@b_c.com", .domainInvalid),
            ("a@[127.0.0.1]", .domainInvalid), ("a@ab--c.com", .domainInvalid), ("a@xn--.com", .domainInvalid),
            ("a@xn---bbk.com", .domainInvalid), ("a@xn--a\u{E4}.com", .domainInvalid),
            ("a@\u{37E}.com", .domainInvalid),
            ("a@ﬁ.com", .domainInvalid), ("a@😀.com", .domainInvalid), ("a@אב1\u{660}.com", .domainInvalid),
            ("a@localhost", .domainNotPublic), ("a@printer.local", .domainNotPublic), ("a@b.test", .domainNotPublic),
            ("a@127.0.0.1", .domainNotPublic), ("a@b.c-1", .domainNotPublic),
        ] as [(String, EmailProblem)])
    func `what cannot be delivered is refused with the reason`(text: String, problem: EmailProblem) {
        #expect(throws: problem) { try EmailAddress.normalise(text) }
    }

    @Test func `lengths are those of SMTP and DNS`() {
        let label = String(repeating: "b", count: 63)
        let local = String(repeating: "a", count: 64)
        #expect(normal(local + "@example.com") != nil)
        #expect(throws: EmailProblem.localPartTooLong) { try EmailAddress.normalise("a" + local + "@example.com") }
        #expect(normal("a@\(label).com") != nil)
        #expect(throws: EmailProblem.domainTooLong) { try EmailAddress.normalise("a@\(label)b.com") }
        let domain = "\(label).\(label).\(label).\(String(repeating: "c", count: 57)).com"
        #expect(domain.count == 253)
        #expect(throws: EmailProblem.tooLong) { try EmailAddress.normalise("a@" + domain) }
        #expect(normal("a@" + domain.dropFirst()) != nil)
        #expect(throws: EmailProblem.domainTooLong) { try EmailAddress.normalise("a@c" + domain) }
    }

    @Test(arguments: ["אב.1.com", "1.אב.com", "אב.com", "אב1.com"])
    func `a right-to-left name is taken if no label could be shown as another`(domain: String) {
        let isTaken = domain == "אב.com" || domain == "אב1.com"
        #expect((normal("a@" + domain) != nil) == isTaken)
    }

    @Test func `problems say what is wrong without repeating the address`() {
        do {
            _ = try EmailAddress.normalise("very.secret.name@")
            Issue.record("was taken")
        } catch {
            #expect("\(error)" == "There is nothing after the @-sign.")
        }
    }

    @Test(arguments: ["bücher", "ñ", "他们为什么不说中文", "ليهمابتكلموشعربي؟", "3年b組金八先生", "a-ä-z", "\u{10FFFF}\u{80}"])
    func `Punycode gives back what went in`(label: String) throws {
        let encoded = try #require(Punycode.encode(label))
        #expect(encoded.utf8.allSatisfy { $0 < 0x80 })
        #expect(Punycode.decode(encoded[...]) == label)
    }

    @Test func `Punycode agrees with samples of RFC 3492`() {
        #expect(Punycode.encode("他们为什么不说中文") == "ihqwcrb4cv8a8dqg056pqjye")
        #expect(Punycode.encode("ليهمابتكلموشعربي؟") == "egbpdaj6bu4bxfgehfvwxn")
        #expect(Punycode.decode("99999999") == nil)
        #expect(Punycode.decode("a_") == nil)
    }

    private struct Row: Decodable {
        var address: String?
        var category: String?
        var valid: Bool?
        var normalized: String?
    }

    @Test(.enabled(if: ReferenceRows.arePresent))
    func `every row of the reference addresses is taken, normalised or refused as stated`() throws {
        var compared = 0
        for row in try ReferenceRows.read(Row.self, from: "emails.jsonl") {
            guard let address = row.address else { continue }
            let quotedOrNamed = address.contains("\"") || address.contains("<")
            let isTaken =
                row.category == "VALID" || row.category == "DNSWARN" || (row.valid == true && !quotedOrNamed)
            let normalised = normal(address)
            #expect((normalised != nil) == isTaken, "\(address.debugDescription)")
            if let expected = row.normalized, isTaken {
                #expect(normalised.map { Array($0.utf8) } == Array(expected.utf8), "\(address.debugDescription)")
            }
            compared += 1
        }
        #expect(compared == 161)
    }
}
