internal import ArgumentParser
internal import Foundation
internal import KeyVault

/// What sealing costs: parts of a command's body, as the gateway seals them, each under the key of another subject.
struct SealParts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Seals parts with the keys of a vault, on one thread.")

    @Option(help: "Bytes of a part.")
    var bytes = 200

    @Option(help: "How many parts.")
    var count = 200_000

    @Option(help: "How many subjects they are about, in turn.")
    var subjects = 1_000

    func run() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kith-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let vault = try KeyVault(
            path: directory.appending(path: "vault").path, masterKeyPath: directory.appending(path: "key").path,
            createIfMissing: true)
        let slots = try (0..<subjects).map { _ in try vault.reserveSlot() }
        let plaintext = [UInt8](repeating: 7, count: bytes)
        let associatedData = [UInt8](repeating: 9, count: 44)
        let stopwatch = Stopwatch()
        var sealed = 0
        for number in 0..<count {
            sealed += try vault.seal(plaintext, slot: slots[number % subjects], associatedData: associatedData).count
        }
        var measurement = stopwatch.measurement(operations: count)
        guard sealed == count * (bytes + KeyVault.sealedOverhead) else { throw BenchmarkFailure("parts are too short") }
        measurement.details = ["microsecondsPerPart": measurement.seconds / Double(count) * 1_000_000]
        try measurement.output()
    }
}
