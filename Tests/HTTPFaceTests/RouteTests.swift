import Foundation
import Testing

@testable import HTTPFace

/// The routes, and the document that describes them.
@Suite struct RouteTests {
    private static let document = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../schemas/openapi.json").standardized

    @Test func `every route is in the document, and nothing else is`() throws {
        let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: RouteTests.document)) as? [String: Any]
        let paths = try #require(whole?["paths"] as? [String: [String: Any]])
        let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        #expect(described == Set(Route.all.map { "\($0.method) \($0.path)" }))
    }

    @Test func `the document speaks of messages that there are`() throws {
        let text = try String(contentsOf: RouteTests.document, encoding: .utf8)
        let whole = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let components = try #require(whole?["components"] as? [String: [String: Any]])
        for match in text.matches(of: /"#\/components\/([A-Za-z]+)\/([A-Za-z0-9-]+)"/) {
            #expect(components[String(match.1)]?[String(match.2)] != nil, "\(match.0)")
        }
        for query in NamedQuery.all { #expect(components["schemas"]?[query.message] != nil, "\(query.message)") }
    }

    @Test func `a path has its routes, whatever stands in its variable parts`() {
        #expect(Route.matching(["v1", "records", "party", "shop:1"]).map(\.target) == [.record])
        #expect(Route.matching(["v1", "queries", "list"]).map(\.method) == ["GET", "POST"])
        #expect(Route.matching(["v1", "records", ""]).isEmpty)
        #expect(Route.matching(["v1"]).isEmpty)
        #expect(Route.matching(["v1", "commands", ""]).isEmpty)
    }
}
