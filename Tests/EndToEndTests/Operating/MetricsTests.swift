import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// What Prometheus and whoever starts and stops the service get to see of the real one.
@Suite(.serialized) struct MetricsTests {
    /// A service with a port and the token of a scraper that is an operator, and one that nobody has granted anything.
    private static func run(_ work: (Daemon, _ operator: Curl, _ nobody: Curl, _ stranger: Curl) async throws -> Void)
        async throws
    {
        let folder = try TestFolder()
        var flags = ["--http-port", "0"]
        let tokens = ["scraper", "nobody"].map { name in (name, name + String(repeating: "x", count: 32)) }
        for (name, token) in tokens {
            let file = try folder.write(token, to: "\(name).token")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            flags += ["--http-token", "\(name)=\(file)"]
        }
        try await Daemon.run(in: folder, arguments: flags) { daemon in
            let granted = try await daemon.kith("access", "grant", "--token-name", "scraper", "--role", "operator")
            try #require(granted.code == 0, "\(granted)")
            let log = try String(contentsOfFile: daemon.logPath, encoding: .utf8)
            let port = try #require(log.firstMatch(of: /port=(\d+)/).flatMap { Int($0.1) })
            try await work(
                daemon, Curl(folder, port: port, token: tokens[0].1), Curl(folder, port: port, token: tokens[1].1),
                Curl(folder, port: port))
        }
    }

    private static func scrape(_ curl: Curl) async throws -> PrometheusText {
        let answer = try await curl.get("/metrics")
        try #require(answer.status == 200, "\(answer)")
        #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try PrometheusText(answer.body)
    }

    @Test func `every metric has its line on the page about them, and the page has no other`() async throws {
        try await MetricsTests.run { _, scraper, _, _ in
            _ = try await scraper.get("/v1/status")
            let text = try await MetricsTests.scrape(scraper)
            let page = try String(contentsOfFile: Places.repository + "/docs/metrics.md", encoding: .utf8)
            let rows = page.matches(of: /\n\| `([a-z_]+)(?:\{[a-z,]+\})?` \| (counter|gauge|histogram) \|/)
            #expect(Set(rows.map { "\($0.1) \($0.2)" }) == Set(text.types.map { "\($0.key) \($0.value)" }))
        }
    }

    @Test func `commands, refusals, groups and requests are counted, and what is looked up is true`() async throws {
        try await MetricsTests.run { daemon, scraper, _, _ in
            let before = try await MetricsTests.scrape(scraper)
            let results = try await daemon.withClient { client in
                let order = Command(.order(of: .with { $0.id = newID() }))
                let again = Command(.person("Ana"))
                var results = try await client.submit([again, Command(.person("Bo")), order]).value
                results += try await client.submit([again]).value
                let dry = Command(.person("Cy")).with { $0.dryRun = true }
                results += try await client.submit([dry]).value
                // This one is open; the service may need a moment to see that those before it have ended.
                var open: Double?
                for _ in 0..<100 where open != 1 {
                    open = try await MetricsTests.scrape(scraper)["kith_connections", "face=\"native\""]
                }
                #expect(open == 1)
                return results
            }
            let refused = try #require(results[2].refusal)
            let position = try await daemon.durablePosition()
            let text = try await MetricsTests.scrape(scraper)
            func grown(_ name: String, _ labels: String = "") -> Double? {
                guard let now = text[name, labels], let then = before[name, labels] else { return nil }
                return now - then
            }
            #expect(grown("kith_commands_total", "outcome=\"accepted\"") == 2)
            #expect(grown("kith_commands_total", "outcome=\"replayed\"") == 1)
            #expect(grown("kith_commands_total", "outcome=\"dry_run\"") == 1)
            #expect(grown("kith_commands_total", "outcome=\"refused\"") == 1)
            #expect(grown("kith_refusals_total", "code=\"\(refused.name)\",of=\"command\"") == 1, "\(refused)")
            let groups = try #require(grown("kith_commit_seconds_count"))
            #expect((1...2).contains(groups))
            #expect(grown("kith_group_events_sum") == Double(position) - (before["kith_log_position"] ?? 0))
            #expect(try #require(grown("kith_commit_seconds_sum")) > 0)
            #expect(text["kith_log_position"] == Double(position))
            // The first scrape counts itself when its text is made already.
            #expect(text["kith_http_requests_total", "method=\"GET\",status=\"200\""] ?? 0 >= 2)
            #expect(text["kith_read_only"] == 0)
            #expect(text["kith_build_info", "version=\"\(try await MetricsTests.version(daemon))\""] == 1)
            let status = try await daemon.withClient { try await $0.status().value }
            #expect(
                Set(text.series("kith_projection_lag_seconds").map(\.labels))
                    == Set(status.projections.map { "projection=\"\($0.name)\"" }))
            for projection in status.projections {
                let states = text.series("kith_projection_state").filter {
                    $0.labels.hasPrefix("projection=\"\(projection.name)\"")
                }
                #expect(states.count == 4 && states.map(\.value).reduce(0, +) == 1)
            }
            for name in [
                "kith_log_used_bytes", "kith_log_file_bytes", "kith_log_map_bytes", "kith_disk_free_bytes",
                "kith_log_readers_maximum", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
                "process_cpu_seconds_total",
            ] { #expect(text[name] ?? 0 > 0, "\(name)") }
            #expect(text["kith_log_used_bytes"] ?? 0 <= text["kith_log_file_bytes"] ?? 0)
            #expect(text["kith_store_bytes", "part=\"views\""] ?? 0 > 0)
            let started = try #require(text["process_start_time_seconds"])
            #expect(abs(started - Date().timeIntervalSince1970) < 3_600)
        }
    }

    private static func version(_ daemon: Daemon) async throws -> String {
        try await daemon.withClient { try await $0.status().value.version }
    }

    @Test func `whoever has a role may read metrics, nobody else; the probes are for everybody`() async throws {
        try await MetricsTests.run { _, scraper, nobody, stranger in
            #expect(try await nobody.get("/metrics").status == 403)
            #expect(try await stranger.get("/metrics").status == 401)
            #expect(try await scraper.get("/metrics?format=json").status == 400)
            for path in ["/livez", "/readyz", "/readyz?verbose"] {
                for curl in [scraper, nobody, stranger] {
                    let answer = try await curl.get(path)
                    #expect(answer.status == 200 && answer.body == "ok\n", "\(path): \(answer)")
                    #expect(answer.fields["kith-position"] == nil)
                }
            }
            #expect(try await scraper.post("/livez", "{}").status == 405)
            let text = try await MetricsTests.scrape(scraper)
            #expect(text["kith_refusals_total", "code=\"FORBIDDEN\",of=\"query\""] == 1)
            #expect(text["kith_http_requests_total", "method=\"GET\",status=\"401\""] == 1)
        }
    }
}
