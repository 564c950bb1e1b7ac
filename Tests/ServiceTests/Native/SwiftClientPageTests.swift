import Foundation
import Testing

/// The code of docs/swift-client.md compiles, runs, and is that of `SwiftClientPage.swift`.
@Suite struct SwiftClientPageTests {
    @Test func `the session of the page works`() async throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let code = try String(contentsOf: here.appending(path: "SwiftClientPage.swift"), encoding: .utf8)
        var root = here
        for _ in ["Native", "ServiceTests", "Tests"] { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appending(path: "docs/swift-client.md"), encoding: .utf8)
        #expect(page.contains("```swift\n" + code + "```"))
        try await TestServer.run { server in try await session(socketPath: server.path) }
    }
}
