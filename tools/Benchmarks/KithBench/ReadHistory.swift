internal import ArgumentParser
internal import EventLog
internal import FoundationEssentials
internal import KithClient
internal import Schema

/// Line 5: the whole history as an auditor reads it over the socket: every event decoded, every record checked against
/// its leaf hash.
struct ReadHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read-history", abstract: "Reads the history over the socket and checks every record's hash.")

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let client = try await KithClient.connect(socketPath: service.socket)
        var request = HistoryRequest()
        request.all = true
        request.includeRecord = true
        var events = 0
        var bytes = 0
        var mismatches = 0
        let stopwatch = Stopwatch(daemon: service.daemonPid)
        for try await page in client.history(request) {
            for event in page.value.events {
                events += 1
                bytes += event.record.count
                guard event.payload.event != nil else {
                    throw BenchmarkFailure("Position \(event.position) came without a payload.")
                }
                if TreeHash.leaf(event.record.bytes) != TreeHash(event.leafHash.bytes) { mismatches += 1 }
            }
        }
        var measurement = stopwatch.measurement(operations: events)
        measurement.details = ["bytes": Double(bytes), "mismatches": Double(mismatches)]
        try measurement.output()
        await client.close()
    }
}
