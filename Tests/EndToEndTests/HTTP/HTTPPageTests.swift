import Foundation
import Testing

/// What docs/http.md shows works as it is written.
@Suite struct HTTPPageTests {
    @Test func `the examples of the page run as they stand`() async throws {
        let page = try String(contentsOfFile: Places.repository + "/docs/http.md", encoding: .utf8)
        // Blocks with a word behind `sh` are not for a script: they follow for ever, or start another service.
        let blocks = page.matches(of: /```sh\n((?:.|\n)*?)```/).map { String($0.1) }
        #expect(blocks.count >= 5)
        try await Daemon.run { daemon in
            let script = try daemon.folder.write(
                "set -euo pipefail\n" + blocks.joined(separator: "\n"), to: "page.sh")
            let run = try await RunOutcome(
                ChildProcess(
                    "/usr/bin/env", ["bash", script], environment: ["KITH_HTTP": daemon.httpSocketPath],
                    output: daemon.folder["page"]))
            #expect(run.code == 0, "\(run)")
            for word in ["Ana Müller", "\"accepted\"", "EVENT_KIND_ORDER_PLACED"] {
                #expect(run.output.contains(word), "\(word) is missing: \(run)")
            }
            let changed = try await Curl(daemon).get("/v1/customers/shop:4711")
            #expect(changed.body.contains("Ana Maria Müller") && changed.body.contains("newsletter"), "\(changed)")
        }
    }
}
