import Foundation
import KithClient
import SwiftProtobuf
import Testing

/// Generated commands, as `kith demo-data` prints them.
struct DemoData: Sendable {
    let lines: String

    /// - Parameters:
    ///   - opportunities: how many, with a loyalty programme; all of it is so long ago that nothing is due later than
    ///     now. Neither where it is 0.
    ///   - tickets: how many, with opportunities only.
    init(parties: Int, seed: Int, opportunities: Int = 0, tickets: Int = 0) async throws {
        let folder = try TestFolder()
        var arguments = ["demo-data", "--parties", "\(parties)", "--seed", "\(seed)", "--products", "50"]
        if opportunities > 0 {
            arguments += ["--opportunities", "\(opportunities)", "--loyalty", "--start", "2020-01-01"]
            arguments += ["--tickets", "\(tickets)"]
        }
        let run = try await RunOutcome(ChildProcess(Places.kith, arguments, output: folder["demo"]))
        try #require(run.code == 0, "\(run)")
        lines = run.output
    }

    var commands: [Command] {
        get throws { try lines.split(separator: "\n").map { try Command(jsonString: String($0)) } }
    }

    /// Sends all of it, none of which may be refused; what `kith submit` says.
    @discardableResult
    func submit(to daemon: Daemon) async throws -> String {
        let run = try await daemon.kith("submit", input: lines)
        try #require(run.code == 0, "\(run)")
        return run.output
    }
}
