internal import EventLog
internal import Schema

/// Pages of the log for the live loops: a page is read and decoded once, and handed to every projection that follows.
final class PageSource: Sendable {
    private struct State {
        /// Kinds that any projection consumes.
        var kinds = KindFilter()
        /// The pages that were read last, newest at the end.
        var recent: [EventPage] = []
        /// Where pages begin that somebody is reading at this moment.
        var beingRead: Set<Position> = []
    }

    private enum Plan {
        case take(EventPage)
        case read(KindFilter)
    }

    private let log: EventLog
    private let limits: PageLimits
    private let state = Monitor(State())
    private static let recentPages = 8

    init(log: EventLog, limits: PageLimits) {
        self.log = log
        self.limits = limits
    }

    /// Decodes these kinds, too, from now on.
    func include(_ kinds: Set<EventKind>) {
        state.withLock { state in
            state.kinds.insert(kinds)
            state.recent.removeAll()
        }
    }

    /// The page that begins at `position`; nil at the end of the log. Waits where another thread is reading it.
    func page(from position: Position) throws(EventLogError) -> EventPage? {
        let end = log.end.position
        guard position <= end else { return nil }
        let plan = state.wait { state -> Plan? in
            if let page = state.recent.last(where: { $0.first <= position && position <= $0.last }) {
                return .take(page.suffix(from: position))
            }
            guard state.beingRead.insert(position).inserted else { return nil }
            return .read(state.kinds)
        }
        switch plan {
        case .take(let page): return page
        case .read(let kinds): return try read(from: position, through: end, kinds)
        }
    }

    private func read(
        from position: Position, through end: Position, _ kinds: KindFilter
    ) throws(EventLogError) -> EventPage? {
        var page: EventPage?
        defer {
            state.withLockNotifying { state in
                state.beingRead.remove(position)
                if let page { state.recent.append(page) }
                if state.recent.count > Self.recentPages { state.recent.removeFirst() }
            }
        }
        // What this process has written comes from memory as it was a moment ago; what it found comes from the disk.
        page =
            log.isFresh(position)
            ? try EventPage.read(log, from: position, through: end, kinds: kinds, limits: limits)
            : try EventPage.readChecked(log, from: position, through: end, kinds: kinds, limits: limits)
        return page
    }
}
