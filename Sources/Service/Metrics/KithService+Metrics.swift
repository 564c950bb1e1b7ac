internal import BodyStore
package import CRM
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import MetricsExposition
internal import Replay
internal import Schema

extension KithService {
    package func metricsText(from caller: CallerIdentity) async throws(Refusal) -> String {
        try await journaling(.status(StatusRequest()), from: caller) { () async throws(Refusal) in
            try access.principal(caller).require(.status)
            try await sample()
            return TextExposition.text(of: metrics.registry)
        }
    }

    /// Looks up what is not counted as it happens.
    private func sample() async throws(Refusal) {
        let gauges = metrics.gauges
        let bodies = context.bodies.counts
        gauges.set(
            position: context.log.end.position, index: context.log.index.applied,
            indexChanges: context.log.index.pendingChanges, bodies: (bodies.items, bodies.unreferred))
        let writer = writerStatus
        gauges.set(
            writer: (writer.waiting, writer.failure), journal: journal.standing,
            parkedTimers: context.log.index.parkedTimers)
        do {
            for projection in try await replay.status() { gauges.set(projection) }
        } catch {
            throw Refusal(error)
        }
        // Asking for files waits for the disk: not on a thread of the cooperative pool.
        try await BlockingWork.now { [context, startedAt, stores] () throws(Refusal) in
            do throws(EventLogError) { gauges.set(try context.log.usage()) } catch { throw Refusal(error) }
            for (part, path) in stores { gauges.set(bytes: DirectorySize.bytes(below: path), of: part) }
            gauges.set(ProcessSample.now(), startedAt: startedAt)
        }
    }
}

/// How large the files below a directory are. Not for directories with many files.
private enum DirectorySize {
    static func bytes(below path: String) -> Int {
        var bytes = 0
        do {
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
                // A rebuild takes files away while they are being looked at.
                var status = stat()
                guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                bytes += Int(status.st_size)
            }
        } catch {
            return bytes
        }
        return bytes
    }
}
