import Foundation
import KithClient
import Synchronization
import Testing

/// The real service on a data directory of its own. Its process comes and goes; directory and socket stay.
final class Daemon: Sendable {
    /// Why the service is not there.
    struct NotStarted: Error, CustomStringConvertible {
        var description: String
    }

    let folder: TestFolder
    let dataDirectory: String
    let socketPath: String
    private let name: String
    private let program: [String]
    private let arguments: [String]
    private let process = Mutex<ChildProcess?>(nil)
    private let runs = Mutex(0)

    /// - Parameters:
    ///   - name: name of data directory and socket in the folder.
    ///   - pack: the starter pack; none but for tests of it.
    ///   - arguments: flags besides those that every test uses.
    ///   - prefix: a program, with its arguments, that starts the service.
    init(
        in folder: TestFolder, name: String = "data", pack: String = "none", arguments: [String] = [],
        prefix: [String] = []
    ) {
        self.folder = folder
        self.name = name
        dataDirectory = folder[name]
        socketPath = folder[name + ".sock"]
        program = prefix + [Places.kithd]
        self.arguments =
            [
                "--data-directory", dataDirectory, "--socket", socketPath, "--log-reserve-bytes", "1048576",
                "--ballast-bytes", "1048576", "--pack", pack,
            ] + arguments
    }

    /// Starts a service in a folder of its own, does the work, and stops it clean whatever happens.
    static func run<Value>(
        in folder: TestFolder? = nil, name: String = "data", pack: String = "none", arguments: [String] = [],
        _ work: (Daemon) async throws -> Value
    ) async throws -> Value {
        let daemon = Daemon(in: try folder ?? TestFolder(), name: name, pack: pack, arguments: arguments)
        try await daemon.start()
        do {
            let value = try await work(daemon)
            try await daemon.expectCleanStop()
            return value
        } catch {
            await daemon.kill()
            throw error
        }
    }

    /// Where the service's own messages go.
    var logPath: String { folder[name + "-service.err"] }

    /// The process, where one runs; that of the prefix, which executes the service.
    var processID: Int32? { process.withLock { $0?.processID } }

    /// Starts the process and waits until it answers.
    func start() async throws {
        let child = try spawn()
        process.withLock { $0 = child }
        while child.isRunning {
            if let client = try? await KithClient.connect(socketPath: socketPath) {
                let answers = (try? await client.status()) != nil
                await client.close()
                if answers { return }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotStarted(description: try String(contentsOfFile: logPath, encoding: .utf8))
    }

    /// Starts the process, which is to end by itself, and tells how it did.
    func outcome() async throws -> RunOutcome {
        try await RunOutcome(try spawn())
    }

    private func spawn() throws -> ChildProcess {
        try ChildProcess(
            program[0].hasPrefix("/") ? program[0] : "/usr/bin/env",
            (program[0].hasPrefix("/") ? Array(program.dropFirst()) : program) + arguments,
            output: folder[name + "-service"])
    }

    /// SIGKILL; returns when the process is gone.
    func kill() async {
        await end(SIGKILL)
    }

    /// SIGTERM; the exit code, or nil where no process runs.
    @discardableResult
    func stop() async -> Int32? {
        await end(SIGTERM)
    }

    /// Stops the process where it still runs; it must end clean.
    func expectCleanStop() async throws {
        guard let code = await stop() else { return }
        #expect(code == 0, "the service did not stop clean")
    }

    @discardableResult
    private func end(_ signal: Int32) async -> Int32? {
        guard let child = process.withLock({ $0.take() }) else { return nil }
        child.kill(signal)
        return await child.exitCode()
    }

    /// Waits until the process, which was told to, has ended; nil where none runs.
    func exitCode() async -> Int32? {
        guard let child = process.withLock({ $0.take() }) else { return nil }
        return await child.exitCode()
    }

    /// Sends a signal and does not wait.
    func signal(_ signal: Int32) {
        process.withLock { $0?.kill(signal) }
    }

    // MARK: Clients

    /// Connects, does the work, and closes the connection.
    func withClient<Value>(_ work: (KithClient) async throws -> Value) async throws -> Value {
        let client = try await KithClient.connect(socketPath: socketPath)
        do {
            let value = try await work(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// Position of the last event that is on stable storage.
    func durablePosition() async throws -> UInt64 {
        try await withClient { try await $0.status().value.durablePosition }
    }

    /// Starts the command line against this service.
    func startKith(_ arguments: [String], input: String? = nil) throws -> ChildProcess {
        let run = runs.withLock { runs in
            runs += 1
            return runs
        }
        let output = folder["\(name)-kith-\(run)"]
        var inputPath: String?
        if let input { inputPath = try folder.write(input, to: "\(name)-kith-\(run).in") }
        return try ChildProcess(
            Places.kith, arguments, environment: ["KITH_SOCKET": socketPath], output: output, input: inputPath)
    }

    /// Runs the command line against this service.
    func kith(_ arguments: String..., input: String? = nil) async throws -> RunOutcome {
        try await RunOutcome(startKith(arguments, input: input))
    }

    /// Imports a file, which must be taken whole or with so many rejected rows; the importer's report.
    func importing(_ file: String, mapping: String) async throws -> ImportReport {
        let run = try await kith("import", file, "--mapping", Places.mapping(mapping), "--json")
        try #require(run.code == 0, "\(run)")
        return try ImportReport(run)
    }
}

/// What the importer says at its end.
struct ImportReport: Decodable {
    struct Documents: Decodable, Equatable {
        var accepted = 0
        var replayed = 0
        var unchanged = 0
        var refused = 0
    }

    var rows: [String: Int]
    var documents: [String: Documents]
    var events: Int
    var reconnects: Int

    init(_ run: RunOutcome) throws {
        self = try JSONDecoder().decode(ImportReport.self, from: Data(run.output.utf8))
    }
}
