internal import LMDB
package import Schema

/// The next timers to fire.
package struct DueTimers: Sendable {
    /// In the order in which they fire.
    package var timers: [DueTimer]
    /// Whether these are all that are due.
    package var isComplete: Bool
}

// MARK: - Timers

extension IndexStore {
    /// Timers that complete imports let go of in one look.
    private static let releasedAtOnce = 10_000

    /// When a timer is due and who holds it; nil where it is not set.
    package func timer(_ place: TimerPlace) throws(EventLogError) -> TimerStanding? {
        if let found = overlaid({ $0.timers[place] }) { return found }
        return try read("looking up a timer") { transaction throws(LMDBError) in
            try transaction.getBytes(tables.timers.timers, key: TimerCodec.key(place)).flatMap(TimerCodec.standing)
        }
    }

    /// How far an import is; nil where there is none with this number.
    package func importStanding(_ number: StreamNumber) throws(EventLogError) -> ImportStanding? {
        if let found = overlaid({ $0.imports[number] }) { return found }
        return try read("looking up an import") { transaction throws(LMDBError) in
            try transaction.get(tables.timers.imports, key: number.rawValue) { span throws(LMDBError) in
                TimerCodec.importStanding(span)
            }.flatMap { $0 }
        }
    }

    /// No timer that may fire is due before this instant; nil where there is none at all.
    package var earliestDue: Instant? { state.withLock { $0.earliestDue } }

    /// Leaves a timer out until the next start: it could not be fired.
    package func park(_ place: TimerPlace) { state.withLock { _ = $0.parked.insert(place) } }

    /// How many timers are left out.
    package var parkedTimers: Int { state.withLock { $0.parked.count } }

    /// The timers that are due by `now` and may fire, at most so many. Called by the writer's thread.
    ///
    /// The timers of streams that an open import created are not among them; those of a closed one are, up to the
    /// latest of its facts where that is later than `now`. Once these have fired, the import holds the others no longer.
    package func dueTimers(by now: Instant, most: Int) throws(EventLogError) -> DueTimers {
        let imports = try releasedImports()
        // One look: what the indexer writes in the meantime is in the environment too, and counts from here.
        let recent = state.withLock { state in
            RecentTimers(active: state.active.timers, flushing: state.flushing?.timers ?? [:], parked: state.parked)
        }
        let holders = [(StreamNumber.none, nil)] + imports
        let byHolder = recent.timers(of: Set(holders.map(\.0)))
        var due: [DueTimer] = []
        var isComplete = true
        var next: Instant?
        var room = Self.releasedAtOnce
        for (holder, latest) in holders {
            let own = byHolder[holder] ?? []
            let found = try timers(
                of: holder, by: max(now, latest ?? now), most: most, own, recent)
            due += found.due
            isComplete = isComplete && found.isComplete
            if let later = found.next { next = next.map { min($0, later) } ?? later }
            guard let latest, found.isComplete, !found.due.contains(where: { $0.due <= latest }) else { continue }
            try release(holder, own, recent, &room)
        }
        due.sort()
        if due.count > most {
            due.removeSubrange(most...)
            isComplete = false
        }
        let earliest = due.first?.due ?? next
        state.withLock { $0.earliestDue = earliest }
        return DueTimers(timers: due, isComplete: isComplete)
    }

    /// Takes from a closed import whose history has fired the timers that lie ahead: they fire on the live clock like
    /// any other, so that a look does not go through every import that ever was. No more than `room` at a time, of
    /// which it takes what it needs; an import that holds nothing more is forgotten.
    private func release(
        _ holder: StreamNumber, _ own: [DueTimer], _ recent: RecentTimers, _ room: inout Int
    ) throws(EventLogError) {
        var ahead = Array(own.prefix(room))
        var isComplete = ahead.count == own.count
        let prefix = TimerCodec.firstKey(of: holder)
        try read("looking for the timers of an import") { transaction throws(LMDBError) in
            try transaction.scan(tables.timers.due, from: prefix) { key, _ throws(LMDBError) in
                guard key.starts(with: prefix), let (standing, place) = TimerCodec.due(key) else { return .stop }
                guard !recent.knows(place) else { return .next }
                guard ahead.count < room else {
                    isComplete = false
                    return .stop
                }
                ahead.append(DueTimer(due: standing.due, place: place))
                return .next
            }
        }
        room -= ahead.count
        state.withLock { state in
            for timer in ahead {
                state.active.timers[timer.place] = .some(TimerStanding(due: timer.due, holder: .none))
            }
            state.active.count += ahead.count
            if isComplete { state.released.remove(holder) }
        }
    }

    /// The closed imports that may still hold timers, each with the latest of its facts.
    private func releasedImports() throws(EventLogError) -> [(StreamNumber, Instant?)] {
        var released: [(StreamNumber, Instant?)] = []
        for number in state.withLock({ $0.released.sorted() }) {
            guard let standing = try importStanding(number) else { continue }
            released.append((number, standing.latest ?? standing.startedAt))
        }
        return released
    }

