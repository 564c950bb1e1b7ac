internal import EventLog
internal import Schema
import Testing

@testable import Service

@Suite struct StoredStateTests {
    private static let changes: UInt64 = 1_050

    @Test func `the state of a long stream is kept, and what is folded from it is right`() async throws {
        let path = try TestService.makeDirectory()
        let number = try await TestService.running(in: path) { test in
            // One request: many commands, few groups.
            let results = await test.submit((1...Self.changes).map { Self.rename($0) })
            #expect(results.allSatisfy { $0.accepted.events.count == 1 })
            return try #require(results.last?.accepted.bodies.first?.number)
        }
        try await TestService.running(in: path) { test in
            let index = test.service.context.log.index
            // Kept when the stream reached it, so that the first decision after a start folds what came since.
            let stored = try #require(try index.storedState(of: StreamNumber(number)))
            #expect(stored.revision.rawValue == StateFolding.storedEvery)
            let accepted = try await test.accept(Self.rename(Self.changes + 1))
            #expect(accepted.bodies.first?.revision == Self.changes + 1)
            #expect(try index.storedState(of: StreamNumber(number)) == stored)
        }
        try await TestService.running(in: path) { test in
            // This time the fold begins at the stored state. The same name again shows that it is right.
            var again = Self.rename(Self.changes + 1)
            again.id = Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0001_0000).description
            let result = try await test.submit(again)
            #expect(result.unchanged.bodies.first?.revision == Self.changes + 1)
            test.remove()
        }
    }

    private static func rename(_ number: UInt64) -> Command {
        var settings = SetOrganisation()
        settings.name = "name \(number)"
        return .sample(number, [.setOrganisation(settings)])
    }
}
