import Foundation
import Testing

/// curl against the HTTP face of a service.
struct Curl: Sendable {
    /// An answer.
    struct Answer: CustomStringConvertible {
        var status: Int
        /// Header fields by their names in lower case.
        var fields: [String: String]
        var body: String

        var description: String { "\(status) \(body.prefix(1_000))" }

        /// The body as a JSON object.
        var object: [String: Any] {
            get throws {
                try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], "\(self)")
            }
        }

        /// The lines of the body, each a JSON object.
        var objects: [[String: Any]] {
            get throws {
                try body.split(separator: "\n").map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
                }
            }
        }
    }

    let folder: TestFolder
    private let base: String
    private let common: [String]

    /// Over the Unix domain socket of a service.
    init(_ daemon: Daemon) {
        self.init(daemon.folder, socket: daemon.httpSocketPath)
    }

    /// Over a Unix domain socket.
    init(_ folder: TestFolder, socket: String) {
        self.folder = folder
        base = "http://kith"
        common = ["--unix-socket", socket]
    }

    /// Over a port, with a token or without.
    init(_ folder: TestFolder, port: Int, token: String? = nil) {
        self.folder = folder
        base = "http://127.0.0.1:\(port)"
        common = token.map { ["--header", "Authorization: Bearer \($0)"] } ?? []
    }

    /// Starts a request without waiting for its end; its body comes line by line.
    func start(_ path: String, _ arguments: String...) throws -> ChildProcess {
        try ChildProcess(
            "/usr/bin/env", ["curl", "--silent", "--show-error", "--no-buffer"] + common + arguments + [base + path],
            output: folder["curl-\(UUID().uuidString.prefix(8))"])
    }

    func get(_ path: String, _ arguments: String...) async throws -> Answer { try await run(path, arguments) }

    /// Posts a body.
    func post(_ path: String, _ body: String, type: String = "application/json", _ arguments: String...) async throws
        -> Answer
    {
        let file = try folder.write(body, to: "body-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try await run(path, ["--header", "Content-Type: \(type)", "--data-binary", "@\(file)"] + arguments)
    }

    private func run(_ path: String, _ arguments: [String]) async throws -> Answer {
        let output = folder["curl-\(UUID().uuidString.prefix(8))"]
        let headers = output + ".headers"
        let run = try await RunOutcome(
            ChildProcess(
                "/usr/bin/env",
                ["curl", "--silent", "--show-error", "--max-time", "60", "--dump-header", headers] + common + arguments
                    + [base + path],
                output: output))
        try #require(run.code == 0, "\(run)")
        let text = try String(contentsOfFile: headers, encoding: .utf8).replacing("\r\n", with: "\n")
        // A `100 Continue` has a head of its own before the last one.
        let lines = text.split(separator: "\n\n").last?.split(separator: "\n") ?? []
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let fields = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            return (line[..<colon].lowercased(), String(value.drop { $0 == " " }))
        }
        return Answer(status: status, fields: Dictionary(fields) { $1 }, body: run.output)
    }
}

extension Daemon {
    /// The socket of the HTTP face.
    var httpSocketPath: String { socketPath.dropLast(".sock".count) + "-http.sock" }
}
