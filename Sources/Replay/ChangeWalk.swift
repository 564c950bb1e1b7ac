/// Walks the changes of one table in the order of their keys, up or down, where newer changes lie over older ones.
struct ChangeWalk {
    private let newer: SortedChanges
    private let older: SortedChanges?
    private var newerNext: Int
    private var olderNext: Int
    private let step: Int
    /// The change at which the walk stands; nil behind the last.
    private(set) var current: Overlay.Entry?

    /// From the first key that is not below `key`, or, with `after`, that is above it.
    init(_ newer: SortedChanges, over older: SortedChanges?, upFrom key: RowKey, after: Bool) {
        self.newer = newer
        self.older = older
        newerNext = newer.position(notBelow: key, after: after)
        olderNext = older?.position(notBelow: key, after: after) ?? 0
        step = 1
        current = first()
    }

    /// From the last key that is below `bound`; nil: from the last.
    init(_ newer: SortedChanges, over older: SortedChanges?, downFromBelow bound: RowKey?) {
        func last(_ changes: SortedChanges) -> Int {
            (bound.map { changes.position(notBelow: $0) } ?? changes.count) - 1
        }
        self.newer = newer
        self.older = older
        newerNext = last(newer)
        olderNext = older.map(last) ?? -1
        step = -1
        current = first()
    }

    /// Goes on to the next key.
    mutating func advance() {
        guard let passed = current?.key else { return }
        if newer.entry(newerNext)?.key == passed { newerNext += step }
        if older?.entry(olderNext)?.key == passed { olderNext += step }
        current = first()
    }

    /// The one of both that comes first; of the same key the newer.
    private func first() -> Overlay.Entry? {
        guard let old = older?.entry(olderNext) else { return newer.entry(newerNext) }
        guard let new = newer.entry(newerNext) else { return old }
        return (step > 0 ? old.key < new.key : new.key < old.key) ? old : new
    }
}

extension SortedChanges {
    /// The change at a position; nil where there is none.
    fileprivate func entry(_ position: Int) -> Overlay.Entry? {
        position >= 0 && position < count ? self[position] : nil
    }
}
