internal import BodyStore
internal import CRM
internal import EventLog
internal import FoundationEssentials
internal import KeyVault
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
        response.witnessPosition = witness?.position ?? 0
        response.pinnedSnapshots = readers.pinned
        response.waitingCommands = UInt64(writerStatus.waiting)
        response.indexPosition = context.log.index.applied.rawValue
        response.version = ServiceVersion.text
        response.startedAt = startedAt.timestamp
        // A moment that is past also where nobody has looked yet, after a start or behind an import: some may be due.
        if let due = context.log.index.earliestDue { response.nextTimer = max(due, end.recordedAt).timestamp }
        response.parkedTimers = UInt64(context.log.index.parkedTimers)
        if let damage = context.log.damage { response.damage = damage }
        if let scrub { response.scrub = scrub.status }
        response.repairs = repairs
        let bodies = context.bodies.counts
        response.bodies = UInt64(bodies.items)
        response.unreferencedBodies = UInt64(bodies.unreferred)
        try await fill(&response)
        do { response.projections = try await replay.status(digest: request.digest) } catch { throw Refusal(error) }
        response.refusalJournal = try await BlockingWork.now { [journal] () throws(Refusal) in
            do throws(EventLogError) { return try journal.status() } catch { throw Refusal(error) }
        }
        return Answer(response, reflects)
    }

    /// What the disk and the system say of the log and of its key.
    private func fill(_ response: inout StatusResponse) async throws(Refusal) {
        let masterKey = configuration.masterKeyPath
        let (usage, problem) = try await BlockingWork.now { [context] () throws(Refusal) in
            do throws(EventLogError) {
                return (try context.log.usage(), context.vault.problem(withMasterKeyAt: masterKey))
            } catch {
                throw Refusal(error)
            }
        }
        response.logBytes = UInt64(usage.usedBytes)
        response.disk = diskStatus(usage)
        response.readers = UInt64(usage.readers)
        response.maximumReaders = UInt64(usage.readersMaximum)
        response.dataDirectory = dataDirectory
        response.masterKeyFile = masterKey
        response.masterKeyProblem = problem ?? ""
    }

    private func diskStatus(_ usage: LogUsage) -> DiskStatus {
        var status = DiskStatus()
        status.full = writerStatus.isDiskFull
        status.freeBytes = UInt64(usage.freeBytes)
        status.logMapBytes = UInt64(usage.mapBytes)
        if let space = context.log.space, space.holdsBallast { status.ballastBytes = UInt64(space.ballastBytes) }
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
        case .damaged: self.init(.damaged, error.message)
        case .view: self.init(error.view.map(\.errorCode) ?? .internal, error.message, field: error.view?.field ?? "")
        default: self.init(.internal, error.message)
        }
    }
}

extension ViewError {
    /// The code that a caller gets: a request that cannot be answered is his, the rest is ours.
    fileprivate var errorCode: ErrorCode { isOfRequest ? .schemaInvalid : code == .rowDamaged ? .damaged : .internal }
}
