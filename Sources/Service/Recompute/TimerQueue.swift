internal import EventLog
internal import HeapModule
internal import Schema

/// The timers of a log in memory, as its index has them: which one fires next.
///
/// Invariant: `standings` is right. The heaps hold every timer that may fire, and besides what was moved or cleared
/// since; that is thrown away when it comes to the top.
struct TimerQueue {
    private var standings: [TimerPlace: TimerStanding] = [:]
    private var imports: [StreamNumber: ImportStanding] = [:]
    /// Timers that fire when their instant has come.
    private var live = Heap<DueTimer>()
    /// Timers of complete imports that were due while these brought in history: they fire at once.
    private var released = Heap<DueTimer>()

    /// How far an import is; nil where there is none with this number.
    func importStanding(_ number: StreamNumber) -> ImportStanding? { imports[number] }

    /// Takes in what an event does to timers and imports.
    ///
    /// - Parameter importNumber: the import that the event's stream was created by.
    mutating func apply(_ header: EventHeader, _ changes: [IndexChange], createdBy importNumber: StreamNumber) {
        for change in changes {
            switch change {
            case .timer(let key, let due): set(TimerPlace(stream: header.stream, key: key), due, importNumber)
            case .importOpened: imports[header.stream] = ImportStanding(startedAt: header.occurredAt)
            case .importClosed: close(header.stream)
            case .link, .unlink, .addToken, .removeToken, .claim, .ticket: break
            }
        }
        guard header.importNumber != .none, header.origin == .import, let standing = imports[header.importNumber],
            header.occurredAt != standing.startedAt, header.occurredAt > standing.latest ?? .earliest
        else { return }
        imports[header.importNumber]?.latest = header.occurredAt
    }

    private mutating func set(_ place: TimerPlace, _ due: Instant?, _ importNumber: StreamNumber) {
        guard let due else {
            standings[place] = nil
            return
        }
        let isHeld = imports[importNumber].map { !$0.isClosed } ?? false
        standings[place] = TimerStanding(due: due, holder: isHeld ? importNumber : .none)
        if !isHeld { live.insert(DueTimer(due: due, place: place)) }
    }

    private mutating func close(_ number: StreamNumber) {
        imports[number]?.isClosed = true
        guard let standing = imports[number] else { return }
        for (place, timer) in standings where timer.holder == number {
            let due = DueTimer(due: timer.due, place: place)
            if standing.isHistory(timer.due) { released.insert(due) } else { live.insert(due) }
        }
    }

    /// The timer that fires next, if one is due by `now`. It stays until an event clears or moves it, or until it is
    /// dropped.
    mutating func next(by now: Instant) -> DueTimer? {
        discardStale(&live)
        discardStale(&released)
        let due = live.min.flatMap { $0.due <= now ? $0 : nil }
        return [due, released.min].compactMap { $0 }.min()
    }

    private func discardStale(_ heap: inout Heap<DueTimer>) {
        while let top = heap.min, standings[top.place]?.due != top.due { heap.removeMin() }
    }

    /// Forgets a timer that did not fire when it should have.
    mutating func drop(_ timer: DueTimer) { standings[timer.place] = nil }
}
