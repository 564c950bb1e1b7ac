internal import Testing

@testable import KeyVault

@Suite struct TokenTests {
    let folder: VaultFolder

    init() throws {
        folder = try VaultFolder()
    }

    /// A vault in which every key is this one, padded with zeroes: HMAC pads short keys in the same way.
    private func vault(everyKey key: [UInt8]) throws -> KeyVault {
        try folder.open { count in
            count == VaultFormat.keySize
                ? key + [UInt8](repeating: 0, count: count - key.count) : [UInt8](repeating: 1, count: count)
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `fingerprints agree with RFC 4231, cases 1 to 4`() throws {
        let cases: [(key: [UInt8], message: [UInt8], digest: String)] = [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
        ]
        for (key, message, digest) in cases {
            let folder = try VaultFolder()
            let vault = try folder.open { count in
                count == 32 ? key + [UInt8](repeating: 0, count: 32 - key.count) : [UInt8](repeating: 1, count: count)
            }
            #expect(hex(vault.fingerprint(message)) == digest)
        }
    }

    @Test func `a token is the HMAC of the domain and the value with their lengths`() throws {
        let vault = try vault(everyKey: Array("Jefe".utf8))
        let token = vault.lookupToken(domain: "email", Array("a@b.example".utf8))
        let framed = [5, 0, 0, 0] + Array("email".utf8) + [11, 0, 0, 0] + Array("a@b.example".utf8)
        #expect(token.bytes == Array(vault.fingerprint(framed).prefix(16)))
    }

    @Test func `domain and value do not run into each other`() throws {
        let vault = try folder.open()
        #expect(vault.lookupToken(domain: "ab", Array("c".utf8)) != vault.lookupToken(domain: "a", Array("bc".utf8)))
        #expect(vault.lookupToken(domain: "email", [1]) != vault.lookupToken(domain: "phone", [1]))
    }

    @Test func `the log's own keys differ from each other`() throws {
        let vault = try folder.open()
        let framed: [UInt8] = [1, 0, 0, 0, 97, 0, 0, 0, 0]
        #expect(vault.lookupToken(domain: "a", []).bytes != Array(vault.fingerprint(framed).prefix(16)))
        #expect(Array(vault.commandID(idempotencyKey: [1]).prefix(6)) != Array(vault.fingerprint([1]).prefix(6)))
    }

    @Test func `another vault has other tokens`() throws {
        let other = try VaultFolder()
        #expect(try folder.open().lookupToken(domain: "a", [1]) != other.open().lookupToken(domain: "a", [1]))
    }

    @Test func `a token survives its bytes and sorts like them`() throws {
        let vault = try folder.open()
        let tokens = (0..<200).map { vault.lookupToken(domain: "word", [UInt8($0)]) }
        #expect(Set(tokens).count == 200)
        for token in tokens { #expect(LookupToken(bytes: token.bytes) == token) }
        let byValue = tokens.sorted().map(\.bytes)
        #expect(byValue == tokens.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
        #expect(LookupToken(bytes: [UInt8](repeating: 0, count: 15)) == nil)
    }

    @Test func `a command id is a UUID of version 8, the same for the same key`() throws {
        let vault = try folder.open()
        let ids = (0..<300).map { vault.commandID(idempotencyKey: Array("row \($0)".utf8)) }
        #expect(Set(ids).count == 300)
        #expect(ids.allSatisfy { $0.count == 16 && $0[6] >> 4 == 8 && $0[8] >> 6 == 0b10 })
        #expect(vault.commandID(idempotencyKey: Array("row 7".utf8)) == ids[7])
    }
}