    /// One holder's timers: those due, and when the first one behind them is.
    ///
    /// - Parameter own: what the overlay has of them.
    private func timers(
        of holder: StreamNumber, by horizon: Instant, most: Int, _ own: [DueTimer],
        _ recent: RecentTimers
    ) throws(EventLogError) -> (due: [DueTimer], isComplete: Bool, next: Instant?) {
        var due: [DueTimer] = []
        var next: Instant?
        func look(_ instant: Instant, _ place: TimerPlace) -> Bool {
            guard instant <= horizon else {
                next = next.map { min($0, instant) } ?? instant
                return false
            }
            due.append(DueTimer(due: instant, place: place))
            return true
        }
        for timer in own { _ = look(timer.due, timer.place) }
        let ownCount = due.count
        var isComplete = true
        let prefix = TimerCodec.firstKey(of: holder)
        try read("looking for due timers") { transaction throws(LMDBError) in
            try transaction.scan(tables.timers.due, from: prefix) { key, _ throws(LMDBError) in
                guard key.starts(with: prefix), let (standing, place) = TimerCodec.due(key) else { return .stop }
                guard !recent.knows(place) else { return .next }
                guard due.count - ownCount < most else {
                    isComplete = false
                    return .stop
                }
                return look(standing.due, place) ? .next : .stop
            }
        }
        return (due, isComplete, next)
    }

    /// Which imports are closed and may still hold timers: for the start.
    func loadReleasedImports() throws(EventLogError) {
        var released = Set<StreamNumber>()
        try read("reading the imports") { transaction throws(LMDBError) in
            try transaction.scan(tables.timers.imports) { number, span throws(LMDBError) in
                if TimerCodec.importStanding(span)?.isClosed ?? false { released.insert(StreamNumber(number)) }
                return .next
            }
            for holder in released {
                let prefix = TimerCodec.firstKey(of: holder)
                var holds = false
                try transaction.scan(tables.timers.due, from: prefix) { key, _ throws(LMDBError) in
                    holds = key.starts(with: prefix)
                    return .stop
                }
                if !holds { released.remove(holder) }
            }
        }
        state.withLock { state in
            state.released.formUnion(released)
            // Not known before the first look.
            state.earliestDue = .earliest
        }
    }
}

/// What the overlay knows of timers better than the environment.
private struct RecentTimers {
    let active: [TimerPlace: TimerStanding?]
    let flushing: [TimerPlace: TimerStanding?]
    let parked: Set<TimerPlace>

    /// Whether what the environment says of a timer does not count.
    func knows(_ place: TimerPlace) -> Bool {
        active[place] != nil || flushing[place] != nil || parked.contains(place)
    }

    /// The timers of these holders that are not left out, by holder.
    func timers(of holders: Set<StreamNumber>) -> [StreamNumber: [DueTimer]] {
        var timers: [StreamNumber: [DueTimer]] = [:]
        func take(_ place: TimerPlace, _ standing: TimerStanding?) {
            guard let standing, holders.contains(standing.holder), !parked.contains(place) else { return }
            timers[standing.holder, default: []].append(DueTimer(due: standing.due, place: place))
        }
        for (place, standing) in active { take(place, standing) }
        for (place, standing) in flushing where active[place] == nil { take(place, standing) }
        return timers
    }
}

// MARK: - Changes

extension IndexStore {
    /// The timers that an event sets or clears, each with the import that holds it: the one that created the stream,
    /// as long as it is open.
    func timerChanges(
        _ header: EventHeader, _ changes: [IndexChange], createdBy importNumber: StreamNumber
    ) throws(EventLogError) -> [(TimerKey, Instant?, StreamNumber)] {
        var timers: [(TimerKey, Instant?, StreamNumber)] = []
        for case .timer(let key, let due) in changes {
            let creator = importNumber == .none ? nil : try importStanding(importNumber)
            let isHeld = creator.map { !$0.isClosed } ?? false
            timers.append((key, due, isHeld ? importNumber : .none))
        }
        return timers
    }

    /// What an event says of an import: that it begins, that it ends, or how late a fact is that it brings in.
    func importChange(
        _ header: EventHeader, _ changes: [IndexChange]
    ) throws(EventLogError) -> (StreamNumber, ImportStanding)? {
        for change in changes {
            if change == .importOpened { return (header.stream, ImportStanding(startedAt: header.occurredAt)) }
            if change == .importClosed, var standing = try importStanding(header.stream) {
                standing.isClosed = true
                return (header.stream, standing)
            }
        }
        guard header.importNumber != .none, header.origin == .import,
            var standing = try importStanding(header.importNumber), header.occurredAt != standing.startedAt,
            header.occurredAt > standing.latest ?? .earliest
        else { return nil }
        standing.latest = header.occurredAt
        return (header.importNumber, standing)
    }
}

extension IndexStore.State {
    /// Keeps how far an import is; one that ends releases its timers.
    mutating func note(_ standing: ImportStanding, of number: StreamNumber) {
        active.imports[number] = standing
        guard standing.isClosed else { return }
        released.insert(number)
        earliestDue = .earliest
    }

    /// Sets or clears a timer.
    mutating func setTimer(_ place: TimerPlace, _ due: Instant?, holder: StreamNumber) {
        parked.remove(place)
        guard let due else {
            active.timers[place] = .some(nil)
            return
        }
        active.timers[place] = .some(TimerStanding(due: due, holder: holder))
        guard holder == .none else { return }
        earliestDue = earliestDue.map { min($0, due) } ?? due
    }
}
