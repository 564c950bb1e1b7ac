import Foundation
import Synchronization

/// A program that was started, and that does not outlive whoever holds this.
final class ChildProcess: Sendable {
    private enum State {
        case running([CheckedContinuation<Int32, Never>])
        case ended(Int32)
    }

    private let process: Process
    private let state: Shared
    /// Files to which standard output and standard error go.
    let outputPath: String
    let complaintPath: String

    /// What the thread that sees the end and those who wait for it share.
    private final class Shared: Sendable {
        let state = Mutex(State.running([]))

        func end(_ code: Int32) {
            let waiting = state.withLock { state -> [CheckedContinuation<Int32, Never>] in
                guard case .running(let waiting) = state else { return [] }
                state = .ended(code)
                return waiting
            }
            for continuation in waiting { continuation.resume(returning: code) }
        }
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: replaces variables of this process; those of kith never come from it.
    ///   - output: the beginning of the paths of the files that its output goes to.
    ///   - input: a file for its standard input; nothing where it is absent.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], output: String,
        input: String? = nil
    ) throws {
        outputPath = output + ".out"
        complaintPath = output + ".err"
        for path in [outputPath, complaintPath] where !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(filePath: path))
        }
        process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("KITH_") }
            .merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input ?? "/dev/null"))
        process.standardOutput = try ChildProcess.appending(outputPath)
        process.standardError = try ChildProcess.appending(complaintPath)
        state = Shared()
        process.terminationHandler = { [state] process in
            let signalled = process.terminationReason == .uncaughtSignal
            state.end(process.terminationStatus + (signalled ? 128 : 0))
        }
        try process.run()
    }

    deinit {
        if isRunning { kill(SIGKILL) }
    }

    private static func appending(_ path: String) throws -> FileHandle {
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seekToEnd()
        return handle
    }

    var isRunning: Bool {
        state.state.withLock { if case .running = $0 { true } else { false } }
    }

    var processID: Int32 { process.processIdentifier }

    func kill(_ signal: Int32) {
        guard isRunning else { return }
        Foundation.kill(process.processIdentifier, signal)
    }

    /// Waits for the end; 128 more than the signal where one ended it. A cancelled test kills the program.
    func exitCode() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let code = state.state.withLock { state -> Int32? in
                    switch state {
                    case .ended(let code): return code
                    case .running(let waiting):
                        state = .running(waiting + [continuation])
                        return nil
                    }
                }
                if let code { continuation.resume(returning: code) }
            }
        } onCancel: {
            kill(SIGKILL)
        }
    }
}

/// How a program ended and what it said.
struct RunOutcome: CustomStringConvertible {
    var code: Int32
    var output: String
    var complaint: String

    var description: String { "exit code \(code)\n\(output.prefix(2_000))\n\(complaint.prefix(2_000))" }

    /// The lines of the output, each a JSON object.
    var objects: [[String: Any]] {
        get throws {
            try output.split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }
        }
    }

    init(_ process: ChildProcess) async throws {
        code = await process.exitCode()
        output = String(decoding: try Data(contentsOf: URL(filePath: process.outputPath)), as: UTF8.self)
        complaint = String(decoding: try Data(contentsOf: URL(filePath: process.complaintPath)), as: UTF8.self)
    }
}
