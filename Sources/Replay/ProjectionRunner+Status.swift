internal import EventLog
internal import FoundationEssentials
package import Schema
internal import Views

extension ProjectionRunner {
    package func wait(for position: Position, deadlineMilliseconds: Int) async throws(ReplayError) {
        urgent.raise()
        switch await waiters.wait(for: position, milliseconds: deadlineMilliseconds) {
        case .reached:
            return
        case .cancelled:
            throw .cancelledTask
        case .timedOut:
            throw ReplayError(
                .notYet, "\(name) has not reached position \(position) in \(deadlineMilliseconds) ms. Ask again.",
                position: rows?.applied.position)
        case .halted:
            guard rows != nil, let halt else { throw .stoppedEngine }
            throw ReplayError(
                .parked, "\(name) stopped before position \(position). \(halt.reason)", position: rows?.applied.position
            )
        }
    }

    package func digest() async throws(ReplayError) -> (position: Position, digest: [UInt8]) {
        guard let rows else { throw .stoppedEngine }
        do throws(ReplayError) {
            let (position, digest) = try rows.beginDigest()
            return (position, try await digest.result())
        } catch {
            // Of rows that were replaced meanwhile nobody has to know.
            if self.rows === rows { noteDamage(error) }
            throw error
        }
    }

    /// Wakes the loop to make the rows anew, where an error says that some are not what was written.
    func noteDamage(_ error: ReplayError) {
        guard error.isDamage else { return }
        rows?.note(error)
        signal.raise()
    }

    package func status(digest: Bool) async throws(ReplayError) -> ProjectionStatus {
        var status = ProjectionStatus()
        if digest {
            // The digest's position is the status' own, though the projection has moved on meanwhile.
            let result = try await self.digest()
            status.digest = Data(result.digest)
            fill(&status, try standing())
            status.position = result.position.rawValue
        } else {
            fill(&status, try standing())
        }
        return status
    }

    private func fill(_ status: inout ProjectionStatus, _ standing: ProjectionStanding) {
        status.name = name
        status.version = P.version
        status.state = standing.state
        status.position = standing.position.rawValue
        status.lagEvents = standing.lagEvents
        status.lagMicroseconds = standing.lagMicroseconds
        status.parkedReason = standing.parkedReason ?? ""
        status.rebuildPosition = rebuildPosition?.rawValue ?? 0
    }
}

// MARK: - Standing

extension ProjectionRunner {
    package func standing() throws(ReplayError) -> ProjectionStanding {
        guard let rows else { throw .stoppedEngine }
        let end = log.end
        let applied = rows.applied
        // What was applied may be durable a moment before the end is read here, never after.
        let lag = end.position > applied.position ? end.position.rawValue - applied.position.rawValue : 0
        return ProjectionStanding(
            position: applied.position, lagEvents: lag,
            lagMicroseconds: lag == 0 ? 0 : try lagMicroseconds(applied, end: end.recordedAt), state: state(lag),
            parkedReason: halt?.reason)
    }

    private func state(_ lag: UInt64) -> ProjectionState {
        if halt != nil { return .parked }
        if rebuildPosition != nil, !isFirstBuild { return .rebuilding }
        // A running projection is always a little behind; that alone is no reason to call it so.
        return lag == 0 || (hasReachedEnd && lag < 10_000) ? .live : .catchingUp
    }

    private func lagMicroseconds(_ applied: Checkpoint, end: Instant) throws(ReplayError) -> UInt64 {
        var from = applied.recordedAt
        if applied.position == .none {
            do {
                from = try log.record(at: Position(1)) { EventHeader.recordedAt(of: $0) } ?? end
            } catch {
                throw ReplayError(error)
            }
        }
        return UInt64(max(0, end.rawValue - from.rawValue))
    }
}
