import Foundation
import KithClient
import Testing

/// What docs/services.md shows works as it is written, for a service with sockets of its own and the role of one.
@Suite struct ServicesPageTests {
    private static let page = Result {
        try String(contentsOfFile: Places.repository + "/docs/services.md", encoding: .utf8)
    }

    /// The blocks of a language, in their order. One with a word behind the language is not for a script: it starts
    /// services.
    private static func blocks(_ language: String) throws -> [String] {
        try page.get().components(separatedBy: "```\(language)\n").dropFirst()
            .map { try #require($0.components(separatedBy: "```").first) }
    }

    @Test(.enabled(if: Places.hasPython, Places.pythonMissing))
    func `the examples of the page run as they stand`() async throws {
        let folder = try TestFolder()
        let (socket, http) = (folder["shop.sock"], folder["shop-http.sock"])
        let arguments = ["--service-socket", "shop=\(socket)", "--http-service-socket", "shop=\(http)"]
        try await Daemon.run(in: folder, arguments: arguments) { daemon in
            let grant = try await daemon.kith("access", "grant", "--socket-name", "shop", "--role", "service")
            #expect(grant.code == 0, "\(grant)")
            let environment = [
                "KITH_HTTP": http, "KITH_SOCKET": socket, "PYTHONPATH": Places.repository + "/tools/python",
            ]
            let shell = try ServicesPageTests.blocks("sh")
            try #require(shell.count == 5)
            let script = try folder.write("set -euo pipefail\n" + shell.joined(separator: "\n"), to: "page.sh")
            let run = try await RunOutcome(
                ChildProcess("/usr/bin/env", ["bash", script], environment: environment, output: folder["shell"]))
            #expect(run.code == 0, "\(run)")
            for word in ["\"replayed\":true", "STALE_SOURCE", "Ana Müller", "\"5000\"", "EVENT_KIND_ORDER_CONFIRMED"] {
                #expect(run.output.contains(word), "\(word) is missing: \(run.output)")
            }
            let programs = try ServicesPageTests.blocks("python")
            try #require(programs.count == 2)
            for (index, program) in programs.enumerated() {
                let file = try folder.write(program, to: "page-\(index).py")
                // Twice: whatever is sent again is not done again.
                for attempt in 1...2 {
                    let run = try await RunOutcome(
                        ChildProcess(
                            Places.python, [file], environment: environment,
                            output: folder["python-\(index)-\(attempt)"]))
                    #expect(run.code == 0, "\(run)")
                }
            }
            let orders = try await confirmedOrders(1, from: 1, socketPath: socket)
            #expect(orders == ["2026-4711"])
            try await ServicesPageTests.check(daemon)
        }
        let code = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ServicesPage.swift"),
            encoding: .utf8)
        #expect(try ServicesPageTests.blocks("swift") == [code])
    }

    /// One customer, one order of 4 pieces, one message of the form and one ticket with two messages have come of it.
    private static func check(_ daemon: Daemon) async throws {
        try await daemon.withClient { client in
            let position = try await daemon.durablePosition()
            let parties = try await client.all(.party, atLeast: position)
            #expect(parties.count == 1 && parties.first?.party.name.display == "Ana Müller")
            let orders = try await client.all(.order, atLeast: position)
            #expect(orders.count == 1 && orders.first?.order.documentNumber == "2026-4711")
            #expect(try await client.all(.interaction, atLeast: position).count == 1)
            let tickets = try await client.all(.ticket, atLeast: position)
            #expect(tickets.count == 1 && tickets.first?.ticket.messages.count == 1, "\(tickets)")
        }
    }
}
