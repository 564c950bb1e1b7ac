package import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
package import Schema

extension KithService {
    package func status(_ request: StatusRequest, from caller: CallerIdentity) async throws(Refusal) -> Answer<StatusResponse> {
        try access.principal(caller).require(.status)
        let end = context.log.end
        var response = StatusResponse()
        response.logID = context.log.id.description
        response.formatVersion = UInt32(RecordLayout.formatVersion)
        response.epoch = context.log.epoch
        response.durablePosition = end.position.rawValue
        response.root = Data(end.root.bytes)
        response.readOnlyReason = writerStatus.failure
        response.waitingCommands = UInt64(writerStatus.waiting)
        response.indexPosition = context.log.index.applied.rawValue
        response.version = ServiceVersion.current
        response.startedAt = startedAt.timestamp
        do { response.logBytes = UInt64(try context.log.size()) } catch { throw Refusal(error) }
        do { response.projections = try await replay.status(digest: request.digest) } catch { throw Refusal(error) }
        return Answer(response, reflects)
    }

    package func rebuild(
        _ request: RebuildRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<RebuildProgress>) async -> Void
    ) async throws(Refusal) {
        try access.principal(caller).require(.operations)
        let names = request.name == "all" ? replay.names : [request.name]
        for name in names {
            guard replay.names.contains(name) else {
                throw Refusal(
                    .notFound, "There is no projection \(name). There are: \(replay.names.joined(separator: ", ")).", field: "name")
            }
            do {
                try await replay.rebuild(name) { [self] step in await progress(Answer(step, reflects)) }
            } catch { throw Refusal(error) }
        }
    }
}

extension Refusal {
    /// What a caller gets to know of a failure of a projection.
    init(_ error: ReplayError) {
        self.init(.internal, error.message)
    }
}
