/// Errors that are built into a simulation, to prove that its oracle finds them.
enum SeededBug: String, CaseIterable, Sendable {
    /// The storage answers before anything is on stable storage.
    case acknowledgesWithoutSync
    /// The storage takes a sync that failed for one that succeeded.
    case swallowsFailedSync
    /// The storage leaves out the group that was written last when it is opened.
    case dropsLastGroup
    /// The storage writes every now and then a group twice.
    case doublesGroup
    /// The storage believes a group of which only a part has arrived.
    case believesTornGroup
    /// The storage believes, when it is opened, what is only in the cache of a disk that failed to sync.
    case believesCache
    /// The storage serves, when it is opened, what a killed process has written and not synced.
    case servesUnsynced
    /// The storage changes one bit of a record that lies in it.
    case flipsBit
    /// The writer goes on after a flush that failed.
    case goesOnAfterFailedFlush
    /// A view misses an event.
    case viewMissesEvent
}
