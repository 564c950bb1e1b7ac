internal import Schema

// Expiry that was none: something that occurred before it was recorded after it.
extension AccountLedger {
    /// Puts back points that expired after the fact had occurred, so that they can be taken back.
    mutating func withdrawExpiry(order: UInt64, _ reversals: [LineReversal]) {
        var missing: [UInt32: Int64] = [:]
        for reversal in reversals where reversal.expiredLate > 0 {
            missing[reversal.line.orderLine] = reversal.expiredLate
        }
        guard !missing.isEmpty else { return }
        withdrawExpiry { movement in
            guard movement.orderNumber == order, let points = missing[movement.orderLine] else { return 0 }
            missing[movement.orderLine] = points - min(points, movement.points)
            return min(points, movement.points)
        }
    }

    /// Puts back points that had expired only after the fact occurred.
    ///
    /// They fill no debt: what follows at once takes them.
    ///
    /// - Parameter wanted: how many of a movement's points are to come back.
    private mutating func withdrawExpiry(_ wanted: (LotMovement) -> Int64) {
        var origins: [LotMovement] = []
        for expired in state.expired where expired.expiredAt > occurredAt.rawValue {
            for movement in expired.lots { origins.append(movement, points: wanted(movement)) }
        }
        putBack(origins)
    }

    /// Points that were there when they were spent, and had expired when that was recorded, had not.
    ///
    /// - Throws: what reading the world throws.
    mutating func withdrawExpiry(toSpend points: Int64, _ world: any World) throws(Refusal) {
        try withdrawLapse(world)
        var missing = points - state.balance.active
        guard missing > 0, state.debt == 0 else { return }
        let available = state.expired.reduce(0) { $0 + ($1.expiredAt > occurredAt.rawValue ? $1.lots.points : 0) }
        guard available >= missing else { return }
        withdrawExpiry { movement in
            let part = min(missing, movement.points)
            missing -= part
            return part
        }
    }

    /// The member is active when the events occur: what ended with inactivity later on, because that was not recorded
    /// yet, had not ended. It fills a debt first; what was set off against goods that came back stays expired.
    ///
    /// - Throws: what reading the world throws.
    mutating func withdrawLapse(_ world: any World) throws(Refusal) {
        guard let lapse = try Lapse(before: self, world) else { return }
        var origins: [LotMovement] = []
        var setOff: [LineKey: Int64] = [:]
        for expired in state.expired where expired.expiredAt == lapse.at {
            for movement in expired.lots where movement.expiresWithInactivity {
                let key = LineKey(order: movement.orderNumber, line: movement.orderLine)
                let known = state.line(movement.orderLine, ofOrder: movement.orderNumber)?.setOff ?? 0
                let kept = min(setOff[key] ?? known, movement.points)
                setOff[key] = (setOff[key] ?? known) - kept
                origins.append(movement, points: movement.points - kept)
            }
        }
        putBack(origins, isActivity: true)
    }

    private struct LineKey: Hashable {
        var order: UInt64
        var line: UInt32
    }

    /// Records that points had not expired, in as many events as their lots need.
    ///
    /// - Parameter isActivity: whether it is so because the member was active; then the points stay, and fill a debt.
    private mutating func putBack(_ origins: [LotMovement], isActivity: Bool = false) {
        for (index, chunk) in origins.chunks.enumerated() {
            var book = self.book
            var withdrawn = PointsExpiryWithdrawn()
            if case .policy(let cause) = author { withdrawn.causePosition = cause.rawValue }
            withdrawn.lots = chunk.map { book.give($0.points, backTo: $0, at: occurredAt) }
            withdrawn.points = chunk.points
            withdrawn.continued = index > 0
            if isActivity {
                let earnings = Set(chunk.map(\.earning))
                withdrawn.settled = settlement(outOf: book) { earnings.contains($0.position) && !$0.hasLocksUntil }
            }
            record(withdrawn, isActivity: isActivity)
        }
    }
}

/// An expiry by inactivity that an activity before it makes untrue.
private struct Lapse {
    /// When the points expired.
    let at: Int64

    /// The lapse after which the ledger's events are recorded and before which they occur; nil where there is none, and
    /// where the points had ended all the same before the member was active again.
    ///
    /// - Throws: what reading the world throws.
    init?(before ledger: AccountLedger, _ world: any World) throws(Refusal) {
        let occurredAt = ledger.occurredAt.rawValue
        let days = ledger.programme.inactivityDays
        var end = ledger.occurredAt.adding(days: days).rawValue
        let expired = ledger.state.expired.filter { expired in
            expired.expiredAt > occurredAt && expired.expiredAt < end
                && expired.lots.contains(where: \.expiresWithInactivity)
        }
        guard let at = expired.map(\.expiredAt).min() else { return nil }
        // The state keeps neither why points expired nor when the member was active since.
        var activities: [Int64] = []
        let isLapse = try world.lookBack(from: try world.head(of: ledger.number)?.last ?? .none) { event -> Bool? in
            let instant = event.occurredAt.rawValue
            if case .pointsExpired(let expired) = event.payload, instant == at,
                expired.lots.contains(where: \.expiresWithInactivity)
            {
                return expired.cause == .inactivity
            }
            if event.payload.ledger?.isActivity ?? false, instant >= at { activities.append(instant) }
            return nil
        }
        guard isLapse ?? false else { return nil }
        for activity in activities.sorted() {
            guard activity < end else { return nil }
            end = Instant(microseconds: activity).adding(days: days).rawValue
        }
        self.at = at
    }
}

extension [LotMovement] {
    /// So many points of a movement, where there are any.
    fileprivate mutating func append(_ movement: LotMovement, points: Int64) {
        guard points > 0 else { return }
        var part = movement
        part.points = points
        append(part)
    }
}
