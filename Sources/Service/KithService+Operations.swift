internal import BodyStore
internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import Replay
internal import Schema
internal import Views

extension KithService {
    func state(
        _ request: StatusRequest, from caller: CallerIdentity
    ) async throws(Refusal) -> Answer<StatusResponse> {
        try access.principal(caller).require(.status)
        let end = context.log.end
        var response = StatusResponse()
        response.logID = context.log.id.description
        response.formatVersion = UInt32(RecordLayout.formatVersion)
        response.epoch = context.log.epoch
        response.durablePosition = end.position.rawValue
        response.root = Data(end.root.bytes)
        response.readOnlyReason = writerStatus.failure
        response.disk = try diskStatus()
        response.witnessPosition = witness?.position ?? 0
        response.pinnedSnapshots = readers.pinned
        response.waitingCommands = UInt64(writerStatus.waiting)
        response.indexPosition = context.log.index.applied.rawValue
        response.version = ServiceVersion.text
        response.startedAt = startedAt.timestamp
        if let due = context.log.index.earliestDue, due > .earliest { response.nextTimer = due.timestamp }
        response.parkedTimers = UInt64(context.log.index.parkedTimers)
        let bodies = context.bodies.counts
        response.bodies = UInt64(bodies.items)
        response.unreferencedBodies = UInt64(bodies.unreferred)
        do { response.logBytes = UInt64(try context.log.size()) } catch { throw Refusal(error) }
        do { response.projections = try await replay.status(digest: request.digest) } catch { throw Refusal(error) }
        response.refusalJournal = try await BlockingWork.run { [journal] () throws(Refusal) in
            do throws(EventLogError) { return try journal.status() } catch { throw Refusal(error) }
        }
        return Answer(response, reflects)
    }

    private func diskStatus() throws(Refusal) -> DiskStatus {
        var status = DiskStatus()
        status.full = writerStatus.isDiskFull
        do { status.logMapBytes = UInt64(try context.log.mapSize()) } catch { throw Refusal(error) }
        guard let space = context.log.space else { return status }
        do { status.freeBytes = UInt64(try space.free()) } catch { throw Refusal(error) }
        status.ballastBytes = space.holdsBallast ? UInt64(space.ballastBytes) : 0
        return status
    }

    func rebuildProjections(
        _ request: RebuildRequest, from caller: CallerIdentity,
        progress: @escaping @Sendable (Answer<RebuildProgress>) async -> Void
    ) async throws(Refusal) {
        try access.principal(caller).require(.operations)
        do throws(ReplayError) {
            _ = try await replay.rebuild(request.name) { [self] step in await progress(Answer(step, reflects)) }
        } catch { throw Refusal(error) }
    }
}

extension Refusal {
    /// What a caller gets to know of a failure of a projection.
    init(_ error: ReplayError) {
        switch error.code {
        case .notYet: self.init(.notYet, error.message)
        case .parked: self.init(.projectionParked, error.message)
        case .unknownProjection: self.init(.notFound, error.message, field: "name")
        case .rebuildRunning: self.init(.illegalTransition, error.message)
        case .stopped: self.init(.readOnly, error.message)
        case .cancelled: self.init(.cancelled, error.message)
        case .diskFull: self.init(.diskFull, error.message)
        case .view: self.init(error.view.map(\.errorCode) ?? .internal, error.message, field: error.view?.field ?? "")
        default: self.init(.internal, error.message)
        }
    }
}

extension ViewError {
    /// The code that a caller gets: a request that cannot be answered is his, the rest is ours.
    fileprivate var errorCode: ErrorCode { isOfRequest ? .schemaInvalid : .internal }
}
