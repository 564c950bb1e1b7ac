import Foundation
import Service
import Testing

@testable import HTTPFace

/// Bearer tokens and their files.
@Suite struct TokenTests {
    private static let token = String(repeating: "0123456789abcdef", count: 2)

    private static func withFile(
        _ text: String, mode: Int = 0o600, _ body: (String) throws -> Void
    ) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "kith-token-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let isMade = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        try #require(isMade)
        try body(path)
    }

    @Test(arguments: [0o600, 0o400])
    func `a token names its principal`(mode: Int) throws {
        try TokenTests.withFile(TokenTests.token + "\n", mode: mode) { path in
            let tokens = try BearerTokens(files: [("shop", path)])
            #expect(tokens.name(of: TokenTests.token[...]) == "shop")
            #expect(tokens.name(of: TokenTests.token.dropLast()) == nil)
            #expect(tokens.name(of: (TokenTests.token + "\n")[...]) == nil)
            #expect(tokens.name(of: "") == nil)
        }
    }

    @Test(arguments: [0o644, 0o660, 0o606, 0o700])
    func `a file that others can use is refused`(mode: Int) throws {
        try TokenTests.withFile(TokenTests.token, mode: mode) { path in
            #expect(throws: NativeServerError.self) { try BearerTokens(files: [("shop", path)]) }
        }
    }

    @Test(arguments: [
        "", "short", TokenTests.token + " x", TokenTests.token + "\n\n", String(repeating: "x", count: 1_025),
    ])
    func `a file that holds no token is refused`(text: String) throws {
        try TokenTests.withFile(text) { path in
            #expect(throws: NativeServerError.self) { try BearerTokens(files: [("shop", path)]) }
        }
    }

    @Test func `a missing file is refused, and one token for two principals as well`() throws {
        #expect(throws: NativeServerError.self) { try BearerTokens(files: [("shop", "/nowhere/token")]) }
        try TokenTests.withFile(TokenTests.token) { path in
            #expect(throws: NativeServerError.self) { try BearerTokens(files: [("a", path), ("b", path)]) }
        }
    }
}
